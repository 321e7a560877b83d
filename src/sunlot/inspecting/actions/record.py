"""What the drawn inspectors do with their part: start, save, have it signed, submit, sign."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from sunlot.norms import clock, masking
from sunlot.organisations import handwriting, scans, signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import events, policy, queries, records
from ..models import Finding, FormPart, PartMember
from ..records import Absence, PartData
from .forms import settle

TITLE = "检查记录"
_SHOWN_GAPS = 5


class Clash(Refused):
    """A save over a newer one that changed the same fields. Nothing was saved; both versions are here.

    `mine` is what the person wanted, merged with what the other changed elsewhere; `theirs` the stored text of each
    field that both changed; `part` the newer state.
    """

    def __init__(self, part: FormPart, mine: PartData, theirs: Mapping[str, str]) -> None:
        who = part.saved_by.name if part.saved_by else "另一人"
        super().__init__(f"{who}刚才也改了这份记录，有 {len(theirs)} 处不同。两份都在下面，选定后再保存。")
        self.part, self.mine, self.theirs = part, mine, theirs


@transaction.atomic
def start_part(viewer: Viewer, part: FormPart) -> FormPart:
    """Note that the visit begins now. Started twice is started once."""
    locked = _own(viewer, part)
    if locked.began_at is not None:
        return locked
    locked.began_at = clock.now().replace(second=0, microsecond=0)
    _touch(viewer, locked, ["began_at"])
    record(viewer, events.STARTED, locked.thing, "开始检查", after={"began_at": clock.iso(locked.began_at)})
    settle(viewer, locked.form_id)
    return locked


@transaction.atomic
def save_part(
    viewer: Viewer, part: FormPart, data: PartData, *, version: int | None = None, base: Mapping[str, str] | None = None
) -> FormPart:
    """Save a draft, however unfinished.

    `version` is the one that the page was opened with (by default that of `part`), `base` the fields as it showed them
    (`records.flat`). Over a newer version, fields that only one side changed are brought together; fields that both
    changed raise Clash and nothing is saved. Findings of items that are not on the part are left out.
    """
    locked = _own(viewer, part)
    stored = records.data_of(locked)
    if (part.version if version is None else version) != locked.version:
        data, clashes = records.merge(base or {}, data, stored)
        if clashes:
            raise Clash(locked, data, clashes)
    before, after = records.flat(stored), records.flat(data)
    changed = sorted(name for name in before if after.get(name, before[name]) != before[name])
    if not changed:
        return locked
    locked.mode, locked.began_at, locked.ended_at = data.mode, data.began_at, data.ended_at
    locked.categories, locked.remark = sorted(set(data.categories)), data.remark
    _touch(viewer, locked, ["mode", "began_at", "ended_at", "categories", "remark"])
    _write_findings(locked, data)
    record(
        viewer,
        events.SAVED,
        locked.thing,
        f"保存检查记录，改动 {len(changed)} 处",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    settle(viewer, locked.form_id)
    return _reloaded(locked)


@transaction.atomic
def fill_fine(viewer: Viewer, part: FormPart) -> FormPart:
    """Answer 未发现问题 to every item that has no answer yet; answers given stay as they are."""
    locked = _own(viewer, part)
    stored = records.data_of(locked)
    filled = {
        code: records.Answered(Finding.Answer.FINE, answered.note) if not answered.answer else answered
        for code, answered in stored.findings.items()
    }
    return save_part(viewer, locked, PartData(**{**stored.__dict__, "findings": filled}))


@transaction.atomic
def sign_inspected(viewer: Viewer, part: FormPart, name: str, strokes: str, *, version: int) -> Signature:
    """Take the signature that the inspected gave by hand on the screen over the finished record.

    `strokes` is the drawing as posted (see handwriting.py). An absence noted before is taken back.
    """
    locked = _finished(viewer, part, version)
    drawing = files.store(handwriting.as_svg(strokes))
    page = _page_for_inspected(viewer, locked)
    return signatures.sign_by_hand(viewer, page, name, drawing)


@transaction.atomic
def upload_inspected(
    viewer: Viewer, part: FormPart, name: str, scan: bytes, file_name: str, *, version: int
) -> Signature:
    """Take the scan or photo of the record that the inspected signed or sealed on paper; a second person compares it
    with the paper in the review.
    """
    locked = _finished(viewer, part, version)
    try:
        scans.kind_of(scan)
    except scans.ScanError as fault:
        raise Refused(str(fault)) from fault
    stored = files.store(scan)
    page = _page_for_inspected(viewer, locked)
    return signatures.upload_paper(viewer, page, name, stored, file_name)


@transaction.atomic
def note_absence(viewer: Viewer, part: FormPart, absence: Absence, *, version: int, strokes: str = "") -> FormPart:
    """Note why no signature or seal of the inspected could be had, and who witnessed it (notice, part 4 (3)).

    `strokes` is the witness's own signature on the screen, where one was given.
    """
    locked = _finished(viewer, part, version)
    if not absence.reason.strip():
        raise Refused("写明无法取得签字或盖章的原因。")
    if not absence.witness.strip():
        raise Refused("写明见证人的姓名。")
    drawing = files.store(handwriting.as_svg(strokes)) if strokes else None
    locked.absence_reason, locked.witness = absence.reason.strip(), absence.witness.strip()
    locked.witness_is, locked.absence_noted_at = absence.witness_is.strip(), clock.now()
    _touch(viewer, locked, ["absence_reason", "witness", "witness_is", "absence_noted_at"])
    record(
        viewer,
        events.ABSENCE_NOTED,
        locked.thing,
        f"注明无法取得被检查人签字：{locked.absence_reason}",
        after={"reason": locked.absence_reason, "witness": locked.witness, "witness_is": locked.witness_is},
    )
    if drawing is not None:
        signatures.sign_by_hand(viewer, _page(locked, queries.WITNESS), locked.witness, drawing)
    return locked


@transaction.atomic
def record_part(viewer: Viewer, part: FormPart, digest: str, proof: Proof) -> FormPart:
    """Submit the record: signed by this inspector over `digest`, frozen, and on its way to the review.

    It must be complete and carry the inspected's signature, or the reason for its absence. Day 0 of the 20 working
    days is the day of that signature or note, at the first submission: a part that was returned keeps its day.
    Submitted twice is submitted once.
    """
    locked = _locked(part)
    member = _member(viewer, locked)
    if not locked.is_editable and locked.digest == digest and locked.recorded_by_id == viewer.user_id:
        return locked
    _require_editable(locked)
    data = records.data_of(locked)
    missing = records.gaps(locked, data)
    if missing:
        raise Refused("还不能提交：" + "；".join(gap.words for gap in missing[:_SHOWN_GAPS]) + "。")
    written = records.content(locked, data, records.absence_of(locked))
    if records.digest_of(written) != digest:
        raise Refused("核对之后记录又有改动，请再核对一次。")
    signed = _inspected_signed(locked, digest)
    moment = signed.signed_at if signed else locked.absence_noted_at
    if moment is None:
        raise Refused("还没有被检查人签字。请被检查人签字，或写明无法取得签字的原因和见证人。")
    signatures.sign(viewer, Page(locked.thing, TITLE, digest, queries.capacity_of(member)), proof)
    files.store(written)
    _freeze(viewer, locked, digest, completed_on=locked.completed_on or moment.astimezone(clock.SHANGHAI).date())
    others = [masking.person(one.inspector.name) for one in locked.members.all() if one.pk != member.pk]
    record(
        viewer,
        events.RECORDED,
        locked.thing,
        "提交检查记录，待复核" + (f"；还应由{'、'.join(others)}签字" if others else ""),
        after={"digest": digest, "completed_on": locked.completed_on, "categories": locked.category_labels},
    )
    assert locked.ended_at is not None  # noqa: S101 -- the record is complete
    visits.mark_done(locked.thing, locked.ended_at.astimezone(clock.SHANGHAI).date())
    settle(viewer, locked.form_id)
    return locked


@transaction.atomic
def sign_part(viewer: Viewer, part: FormPart, digest: str, proof: Proof) -> Signature:
    """Sign a submitted record as another member of the team."""
    locked = _locked(part)
    member = _member(viewer, locked)
    if locked.is_editable:
        raise Refused("这份记录还没有提交，提交后再签字。")
    if locked.state == FormPart.State.REPLACED:
        raise Refused(locked.why_closed)
    if locked.digest != digest:
        raise Refused("记录已重新提交，请再核对一次后签字。")
    return signatures.sign(viewer, Page(locked.thing, TITLE, digest, queries.capacity_of(member)), proof)


def _locked(part: FormPart) -> FormPart:
    """The part, locked, with what the record consists of."""
    FormPart.objects.select_for_update().get(pk=part.pk)
    return queries.whole(FormPart.objects.filter(pk=part.pk)).get()


def _reloaded(part: FormPart) -> FormPart:
    return queries.whole(FormPart.objects.filter(pk=part.pk)).get()


def _member(viewer: Viewer, part: FormPart) -> PartMember:
    if policy.is_member(viewer, part):
        return next(member for member in part.members.all() if member.inspector.user_id == viewer.user_id)
    names = "、".join(member.inspector.name for member in part.members.all())
    raise NotAllowed(f"这一部分由抽取产生的检查人员（{names}）填写和签字。")


def _require_editable(part: FormPart) -> None:
    if not part.is_editable:
        raise Refused(part.why_closed)


def _own(viewer: Viewer, part: FormPart) -> FormPart:
    """The part, locked, for a member who may still write it."""
    locked = _locked(part)
    _member(viewer, locked)
    _require_editable(locked)
    return locked


def _finished(viewer: Viewer, part: FormPart, version: int) -> FormPart:
    """The part, locked, once its record is complete and still as it was shown to whoever signs."""
    locked = _own(viewer, part)
    if locked.version != version:
        raise Refused("签字之前记录又有改动，请再核对一次。")
    missing = records.gaps(locked, records.data_of(locked))
    if missing:
        raise Refused("填完再签字：" + "；".join(gap.words for gap in missing[:_SHOWN_GAPS]) + "。")
    return locked


def _page(part: FormPart, capacity: str) -> Page:
    written = records.content(part, records.data_of(part), records.absence_of(part))
    return Page(part.thing, TITLE, records.digest_of(written), capacity)


def _page_for_inspected(viewer: Viewer, part: FormPart) -> Page:
    """What the inspected signs: the record without any absence noted earlier."""
    if part.absence_reason:
        part.absence_reason = part.witness = part.witness_is = ""
        part.absence_noted_at = None
        _touch(viewer, part, ["absence_reason", "witness", "witness_is", "absence_noted_at"])
    return _page(part, queries.INSPECTED)


def _inspected_signed(part: FormPart, digest: str) -> Signature | None:
    """The inspected's signature that stands under this digest, the newest where there are several."""
    good = (Signature.State.SIGNED, Signature.State.UNCONFIRMED)
    under = Signature.objects.filter(thing=part.thing, capacity=queries.INSPECTED, digest=digest, state__in=good)
    return under.order_by("-signed_at").first()


def _touch(viewer: Viewer, part: FormPart, fields: list[str]) -> None:
    part.version += 1
    part.saved_by_id, part.saved_at = viewer.user_id, clock.now()
    part.save(update_fields=[*fields, "version", "saved_by", "saved_at"])


def _write_findings(part: FormPart, data: PartData) -> None:
    changed = []
    for finding in part.findings.all():
        answered = data.findings.get(finding.version.item.code)
        if answered is not None and (finding.answer, finding.note) != (answered.answer, answered.note):
            finding.answer, finding.note = answered.answer, answered.note
            changed.append(finding)
    Finding.objects.bulk_update(changed, ["answer", "note"])


def _freeze(viewer: Viewer, part: FormPart, digest: str, completed_on: date) -> None:
    part.state, part.digest, part.completed_on = FormPart.State.RECORDED, digest, completed_on
    part.recorded_by_id, part.recorded_at = viewer.user_id, clock.now()
    part.reviewed_by = part.reviewed_at = None
    part.save(
        update_fields=["state", "digest", "completed_on", "recorded_by", "recorded_at", "reviewed_by", "reviewed_at"]
    )
