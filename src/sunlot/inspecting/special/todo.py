"""Requests for checks that wait, and how they are approved on paper."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo, provider
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from ..models import CheckRequest
from . import actions, policy, queries

State = CheckRequest.State


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """For the unit's head what is to be approved, by the day on which the check begins; for the clerk what was returned."""
    for one in queries.waiting(viewer):
        url = reverse("inspecting:request", args=[one.number])
        if one.state == State.RETURNED:
            yield Todo(f"修改检查申请：{one}", f"审批退回：{one.comment}", url, "查看并修改", due=one.starts_on)
        elif policy.may_decide(viewer, one):
            reason = f"{one.organisation.name}申请{one.get_source_display()}：{one.basis}"
            yield Todo(f"审批检查：{one}", reason, url, "查看并审批", due=one.starts_on)


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    wanted = [int(key) for key in keys if key.isdecimal()]
    return {
        str(one.pk): _thing(viewer, one) for one in queries.whole(queries.requests_seen(viewer).filter(pk__in=wanted))
    }


def _thing(viewer: Viewer, request: CheckRequest) -> Thing:
    may = policy.may_change(viewer, request)
    return Thing(
        title=f"“{request}”的{actions.TITLE}",
        url=reverse("inspecting:request", args=[request.number]),
        number=request.number,
        facts=(("承办单位", request.organisation.full_name), ("类别", request.get_source_display())),
        pages=(actions.page_of(request),) if request.state == State.ASKED else (),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{request.organisation.name}的经办人",
        who_confirms=f"{request.organisation.name}的另一名经办人",
        demo=request.is_demo,
    )


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


def _named(request: CheckRequest) -> things.Named:
    return things.Named(request.title, reverse("inspecting:request", args=[request.number]))


register_thing("check-request", _things, confirmed=_paper_confirmed)
things.register("check-request", queries.requests_seen, _named)
