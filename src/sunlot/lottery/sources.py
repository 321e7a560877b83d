"""Where the bytes of a roster come from: memory, a file, a zip, a database. Read in pieces, as often as asked."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from sunlot.lottery.errors import CannotOpen, cannot_open

PIECE = 1 << 18
"""Bytes read at a time."""


@dataclass(frozen=True)
class Part:
    """One file of a roster: a `name` for messages, and a function that gives its bytes in pieces, anew each time."""

    name: str
    pieces: Callable[[], Iterable[bytes]]


Source: TypeAlias = Part | bytes | Path


@dataclass(frozen=True)
class Rosters:
    """The parts of the three rosters, in order. A part is a `Part`, bytes, or the path of a file."""

    objects: tuple[Source, ...]
    inspectors: tuple[Source, ...]
    avoid: tuple[Source, ...]

    def parts(self, roster: str) -> tuple[Part, ...]:
        """The parts of one of ``objects``, ``inspectors``, ``avoid``."""
        sources: tuple[Source, ...] = getattr(self, roster)
        names = part_names(roster, len(sources))
        return tuple(as_part(source, name) for source, name in zip(sources, names, strict=True))


def part_names(roster: str, count: int) -> list[str]:
    """The file names of a roster's parts: ``objects.csv``, or ``objects-0001.csv``, ``objects-0002.csv`` …"""
    if count == 1:
        return [f"{roster}.csv"]
    return [f"{roster}-{number:04d}.csv" for number in range(1, count + 1)]


def as_part(source: Source, name: str) -> Part:
    """A `Part` over any source. A path's own name is the one that messages show."""
    if isinstance(source, Part):
        return source
    if isinstance(source, bytes):
        return Part(name, lambda: (source,))
    return Part(str(source), lambda: file_pieces(source))


def file_pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a regular file. Raises `CannotOpen`; never waits for the other end of a pipe."""
    with open_regular(path) as file:
        try:
            while piece := file.read(PIECE):
                yield piece
        except OSError as error:
            raise cannot_open(path, error) from None


def open_regular(path: Path, follow: bool = True) -> BinaryIO:
    """A regular file opened for reading. Raises `CannotOpen` for anything else, at once: a pipe does not make it wait.

    With `follow` false a symbolic link is refused as well.
    """
    extra = getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        file = path.open("rb", buffering=0) if not extra else _open_with(path, extra)
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
    except OSError as error:
        raise cannot_open(path, error) from None
    file.close()
    raise CannotOpen(path, "不是普通文件")


def _open_with(path: Path, extra: int) -> BinaryIO:
    return open(
        path, "rb", buffering=0, opener=lambda name, flags: os.open(name, flags | extra)
    )  # Path.open takes no opener
