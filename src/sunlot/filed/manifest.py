"""manifest.json: every file of the zip with its digest, and what they are to each other (docs/spec/archive.md, Manifest)."""

import re
from dataclasses import dataclass

from sunlot.lottery.check import MISSING, Checker, join
from sunlot.lottery.errors import Fault
from sunlot.norms import canonical

FORMAT = "sunlot-file/1"
MANIFEST, LOG, TRAIL, SIGNATURES, DRAW, PLAN = (
    "manifest.json", "log.json", "trail.json", "signatures.json", "draw.zip", "plan.json",
)  # fmt: skip

NAME = re.compile(r"[0-9a-z][0-9a-z._-]{0,119}")
"""The name of a file in the zip: every system takes it, and no two differ by case alone."""

_MEMBERS = (
    "format", "number", "edition", "task", "object", "filed_by", "filed_at", "retention", "files", "parts", "plan", "draw", "trail",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A file as the manifest lists it. `what` says in words what it is."""

    name: str
    size: int
    digest: str
    what: str


@dataclass(frozen=True)
class Frozen:
    """A record or a published result of a part: the digest under which it was signed or logged, and its file."""

    number: int
    digest: str
    file: str


@dataclass(frozen=True)
class Part:
    """A department's part: every edition of its record, every publication of its result."""

    organisation: str
    editions: tuple[Frozen, ...]
    results: tuple[Frozen, ...]


@dataclass(frozen=True)
class Drawn:
    """The draw that the inspection came from: its number, attempt and the digest of its result; the bundle is draw.zip."""

    number: str
    attempt: int
    result: str


@dataclass(frozen=True)
class Manifest:
    """What the file says of itself."""

    number: str
    edition: int
    object_number: str
    object_name: str
    task: str
    filed_at: str
    files: dict[str, Listed]
    parts: tuple[Part, ...]
    plan: Frozen | None
    draw: Drawn | None

    @property
    def subject(self) -> str:
        """The subject under which the log holds the manifest's digest."""
        return f"file:{self.number}:{self.edition}"


def read_manifest(data: bytes) -> tuple[Manifest | None, list[Fault]]:
    """The manifest of these bytes and what is wrong with it; None where it can't be used at all."""
    try:
        value = canonical.loads_canonical(data)
    except canonical.CanonicalError as error:
        return None, [Fault(MANIFEST, error.place, error.expected, error.found)]
    checker = Checker(MANIFEST)
    found = _read(checker, value)
    return (found if not checker.count else None), checker.faults


def _read(checker: Checker, value: object) -> Manifest | None:
    top = checker.mapping(value, "", _MEMBERS)
    if top is None:
        return None
    if top.get("format") != FORMAT:
        checker.fault("format", f"“{FORMAT}”", top.get("format", MISSING))
        return None
    files = _files(checker, top)
    parts = tuple(_part(checker, one, f"parts[{at}]") for at, one in enumerate(_array(checker, top, "parts")))
    task = checker.mapping(top.get("task", MISSING), "task", ("number", "title")) or {}
    of = checker.mapping(top.get("object", MISSING), "object", ("number", "name")) or {}
    checker.mapping(top.get("filed_by", MISSING), "filed_by", ("code", "name"))
    checker.mapping(top.get("retention", MISSING), "retention", ("years", "until"))
    checker.time(top.get("filed_at", MISSING), "filed_at")
    if top.get("trail") != TRAIL:
        checker.fault("trail", f"“{TRAIL}”", top.get("trail", MISSING))
    return Manifest(
        number=_text(checker, top, "number"),
        edition=checker.integer(top.get("edition", MISSING), "edition", 1, 9999) or 0,
        object_number=_text(checker, of, "number", "object"),
        object_name=_text(checker, of, "name", "object"),
        task=_text(checker, task, "title", "task"),
        filed_at=str(top.get("filed_at", "")),
        files=files,
        parts=parts,
        plan=_frozen(checker, top["plan"], "plan") if top.get("plan") is not None else None,
        draw=_drawn(checker, top["draw"]) if top.get("draw") is not None else None,
    )


def _files(checker: Checker, top: dict[str, object]) -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    for at, one in enumerate(_array(checker, top, "files")):
        place = f"files[{at}]"
        members = checker.mapping(one, place, ("name", "size", "sha256", "what"))
        if members is None:
            continue
        name = members.get("name", MISSING)
        if not isinstance(name, str) or not NAME.fullmatch(name) or name in (MANIFEST, LOG):
            checker.fault(f"{place}.name", "小写字母、数字和 . _ - 组成的文件名", name)
        elif name in found:
            checker.fault(f"{place}.name", "不重复的文件名", name)
        else:
            size = checker.integer(members.get("size", MISSING), f"{place}.size", 0)
            digest = checker.digest(members.get("sha256", MISSING), f"{place}.sha256")
            what = checker.plain(members.get("what", MISSING), f"{place}.what")
            found[name] = Listed(name, size or 0, digest or "", what or "")
    return found


def _part(checker: Checker, value: object, place: str) -> Part:
    members = checker.mapping(value, place, ("organisation", "editions", "results")) or {}
    editions, results = (
        tuple(
            _frozen(checker, one, f"{place}.{name}[{at}]")
            for at, one in enumerate(_array(checker, members, name, place))
        )
        for name in ("editions", "results")
    )
    return Part(_text(checker, members, "organisation", place), editions, results)


def _frozen(checker: Checker, value: object, place: str) -> Frozen:
    members = checker.mapping(value, place, ("number", "digest", "file")) or {}
    number = checker.integer(members.get("number", MISSING), f"{place}.number", 1)
    digest = checker.digest(members.get("digest", MISSING), f"{place}.digest")
    return Frozen(number or 0, digest or "", _text(checker, members, "file", place))


def _drawn(checker: Checker, value: object) -> Drawn:
    members = checker.mapping(value, "draw", ("number", "attempt", "result", "file")) or {}
    if members.get("file") != DRAW:
        checker.fault("draw.file", f"“{DRAW}”", members.get("file", MISSING))
    attempt = checker.integer(members.get("attempt", MISSING), "draw.attempt", 1)
    result = checker.digest(members.get("result", MISSING), "draw.result")
    return Drawn(_text(checker, members, "number", "draw"), attempt or 0, result or "")


def _text(checker: Checker, members: dict[str, object], name: str, place: str = "") -> str:
    return checker.plain(members.get(name, MISSING), join(place, name)) or ""


def _array(checker: Checker, members: dict[str, object], name: str, place: str = "") -> list[object]:
    return checker.array(members.get(name, MISSING), join(place, name)) or []
