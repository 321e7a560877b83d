"""What waits for inspectors, second signers, reviewers and the lead's clerk."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.drawing.rounds import window_of
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.visits.queries import agreements

from . import deadlines, queries
from .codes import todo as codes_todo
from .extending import todo as extending_todo
from .followups import todo as followups_todo
from .models import FormPart
from .notices import todo as notices_todo
from .reassigning import todo as reassigning_todo
from .receiving import todo as receiving_todo
from .special import todo as special_todo
from .written import todo as written_todo

__all__ = [
    "codes_todo",
    "extending_todo",
    "followups_todo",
    "notices_todo",
    "reassigning_todo",
    "receiving_todo",
    "special_todo",
    "waiting",
    "written_todo",
]  # all register what waits

MANY = 12
"""So many rows of one kind are shown singly; the rest is one row that leads to the list."""


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Everything of this room that waits for the viewer, each kind in order of its deadline."""
    if viewer.role == Role.INSPECTOR:
        yield from _to_inspect(viewer)
        yield from _to_sign(viewer)
        yield from written_todo.waiting(viewer)
    if viewer.role == Role.CLERK:
        yield from _to_dispatch(viewer)
    if viewer.has(Role.CLERK, Role.HEAD):
        yield from _to_review(viewer)


def _to_inspect(viewer: Viewer) -> Iterator[Todo]:
    parts = list(
        queries.to_inspect(viewer)
        .select_related("form__task", "form__object")
        .order_by(deadlines.inspect_by(), "form__number")[: MANY + 1]
    )
    agreed = agreements(f"form:{part.form_id}" for part in parts[:MANY])
    for part in parts[:MANY]:
        returned = part.state == FormPart.State.RETURNED
        due = deadlines.due_of(part)
        agreement = agreed.get(f"form:{part.form_id}")
        about = f"{part.form.task.title}，{part.form.team_label}，{part.form.number}"
        if agreement is not None:
            about += f"；约定 {agreement.day.isoformat()} 与{'、'.join(agreement.units)}一同检查"
        yield Todo(
            title=f"{'改正' if returned else '检查'}：{part.form.object.name}",
            reason=f"复核退回：{part.review_comment}" if returned else about,
            url=reverse("field:part", args=[part.pk]),
            button="改正记录" if returned else "填写检查表",
            due=agreement.day if agreement else due.day if due else None,
        )
    if len(parts) > MANY:
        yield Todo(
            title="还有其他检查表", reason="按检查截止日排列，可在手机上填写。", url=reverse("field:mine"), button="查看全部",
            due=parts[MANY].inspect_by,
        )  # fmt: skip


def _to_sign(viewer: Viewer) -> Iterator[Todo]:
    parts = (
        queries.to_countersign(viewer)
        .select_related("form__task", "form__object", "recorded_by")
        .order_by("completed_on", "pk")
    )
    for part in parts[:MANY]:
        due = deadlines.due_of(part)
        recorder = part.recorded_by.name if part.recorded_by else ""
        yield Todo(
            title=f"签字：{part.form.object.name}",
            reason=f"{recorder}已提交检查记录，同组人员也要签字。",
            url=reverse("field:sign", args=[part.pk]),
            button="核对并签字",
            due=due.day if due else None,
        )


def _to_dispatch(viewer: Viewer) -> Iterator[Todo]:
    for attempt in queries.attempts_to_dispatch(viewer):
        yield Todo(
            title=f"派发检查任务：{attempt.draw.title}",
            reason=f"抽取 {attempt.draw.number} 的记录已签署，派发后各检查组才能看到任务。",
            url=reverse("inspecting:dispatch", args=[attempt.pk]),
            button="派发任务",
            due=window_of(attempt.draw).starts_on,
        )


def _to_review(viewer: Viewer) -> Iterator[Todo]:
    parts = list(
        queries.to_review(viewer)
        .select_related("form__task", "form__object", "recorded_by")
        .order_by("completed_on", "pk")[: MANY + 1]
    )
    for part in parts[:MANY]:
        due = deadlines.due_of(part)
        recorder = part.recorded_by.name if part.recorded_by else ""
        yield Todo(
            title=f"复核检查记录：{part.form.object.name}",
            reason=f"{recorder}提交，结果：{'、'.join(part.category_labels)}。公示期限从检查完成日起算。",
            url=reverse("inspecting:review", args=[part.pk]),
            button="复核",
            due=due.day if due else None,
        )
    if len(parts) > MANY:
        due = deadlines.due_of(parts[MANY])
        yield Todo(
            title="还有其他检查记录待复核", reason="按公示期限排列。", url=f"{reverse('inspecting:forms')}?state=recorded", button="查看全部",
            due=due.day if due else None,
        )  # fmt: skip
