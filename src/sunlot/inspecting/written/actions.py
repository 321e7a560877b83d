"""Writing a record beside the form: begun, saved, completed, signed, corrected. Nothing else writes them."""

import hashlib
import re

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import handwriting, scans, signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..actions.documents import frame_of, give_out
from ..actions.guards import locked_for_member, locked_part
from ..models import Form, FormPart, IssuedDocument, WrittenRecord
from ..queries import capacity_of
from . import content, papers, queries
from .content import Written
from .kinds import KINDS

State = WrittenRecord.State
MOST = 50
"""Records of one part, whatever became of them."""
_NUMBER = re.compile(r"[0-9a-f]{32}")
_SHOWN_GAPS = 5


class Newer(Refused):
    """A save over a newer one. Nothing was saved; `version` is that of the newer."""

    def __init__(self, found: WrittenRecord) -> None:
        super().__init__(f"{found.saved_by.name}刚才也保存过。您填的都还在；核对以后再保存一次，以您的为准。")
        self.version = found.version


@transaction.atomic
def begin(viewer: Viewer, part: FormPart, kind: str, number: str = "") -> WrittenRecord:
    """Begin a record, with the visit's place and team. `number` is a phone's own: the same one twice is one record.

    Raises Refused once the record was reviewed: what is found afterwards is another check's.
    """
    locked = _open_part(viewer, part)
    if number and not _NUMBER.fullmatch(number):
        raise Refused("笔录的编号不对，请重新打开检查应用。")
    known = WrittenRecord.objects.filter(number=number).first() if number else None
    if known is not None:
        if known.part_id != locked.pk or known.kind != kind:
            raise Refused("这个编号已是另一份笔录。")
        return known
    if kind not in KINDS:
        raise Refused("没有这种笔录。")
    if locked.written.count() >= MOST:
        raise Refused(f"这一部分已有 {MOST} 份笔录和清单，不能再加。")
    now = clock.now()
    made = WrittenRecord.objects.create(
        part=locked, kind=kind, texts=_known(viewer, locked, kind), officers=_team(locked), begun_by_id=viewer.user_id,
        begun_at=now, saved_by_id=viewer.user_id, saved_at=now, **({"number": number} if number else {}),
    )  # fmt: skip
    record(viewer, events.WRITTEN_BEGUN, locked.thing, f"开始写{made.get_kind_display()}", after={"record": made.pk})
    return made


@transaction.atomic
def save(viewer: Viewer, found: WrittenRecord, written: Written, *, version: int) -> WrittenRecord:
    """Save a draft, however unfinished. Raises Newer over one that somebody else saved meanwhile."""
    locked, part = _own(viewer, found)
    if not locked.is_draft:
        raise Refused("已经完成，不能再改。要改，另写更正。")
    kind = KINDS[locked.kind]
    try:
        kept = content.fitted(kind, part, written)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    if kept == content.written_of(locked):
        return locked
    if version != locked.version:
        raise Newer(locked)
    locked.texts, locked.rows = kept.texts, [list(row) for row in kept.rows]
    locked.officers, locked.shown = list(kept.officers), list(kept.shown)
    locked.version += 1
    locked.saved_by_id, locked.saved_at = viewer.user_id, clock.now()
    locked.save(update_fields=["texts", "rows", "officers", "shown", "version", "saved_by", "saved_at"])
    return locked


@transaction.atomic
def complete(viewer: Viewer, found: WrittenRecord, *, version: int) -> WrittenRecord:
    """Freeze a draft under its digest: from then on it is signed, and never changes. Done twice is done once.

    What it corrects is no longer the one that counts.
    """
    locked, part = _own(viewer, found)
    if locked.is_frozen:
        return locked
    if not locked.is_draft:
        raise Refused("这份笔录已经作废。")
    if version != locked.version:
        raise Newer(locked)
    missing = content.gaps(KINDS[locked.kind], part, content.written_of(locked))
    if missing:
        raise Refused("还不能完成：" + "；".join(gap.words for gap in missing[:_SHOWN_GAPS]) + "。")
    written = content.content(locked, part)
    locked.content = files.store(written)
    locked.digest = hashlib.sha256(written).hexdigest()
    locked.state, locked.completed_by_id, locked.completed_at = State.COMPLETE, viewer.user_id, clock.now()
    locked.save(update_fields=["content", "digest", "state", "completed_by", "completed_at"])
    if locked.corrects is not None:
        WrittenRecord.objects.filter(pk=locked.corrects.pk, state=State.COMPLETE).update(state=State.CORRECTED)
    edition = f"第 {locked.edition} 版" if locked.edition > 1 else ""
    record(
        viewer,
        events.WRITTEN_COMPLETED,
        part.thing,
        f"完成{locked.get_kind_display()}{edition}" + (f"，更正：{locked.reason}" if locked.corrects else ""),
        after={"record": locked.pk, "digest": locked.digest},
    )
    return locked


