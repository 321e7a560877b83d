"""Reading back what was frozen: notice, rosters and result of an attempt, as the lottery core takes them."""

from collections.abc import Callable

from sunlot.lottery import Notice, Part, Rosters, read_notice
from sunlot.norms import canonical
from sunlot.norms.canonical import Json
from sunlot.trail import files

from .models import Attempt, RosterPart


def notice_value(attempt: Attempt) -> dict[str, Json]:
    """The sealed notice. Raises ValueError for an attempt without one."""
    value = canonical.loads(attempt.notice.encode())
    if not isinstance(value, dict):
        raise ValueError(f"{attempt} has no notice")
    return value


def notice_of(attempt: Attempt) -> Notice:
    """The sealed notice, typed."""
    notice = read_notice(notice_value(attempt)).notice
    if notice is None:
        raise ValueError(f"{attempt}: the sealed notice is not valid")
    return notice


def rosters_of(attempt: Attempt) -> Rosters:
    """The frozen roster files; each is read from the store, and checked there, when its bytes are asked for."""
    parts: dict[str, list[Part]] = {name: [] for name in RosterPart.Roster.values}
    for part in attempt.parts.order_by("roster", "number"):
        parts[part.roster].append(Part(f"{part.roster}-{part.number:04d}.csv", _reader(part.file_id)))
    return Rosters(*(tuple(parts[name]) for name in ("objects", "inspectors", "avoid")))


def _reader(digest: str) -> Callable[[], tuple[bytes]]:
    return lambda: (files.read(digest),)


def result_value(attempt: Attempt) -> dict[str, Json]:
    """The stored result. Raises ValueError for an attempt that is not drawn."""
    if attempt.result_id is None:
        raise ValueError(f"{attempt} is not drawn")
    value = canonical.loads(files.read(attempt.result_id))
    if not isinstance(value, dict):
        raise ValueError(f"{attempt}: the stored result is no object")
    return value
