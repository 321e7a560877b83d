"""The zip of a filed inspection (docs/spec/archive.md): its files by name, the manifest over them, the log's proofs.

Nothing lies on disk twice: the zip is put together from the stored files each time it is asked for, and gives the same
bytes each time.
"""

import mimetypes
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sunlot import filed
from sunlot.drawing.queries import bundle_bytes
from sunlot.filed.manifest import DRAW, LOG, MANIFEST, PLAN, SIGNATURES, TRAIL
from sunlot.inspecting.issuing import label_of
from sunlot.inspecting.models import FormPart
from sunlot.lottery.sources import PIECE
from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json
from sunlot.organisations import scans
from sunlot.organisations.models import Signature
from sunlot.trail import files
from sunlot.trail.log import reading
from sunlot.trail.models import LogCheckpoint, StoredFile

from .case import Case
from .models import CaseFile

CASE_PDF, README = "case.pdf", "readme.txt"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same bytes on any day
_FILE_MODE = 0o100644

_WORDS = """这是一次“双随机、一公开”检查的归档包，是普通的 zip 文件。

case.pdf        卷宗：封面、目录和各件文书
manifest.json   清单：每个文件的大小和摘要（SHA-256）
record-…json    各部门提交的检查记录，逐版
written-…json   询问笔录、材料清单、抽样和勘验记录，逐份逐版
result-…json    公示的结果，逐次
evidence-…      证据原件
notice-…pdf     发出的检查告知书；material-… 是被检查单位提前提交的材料
document-…pdf   出具的文书，逐件
signatures.json 签署情况；signature-… 是手写签名和扫描件
draw.zip        抽取材料包（sunlot verify 可单独核验）
plan.json       抽查计划的内容
trail.json      留痕全文
log.json        以上各条在透明日志中的证明

核验：sunlot archive verify 文件名 --log-key 日志公钥
公钥从日志的主办单位或见证单位另行取得，不要用归档包自带的。格式见 docs/spec/archive.md。
"""


@dataclass(frozen=True)
class Kept:
    """A file of the zip, already stored."""

    name: str
    file: StoredFile
    what: str


def files_of(case: Case, pdf: StoredFile) -> list[Kept]:
    """Every file of the zip but manifest.json and log.json, each name once."""
    found: dict[str, Kept] = {}
    for one in _files(case, pdf):
        found.setdefault(one.name, one)
    return [found[name] for name in sorted(found)]


def _files(case: Case, pdf: StoredFile) -> Iterator[Kept]:
    yield Kept(CASE_PDF, pdf, "卷宗")
    yield Kept(README, files.store(_WORDS.encode()), "说明")
    for view in case.parts:
        yield from _of_part(case, view.part)
    for row, _given in case.written:
        if row.record.content is not None:
            what = f"{row.part.organisation.name}的{row.record.get_kind_display()}，{row.place}"
            yield Kept(f"written-{row.record.digest[:16]}.json", row.record.content, what)
    for opinion in case.opinions:
        if opinion.file is not None:
            yield Kept(f"opinion-{opinion.file.digest[:16]}.pdf", opinion.file, f"{opinion.invitation.name}的报告")
    yield from _given_out(case)
    yield Kept(SIGNATURES, files.store(canonical.dumps(_signatures(case))), "签署情况")
    for where, one in case.signatures:
        if one.file is not None:
            yield Kept(_signature_name(one), one.file, f"{where}{one.capacity}的签名")
    if case.attempt is not None and case.attempt.result_id is not None:
        yield Kept(DRAW, files.store(bundle_bytes(case.attempt)), "抽取材料包")
        yield Kept(PLAN, files.store(case.attempt.rules.encode()), "抽查计划")
    yield Kept(TRAIL, files.store(canonical.dumps(_trail(case))), "留痕全文")


def _given_out(case: Case) -> Iterator[Kept]:
    """Notices and documents as they went out, and what the inspected handed in before the visit."""
    for notice in case.told.notices:
        yield Kept(f"notice-{notice.paper_id[:16]}.pdf", notice.paper, "检查告知书")
        for one in notice.materials.all():
            suffix = mimetypes.guess_extension(one.mime) or ".bin"
            yield Kept(f"material-{one.original_id[:16]}{suffix}", one.original, "被检查单位提前提交的材料")
    for document in case.documents:
        name = f"{label_of(document.kind)}（{document.number}）"
        yield Kept(f"document-{document.file_id[:16]}.pdf", document.file, name)


def _of_part(case: Case, part: FormPart) -> Iterator[Kept]:
    whose = part.organisation.name
    for edition in part.editions.all():
        stored = StoredFile.objects.get(digest=edition.digest)
        yield Kept(
            f"record-{part.organisation.code}-{edition.number}.json", stored, f"{whose}的检查记录第 {edition.number} 版"
        )
    for one in case.publications[part.pk]:
        stored = files.store(one.content.encode())
        yield Kept(f"result-{part.organisation.code}-{one.number}.json", stored, f"{whose}公示的结果第 {one.number} 次")
    for evidence in part.evidence.all():
        suffix = mimetypes.guess_extension(evidence.mime) or ".bin"
        yield Kept(
            f"evidence-{evidence.original_id[:16]}{suffix}",
            evidence.original,
            f"{whose}的证据：{evidence.get_kind_display()}",
        )


