"""A bundle, folder or zip: what is in it, and its JSON files. Step ``files`` of the verification begins here."""

import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sunlot.lottery.archive import Archive
from sunlot.lottery.errors import Fault, Refused, cannot_open
from sunlot.lottery.notice import ROSTERS
from sunlot.lottery.rosters import MAX_PARTS
from sunlot.lottery.sources import PIECE, Part, Rosters, open_regular, part_names
from sunlot.norms import canonical
from sunlot.norms.canonical import Json

MAX_SIZE = 4 * 10**9
"""Bytes of a bundle, unpacked, unless the caller says otherwise."""

MAX_JSON = 64 * 10**6
"""Bytes of a JSON file."""

NOTICE, RESULT, LOG = "notice.json", "result.json", "log.json"
_PART = re.compile(rf"(?:{'|'.join(ROSTERS)})(?:-[0-9]{{4}})?\.csv")


@dataclass
class Bundle:
    """The files of a bundle by name, with their sizes. `faults` are those that make it unreadable as a whole."""

    sizes: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    pieces: Callable[[str], Iterable[bytes]] = lambda _: ()

    def part(self, name: str) -> Part:
        """One file of the bundle, for reading in pieces."""
        return Part(name, lambda: self.pieces(name))

    def read(self, name: str) -> bytes:
        """A file that is known to be small. Raises `Refused` when it is damaged or grew since it was looked at."""
        pieces: list[bytes] = []
        left = self.sizes[name]
        for piece in self.pieces(name):
            left -= len(piece)
            if left < 0:
                raise Refused([Fault(name, "", f"{self.sizes[name]} 字节", "更长（读取时改变了）")])
            pieces.append(piece)
        return b"".join(pieces)


def open_bundle(path: Path, max_size: int = MAX_SIZE) -> Bundle:
    """The bundle at `path`. Raises `CannotOpen`; what is wrong with its form is in `faults`."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        raise cannot_open(path, error) from None
    except ValueError:  # a NUL in the name
        raise cannot_open(path, FileNotFoundError()) from None
    if is_folder:
        return _open_folder(path, max_size)
    try:
        archive = Archive(path, max_size)
    except Refused as refusal:
        return Bundle(faults=list(refusal.faults))
    return Bundle({name: entry.size for name, entry in archive.entries.items()}, [], archive.pieces)


def _open_folder(path: Path, max_size: int) -> Bundle:
    bundle = Bundle(pieces=lambda name: _folder_pieces(path / name))
    total = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    total += status.st_size
                    if is_known(entry.name):
                        bundle.sizes[entry.name] = status.st_size
                elif is_known(entry.name) and not stat.S_ISDIR(status.st_mode):
                    bundle.faults.append(Fault(entry.name, "", "普通文件", "链接、管道或设备"))
    except OSError as error:
        raise cannot_open(path, error) from None
    if total > max_size:
        bundle.faults.append(Fault(path.name, "", f"合计至多 {max_size} 字节", f"{total} 字节"))
    return bundle


def _folder_pieces(path: Path) -> Iterable[bytes]:
    with open_regular(path, follow=False) as file:
        try:
            while piece := file.read(PIECE):
                yield piece
        except OSError as error:
            raise cannot_open(path, error) from None


def is_known(name: str) -> bool:
    """Whether a bundle gives the name a meaning; other files are ignored."""
    return name in (NOTICE, RESULT, LOG) or _PART.fullmatch(name) is not None


@dataclass
class JsonFile:
    """A JSON file of the bundle: its value (None too when it could not be read), and what is wrong with it."""

    value: Json
    faults: list[Fault]


def read_canonical(bundle: Bundle, name: str) -> JsonFile:
    """notice.json or result.json: there, not too long, in canonical form."""
    fault = too_long(bundle, name)
    if fault is not None:
        return JsonFile(None, [fault])
    if name not in bundle.sizes:
        return JsonFile(None, [Fault(name, "", "在材料包里", "没有")])
    try:
        return JsonFile(canonical.loads_canonical(bundle.read(name)), [])
    except Refused as refusal:
        return JsonFile(None, list(refusal.faults))
    except canonical.CanonicalError as error:
        return JsonFile(None, [Fault(name, error.place, error.expected, error.found)])


def too_long(bundle: Bundle, name: str) -> Fault | None:
    """The fault of a JSON file over the limit; its content is not looked at."""
    size = bundle.sizes.get(name, 0)
    return Fault(name, "", f"至多 {MAX_JSON} 字节", f"{size} 字节") if size > MAX_JSON else None


def find_rosters(bundle: Bundle, listed: dict[str, tuple[str | None, ...]]) -> tuple[Rosters | None, list[Fault]]:
    """The rosters as the notice lists them (digests by roster), and faults for parts missing, unlisted or too many.

    None when one is missing: then nothing can be read in the right order.
    """
    faults: list[Fault] = []
    names: dict[str, list[str]] = {}
    for roster in ROSTERS:
        count = len(listed[roster])
        if count > MAX_PARTS:
            faults.append(Fault(NOTICE, f"{roster}.parts", f"至多 {MAX_PARTS} 个文件", f"{count} 个"))
            count = 0
        names[roster] = part_names(roster, count)
    wanted = [name for roster in ROSTERS for name in names[roster]]
    wanted_set = set(wanted)
    missing = [name for name in wanted if name not in bundle.sizes]
    faults += [Fault(name, "", "在材料包里（公告列有它）", "没有") for name in missing]
    unlisted = sorted(name for name in bundle.sizes if _PART.fullmatch(name) and name not in wanted_set)
    faults += [Fault(name, "", "公告所列的名录文件", "公告没有列它") for name in unlisted]
    if missing:
        return None, faults
    objects, inspectors, avoid = (tuple(bundle.part(name) for name in names[roster]) for roster in ROSTERS)
    return Rosters(objects, inspectors, avoid), faults
