"""What changes filed inspections: filing, retention, holds, the list of what may be destroyed."""

from collections.abc import Mapping

from django.db import transaction

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.work import start
from sunlot.inspecting.models import Form
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from . import events, policy, queries
from .making import FILE, address_of
from .models import CaseFile, Disposal, DisposalLine, LegalHold, RetentionRule, Years

State = CaseFile.State


@transaction.atomic
def file_form(viewer: Viewer, form: Form) -> CaseFile:
    """Have a finished form filed: a long job makes the PDF and the manifest and moves the form to 已归档.

    Asked twice while it is made is asked once. A filed form is filed again only where something was added since: a correction, a follow-up, a document.
    Raises NotAllowed for others than the keeper's clerk, Refused before every part is published.
    """
    locked = Form.objects.select_for_update().get(pk=form.pk)
    if not policy.may_file(viewer, locked):
        raise NotAllowed(f"归档由{policy.keeper_of(locked).name}的经办人办理。")
    newest = queries.newest_of(locked)
    if newest is not None and newest.state == State.MAKING:
        return newest
    if locked.state == Form.State.FILED:
        raise Refused("这份检查表已经归档。归档以后结果有更正、后续处理有进展或又出具文书的，才再归档。")
    if locked.state != Form.State.CLOSED:
        raise Refused(f"检查表现在是“{locked.get_state_display()}”。各部门的结果都公示以后才能归档。")
    if newest is None or newest.state != State.FAILED:
        newest = CaseFile(form=locked, edition=(newest.edition if newest else 0) + 1)
    newest.state, newest.failure = State.MAKING, ""
    newest.organisation = policy.keeper_of(locked)
    newest.asked_by_id, newest.asked_at = viewer.user_id, clock.now()
    newest.save()
    record(viewer, events.ASKED, f"form:{locked.pk}", f"检查表 {locked.number} 开始归档", after={"file": newest.pk})
    title = f"归档：{locked.object.name}（{locked.number}）"
    start(viewer, FILE, title, subject=newest.thing, address=address_of(newest), arguments={"file": newest.pk}, total=4)
    return newest


@transaction.atomic
def set_retention(viewer: Viewer, years: Mapping[ObjectKind | None, int | None]) -> int:
    """Say for kinds of object how long their files are kept; None takes a rule back. Returns how many changed.

    What is filed already keeps the time that it was filed with: a shorter one must not end it.
    """
    if not policy.may_set_retention(viewer):
        raise NotAllowed("保管期限由本级统筹科室（法规科）设定。")
    rules = {rule.kind_id: rule for rule in RetentionRule.objects.select_for_update()}
    changed = 0
    for kind, wanted in years.items():
        rule = rules.get(kind.pk if kind else None)
        before = rule.years if rule else None
        if before == wanted:
            continue
        if wanted is None and rule is not None:
            rule.delete()
        elif wanted is not None:
            rule = rule or RetentionRule(kind=kind)
            rule.years, rule.set_by_id, rule.set_at = Years(wanted), viewer.user_id, clock.now()
            rule.save()
        changed += 1
        name = kind.name if kind else "其他各类"
        words = f"{name}的案卷保管期限：{Years(wanted).label if wanted is not None else '按其他各类'}"
        record(
            viewer, events.RETENTION_SET, f"retention:{kind.code if kind else ''}", words,
            before={"years": before}, after={"years": wanted},
        )  # fmt: skip
    return changed


def _locked(file: CaseFile) -> CaseFile:
    return CaseFile.objects.select_for_update(of=("self",)).select_related("organisation", "form").get(pk=file.pk)


@transaction.atomic
def set_hold(viewer: Viewer, file: CaseFile, reason: str) -> LegalHold:
    """Hold a file: it is not destroyed until the hold is lifted. Held twice is held once, with the first reason."""
    locked = _locked(file)
    if not policy.may_hold(viewer, locked.organisation):
        raise NotAllowed("暂停销毁由统筹科室或纪检监督设定。")
    standing = queries.hold_of(locked)
    if standing is not None:
        return standing
    if locked.state != State.FILED:
        raise Refused(f"这一卷现在是“{locked.get_state_display()}”，不能暂停销毁。")
    if not reason.strip():
        raise Refused("写明暂停销毁的理由，如案件、审计或信访的编号。")
    hold = LegalHold.objects.create(
        file=locked, reason=reason.strip(), set_by_id=viewer.user_id, set_at=clock.now()
    )  # fmt: skip
    record(viewer, events.HELD, locked.thing, f"暂停销毁：{hold.reason}", after={"hold": hold.pk})
    return hold


