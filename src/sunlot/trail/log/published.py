"""The published log as files, for a mirror made from the database: what `/log/` serves, without the web."""

from functools import cached_property

from sunlot.ledger.faults import LedgerError
from sunlot.ledger.tiles import Bundle, parse_path
from sunlot.watching.sources import Missing

from ..models import LogCheckpoint
from . import reading


class PublishedFiles:
    """The files of the log under the checkpoint that was the newest when it was first asked for. A `watching` Source."""

    name = "database"

    @cached_property
    def _newest(self) -> LogCheckpoint:
        newest = reading.newest_checkpoint()
        if newest is None:
            raise Missing("checkpoint")
        return newest

    def read(self, path: str, most: int) -> bytes:
        """The file at a path below the log's prefix; Missing where the published log has none."""
        if path == "checkpoint":
            return reading.note_of(self._newest).encode()
        if path == "vkey":
            return (reading.verifier_key() or "").encode()
        try:
            place = parse_path(path)
        except LedgerError:
            raise Missing(path) from None
        size = self._newest.size
        found = reading.bundle_bytes(place, size) if isinstance(place, Bundle) else reading.tile_bytes(place, size)
        if found is None or len(found) > most:
            raise Missing(path)
        return found
