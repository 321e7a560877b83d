"""Verifying a filed inspection: the steps of docs/spec/archive.md, by the same names and in the same order.

Nothing that the file says is believed before it was computed: digests from the bytes, records from their own text, the
draw by drawing again, entries by their way to a signed root.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sunlot.filed import logged
from sunlot.filed.manifest import DRAW, LOG, MANIFEST, SIGNATURES, TRAIL, Manifest, read_manifest
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.known import KnownLog
from sunlot.lottery import MAX_SIZE, Refused, result_digest
from sunlot.lottery import verify as verify_draw
from sunlot.lottery.archive import Archive
from sunlot.lottery.bundle import RESULT, open_bundle, read_canonical
from sunlot.lottery.errors import Fault, few, show, visible
from sunlot.lottery.verification import FAILED, PASSED, SKIPPED, StepReport
from sunlot.norms import canonical
from sunlot.norms.canonical import Json

STEP_NAMES = ("zip", "manifest", "files", "records", "draw", "trail", "log", "filing")

MAX_JSON = 32 * 10**6
"""Bytes of a JSON file of the zip that is read as a whole."""


@dataclass(frozen=True)
class Report:
    """What verifying a file showed.

    `sound`: nothing failed and the file agrees with itself. `proven`: the log's key came from elsewhere and everything
    stands in that log, so that nobody can have made the file afterwards. `remarks` are no faults.
    """

    manifest: Manifest | None
    steps: tuple[StepReport, ...]
    remarks: tuple[str, ...]
    known_key: bool

    @property
    def sound(self) -> bool:
        return all(step.outcome != FAILED for step in self.steps) and self.manifest is not None

    @property
    def proven(self) -> bool:
        logs = [step.outcome for step in self.steps if step.step in ("log", "filing")]
        return self.sound and self.known_key and logs == [PASSED, PASSED]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all steps, in order."""
        return tuple(fault for step in self.steps for fault in step.faults)

    def as_json(self) -> dict[str, object]:
        """The value that ``sunlot archive verify --json`` prints."""
        return {
            "proven": self.proven,
            "sound": self.sound,
            "number": self.manifest.number if self.manifest else None,
            "steps": [
                {"step": one.step, "outcome": one.outcome, "faults": [str(fault) for fault in one.faults]}
                for one in self.steps
            ],
            "remarks": list(self.remarks),
        }


@dataclass
class _Case:
    """What the steps look at."""

    path: Path
    max_size: int
    key: KnownLog | None
    archive: Archive | None = None
    manifest: Manifest | None = None
    manifest_digest: str = ""
    log: logged.Log | None = None
    events: list[logged.Told] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # files that were found missing or changed: told once

    def read(self, name: str) -> bytes:
        """A file that is read as a whole. Raises `Refused` where it is too long or damaged."""
        assert self.archive is not None  # noqa: S101 -- steps after a refused zip are skipped
        size = self.archive.entries[name].size
        if size > MAX_JSON:
            raise Refused([Fault(name, "", f"至多 {MAX_JSON} 字节", f"{size} 字节")])
        return b"".join(self.archive.pieces(name))

    def has(self, name: str) -> bool:
        return self.archive is not None and name in self.archive.entries and name not in self.broken


class _Skip(Exception):  # noqa: N818 -- reads as what happened
    """A step that can't be looked at; an earlier one says why, or a remark."""


def verify(path: Path | str, log_key: KnownLog | None = None, max_size: int = MAX_SIZE) -> Report:
    """Verify the zip at `path`. `log_key` is the log's key from elsewhere; without it the file's own is taken, which
    proves nothing but that the file agrees with itself. Raises `CannotOpen`; everything else is in the report.
    """
    case = _Case(Path(path), max_size, log_key)
    steps = []
    for name in STEP_NAMES:
        try:
            faults = _STEPS[name](case)
            steps.append(StepReport(name, FAILED if faults else PASSED, tuple(few(list(faults)))))
        except _Skip:
            steps.append(StepReport(name, SKIPPED))
        except Refused as refusal:
            steps.append(StepReport(name, FAILED, tuple(few(refusal.faults))))
    return Report(case.manifest, tuple(steps), tuple(case.remarks), log_key is not None)


def _zip(case: _Case) -> Iterable[Fault]:
    """1. One zip, its entries plain files at its root, none twice, unpacked no larger than allowed."""
    case.archive = Archive(case.path, case.max_size)
    return []


def _manifest(case: _Case) -> Iterable[Fault]:
    """2. manifest.json in canonical form, with exactly its members."""
    if case.archive is None:
        raise _Skip
    if MANIFEST not in case.archive.entries:
        return [Fault(MANIFEST, "", "在归档包里", "没有")]
    data = case.read(MANIFEST)
    case.manifest, faults = read_manifest(data)
    case.manifest_digest = sha256(data).hexdigest()
    return faults


def _listed(case: _Case) -> Manifest:
    if case.manifest is None:
        raise _Skip
    return case.manifest


