"""What waits with annual plans, and how they are signed on paper."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from ..models import AnnualPlan
from . import actions, policy, queries

State = AnnualPlan.State
_CONCERNED = (Role.COORDINATOR, Role.CLERK, Role.HEAD, Role.LEADER, Role.STEERING, Role.UNIT_HEAD)


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Drafts for whoever writes them, the two signatures for whoever gives them. There is no legal deadline."""
    if viewer.role not in _CONCERNED:
        return
    for annual in queries.annual_seen(viewer).filter(state__in=AnnualPlan.UNPUBLISHED):
        department = annual.department
        if annual.state == State.DRAFT and policy.may_write(viewer, department):
            yield Todo(f"编制“{annual}”", "草稿还没有提交。", _url("annual", annual), "继续编制")
        elif annual.state == State.SUBMITTED and policy.may_sign(viewer, department):
            yield Todo(f"签署“{annual}”", "统筹科室已提交。", _url("annual-sign", annual), "查看并签署")
        elif annual.state == State.SIGNED and policy.may_approve(viewer, department):
            yield Todo(f"批准“{annual}”", "分管领导已签署；批准后即公布。", _url("annual-sign", annual), "批准并公布")


def _url(name: str, annual: AnnualPlan) -> str:
    return reverse(f"planning:{name}", args=[annual.number])


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    wanted = [int(key) for key in keys if key.isdecimal()]
    return {str(one.pk): _thing(viewer, one) for one in queries.annual_seen(viewer).filter(pk__in=wanted)}


def _thing(viewer: Viewer, annual: AnnualPlan) -> Thing:
    """Both lines of the annex stand on one sheet, so both wait together."""
    capacities = {
        State.SUBMITTED: (policy.LEADER, policy.STEERING),
        State.SIGNED: (policy.STEERING,),
    }
    may = policy.may_write(viewer, annual.department)
    return Thing(
        title=f"“{annual}”第 {annual.version} 版",
        url=_url("annual", annual),
        number=annual.number,
        facts=(("单位", annual.department.name), ("年度", f"{annual.year}年")),
        pages=tuple(actions.page_of(annual, one) for one in capacities.get(State(annual.state), ())),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{annual.department.name}的统筹科室或经办人",
        who_confirms=f"{annual.department.name}的另一名统筹科室人员或经办人",
        demo=annual.is_demo,
    )


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


register_thing("annual", _things, confirmed=_paper_confirmed)