@transaction.atomic
def void(viewer: Viewer, found: WrittenRecord, reason: str) -> WrittenRecord:
    """Give up a draft, with the reason; it stays to be read. Done twice is done once."""
    locked, part = _own(viewer, found)
    if locked.state == State.VOID:
        return locked
    if not locked.is_draft:
        raise Refused("已经完成的不能作废。写错的，另写更正。")
    if not reason.strip():
        raise Refused("写明作废的原因。")
    locked.state, locked.reason = State.VOID, reason.strip()[:300]
    locked.save(update_fields=["state", "reason"])
    record(
        viewer, events.WRITTEN_VOID, part.thing, f"作废{locked.get_kind_display()}的草稿：{locked.reason}",
        after={"record": locked.pk},
    )  # fmt: skip
    return locked


@transaction.atomic
def correct(viewer: Viewer, found: WrittenRecord, reason: str) -> WrittenRecord:
    """Begin the next edition of a complete record, with its content and the reason; a correction under way is returned."""
    locked, part = _own(viewer, found)
    if locked.state != State.COMPLETE:
        raise Refused("只有已完成、没有更正过的笔录可以更正。")
    under_way = locked.corrections.exclude(state=State.VOID).first()
    if under_way is not None:
        return under_way
    if not reason.strip():
        raise Refused("写明更正的原因，它和新的一版一起留存。")
    now = clock.now()
    made = WrittenRecord.objects.create(
        part=part, kind=locked.kind, texts=locked.texts, rows=locked.rows, officers=locked.officers, shown=locked.shown,
        edition=locked.edition + 1, corrects=locked, reason=reason.strip()[:300], begun_by_id=viewer.user_id, begun_at=now,
        saved_by_id=viewer.user_id, saved_at=now,
    )  # fmt: skip
    record(
        viewer, events.WRITTEN_CORRECTED, part.thing, f"更正{locked.get_kind_display()}：{made.reason}",
        before={"record": locked.pk, "digest": locked.digest}, after={"record": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def sign(viewer: Viewer, found: WrittenRecord, digest: str, proof: Proof) -> Signature:
    """Sign as one of the inspectors who made it, over the digest shown."""
    locked, part = _own(viewer, found)
    member = next(one for one in part.members.all() if one.inspector.user_id == viewer.user_id)
    if member.inspector.number not in locked.officers:
        raise Refused("您不是这份笔录的检查人员。")
    _require_frozen(locked, digest)
    return signatures.sign(viewer, _page(locked, capacity_of(member)), proof)


@transaction.atomic
def sign_person(viewer: Viewer, found: WrittenRecord, digest: str, name: str, strokes: str) -> Signature:
    """Take the signature that the other side gave by hand on the screen."""
    locked, _part = _own(viewer, found)
    _require_frozen(locked, digest)
    drawing = files.store(handwriting.as_svg(strokes))
    _take_absence_back(locked)
    return signatures.sign_by_hand(viewer, _page(locked, KINDS[locked.kind].signer), name, drawing)


@transaction.atomic
def upload_person(
    viewer: Viewer, found: WrittenRecord, digest: str, name: str, scan: bytes, file_name: str
) -> Signature:
    """Take the scan of the printed record that the other side signed or sealed; another person compares it."""
    locked, _part = _own(viewer, found)
    _require_frozen(locked, digest)
    try:
        scans.kind_of(scan)
    except scans.ScanError as fault:
        raise Refused(str(fault)) from fault
    _take_absence_back(locked)
    return signatures.upload_paper(
        viewer, _page(locked, KINDS[locked.kind].signer), name, files.store(scan), file_name[:120]
    )


@transaction.atomic
def note_absence(viewer: Viewer, found: WrittenRecord, digest: str, reason: str, witness: str) -> WrittenRecord:
    """Note why the other side signed nothing, and who witnessed it."""
    locked, part = _own(viewer, found)
    _require_frozen(locked, digest)
    if not reason.strip():
        raise Refused("写明没有签字的原因。")
    if not witness.strip():
        raise Refused("写明见证人的姓名。")
    locked.absence_reason, locked.witness = reason.strip()[:300], witness.strip()[:40]
    locked.absence_noted_at = clock.now()
    locked.save(update_fields=["absence_reason", "witness", "absence_noted_at"])
    record(
        viewer, events.WRITTEN_ABSENCE, part.thing,
        f"注明{KINDS[locked.kind].signer}没有在{locked.get_kind_display()}上签字：{locked.absence_reason}",
        after={"record": locked.pk, "reason": locked.absence_reason, "witness": locked.witness},
    )  # fmt: skip
    return locked


@transaction.atomic
def compare(viewer: Viewer, found: WrittenRecord, signature: Signature, matches: bool, words: str = "") -> Signature:
    """Say whether an uploaded scan shows the signed paper: another inspector, or the department's clerk or head."""
    part = locked_part(found.part)
    if not policy.may_issue(viewer, part):
        raise NotAllowed(f"由其他检查人员或{part.organisation.name}的经办人、负责人核对。")
    if signature.thing != found.thing:
        raise Refused("这不是这份笔录的签署件。")
    return signatures.confirm_paper(viewer, signature) if matches else signatures.reject_paper(viewer, signature, words)


@transaction.atomic
def issue(viewer: Viewer, found: WrittenRecord) -> IssuedDocument:
    """Give out the record's document as it is now, with the signatures that it has."""
    part = locked_part(found.part)
    locked = WrittenRecord.objects.get(pk=found.pk)
    if not locked.is_frozen:
        raise Refused("完成以后才能出具。")
    if not policy.may_issue(viewer, part):
        raise NotAllowed(f"文书由检查人员或{part.organisation.name}的经办人、负责人出具。")
    given, kind = queries.signatures_of([locked])[locked.pk], KINDS[locked.kind].paper
    return give_out(viewer, part, kind, papers.paper_of(locked, given, frame_of(part, kind)))


def _open_part(viewer: Viewer, part: FormPart) -> FormPart:
    """The part, locked, for a member, while its records may be written."""
    locked = locked_for_member(viewer, part)
    if locked.is_ended or locked.form.state == Form.State.REPLACED:
        raise Refused("这一部分已经终止，不用再写笔录。写过的保留可查。")
    if not queries.is_open(locked):
        raise Refused("复核已经通过，不能再写或更正笔录。")
    return locked


def _own(viewer: Viewer, found: WrittenRecord) -> tuple[WrittenRecord, FormPart]:
    """The record and its part, locked, for a member, while it may be written or signed."""
    part = _open_part(viewer, found.part)
    locked = (
        WrittenRecord.objects.select_for_update(of=("self",)).select_related("saved_by", "corrects").get(pk=found.pk)
    )
    return locked, part


def _require_frozen(found: WrittenRecord, digest: str) -> None:
    if found.state != State.COMPLETE:
        raise Refused("完成以后才能签字。" if found.is_draft else "这一版已经更正或作废，不再签字。")
    if found.digest != digest:
        raise Refused("内容与页面上的不同，请再核对一次。")


def _page(found: WrittenRecord, capacity: str) -> Page:
    return Page(found.thing, found.get_kind_display(), found.digest, capacity)


def _take_absence_back(found: WrittenRecord) -> None:
    if found.absence_reason:
        found.absence_reason = found.witness = ""
        found.absence_noted_at = None
        found.save(update_fields=["absence_reason", "witness", "absence_noted_at"])


def _team(part: FormPart) -> list[str]:
    return [member.inspector.number for member in part.members.all()]


def _known(viewer: Viewer, part: FormPart, kind: str) -> dict[str, str]:
    """What a new record says already: the place of the visit, and who writes."""
    known = {"place": part.form.object.address, "writer": viewer.person}
    names = {one.name for one in KINDS[kind].places}
    return {name: text for name, text in known.items() if name in names and text}