def _signature_name(one: Signature) -> str:
    assert one.file_id is not None  # noqa: S101 -- asked before
    if one.way == Signature.Way.HAND:
        return f"signature-{one.file_id[:16]}.svg"
    kind = scans.stored_kind(files.read(one.file_id))
    return f"signature-{one.file_id[:16]}{kind.suffix if kind else '.bin'}"


def _signatures(case: Case) -> list[Json]:
    return [
        {
            "of": where,
            "capacity": one.capacity,
            "name": one.name,
            "on_behalf_of": one.on_behalf_of.name if one.on_behalf_of else None,
            "way": one.way,
            "state": one.state,
            "digest": one.digest,
            "signed_at": clock.iso(one.signed_at),
            "comment": one.comment,
            "file": _signature_name(one) if one.file_id else None,
        }
        for where, one in case.signatures
    ]


def _trail(case: Case) -> list[Json]:
    return [{"entry": one.event.entry, "whole": one.whole, "salt": bytes(one.salt).hex()} for one in case.events]


def manifest_of(file: CaseFile, case: Case, kept: list[Kept], filed_at: datetime) -> bytes:
    """manifest.json: canonical JSON, whose SHA-256 the log holds."""
    attempt = case.attempt if case.attempt is not None and case.attempt.result_id is not None else None
    by_name = {one.name: one.file for one in kept}
    return canonical.dumps(
        {
            "format": filed.FORMAT,
            "number": case.form.number,
            "edition": file.edition,
            "task": {"number": case.form.task.number, "title": case.form.task.title},
            "object": {"number": case.form.object.number, "name": case.form.object.name},
            "filed_by": {"code": file.organisation.code, "name": file.organisation.name},
            "filed_at": clock.iso(filed_at),
            "retention": {"years": file.years, "until": file.keep_until.isoformat() if file.keep_until else None},
            "files": [
                {"name": one.name, "size": one.file.size, "sha256": one.file.digest, "what": one.what} for one in kept
            ],
            "parts": [_part(case, view.part) for view in case.parts],
            "plan": {"number": 1, "digest": by_name[PLAN].digest, "file": PLAN} if attempt else None,
            "draw": {
                "number": attempt.draw.number, "attempt": attempt.number, "result": attempt.result_digest, "file": DRAW,
            } if attempt else None,
            "trail": TRAIL,
        }
    )  # fmt: skip


def _part(case: Case, part: FormPart) -> Json:
    code = part.organisation.code
    return {
        "organisation": code,
        "editions": [
            {"number": one.number, "digest": one.digest, "file": f"record-{code}-{one.number}.json"}
            for one in part.editions.all()
        ],
        "results": [
            {"number": one.number, "digest": one.digest, "file": f"result-{code}-{one.number}.json"}
            for one in case.publications[part.pk]
        ],
    }


def log_value(filing: int, events: list[int]) -> dict[str, Json] | None:
    """log.json: the filing and every act of the case under the newest checkpoint; None while one still waits."""
    newest = LogCheckpoint.objects.prefetch_related("cosignatures").order_by("-size").first()
    vkey = reading.verifier_key()
    if newest is None or vkey is None:
        return None
    found = reading.PublishedTree(newest).entries([filing, *events])
    if filing not in found or any(event not in found for event in events):
        return None
    return {
        "checkpoint": reading.note_of(newest).encode().decode(),
        "vkey": vkey,
        "filing": _entry(found[filing]),
        "entries": [_entry(found[event]) for event in sorted(set(events))],
    }


def _entry(one: reading.LoggedEntry) -> Json:
    value = one.as_json()
    return {"index": one.index, "entry": one.entry, "proof": [str(part) for part in value["proof"]]}  # type: ignore[attr-defined]  # a list of base64


def write_zip(file: CaseFile, out: IO[bytes]) -> None:
    """The zip of a filed inspection into a file opened for writing. Raises FileNotFoundError or ValueError where a stored file is gone or changed."""
    assert file.manifest_id is not None  # noqa: S101 -- it is filed
    manifest = files.read(file.manifest_id)
    read, faults = filed.read_manifest(manifest)
    if read is None:
        raise ValueError(f"{file}: the stored manifest can't be read: {faults[0] if faults else ''}")
    names = {MANIFEST: file.manifest_id, **{one.name: one.digest for one in read.files.values()}}
    if file.log_id is not None:
        names[LOG] = file.log_id
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, digest in sorted(names.items(), key=lambda one: (one[0] not in (README, MANIFEST), one[0])):
            path = files.path_of(digest)
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.create_system = 3
            info.external_attr = _FILE_MODE << 16
            info.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(info, "w") as entry:
                while piece := source.read(PIECE):
                    entry.write(piece)
