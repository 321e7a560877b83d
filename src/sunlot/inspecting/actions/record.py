"""What the drawn inspectors do with their part: start, save, have it signed, submit, sign."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from sunlot.norms import clock, masking
from sunlot.organisations import handwriting, scans, signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import events, queries, records
from ..models import Category, Edition, FieldDevice, Finding, FormPart
from ..notices import contact
from ..records import Absence, PartData
from .devices import end_submitted
from .forms import settle
from .guards import locked_part, member_of, own_here, reloaded, touch

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
def start_part(viewer: Viewer, part: FormPart, *, device: FieldDevice | None = None) -> FormPart:
    """Note that the visit begins now. Started twice is started once."""
    locked = own_here(viewer, part, device)
    if locked.began_at is not None:
        return locked
    locked.began_at = clock.now().replace(second=0, microsecond=0)
    touch(viewer, locked, ["began_at"])
    record(viewer, events.STARTED, locked.thing, "开始检查", after={"began_at": clock.iso(locked.began_at)})
    settle(viewer, locked.form_id)
    return locked


@transaction.atomic
def save_part(
    viewer: Viewer,
    part: FormPart,
    data: PartData,
    *,
    version: int | None = None,
    base: Mapping[str, str] | None = None,
    device: FieldDevice | None = None,
) -> FormPart:
    """Save a draft, however unfinished.

    `version` is the one that the page was opened with (by default that of `part`), `base` the fields as it showed them
    (`records.flat`). Over a newer version, fields that only one side changed are brought together; fields that both
    changed raise Clash and nothing is saved. Findings of items that are not on the part are left out.
    """
    locked = own_here(viewer, part, device)
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
    locked.from_paper, locked.mode_details = data.from_paper, dict(data.details)
    touch(viewer, locked, ["mode", "mode_details", "began_at", "ended_at", "categories", "remark", "from_paper"])
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
    return reloaded(locked)


@transaction.atomic
def fill_fine(viewer: Viewer, part: FormPart, *, device: FieldDevice | None = None) -> FormPart:
    """Answer 未发现问题 to every item that has no answer yet; answers given stay as they are."""
    locked = own_here(viewer, part, device)
    stored = records.data_of(locked)
    filled = {
        code: replace(answered, answer=Finding.Answer.FINE) if not answered.answer else answered
        for code, answered in stored.findings.items()
    }
    return save_part(viewer, locked, replace(stored, findings=filled), device=device)


@transaction.atomic
def sign_inspected(
    viewer: Viewer, part: FormPart, name: str, strokes: str, *, version: int, device: FieldDevice | None = None
) -> Signature:
    """Take the signature that the inspected gave by hand on the screen over the finished record.

    `strokes` is the drawing as posted (see handwriting.py). An absence noted before is taken back.
    """
    locked = _finished(viewer, part, version, device)
    drawing = files.store(handwriting.as_svg(strokes))
    page = _page_for_inspected(viewer, locked)
    return signatures.sign_by_hand(viewer, page, name, drawing)


@transaction.atomic
def upload_inspected(
    viewer: Viewer,
    part: FormPart,
    name: str,
    scan: bytes,
    file_name: str,
    *,
    version: int,
    device: FieldDevice | None = None,
) -> Signature:
    """Take the scan or photo of the record that the inspected signed or sealed on paper; a second person compares it
    with the paper in the review.
    """
    locked = _finished(viewer, part, version, device)
    try:
        scans.kind_of(scan)
    except scans.ScanError as fault:
        raise Refused(str(fault)) from fault
    stored = files.store(scan)
    page = _page_for_inspected(viewer, locked)
    return signatures.upload_paper(viewer, page, name, stored, file_name)


@transaction.atomic
def note_absence(
    viewer: Viewer,
    part: FormPart,
    absence: Absence,
    *,
    version: int,
    strokes: str = "",
    device: FieldDevice | None = None,
) -> FormPart:
    """Note why no signature or seal of the inspected could be had, and who witnessed it (notice, part 4 (3)).

    `strokes` is the witness's own signature on the screen, where one was given.
    """
    locked = _finished(viewer, part, version, device)
    if not absence.reason.strip():
        raise Refused("写明无法取得签字或盖章的原因。")
    if not absence.witness.strip():
        raise Refused("写明见证人的姓名。")
    drawing = files.store(handwriting.as_svg(strokes)) if strokes else None
    locked.absence_reason, locked.witness = absence.reason.strip(), absence.witness.strip()
    locked.witness_is, locked.absence_noted_at = absence.witness_is.strip(), clock.now()
    touch(viewer, locked, ["absence_reason", "witness", "witness_is", "absence_noted_at"])
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
    locked = locked_part(part)
    member = member_of(viewer, locked)
    if not locked.is_editable and locked.digest == digest and locked.recorded_by_id == viewer.user_id:
        return locked
    if not locked.is_editable:
        raise Refused(locked.why_closed)
    data = records.data_of(locked)
    missing = records.gaps(locked, data)
    if missing:
        raise Refused("还不能提交：" + "；".join(gap.words for gap in missing[:_SHOWN_GAPS]) + "。")
    written = records.content(locked, data, records.absence_of(locked))
    if records.digest_of(written) != digest:
        raise Refused("核对之后记录又有改动，请再核对一次。")
    signed = _inspected_signed(locked, digest)
    if Category.UNREACHABLE in data.categories and (signed or not locked.witness):
        raise Refused(f"{contact.NO_WITNESS}。")
    moment = signed.signed_at if signed else locked.absence_noted_at
    if moment is None:
        raise Refused("还没有被检查人签字。请被检查人签字，或写明无法取得签字的原因和见证人。")
    signatures.sign(viewer, Page(locked.thing, TITLE, digest, queries.capacity_of(member)), proof)
    files.store(written)
    _freeze(viewer, locked, digest, completed_on=locked.completed_on or _day_zero(locked, moment))
    end_submitted(locked)
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
def take_back(viewer: Viewer, part: FormPart, reason: str) -> FormPart:
    """Take a submitted record back before it is reviewed, to correct it: what was submitted stays as its edition, and
    is submitted anew as the next one, with this reason. Day 0 stays. Done twice is done once.
    """
    locked = locked_part(part)
    member_of(viewer, locked)
    if locked.state == FormPart.State.RETURNED and locked.correction_reason:
        return locked
    if locked.state != FormPart.State.RECORDED:
        raise Refused(f"这一部分现在是“{locked.get_state_display()}”，不能收回更正。复核后的错误由公示环节更正。")
    if not reason.strip():
        raise Refused("写明更正的原因，它和新的一版一起留存。")
    locked.state, locked.correction_reason = FormPart.State.RETURNED, reason.strip()
    locked.review_comment = ""
    locked.save(update_fields=["state", "correction_reason", "review_comment"])
    record(
        viewer,
        events.TAKEN_BACK,
        locked.thing,
        f"收回检查记录更正：{locked.correction_reason}",
        before={"digest": locked.digest},
    )
    settle(viewer, locked.form_id)
    return locked


@transaction.atomic
def sign_part(viewer: Viewer, part: FormPart, digest: str, proof: Proof) -> Signature:
    """Sign a submitted record as another member of the team."""
    locked = locked_part(part)
    member = member_of(viewer, locked)
    if locked.is_editable:
        raise Refused("这份记录还没有提交，提交后再签字。")
    if locked.state in FormPart.ENDED:
        raise Refused(locked.why_closed)
    if locked.digest != digest:
        raise Refused("记录已重新提交，请再核对一次后签字。")
    return signatures.sign(viewer, Page(locked.thing, TITLE, digest, queries.capacity_of(member)), proof)


def _finished(viewer: Viewer, part: FormPart, version: int, device: FieldDevice | None) -> FormPart:
    """The part, locked, once its record is complete and still as it was shown to whoever signs."""
    locked = own_here(viewer, part, device)
    if locked.version != version:
        raise Refused("签字之前记录又有改动，请再核对一次。")
    missing = records.gaps(locked, records.data_of(locked))
    if missing:
        raise Refused("填完再签字：" + "；".join(gap.words for gap in missing[:_SHOWN_GAPS]) + "。")
    return locked


def _day_zero(part: FormPart, moment: datetime) -> date:
    """The day on which the inspected signed, or the absence was noted: by the phone where that was without a network,
    as long as it lies between the beginning of the visit and now.
    """
    day = moment.astimezone(clock.SHANGHAI).date()
    if part.signed_offline_at is None:
        return day
    said = part.signed_offline_at - timedelta(seconds=part.signed_offline_offset or 0)
    began = part.began_at or said
    return min(day, max(said, began).astimezone(clock.SHANGHAI).date())


def _page(part: FormPart, capacity: str) -> Page:
    written = records.content(part, records.data_of(part), records.absence_of(part))
    return Page(part.thing, TITLE, records.digest_of(written), capacity)


def _page_for_inspected(viewer: Viewer, part: FormPart) -> Page:
    """What the inspected signs: the record without any absence noted earlier."""
    if part.absence_reason:
        part.absence_reason = part.witness = part.witness_is = ""
        part.absence_noted_at = None
        touch(viewer, part, ["absence_reason", "witness", "witness_is", "absence_noted_at"])
    return _page(part, queries.INSPECTED)


def _inspected_signed(part: FormPart, digest: str) -> Signature | None:
    """The inspected's signature that stands under this digest, the newest where there are several."""
    good = (Signature.State.SIGNED, Signature.State.UNCONFIRMED)
    under = Signature.objects.filter(thing=part.thing, capacity=queries.INSPECTED, digest=digest, state__in=good)
    return under.order_by("-signed_at").first()


