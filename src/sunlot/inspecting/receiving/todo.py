"""Tasks that wait for receipt, and for the lead those that a unit has not received in time."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo, provider
from sunlot.organisations.viewer import Viewer

from ..models import Task
from . import queries
from .queries import Line

_NAMED = 3


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """For the receiving unit each task once, with its button; for the lead each task of which somebody is late."""
    for task, lines in _by_task(queries.waiting(viewer)):
        page = reverse("inspecting:task", args=[task.pk])
        count = sum(line.parts for line in lines)
        yield Todo(
            title=f"签收检查任务：{task.title}",
            reason=f"派给{_names(lines)}，共 {count} 份检查表。签收不影响检查人员先填写。",
            url=page,
            button="签收",
            due=lines[0].due.day,
            act=reverse("inspecting:task-receive", args=[task.pk]),
        )
    for task, lines in _by_task(queries.overdue_of_lead(viewer)):
        yield Todo(
            title=f"催签收：{task.title}",
            reason=f"{_names(lines)}逾期没有签收检查任务。",
            url=reverse("inspecting:task", args=[task.pk]),
            button="查看签收情况",
            due=lines[0].due.day,
        )


def _by_task(lines: list[Line]) -> list[tuple[Task, list[Line]]]:
    found: dict[int, tuple[Task, list[Line]]] = {}
    for line in lines:
        found.setdefault(line.dispatch.task_id, (line.dispatch.task, []))[1].append(line)
    return list(found.values())


def _names(lines: list[Line]) -> str:
    names = list(dict.fromkeys(line.dispatch.organisation.full_name for line in lines))
    return f"{'、'.join(names[:_NAMED])}等 {len(names)} 个单位" if len(names) > _NAMED else "、".join(names)


def _task(task: Task) -> things.Named:
    return things.Named(task.title, reverse("inspecting:task", args=[task.pk]))


things.register("task", queries.tasks_seen, _task)
things.register("dispatch", queries.dispatches_seen, lambda dispatch: _task(dispatch.task))
