"""What happens to forms when an object or an inspector is replaced (drawing.following).

Before the forms are sent out nothing: dispatching reads the teams as they stand then.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from sunlot.drawing.following import Change, follower
from sunlot.drawing.models import Attempt, Replacement
from sunlot.drawing.standing import root_of, standing_of
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Viewer
from sunlot.planning.feasibility import EXPERTS
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from . import drawn, events, queries
from .actions.closing import close_form
from .actions.making import make_forms, task_of
from .models import Dispatch, Form, FormExpert, FormPart, PartMember
from .receiving.actions import send

State = FormPart.State
_SHOWN = 3  # forms named singly


class Forms:
    """The inspecting room as a follower of replacements."""

    def against(self, change: Change) -> list[str]:
        """An object of which a department has submitted its record was inspected: it is not replaced any more."""
        if change.kind != Replacement.Kind.OBJECT:
            return []
        submitted = _parts_of(change).filter(state__in=FormPart.SUBMITTED)
        names = [part.organisation.name for part in submitted.select_related("organisation")]
        return [f"{'、'.join(names)}已提交对它的检查记录，不能再替补。"] if names else []

    def consequences(self, change: Change) -> list[str]:
        """What ends, what is sent out anew, and what becomes of drafts."""
        if task_of(change.attempt) is None:
            return ["检查任务还没有派发，派发时按替补后的名单办理。"]
        parts = list(_parts_of(change).select_related("form", "organisation"))
        if change.kind == Replacement.Kind.OBJECT:
            return _of_object(parts)
        if change.is_exhausted:
            return ["候补人员已用尽：批准后由主持人补充抽取整组，未提交的检查表随那次抽取的派发转给新的检查组。"]
        return _of_inspector(parts)

    def follow(self, viewer: Viewer, replacement: Replacement) -> None:
        """End and send out, or change the members of, the forms concerned."""
        if replacement.is_of_object:
            _replace_object(viewer, replacement)
        elif replacement.incoming:
            _replace_inspector(viewer, replacement)

    def inspected(self, attempts: Iterable[Attempt]) -> set[str]:
        """The objects of which no department has anything left to submit."""
        forms = Form.objects.filter(task__attempt__in=list(attempts)).exclude(state=Form.State.REPLACED)
        unfinished = FormPart.objects.filter(state__in=[State.OPEN, State.RETURNED]).values("form")
        return set(forms.exclude(pk__in=unfinished).values_list("object__number", flat=True))

    def begun(self, attempts: Iterable[Attempt]) -> set[str]:
        """The objects of which a department has submitted its record."""
        parts = FormPart.objects.filter(form__task__attempt__in=list(attempts), state__in=FormPart.SUBMITTED)
        return set(parts.values_list("form__object__number", flat=True))


def _parts_of(change: Change) -> "QuerySet[FormPart]":
    """The standing parts over the objects that a change touches; of an inspector those that it is a member of."""
    root = root_of(change.attempt)
    family = Q(form__task__attempt=root) | Q(form__task__attempt__draw__supplements=root)
    parts = FormPart.objects.filter(family, form__object__number__in=change.objects).exclude(state__in=FormPart.ENDED)
    if change.kind == Replacement.Kind.INSPECTOR:
        parts = parts.filter(
            form__task__attempt=change.attempt, members__inspector__number=change.outgoing, state__in=_EDITABLE
        )
    return parts.order_by("form__number", "organisation__path")


_EDITABLE = (State.OPEN, State.RETURNED)


def _of_object(parts: list[FormPart]) -> list[str]:
    if not parts:
        return ["向换入对象的检查组和各部门派发检查表。"]
    words = [f"检查表 {parts[0].form.number} 终止，向换入对象的检查组和各部门派发新的检查表。"]
    drafts = [part.organisation.name for part in parts if part.saved_at]
    if drafts:
        words.append(f"{'、'.join(drafts)}已有没提交的草稿：保留可查，但不能再填，也不能提交。")
    return words


def _of_inspector(parts: list[FormPart]) -> list[str]:
    if not parts:
        return ["没有待提交的检查表受影响；已提交的检查记录不变。"]
    numbers = "、".join(part.form.number for part in parts[:_SHOWN])
    words = [
        f"{len(parts)} 份没提交的检查表（{numbers}{'等' if len(parts) > _SHOWN else ''}）转给换入的人，已提交的不变。"
    ]
    drafts = sum(part.saved_at is not None for part in parts)
    if drafts:
        words.append(f"其中 {drafts} 份已有草稿：内容都保留，由换入的人接着填。")
    standing = (Signature.State.SIGNED, Signature.State.UNCONFIRMED)
    signed = Signature.objects.filter(
        thing__in=[part.thing for part in parts], capacity=queries.INSPECTED, state__in=standing
    )
    if signed.exists():
        words.append("被检查人已在草稿上签字的，因检查人员不同，提交前须重新签字。")
    return words


def _replace_object(viewer: Viewer, replacement: Replacement) -> None:
    root = replacement.attempt
    family = Q(task__attempt=root) | Q(task__attempt__draw__supplements=root)
    old = Form.objects.filter(family, object__number=replacement.outgoing).exclude(state=Form.State.REPLACED).first()
    if old is not None:
        name = InspectionObject.objects.values_list("name", flat=True).get(number=replacement.incoming)
        close_form(viewer, old, f"{replacement.get_cause_display()}，由{name}（{replacement.incoming}）替补")
    task = task_of(root)
    if task is None:
        return
    coming = [one for one in drawn.assignments(root).objects if one.object.number == replacement.incoming]
    made = make_forms(task, coming)
    for form in made.forms:
        if old is not None:
            Form.objects.filter(pk=old.pk).update(replaced_by=form)
        record(
            viewer,
            events.FORM_ADDED,
            f"form:{form.pk}",
            f"替补 {replacement.outgoing}，派发检查表 {form.number}",
            after={"replaces": old.number if old else None, "parts": len(made.parts)},
        )


def _replace_inspector(viewer: Viewer, replacement: Replacement) -> None:
    """Change the member of every part that is not submitted; where the department's people in the team are now of
    another organisation, an untouched part goes there, as when it is sent out.
    """
    team = next(t for t in standing_of(replacement.attempt).teams_of(replacement.attempt) if t.id == replacement.team)
    wanted = [replacement.object] if replacement.object else list(team.objects)
    seats = {one.object.number: one.seats for one in drawn.assignments(replacement.attempt).objects}
    if replacement.department.startswith(EXPERTS):
        _replace_expert(viewer, replacement, wanted)
        return
    incoming = Inspector.objects.get(number=replacement.incoming)
    parts = FormPart.objects.filter(
        form__task__attempt=replacement.attempt,
        form__object__number__in=wanted,
        members__inspector__number=replacement.outgoing,
        state__in=_EDITABLE,
    )
    sent: dict[int, Dispatch] = {}
    for part in (
        parts.select_for_update(of=("self",))
        .select_related("form__object", "form__task__plan__lead__parent", "organisation")
        .order_by("pk")
    ):
        PartMember.objects.filter(part=part, inspector__number=replacement.outgoing).update(inspector=incoming)
        part.version += 1
        fields = ["version"]
        seat = next((one for one in seats[part.form.object.number] if incoming in one.inspectors), None)
        if part.state == State.OPEN and seat is not None and seat.organisation.pk != part.organisation_id:
            part.organisation = seat.organisation
            if seat.organisation.pk not in sent:
                sent |= send(part.form.task, [seat.organisation])
            part.dispatch = sent[seat.organisation.pk]
            fields += ["organisation", "dispatch"]
            visits.hand_to(part.thing, seat.organisation)
        part.save(update_fields=fields)
        record(
            viewer,
            events.MEMBER_REPLACED,
            part.thing,
            f"检查人员更换：{replacement.outgoing} 换为 {replacement.incoming}，{replacement.get_cause_display()}",
            before={"inspector": replacement.outgoing},
            after={"inspector": replacement.incoming, "organisation": part.organisation.code},
        )


def _replace_expert(viewer: Viewer, replacement: Replacement, wanted: list[str]) -> None:
    """Change the adviser of every form that is not closed."""
    incoming = Expert.objects.get(number=replacement.incoming)
    advisers = FormExpert.objects.filter(
        form__task__attempt=replacement.attempt, form__object__number__in=wanted, expert__number=replacement.outgoing
    ).exclude(form__state__in=[*Form.FINISHED, Form.State.REPLACED])
    for adviser in advisers.select_for_update(of=("self",)).select_related("form").order_by("pk"):
        adviser.expert = incoming
        adviser.save(update_fields=["expert"])
        record(
            viewer,
            events.MEMBER_REPLACED,
            f"form:{adviser.form_id}",
            f"专家更换：{replacement.outgoing} 换为 {replacement.incoming}，{replacement.get_cause_display()}",
            before={"expert": replacement.outgoing},
            after={"expert": replacement.incoming},
        )


follower(Forms())