_OF_FINDING = ("answer", "note", "offers", "severity", "article", "measured")


def _write_findings(part: FormPart, data: PartData) -> None:
    changed = []
    for finding in part.findings.all():
        wanted = data.findings.get(finding.version.item.code)
        if wanted is not None and records.answered_of(finding) != wanted:
            finding.answer, finding.note, finding.offers = wanted.answer, wanted.note, list(wanted.offers)
            finding.severity, finding.article = wanted.severity, wanted.article
            finding.measured = [[one.name, one.value, one.unit, one.least, one.most] for one in wanted.measured]
            changed.append(finding)
    Finding.objects.bulk_update(changed, list(_OF_FINDING))


def _freeze(viewer: Viewer, part: FormPart, digest: str, completed_on: date) -> None:
    part.state, part.digest, part.completed_on = FormPart.State.RECORDED, digest, completed_on
    part.recorded_by_id, part.recorded_at = viewer.user_id, clock.now()
    part.reviewed_by = part.reviewed_at = None
    earlier = Edition.objects.filter(part=part).count()
    Edition.objects.create(
        part=part, number=earlier + 1, digest=digest, recorded_by_id=viewer.user_id, recorded_at=part.recorded_at,
        reason=(part.correction_reason or part.review_comment) if earlier else "",
    )  # fmt: skip
    part.correction_reason = ""
    part.save(
        update_fields=[
            "state",
            "digest",
            "completed_on",
            "recorded_by",
            "recorded_at",
            "reviewed_by",
            "reviewed_at",
            "correction_reason",
        ]
    )
