"""Requests of avoidance that wait for a head, and granted ones that wait for the inspector to be replaced."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from . import queries

TIME_TO_DECIDE = timedelta(days=3)


@provider
def avoidances(viewer: Viewer) -> Iterator[Todo]:
    """In time before the visit where there is a notice, else within three days."""
    for one in queries.avoidances_to_decide(viewer):
        asked = one.asked_at.astimezone(clock.SHANGHAI).date()
        due = min(asked + TIME_TO_DECIDE, one.notice.visit_on) if one.notice else asked + TIME_TO_DECIDE
        yield Todo(
            title=f"决定回避申请：{one.part.form.object.name}",
            reason=f"被检查人申请{one.inspector.name}回避：{one.reason[:60]}",
            url=reverse("inspecting:avoidance", args=[one.pk]),
            button="查看并决定",
            due=due,
        )
    for one in queries.avoidances_to_follow(viewer):
        yield Todo(
            title=f"更换检查人员：{one.part.form.object.name}",
            reason=f"{one.inspector.name}应当回避：{one.decision[:60]}",
            url=reverse("inspecting:avoidance", args=[one.pk]),
            button="按规则更换",
            due=one.notice.visit_on if one.notice else None,
        )
