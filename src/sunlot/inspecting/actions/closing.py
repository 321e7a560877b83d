"""Ending forms that another one takes the place of. What was written in them stays to be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import InspectionObject
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import events
from ..models import Form, FormPart
from .forms import settle
from .making import participant_of


@dataclass(frozen=True)
class TakenOver:
    """The forms from which a supplementary draw took the parts that were not submitted, and by the object's key the
    participants that need a part anew.
    """

    forms: tuple[Form, ...]
    only: dict[int, set[int]]


def close_form(viewer: Viewer, form: Form, why: str, *, drawn_only: bool = False) -> list[FormPart]:
    """End every part of a form that is not submitted, and the form with the last of them; their visits will not take
    place. With `drawn_only` a part that another unit has taken stays. Returns the parts that ended. The caller links what takes the form's place (`link`).
    """
    open_ones = FormPart.objects.filter(form=form, state=FormPart.State.OPEN).order_by("pk")
    if drawn_only:
        open_ones = open_ones.filter(taken_from__isnull=True)
    parts = list(open_ones.select_for_update(of=("self",)).select_related("organisation"))
    drafts = [part.organisation.name for part in parts if part.saved_at]
    for part in parts:
        part.state = FormPart.State.REPLACED
        part.save(update_fields=["state"])
        visits.cancel(part.thing)
    locked = Form.objects.select_for_update().get(pk=form.pk)
    locked.replaced_at, locked.replaced_why = clock.now(), why[:200]
    left = FormPart.objects.filter(form=form).exclude(state__in=FormPart.ENDED).exists()
    if not left:
        locked.state = Form.State.REPLACED
    locked.save(update_fields=["replaced_at", "replaced_why", "state"])
    record(
        viewer,
        events.FORM_REPLACED,
        f"form:{form.pk}",
        f"检查表 {form.number} {'部分' if left else ''}终止：{why}",
        after={"parts": len(parts), "drafts": drafts},
    )
    if left:
        settle(viewer, form.pk)
    return parts


def link(old: Iterable[Form], new: Sequence[Form]) -> None:
    """Name with each ended form the new one over the same object."""
    by_object = {form.object_id: form for form in new}
    for form in old:
        if form.object_id in by_object:
            Form.objects.filter(pk=form.pk).update(replaced_by=by_object[form.object_id])


def close_taken_over(viewer: Viewer, attempt: Attempt, objects: Sequence[InspectionObject]) -> TakenOver:
    """End, in the earlier forms of the draws that `attempt` supplements, what its team takes over."""
    if attempt.draw.supplements_id is None:
        return TakenOver((), {})
    plan = attempt.draw.round.plan
    keys = [one.pk for one in objects]
    earlier = Form.objects.filter(task__plan=plan, object__in=keys).exclude(state=Form.State.REPLACED)
    why = f"检查组缺员且候补用尽，由补充抽取 {attempt.draw.number} 的检查组检查"
    forms, only = [], {}
    of_team = Q(parts__state=FormPart.State.OPEN, parts__taken_from__isnull=True)
    for form in earlier.filter(of_team).distinct().order_by("pk"):
        needed = {participant_of(part, plan) for part in close_form(viewer, form, why, drawn_only=True)}
        only[form.object_id] = {key for key in needed if key is not None}
        forms.append(form)
    return TakenOver(tuple(forms), only)
