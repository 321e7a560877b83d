"""The notice files of the draws that a log names: where they lie, and how a mirror keeps them.

The site has them beside its log (`../draws/…`), a mirror below it (`draws/…`). A mirror also keeps `draws/notices.json`,
the notices that the log seals as far as it was read: a file under an embargo is asked for again at every run.
"""

import json
import re
from pathlib import Path
from typing import Any

from sunlot.ledger.tiles import WIDTH, Bundle, bundles_between, decode_bundle

from .draws import SUBJECT, read_notice
from .files import write_whole
from .following import read_bundle
from .sources import MAX_NOTICE, FolderSource, Missing, Source, Unreachable

NOTICES_AT_ONCE = 200  # notice files asked for in one run
INDEX = "draws/notices.json"

_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


def notice_file(source: Source, draw: str, attempt: int) -> bytes:
    """The public file of a notice, not yet held against its digest. Raises Missing, Unreachable."""
    if not _IDENTIFIER.fullmatch(draw):  # it becomes a part of an address
        raise Missing(draw)
    try:
        return source.read(f"../{_path(draw, attempt)}", MAX_NOTICE)
    except Missing:
        return source.read(_path(draw, attempt), MAX_NOTICE)


def keep_notices(source: Source, folder: Path, size: int) -> tuple[int, int]:
    """Bring the notice files of the mirror in `folder`, whose log has `size` entries, up to what is public.

    Only a file that has the digest in the log is kept. Returns how many were written and how many are still missing.
    """
    sealed = _sealed(folder, size)
    missing = [one for one in sealed if not (folder / _path(one[0], one[1])).exists()]
    written = 0
    for draw, attempt, digest in missing[:NOTICES_AT_ONCE]:
        try:
            notice = notice_file(source, draw, attempt)
        except Missing:  # an embargo, or a source that has the log alone
            continue
        except Unreachable:  # the mirror of the log is whole without them
            break
        if read_notice(digest, notice) is not None:
            write_whole(folder / _path(draw, attempt), notice)
            written += 1
    return written, len(missing) - written


def _path(draw: str, attempt: int) -> str:
    return f"draws/{draw}/{attempt}/notice.json"


def _sealed(folder: Path, size: int) -> list[tuple[str, int, str]]:
    """Draw, attempt and digest of every notice in the first `size` entries of the mirror."""
    read, found = _known(folder, size)
    source = FolderSource(folder)
    for bundle in bundles_between(read, size):
        found += _in_bundle(bundle, read_bundle(source, bundle), read)
    if read < size:
        index = {"size": size, "notices": found}
        write_whole(folder / INDEX, json.dumps(index, indent=1).encode())
    return found


def _known(folder: Path, size: int) -> tuple[int, list[tuple[str, int, str]]]:
    """How far the mirror was read, and what was found; nothing where the index is missing or not ours."""
    try:
        value: Any = json.loads((folder / INDEX).read_bytes())
        read = int(value["size"])
        found = [(str(draw), int(attempt), str(digest)) for draw, attempt, digest in value["notices"]]
    except (OSError, ValueError, TypeError, KeyError):
        return 0, []
    return (read, found) if 0 <= read <= size else (0, [])


def _in_bundle(bundle: Bundle, data: bytes, read: int) -> list[tuple[str, int, str]]:
    found = []
    for index, entry in enumerate(decode_bundle(data, bundle), bundle.index * WIDTH):
        if index < read or b"drawing.notice_sealed" not in entry:
            continue
        try:
            said = json.loads(entry)
            subject = SUBJECT.fullmatch(said["subject"])
            if said["type"] == "drawing.notice_sealed" and subject and _IDENTIFIER.fullmatch(subject[1]):
                found.append((subject[1], int(subject[2]), str(said["public"]["notice"])))
        except (ValueError, TypeError, KeyError):
            continue  # the monitor tells what is wrong with an entry
    return found
