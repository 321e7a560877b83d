"""Parts that wait to be handed on or taken, and those that came back."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo, provider
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from ..models import Reassignment
from . import actions, policy, queries

_HEADS = (Role.HEAD, Role.LEADER, Role.UNIT_HEAD)
State = Reassignment.State


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """For heads what is to be approved or taken, by the day on which the inspection is due; for the clerk what came back."""
    if viewer.has(*_HEADS):
        for one in queries.to_decide(viewer):
            takes = one.state == State.APPROVED
            yield Todo(
                title=f"{'接收指派' if takes else '审批指派'}：{one.part.form.object.name}",
                reason=f"{one.part.organisation.full_name}指派给{one.to.full_name}：{one.reason}",
                url=_address(one),
                button="查看并接收" if takes else "查看并审批",
                due=one.part.inspect_by,
            )
    if viewer.has(Role.CLERK):
        for one in queries.sent_back_to(viewer):
            yield Todo(
                title=f"指派没有办成：{one.part.form.object.name}",
                reason=f"{one.get_state_display()}：{one.answer or one.comment}。检查仍由本单位办理。",
                url=reverse("inspecting:form", args=[one.part.form_id]),
                button="查看检查表",
                due=one.part.inspect_by,
            )


def _address(found: Reassignment) -> str:
    return reverse("inspecting:reassignment", args=[found.pk])


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    wanted = [int(key) for key in keys if key.isdecimal()]
    return {str(one.pk): _thing(viewer, one) for one in queries.reassignments_seen(viewer).filter(pk__in=wanted)}


def _thing(viewer: Viewer, found: Reassignment) -> Thing:
    may, unit = policy.may_ask(viewer, found.part), found.part.organisation
    return Thing(
        title=f"{actions.TITLE}（{found.part.form.object.name}）",
        url=_address(found),
        number=found.number,
        facts=(("移交单位", unit.full_name), ("接收单位", found.to.full_name), ("理由", found.reason)),
        pages=(actions.page_of(found, policy.GIVER),) if found.state == State.ASKED else (),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{unit.name}的经办人",
        who_confirms=f"{unit.name}的另一名经办人",
        demo=found.part.form.object.is_demo,
    )


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


def _named(found: Reassignment) -> things.Named:
    return things.Named(f"{found.part.form.object.name}的指派", _address(found))


register_thing("reassignment", _things, confirmed=_paper_confirmed)
things.register("reassignment", queries.reassignments_seen, _named)
