"""What waits for the clerk who publishes, with the last day on which it is in time."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.viewer import Viewer

from . import queries

MANY = 12
"""So many are shown singly; the rest is one row that leads to the list."""


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """The reviewed results of the viewer's department, the most urgent first."""
    parts = list(
        queries.to_publish(viewer)
        .select_related("form__task", "form__object")
        .order_by("completed_on", "pk")[: MANY + 1]
    )
    for part in parts[:MANY]:
        deadline = queries.deadline(part)
        yield Todo(
            title=f"公示检查结果：{part.form.object.name}",
            reason=f"{part.form.task.title}，结果：{'、'.join(part.category_labels)}。未公示的视为未完成。",
            url=reverse("publishing:part", args=[part.pk]),
            button="查看并公示",
            due=deadline.day if deadline else None,
        )
    if len(parts) > MANY:
        deadline = queries.deadline(parts[MANY])
        yield Todo(
            title="还有其他检查结果待公示",
            reason="按公示期限排列。",
            url=f"{reverse('publishing:parts')}?stand=waiting",
            button="查看全部",
            due=deadline.day if deadline else None,
        )
