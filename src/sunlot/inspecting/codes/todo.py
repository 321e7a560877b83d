"""Complaints that wait for the supervisor."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import Complaint
from . import queries

MANY = 12
TIME_TO_ANSWER = timedelta(days=15)


@provider
def complaints(viewer: Viewer) -> Iterator[Todo]:
    """Each until fifteen days after it came."""
    if not viewer.has(Role.SUPERVISOR):
        return
    waiting = queries.complaints_seen(viewer).filter(state=Complaint.State.RECEIVED).order_by("received_at", "pk")
    for one in waiting[:MANY]:
        yield Todo(
            title=f"处理对检查的反映：{one.form.object.name}",
            reason=one.words[:80],
            url=reverse("inspecting:complaint", args=[one.pk]),
            button="查看并处理",
            due=one.received_at.astimezone(clock.SHANGHAI).date() + TIME_TO_ANSWER,
        )