def _files(case: _Case) -> Iterable[Fault]:
    """3. Every listed file is there with its size and digest; nothing else is."""
    manifest, archive = _listed(case), case.archive
    assert archive is not None  # noqa: S101 -- there is a manifest
    faults = [
        Fault(name, "", "清单所列的文件", "清单没有列它")
        for name in sorted(archive.entries.keys() - manifest.files.keys() - {MANIFEST, LOG})
    ]
    for name, listed in sorted(manifest.files.items()):
        found = _fault_of_file(archive, name, listed.size, listed.digest)
        if found is not None:
            case.broken.add(name)
            faults.append(found)
    return faults


def _fault_of_file(archive: Archive, name: str, size: int, digest: str) -> Fault | None:
    if name not in archive.entries:
        return Fault(name, "", "在归档包里（清单列有它）", "没有")
    if archive.entries[name].size != size:
        return Fault(name, "", f"{size} 字节", f"{archive.entries[name].size} 字节")
    whole = sha256()
    try:
        for piece in archive.pieces(name):
            whole.update(piece)
    except Refused as refusal:
        return refusal.faults[0]
    if whole.hexdigest() != digest:
        return Fault(name, "", f"摘要 {digest}", whole.hexdigest())
    return None


def _records(case: _Case) -> Iterable[Fault]:
    """4. Each record and each result has the digest that was signed or logged, is of this form, and its evidence is here."""
    manifest = _listed(case)
    digests = {listed.digest for name, listed in manifest.files.items() if name not in case.broken}
    faults: list[Fault] = []
    looked_at: set[str] = set()  # a manifest that names one file a million times is not worth a million readings
    for at, part in enumerate(manifest.parts):
        if not part.editions:
            faults.append(Fault(MANIFEST, f"parts[{at}].editions", "至少一版检查记录", "没有"))
        for kind, frozen_ones in (("record", part.editions), ("result", part.results)):
            for one in frozen_ones:
                if one.file in looked_at:
                    faults.append(Fault(MANIFEST, f"parts[{at}]", "每个文件只列一次", show(one.file)))
                    continue
                looked_at.add(one.file)
                faults += _faults_of_frozen(case, manifest, part.organisation, kind, one.file, one.digest, digests)
    if manifest.plan is not None:
        faults += _digest_fault(case, manifest, manifest.plan.file, manifest.plan.digest)
    return [*faults, *_faults_of_signatures(case, manifest)]


def _faults_of_frozen(
    case: _Case, manifest: Manifest, organisation: str, kind: str, name: str, digest: str, digests: set[str]
) -> list[Fault]:
    faults = _digest_fault(case, manifest, name, digest)
    if faults or not case.has(name):
        return faults
    value, faults = _json(case, name)
    said = value if isinstance(value, dict) else {}
    of = said.get("organisation" if kind == "record" else "department")
    code = of.get("code") if isinstance(of, dict) else None
    if said.get("form") != manifest.number:
        faults.append(Fault(name, "form", show(manifest.number), show(said.get("form"))))
    if code != organisation:
        faults.append(Fault(name, "organisation.code", show(organisation), show(code)))
    evidence = said.get("evidence", []) if kind == "record" else []
    for at, one in enumerate(evidence if isinstance(evidence, list) else []):
        wanted = one.get("digest") if isinstance(one, dict) else None
        if wanted not in digests:
            faults.append(Fault(name, f"evidence[{at}]", "在归档包里的原始证据", show(wanted)))
    return faults


def _digest_fault(case: _Case, manifest: Manifest, name: str, digest: str) -> list[Fault]:
    """Whether a file of the manifest is the one whose digest stands elsewhere too."""
    listed = manifest.files.get(name)
    if listed is None:
        return [Fault(MANIFEST, visible(name), "清单所列的文件", "清单没有列它")]
    if listed.digest != digest:
        return [Fault(name, "", f"摘要 {digest}", listed.digest)]
    return []


def _faults_of_signatures(case: _Case, manifest: Manifest) -> list[Fault]:
    """What was written or scanned for a signature is among the files, and each part's newest record is signed."""
    if SIGNATURES not in manifest.files:
        return [Fault(SIGNATURES, "", "在归档包里", "没有")]
    if not case.has(SIGNATURES):
        return []
    value, faults = _json(case, SIGNATURES)
    signed: set[object] = set()
    for at, one in enumerate(value if isinstance(value, list) else []):
        said = one if isinstance(one, dict) else {}
        signed.add(said.get("digest"))
        file = said.get("file")
        if file is not None and (not isinstance(file, str) or file not in manifest.files):
            faults.append(Fault(SIGNATURES, f"[{at}].file", "清单所列的文件", show(file)))
    for part in manifest.parts:
        newest = max(part.editions, key=lambda one: one.number, default=None)
        if newest is not None and newest.digest not in signed:
            faults.append(Fault(SIGNATURES, visible(part.organisation), f"对记录 {newest.digest} 的签名", "没有"))
    return faults


def _json(case: _Case, name: str) -> tuple[Json, list[Fault]]:
    try:
        return canonical.loads_canonical(case.read(name)), []
    except canonical.CanonicalError as error:
        return None, [Fault(name, error.place, error.expected, error.found)]


