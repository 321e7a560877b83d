"""Writing a bundle: a folder that is there whole or not at all, and a zip that is the same bytes on every machine."""

import contextlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from sunlot.lottery.bundle import LOG, NOTICE, RESULT
from sunlot.lottery.drawing import as_json
from sunlot.lottery.errors import CannotOpen, Fault, Refused, cannot_open
from sunlot.lottery.notice import ROSTERS, read_notice
from sunlot.lottery.seeding import new_hash
from sunlot.lottery.sources import Part, Rosters, part_names
from sunlot.norms import canonical

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the bundle's times are in the notice
_FILE_MODE = 0o100644


def write_folder(
    folder: Path,
    notice: Mapping[str, object],
    rosters: Rosters,
    result: Mapping[str, object],
    log: Mapping[str, object] | None = None,
) -> None:
    """Write a bundle as a folder, which must not exist yet or be empty.

    Everything goes into a hidden folder beside it, is synced to the disk, and then takes its name in one step: a
    process that dies on the way leaves no folder of that name, and a result that is there already is never touched.
    Raises `Refused` when the folder is in use or a roster is not the notice's, `CannotOpen` when it can't be written.
    """
    check_target(folder)
    target = folder.absolute()
    try:
        unfinished = _make_unfinished(target)
    except OSError as error:
        raise cannot_open(folder, error) from None
    try:
        for name, pieces in _files(notice, rosters, result, log):
            _write_file(unfinished / name, pieces)
        _sync_folder(unfinished)
        unfinished.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise cannot_open(folder, error) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check_target(folder: Path) -> None:
    """Raise `Refused` when a bundle's folder is there already and not empty, `CannotOpen` when that can't be told."""
    try:
        in_use = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    except OSError as error:
        raise cannot_open(folder, error) from None
    if in_use:
        raise Refused([Fault(str(folder), "", "尚不存在的或空的文件夹（已有的结果不会被覆盖）", "已有内容")])


def _make_unfinished(target: Path) -> Path:
    """A new hidden folder beside the target. What a killed process left is passed over, never reused."""
    for number in range(1000):
        unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}-{number}")
        with contextlib.suppress(FileExistsError):
            unfinished.mkdir()
            return unfinished
    raise CannotOpen(target, "旁边未完成的文件夹太多")


def write_file_whole(path: Path, data: bytes) -> None:
    """Write one file so that it is there whole or not at all. Raises `CannotOpen`."""
    unfinished = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        if path.is_dir():
            raise IsADirectoryError
        try:
            _write_file(unfinished, [data])
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync_folder(path.absolute().parent)
    except OSError as error:
        raise cannot_open(path, error) from None


def write_zip(
    file: BinaryIO,
    notice: Mapping[str, object],
    rosters: Rosters,
    result: Mapping[str, object],
    log: Mapping[str, object] | None = None,
) -> None:
    """Write a bundle as a zip into a file opened for writing bytes.

    The same bundle gives the same bytes everywhere: fixed order, times and modes, and no compression, since two
    versions of zlib may compress differently. Raises `Refused` when a roster is not the notice's.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, pieces in _files(notice, rosters, result, log):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.create_system = 3
            info.external_attr = _FILE_MODE << 16
            info.file_size = sum(map(len, pieces()))  # known beforehand, it decides between zip and zip64
            with archive.open(info, "w") as entry:
                for piece in pieces():
                    entry.write(piece)


_Pieces = Callable[[], Iterable[bytes]]


def _files(
    notice: Mapping[str, object],
    rosters: Rosters,
    result: Mapping[str, object],
    log: Mapping[str, object] | None,
) -> Iterator[tuple[str, _Pieces]]:
    """The bundle's files in their order, the result last of those that a draw makes."""
    value = as_json(notice, NOTICE)
    reading = read_notice(value)
    yield NOTICE, _fixed(canonical.dumps(value))
    for roster in ROSTERS:
        parts = rosters.parts(roster)
        for name, part, digest in zip(part_names(roster, len(parts)), parts, reading.parts[roster], strict=True):
            yield name, _checked(part, name, reading.hash or "sha256", digest)
    if log is not None:
        yield LOG, _fixed(canonical.dumps(as_json(log, LOG)))
    yield RESULT, _fixed(canonical.dumps(as_json(result, RESULT)))


def _fixed(data: bytes) -> _Pieces:
    return lambda: (data,)


def _checked(part: Part, name: str, hash_name: str, digest: str | None) -> _Pieces:
    """The pieces of a roster part, which must still be what the notice names when the last one has gone by."""

    def pieces() -> Iterator[bytes]:
        running = new_hash(hash_name)
        for piece in part.pieces():
            running.update(piece)
            yield piece
        if running.hexdigest() != digest:
            raise Refused([Fault(name, "", f"公告所列摘要 {digest}", f"{running.hexdigest()}（抽取期间改变了）")])

    return pieces


def _write_file(path: Path, pieces: Iterable[bytes] | _Pieces) -> None:
    with path.open("xb") as file:
        for piece in pieces() if callable(pieces) else pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make the names in a folder durable, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
