"""Extensions that wait for the unit's head, those that came back, and how they are approved on paper."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo, provider
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from ..models import Extension
from . import actions, policy, queries


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """For the head what is to be decided, by the day that ends now; for who asked what came back."""
    for one in queries.to_decide(viewer):
        yield Todo(
            title=f"审批延期：{one.part.form.object.name}",
            reason=f"{one.part.organisation.name}申请由 {one.due.isoformat()} 延至 {one.until.isoformat()}：{one.reason}",
            url=_address(one),
            button="查看并审批",
            due=one.due,
        )
    if viewer.has(Role.CLERK, Role.INSPECTOR):
        for one in queries.returned_to(viewer):
            yield Todo(
                title=f"延期没有批准：{one.part.form.object.name}",
                reason=f"{one.comment}。截止日仍是 {one.due.isoformat()}，按期检查，或补充理由重新申请。",
                url=reverse("inspecting:form", args=[one.part.form_id]),
                button="查看检查表",
                due=one.due,
            )


def _address(extension: Extension) -> str:
    return reverse("inspecting:extension", args=[extension.pk])


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    wanted = [int(key) for key in keys if key.isdecimal()]
    return {str(one.pk): _thing(viewer, one) for one in queries.extensions_seen(viewer).filter(pk__in=wanted)}


def _thing(viewer: Viewer, extension: Extension) -> Thing:
    may = viewer.has(Role.CLERK) and policy.may_ask(viewer, extension.part)
    unit = extension.part.organisation
    return Thing(
        title=f"{actions.TITLE}（{extension.part.form.object.name}）",
        url=_address(extension),
        number=extension.number,
        facts=(
            ("申请部门", unit.full_name), ("检查表", extension.part.form.number),
            ("原办理期限", extension.due.isoformat()), ("申请延期至", extension.until.isoformat()),
        ),
        pages=(actions.page_of(extension),) if extension.is_open else (),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{unit.name}的经办人",
        who_confirms=f"{unit.name}的另一名经办人",
        demo=extension.part.form.object.is_demo,
    )  # fmt: skip


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


def _named(extension: Extension) -> things.Named:
    return things.Named(f"{extension.part.form.object.name}的延期", _address(extension))


register_thing("extension", _things, confirmed=_paper_confirmed)
things.register("extension", queries.extensions_seen, _named)