def _draw(case: _Case) -> Iterable[Fault]:
    """5. The bundle draws again to the same result, which is the one named, and drew this object."""
    manifest = _listed(case)
    if manifest.draw is None:
        case.remarks.append("这次检查不是抽取产生的，没有抽取材料包。")
        raise _Skip
    if not case.has(DRAW):
        if DRAW in case.broken:
            raise _Skip
        return [Fault(DRAW, "", "在归档包里", "没有")]
    with _unpacked(case, DRAW) as path:
        report = verify_draw(path, case.max_size, case.key or _carried(case))
        result = read_canonical(open_bundle(path, case.max_size), RESULT).value
    faults = [Fault(f"{DRAW} {one.subject}", one.place, one.expected, one.found) for one in report.faults]
    case.remarks += [f"抽取：{remark}" for remark in report.remarks]
    said = result if isinstance(result, dict) else {}
    digests = [result_digest(said, name) for name in ("sha256", "sm3")]
    if not report.faults and manifest.draw.result not in digests:
        faults.append(Fault(DRAW, "", f"结果摘要 {manifest.draw.result}", "、".join(digests)))
    if not report.faults and manifest.object_number not in set(_drawn(said)):
        case.remarks.append("抽取结果的抽中和候补对象里没有这一对象：它由补充抽取派来，或编号后来改过，见留痕。")
    return faults


def _drawn(result: dict[str, Json]) -> Iterator[str]:
    strata = result.get("objects")
    for stratum in strata if isinstance(strata, list) else []:
        for name in ("drawn", "reserve"):
            numbers = stratum.get(name) if isinstance(stratum, dict) else None
            yield from (one for one in (numbers if isinstance(numbers, list) else []) if isinstance(one, str))


@contextmanager
def _unpacked(case: _Case, name: str) -> Iterator[Path]:
    """One file of the zip as a file of its own; its size is bounded by that of the whole."""
    assert case.archive is not None  # noqa: S101 -- has() said so
    with tempfile.TemporaryDirectory(prefix="sunlot-") as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            for piece in case.archive.pieces(name):
                out.write(piece)
        yield path


def _carried(case: _Case) -> KnownLog | None:
    """The key that the file carries: it shows that the file agrees with itself, and no more."""
    with suppress(LedgerError, Refused, ValueError):
        value, _ = _json(case, LOG) if case.has(LOG) else (None, [])
        vkey = value.get("vkey") if isinstance(value, dict) else None
        return KnownLog.by_key(vkey) if isinstance(vkey, str) else None
    return None


def _trail(case: _Case) -> Iterable[Fault]:
    """6. Each act that is told in full is the one whose salted digest its log entry holds."""
    _listed(case)
    if not case.has(TRAIL):
        if TRAIL in case.broken:
            raise _Skip
        return [Fault(TRAIL, "", "在归档包里", "没有")]
    value, faults = _json(case, TRAIL)
    if faults:
        return faults
    case.events, faults = logged.read_trail(value)
    case.remarks += logged.erased_words(case.events)
    return faults


def _log(case: _Case) -> Iterable[Fault]:
    """7. The checkpoint is signed by the log, and every entry of the trail stands under its root."""
    _listed(case)
    if not case.has(LOG):
        case.remarks.append("归档包里没有 log.json：归档时日志还没有收入这些条目。重新下载一份。")
        raise _Skip
    value, faults = _json(case, LOG)
    if faults:
        return faults
    key = case.key or _carried(case)
    if key is None:
        return [Fault(LOG, "vkey", "日志的公钥", "没有或不能读")]
    if case.key is None:
        case.remarks.append("没有给出日志公钥（--log-key），用的是归档包自带的公钥：只能说明归档包前后一致。")
    case.log, faults = logged.read_log(value, key)
    if case.log is None:
        return faults
    entries = {one.entry for one in case.log.entries}
    faults += [
        Fault(LOG, "entries", f"有{TRAIL}第 {at + 1} 项的条目", "没有")
        for at, one in enumerate(case.events)
        if one.entry not in entries
    ]
    return faults


def _filing(case: _Case) -> Iterable[Fault]:
    """8. The log holds the manifest's digest under this form, and the digests of records and results."""
    manifest = _listed(case)
    if case.log is None:
        raise _Skip
    faults = logged.faults_of_filing(case.log, manifest.subject, case.manifest_digest)
    for part in manifest.parts:
        for result in part.results:
            if not case.log.holds("result", result.digest):
                faults.append(Fault(result.file, "", "摘要在日志的公示条目里", f"没有 {result.digest}"))
        for edition in part.editions:
            if not logged.tells(case.events, "inspecting.part_recorded", edition.digest):
                faults.append(Fault(edition.file, "", "摘要在提交检查记录的留痕里", f"没有 {edition.digest}"))
    return faults


_STEPS: dict[str, Callable[[_Case], Iterable[Fault]]] = dict(
    zip(STEP_NAMES, (_zip, _manifest, _files, _records, _draw, _trail, _log, _filing), strict=True)
)
