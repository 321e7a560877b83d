"""Evidence of a part: taken in piece by piece, checked, kept; taken out of the record and put back."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events
from ..evidence import MAX_FILES, Examined, Facts, clean_copy, examine, require_size
from ..models import Evidence, FieldDevice, FormPart, Upload
from .guards import held_by, locked_for_member, member_of, own_here, touch

SEALED = "sealed"
"""The kind of an upload that is no evidence: the photo of the paper that the inspected signed or sealed (take_whole)."""

MAX_PIECE = 2 * 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLOCK = 2**18


class WrongOffset(Refused):
    """A piece that does not go on where the file ends; `offset` is where it does."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"上传从第 {offset} 字节接着传。")
        self.offset = offset


def begin_upload(viewer: Viewer, part: FormPart, digest: str, size: int, facts: Facts) -> Upload | Evidence:
    """Begin, or go on with, a file of this SHA-256: the upload tells from which offset. What was received whole before
    is returned as the evidence that it is. Raises Refused for what can't be taken, before a byte of it is sent.
    """
    if not _DIGEST.fullmatch(digest):
        raise Refused("文件摘要不对，请重新选择文件。")
    require_size(size, is_photo=facts.kind in (Evidence.Kind.PHOTO, SEALED))
    if facts.kind not in (*Evidence.Kind.values, SEALED):
        raise Refused("证据的种类不对。")
    with transaction.atomic():
        locked = locked_for_member(viewer, part)
        known = locked.evidence.filter(original=digest).first()
        if known is not None:
            return known
        if locked.evidence.count() >= MAX_FILES:
            raise Refused(f"这一部分已有 {MAX_FILES} 个文件，不能再加。")
        now = clock.now()
        upload, _ = Upload.objects.get_or_create(
            part=locked,
            digest=digest,
            defaults={
                "user_id": viewer.user_id, "size": size, "facts": _kept(facts), "begun_at": now, "touched_at": now,
            },
        )  # fmt: skip
        if upload.size != size:
            raise Refused("文件大小与开始上传时不同，请重新选择文件。")
        return upload


def add_piece(viewer: Viewer, part: FormPart, digest: str, offset: int, piece: bytes) -> Upload:
    """Write the next piece. Raises WrongOffset where it is not the next; a piece sent twice is such a one.

    The bytes are flushed before the row says so: a crash in between leaves bytes beyond the offset, which the next
    piece writes over.
    """
    if not 0 < len(piece) <= MAX_PIECE:
        raise Refused("每次上传的块太大或为空。")
    member_of(viewer, FormPart.objects.get(pk=part.pk))
    with transaction.atomic():
        upload = Upload.objects.select_for_update().filter(part=part, digest=digest).first()
        if upload is None:
            raise WrongOffset(0)
        if offset != upload.offset or offset + len(piece) > upload.size:
            raise WrongOffset(upload.offset)
        path = _path(upload)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.seek(offset)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        upload.offset, upload.touched_at = offset + len(piece), clock.now()
        upload.save(update_fields=["offset", "touched_at"])
        return upload


def finish_upload(viewer: Viewer, upload: Upload, device: FieldDevice | None = None) -> Evidence:
    """Check a whole file and make it evidence. Raises Refused, and forgets the upload, for one that is not what its
    digest says or not of a format that is taken.

    The file is kept under its digest before the row exists, as `trail.files` does. Where the part is submitted or
    filled elsewhere by now, the evidence is kept but left out of the record, and says why.
    """
    path = _path(upload)
    try:
        if upload.offset != upload.size or _digest(path) != upload.digest:
            raise Refused("传来的内容与拍摄时的摘要不同，没有收。会重新上传。")
        facts = _facts(upload.facts)
        found = examine(path, facts.kind)
        copy = clean_copy(path) if found.is_picture else None
    except FileNotFoundError:
        known = Evidence.objects.filter(part=upload.part_id, original=upload.digest).first()
        if known is not None:
            return known  # another request finished it
        upload.delete()
        raise Refused("上传中断，会重新上传。") from None
    except Refused:
        _forget(upload)
        raise
    original = files.store(_blocks(path))
    stored_copy = files.store(copy) if copy is not None else None
    evidence = _add(viewer, upload, facts, found, original.digest, stored_copy.digest if stored_copy else None, device)
    _forget(upload)
    return evidence


def take_whole(viewer: Viewer, part: FormPart, digest: str) -> bytes:
    """The bytes of a whole upload that another act takes over, checked against its digest; `forget` it afterwards."""
    member_of(viewer, FormPart.objects.get(pk=part.pk))
    upload = Upload.objects.filter(part=part, digest=digest).first()
    if upload is None or upload.offset != upload.size:
        raise WrongOffset(upload.offset if upload else 0)
    if _digest(_path(upload)) != digest:
        _forget(upload)
        raise Refused("传来的内容与拍摄时的摘要不同，没有收。会重新上传。")
    return _path(upload).read_bytes()


def forget(part: FormPart, digest: str) -> None:
    """Forget an upload that another act has taken over."""
    for upload in Upload.objects.filter(part=part, digest=digest):
        _forget(upload)


def forget_stale(older_than: timedelta) -> int:
    """Forget uploads that nobody went on with; returns how many. The phone still has the file and begins anew."""
    stale = list(Upload.objects.filter(touched_at__lt=clock.now() - older_than))
    for upload in stale:
        _forget(upload)
    return len(stale)


