"""Requests to merge that wait for an answer."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .. import policy
from ..checks import last_days_to_decide
from ..models import MergeRequest
from . import queries


@provider
def to_answer(viewer: Viewer) -> Iterator[Todo]:
    """For those who write the asked plan; in time while the draw, or the day agreed on, is not there yet."""
    if viewer.role not in policy.WRITERS:
        return
    for request in queries.waiting(viewer):
        if policy.may_write(viewer, request.asked):
            asks = f"{request.asking.lead.name}请求与“{request.asking}”{request.get_form_display()}：{request.reason}"
            url = reverse("planning:merge", args=[request.pk])
            yield Todo(f"答复合并检查：“{request.asked}”", asks, url, "查看并答复", due=_due(request))


def _due(request: MergeRequest) -> date:
    if request.day is not None:
        return request.day
    draws = min(request.asking.draw_at, request.asked.draw_at).astimezone(clock.SHANGHAI).date()
    return last_days_to_decide(draws, 4)[-1]
