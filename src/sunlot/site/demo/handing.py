"""Between dispatch and visit in the demonstration: receipts, an extension granted and one asked for, a site handed on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from sunlot.drawing.models import Attempt
from sunlot.inspecting.extending import actions as extending
from sunlot.inspecting.extending.queries import latest
from sunlot.inspecting.models import Dispatch, FormPart
from sunlot.inspecting.reassigning import actions as reassigning
from sunlot.inspecting.reassigning import competence
from sunlot.inspecting.receiving import actions as receiving
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Organisation

from .people import Cast

UNIT = "zjj-zhianjian"
CLERK, HEAD = "zhianjian", "zhianjian-head"


def receive(cast: Cast, attempt: Attempt) -> Iterator[datetime]:
    """On the morning after the draw each unit confirms that it has its part of the task."""
    day = working_days.due(clock.today(), 1).day
    yield datetime(day.year, day.month, day.day, 8, 40, tzinfo=clock.SHANGHAI)
    waiting = Dispatch.objects.filter(task__attempt=attempt, received_at__isnull=True)
    for code in sorted(set(waiting.values_list("organisation__code", flat=True))):
        username = code.removeprefix("zjj-")
        if username in cast.viewers:
            receiving.confirm(cast[username], attempt.task)


def make(cast: Cast) -> None:
    """Of the sites that are still to be visited: one has more time, for one it is asked, one goes to its district."""
    waiting = list(_untouched()[:3])
    if len(waiting) < 3:
        return
    granted, asked, handed = waiting
    for part, days, reason in (
        (granted, 10, "工地正在抢险加固，专家意见出具后才能检查"),
        (asked, 15, "施工单位变更，新单位进场后检查"),
    ):
        until = min(part.inspect_by + timedelta(days=days), latest(part))
        found = extending.ask(cast[CLERK], part, until, f"{reason}（演示）", "已通知建设单位做好准备。")
        if part is granted:
            extending.approve(cast["unit-head"], found, cast.proof("unit-head"), "同意延期，抓紧办理。")
    _hand_on(cast, handed)


def _untouched() -> "QuerySet[FormPart]":
    """The newest open parts of the unit that nobody has begun; the oldest are left for whoever tries the phone."""
    found = FormPart.objects.filter(organisation__code=UNIT, state=FormPart.State.OPEN, began_at__isnull=True)
    found = found.filter(form__task__plan__isnull=False, form__task__ends_on__gte=clock.today())
    return found.select_related("form__task", "form__object", "organisation__parent").order_by("-form__number")


def _hand_on(cast: Cast, part: FormPart) -> None:
    districts = [one for one in competence.competent_units(part) if one.kind == Organisation.Kind.DEPARTMENT]
    to = max(districts, key=lambda one: one.depth)
    found = reassigning.ask(cast[CLERK], part, to, "项目由区局监督，由属地单位检查便于后续整改")
    reassigning.approve(cast[HEAD], found, cast.proof(HEAD), "同意。")
    people = [one.pk for one in competence.eligible(part, to)[:2]]
    head = f"{to.code}-head"
    reassigning.accept(cast[head], found, cast.proof(head), people, "两人负责本区工程质量安全监督", "同意接收。")