def add_file(viewer: Viewer, part: FormPart, content: bytes, facts: Facts) -> Evidence:
    """Take a whole file at once, as a page without script posts it."""
    with transaction.atomic():
        own_here(viewer, part, None)
    begun = begin_upload(viewer, part, hashlib.sha256(content).hexdigest(), len(content), facts)
    if isinstance(begun, Evidence):
        return begun
    at = begun.offset
    for start in range(at, len(content), MAX_PIECE):
        begun = add_piece(viewer, part, begun.digest, start, content[start : start + MAX_PIECE])
    return finish_upload(viewer, begun)


@transaction.atomic
def leave_out(viewer: Viewer, evidence: Evidence, why: str, device: FieldDevice | None = None) -> Evidence:
    """Take a file out of the record, with the reason. It stays to be read. Done twice is done once."""
    locked = own_here(viewer, evidence.part, device)
    found = Evidence.objects.get(pk=evidence.pk)
    if not found.counts:
        return found
    if not why.strip():
        raise Refused("写明不列入的原因。")
    found.left_out_at, found.left_out_why = clock.now(), why.strip()[:200]
    found.save(update_fields=["left_out_at", "left_out_why"])
    touch(viewer, locked, [])
    record(
        viewer, events.EVIDENCE_LEFT_OUT, locked.thing, f"{found.get_kind_display()}不列入记录：{found.left_out_why}",
        after={"digest": found.original_id},
    )  # fmt: skip
    return found


@transaction.atomic
def include(viewer: Viewer, evidence: Evidence, device: FieldDevice | None = None) -> Evidence:
    """Put a file that was left out into the record."""
    locked = own_here(viewer, evidence.part, device)
    found = Evidence.objects.get(pk=evidence.pk)
    if found.counts:
        return found
    found.left_out_at, found.left_out_why = None, ""
    found.save(update_fields=["left_out_at", "left_out_why"])
    touch(viewer, locked, [])
    record(
        viewer, events.EVIDENCE_INCLUDED, locked.thing, f"{found.get_kind_display()}列入记录",
        after={"digest": found.original_id},
    )  # fmt: skip
    return found


@transaction.atomic
def _add(
    viewer: Viewer,
    upload: Upload,
    facts: Facts,
    found: Examined,
    original: str,
    copy: str | None,
    device: FieldDevice | None,
) -> Evidence:
    locked = locked_for_member(viewer, upload.part)
    finding = next((one for one in locked.findings.all() if one.version.item.code == facts.item), None)
    late = _why_late(locked, device)
    evidence, is_new = Evidence.objects.get_or_create(
        part=locked,
        original_id=original,
        defaults={
            "finding": finding,
            "kind": facts.kind,
            "clean_copy_id": copy,
            "mime": found.mime,
            "name": _name(facts.name, found.suffix),
            "caption": facts.caption[:200],
            "from_camera": facts.from_camera and facts.kind == Evidence.Kind.PHOTO,
            "taken_at": facts.taken_at,
            "clock_offset": facts.clock_offset,
            "latitude": _degrees(facts.latitude),
            "longitude": _degrees(facts.longitude),
            "accuracy": facts.accuracy,
            "received_at": clock.now(),
            "added_by_id": viewer.user_id,
            "left_out_at": clock.now() if late else None,
            "left_out_why": late,
        },
    )
    if not is_new:
        return evidence
    if not late:
        touch(viewer, locked, [])
    where = f"，属于{finding.version.item.code}" if finding else ""
    record(
        viewer,
        events.EVIDENCE_ADDED,
        locked.thing,
        f"加入{evidence.get_kind_display()}（{evidence.source_words}）{where}"
        + (f"，未列入记录：{late}" if late else ""),
        after={"digest": original, "mime": found.mime, "size": upload.size},
    )
    return evidence


def _why_late(part: FormPart, device: FieldDevice | None) -> str:
    if not part.is_editable:
        return "送到时这一部分已提交"
    held = held_by(part)
    if held is not None and (device is None or held.device_id != device.pk):
        return f"送到时这一部分已由{held.device.user.name}的手机接手"
    return ""


def _path(upload: Upload) -> Path:
    """Beside the folder of what is kept for ever, on the same disk."""
    return Path(settings.SUNLOT_FILES).parent / "uploads" / str(upload.pk)


def _forget(upload: Upload) -> None:
    """The row first: bytes that nothing names are harmless, a row without its bytes is not."""
    path = _path(upload)
    Upload.objects.filter(pk=upload.pk).delete()
    path.unlink(missing_ok=True)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    for block in _blocks(path):
        found.update(block)
    return found.hexdigest()


def _kept(facts: Facts) -> dict[str, Any]:
    return {**asdict(facts), "taken_at": facts.taken_at.isoformat() if facts.taken_at else None}


def _facts(kept: dict[str, Any]) -> Facts:
    taken = kept.get("taken_at")
    return Facts(**{**kept, "taken_at": datetime.fromisoformat(taken) if taken else None})


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.6f}")


def _name(given: str, suffix: str) -> str:
    """A name to save it under: the given one's last step without what no file system takes, with the true suffix."""
    stem = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "", given.replace("\\", "/").rpartition("/")[2])
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem).strip(". ")[:80]
    return (stem or "证据") + suffix