@transaction.atomic
def lift_hold(viewer: Viewer, file: CaseFile, reason: str) -> LegalHold:
    """Lift the hold on a file, with the reason. Lifted twice is lifted once."""
    locked = _locked(file)
    if not policy.may_hold(viewer, locked.organisation):
        raise NotAllowed("解除暂停销毁由统筹科室或纪检监督办理。")
    hold = LegalHold.objects.filter(file=locked).order_by("-set_at").first()
    if hold is None:
        raise Refused("这一卷没有暂停销毁。")
    if hold.lifted_at is not None:
        return hold
    if not reason.strip():
        raise Refused("写明解除的理由。")
    hold.lifted_by_id, hold.lifted_at, hold.lifted_why = viewer.user_id, clock.now(), reason.strip()
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
    record(viewer, events.RELEASED, locked.thing, f"解除暂停销毁：{hold.lifted_why}", after={"hold": hold.pk})
    return hold


@transaction.atomic
def propose_disposal(viewer: Viewer, reason: str) -> Disposal:
    """Propose everything of the viewer's level that is past its time and not held. One open list at a time."""
    if not policy.may_propose(viewer):
        raise NotAllowed("销毁清单由统筹科室提出。")
    Organisation.objects.select_for_update().get(pk=viewer.base.pk)  # two at once make one list
    standing = Disposal.objects.filter(organisation=viewer.base, state=Disposal.State.PROPOSED).first()
    if standing is not None:
        return standing
    files = list(queries.past_their_time(viewer))
    if not files:
        raise Refused("没有保管期满、又没有暂停销毁的案卷。")
    if not reason.strip():
        raise Refused("写明鉴定的经过和结论。")
    made = Disposal.objects.create(
        organisation=viewer.base, reason=reason.strip(), proposed_by_id=viewer.user_id, proposed_at=clock.now()
    )
    DisposalLine.objects.bulk_create(DisposalLine(disposal=made, file=one) for one in files)
    record(
        viewer, events.DISPOSAL_PROPOSED, made.thing, f"提出销毁清单，{len(files)} 卷",
        after={"files": [one.number for one in files]},
    )  # fmt: skip
    return made


@transaction.atomic
def decide_disposal(viewer: Viewer, disposal: Disposal, approve: bool, comment: str = "") -> Disposal:
    """Approve or refuse a list, as another person than its proposer. What was held meanwhile stays, with the reason.

    An approved file can't be opened any more. Decided twice the same way is decided once.
    """
    locked = Disposal.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=disposal.pk)
    if not policy.may_decide(viewer, locked.organisation) or locked.proposed_by_id in viewer.people:
        raise NotAllowed("销毁清单由分管领导或单位负责人审批，提出人不能审批。")
    wanted = Disposal.State.APPROVED if approve else Disposal.State.REFUSED
    if locked.state == wanted:
        return locked
    if locked.state != Disposal.State.PROPOSED:
        raise Refused(f"这份清单{locked.get_state_display()}，不能再审批。")
    if not approve and not comment.strip():
        raise Refused("写明不核准的理由。")
    kept = _dispose(locked) if approve else []
    locked.state, locked.comment = wanted, comment.strip()
    locked.decided_by_id, locked.decided_at = viewer.user_id, clock.now()
    locked.save(update_fields=["state", "comment", "decided_by", "decided_at"])
    words = f"{'核准' if approve else '不核准'}销毁清单" + (f"，{len(kept)} 卷因暂停销毁保留" if kept else "")
    record(viewer, events.DISPOSAL_DECIDED, locked.thing, words, after={"kept": kept, "comment": locked.comment})
    return locked


def _dispose(disposal: Disposal) -> list[str]:
    """Mark every file of the list that nothing holds; returns the numbers of those that stay."""
    kept = []
    lines = {line.file_id: line for line in disposal.lines.all()}
    for file in (
        CaseFile.objects.select_for_update(of=("self",)).select_related("form").filter(pk__in=lines).order_by("pk")
    ):
        hold = queries.hold_of(file)
        if hold is not None or not file.is_past(clock.today()):
            line = lines[file.pk]
            line.kept_why = (f"暂停销毁：{hold.reason}" if hold else "保管期限没有满")[:200]
            line.save(update_fields=["kept_why"])
            kept.append(file.number)
        elif file.state == State.FILED:
            file.state = State.DISPOSED
            file.save(update_fields=["state"])
    return kept
