"""Confirming receipt, in one act for all that was sent to a unit, and what counts as receipt without it."""

from collections import Counter
from collections.abc import Collection, Sequence

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import Dispatch, FormPart, Task
from . import queries

How = Dispatch.How


def send(task: Task, organisations: Collection[Organisation]) -> dict[int, Dispatch]:
    """The dispatches of one act to these units, by the unit's key. What the lead sends to itself it has; and a check that
    was asked for needs no receipt by the unit that asked. Two queries.
    """
    now, own = clock.now(), _senders(task)
    wanted = {one.pk: one for one in organisations}
    made = Dispatch.objects.bulk_create(
        Dispatch(
            task=task, organisation=one, sent_at=now,
            received_at=now if one.pk in own else None, how=How.OWN if one.pk in own else "",
        )
        for one in wanted.values()
    )  # fmt: skip
    return {one.organisation_id: one for one in made}


@transaction.atomic
def confirm(viewer: Viewer, task: Task) -> list[Dispatch]:
    """Confirm receipt of everything of a task that was sent to the viewer's unit and waits. Confirmed twice, or by two at
    once, is confirmed once. Raises NotAllowed for others than the office of a unit that has a part.
    """
    mine = queries.receivable(viewer).filter(task=task)
    if not mine.exists():
        raise NotAllowed("检查任务由收到它的单位的经办人或负责人签收。")
    waiting = queries.open_ones(mine).order_by("pk").select_for_update(of=("self",))
    found = list(waiting.select_related("organisation", "task"))
    _note(viewer, found, How.CONFIRMED)
    return found


def begun(viewer: Viewer, part: FormPart) -> None:
    """Whoever begins to fill in has the task: where nobody has confirmed yet, this is the receipt, and says so. Called
    inside the act that writes the part; an inspector in the field is never held up.
    """
    if part.dispatch_id is None:
        return
    waiting = Dispatch.objects.filter(pk=part.dispatch_id, received_at__isnull=True)
    if not waiting.exists():  # mostly it was confirmed long ago, and looking takes no lock
        return
    _note(viewer, list(waiting.select_for_update(of=("self",)).select_related("organisation", "task")), How.BEGUN)


def _note(viewer: Viewer, found: Sequence[Dispatch], how: Dispatch.How) -> None:
    counts = Counter(FormPart.objects.filter(dispatch__in=found).values_list("dispatch_id", flat=True))
    for one in found:
        one.received_at, one.received_by_id, one.how = clock.now(), viewer.user_id, how
        one.save(update_fields=["received_at", "received_by", "how"])
        act = "签收检查任务" if how == How.CONFIRMED else "没有先签收就开始填写，视为签收检查任务"
        record(
            viewer,
            events.RECEIVED,
            one.thing,
            f"{one.organisation.full_name}{act}，{counts[one.pk]} 份",
            after={"organisation": one.organisation.code, "parts": counts[one.pk], "how": how.value},
        )


def _senders(task: Task) -> set[int]:
    """Whose act the dispatch is: the lead, of a section also its department; of a check outside of the plans who asked."""
    unit = task.plan.lead if task.plan is not None else task.request.organisation if task.request is not None else None
    return set() if unit is None else {unit.pk, unit.department.pk}
