"""Everything that changes an annual plan: its lines, its way to publication, its change orders."""

from datetime import date
from typing import Any

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Organisation, Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..content import canonical_text, digest_of
from ..models import AnnualLine, AnnualPlan, AnnualVersion, Plan
from . import policy, storing, suggestions
from .checks import faults_of
from .content import LineContent, Said, content_of, lines_of, rules
from .policy import LEADER, STEERING
from .queries import item_names

State = AnnualPlan.State

BLANK, COPY, ITEMS = "blank", "copy", "items"
SOURCES = {BLANK: "空白", COPY: "照上年计划", ITEMS: "按抽查事项清单"}


@transaction.atomic
def create_annual(
    viewer: Viewer, department: Organisation, year: int, source: str = BLANK, *, is_demo: bool = False
) -> AnnualPlan:
    """Begin the annual plan of a department: blank, with the lines of the year before, or with lines made of the items
    in force. There is one for a year: Refused where it is there already, and where there is nothing to copy.
    """
    _require_writer(viewer, department)
    if (
        AnnualPlan.objects.filter(department=department, year=year, revises=None)
        .exclude(state=State.WITHDRAWN)
        .exists()
    ):
        raise Refused(f"{department.name}{year}年度的计划已经有了，打开它继续编制；已公布的，办理计划调整。")
    lines = suggestions.lines_for(department, year, source)
    annual = storing.new_annual(viewer, department, year, is_demo)
    for position, said in enumerate(lines, 1):
        storing.write_line(annual, position, said, position)
    words = f"编制{year}年度抽查工作计划（{SOURCES[source]}，{len(lines)} 项）"
    record(viewer, events.ANNUAL_CREATED, annual.thing, words, after={"number": annual.number, "lines": len(lines)})
    return annual


@transaction.atomic
def save_line(
    viewer: Viewer, annual: AnnualPlan, code: int | None, said: LineContent, *, seen: LineContent | None = None
) -> AnnualLine:
    """Write a line, a new one where `code` is None. The same again changes nothing.

    `seen` is what the viewer was shown of it: Refused where somebody changed it in between.
    """
    found = _opened(viewer, annual)
    said = said.in_order()
    line = _line(found, code) if code is not None else None
    before = content_of(line) if line is not None else None
    if before == said and line is not None:
        return line
    if seen is not None and before is not None and before != seen.in_order():
        raise Refused("您打开以后，这一项已被别人修改。刷新页面，看过最新内容再改。")
    _back_to_draft(found, "修改计划项目")
    line = storing.write_line(found, code if code is not None else storing.next_code(found), said)
    act = "修改" if before else "增加"
    record(
        viewer,
        events.ANNUAL_CHANGED,
        found.thing,
        f"{act}计划项目“{said.title}”",
        before=_plain(before),
        after=_plain(said),
    )
    return line


@transaction.atomic
def remove_line(viewer: Viewer, annual: AnnualPlan, code: int) -> AnnualPlan:
    """Take a line out. Removed twice is removed once. Refused while a plan carries it out."""
    found = _opened(viewer, annual)
    line = found.lines.filter(code=code).first()
    if line is None:
        return found
    carried = Plan.objects.filter(annual_line__annual=found.revises or found, annual_line__code=code)
    plan = carried.exclude(state=Plan.State.WITHDRAWN).first()
    if plan is not None:
        raise Refused(f"“{line.title}”已有抽查计划 {plan.number}，不能删去。")
    before = content_of(line)
    _back_to_draft(found, "删去计划项目")
    line.delete()
    record(viewer, events.ANNUAL_CHANGED, found.thing, f"删去计划项目“{before.title}”", before=_plain(before))
    return found


@transaction.atomic
def move_line(viewer: Viewer, annual: AnnualPlan, code: int, up: bool) -> AnnualPlan:
    """Change places with the line above or below; at the end nothing happens."""
    found = _opened(viewer, annual)
    lines = list(found.lines.all())
    at = next((n for n, line in enumerate(lines) if line.code == code), None)
    if at is None:
        raise Refused("这一项已被删去。刷新页面看最新情况。")
    other = at - 1 if up else at + 1
    if not 0 <= other < len(lines):
        return found
    lines[at], lines[other] = lines[other], lines[at]
    _back_to_draft(found, "调整次序")
    for position, line in enumerate(lines, 1):
        line.position = position
    AnnualLine.objects.bulk_update(lines, ["position"])
    record(viewer, events.ANNUAL_CHANGED, found.thing, f"“{lines[other].title}”移到第 {other + 1} 项")
    return found


@transaction.atomic
def submit_annual(viewer: Viewer, annual: AnnualPlan) -> AnnualPlan:
    """Hand it to the leader in charge: its content is frozen as a version. Submitted twice is submitted once."""
    found = _locked(annual)
    _require_writer(viewer, found.department)
    if found.state == State.SUBMITTED:
        return found
    _require_state(found, State.DRAFT, "提交")
    lines = lines_of(found)
    faults = faults_of(found, lines)
    if faults:
        raise Refused(f"还有 {len(faults)} 处要改正，不能提交：{faults[0].message}")
    content = said(found, lines)
    if found.revises is not None and content["lines"] == said(_standing(found))["lines"]:
        raise Refused("调整后与原计划相同。先修改要调整的项目，再提交。")
    text = canonical_text(content)
    found.digest = digest_of(text)
    AnnualVersion.objects.create(
        annual=found,
        number=found.version,
        content=text,
        digest=found.digest,
        made_by_id=viewer.user_id,
        made_at=clock.now(),
    )
    _move(found, State.SUBMITTED, "digest")
    words = f"提交第 {found.version} 版，由{LEADER}签署"
    record(viewer, events.ANNUAL_SUBMITTED, found.thing, words, after={"digest": found.digest})
    return found


@transaction.atomic
def sign_annual(viewer: Viewer, annual: AnnualPlan, proof: Proof, comment: str = "") -> AnnualPlan:
    """First signature, by the leader in charge. Twice by the same person is once."""
    found = _locked(annual)
    if not policy.may_sign(viewer, found.department):
        raise NotAllowed(f"由{found.department.name}的{LEADER}签署。")
    if found.state == State.SIGNED and _signer(found, LEADER) == viewer.user_id:
        return found
    _require_state(found, State.SUBMITTED, "签署")
    signatures.sign(viewer, page_of(found, LEADER), proof, comment)
    _move(found, State.SIGNED)
    return found


@transaction.atomic
def approve_annual(viewer: Viewer, annual: AnnualPlan, proof: Proof, comment: str = "") -> AnnualPlan:
    """Second signature, for the steering group: publishes the plan, or lets the change order take effect."""
    found = _locked(annual)
    if not policy.may_approve(viewer, found.department):
        raise NotAllowed(f"由{found.department.name}的{STEERING}（没有的由单位负责人）批准。")
    if found.state in (State.PUBLISHED, State.APPLIED) and _signer(found, STEERING) == viewer.user_id:
        return found
    _require_state(found, State.SIGNED, "批准")
    first = _standing_signature(found, LEADER)
    if first is not None and first.people & viewer.people:
        raise NotAllowed(f"{LEADER}和{STEERING}的签署不能是同一人。")
    signatures.sign(viewer, page_of(found, STEERING), proof, comment)
    _publish(viewer, found)
    return found


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> AnnualPlan:
    """A page signed on paper has been compared and confirmed: the plan goes on as if signed here."""
    found = _locked(AnnualPlan.objects.get(pk=int(signature.thing.partition(":")[2])))
    if signature.digest != found.digest:
        raise Refused("计划在纸质签署以后改过，这份签署件不再有效。打印新的计划，重新签署。")
    if signature.capacity == LEADER and found.state == State.SUBMITTED:
        _move(found, State.SIGNED)
    elif signature.capacity == STEERING and found.state == State.SIGNED:
        first = _standing_signature(found, LEADER)
        if first is not None and first.name == signature.name.strip():
            raise NotAllowed(f"{LEADER}和{STEERING}的签署不能是同一人。")
        _publish(viewer, found)
    elif signature.capacity == STEERING and found.state == State.SUBMITTED:
        raise Refused(f"{LEADER}还没有签署。先核对{LEADER}的签署件。")
    return found


@transaction.atomic
def return_annual(viewer: Viewer, annual: AnnualPlan, reason: str) -> AnnualPlan:
    """Refuse the signature that is asked of the viewer, with the reason: the plan returns to draft."""
    found = _locked(annual)
    if found.state not in (State.SUBMITTED, State.SIGNED):
        raise Refused(f"计划现在是“{found.get_state_display()}”，没有等待签署。刷新页面看最新情况。")
    capacity, may = (LEADER, policy.may_sign) if found.state == State.SUBMITTED else (STEERING, policy.may_approve)
    if not may(viewer, found.department):
        raise NotAllowed(f"由{found.department.name}的{capacity}办理。")
    signatures.refuse(viewer, page_of(found, capacity), reason)
    words = f"{capacity}退回第 {found.version} 版：{reason.strip()}"
    record(viewer, events.ANNUAL_RETURNED, found.thing, words, before={"digest": found.digest})
    _back_to_draft(found, words)
    return found


@transaction.atomic
def withdraw_annual(viewer: Viewer, annual: AnnualPlan, reason: str) -> AnnualPlan:
    """Give up one that is not published, or a change order, with the reason. Twice is once."""
    found = _locked(annual)
    _require_writer(viewer, found.department)
    if found.state == State.WITHDRAWN:
        return found
    if not found.is_open:
        raise Refused("已公布的年度计划不能撤回，用“调整计划”办理。")
    if not reason.strip():
        raise Refused("撤回须写明理由。")
    found.withdrawn_reason = reason.strip()
    _move(found, State.WITHDRAWN, "withdrawn_reason")
    record(viewer, events.ANNUAL_WITHDRAWN, found.thing, f"撤回：{found.withdrawn_reason}")
    return found


@transaction.atomic
def open_change_order(viewer: Viewer, annual: AnnualPlan, reason: str) -> AnnualPlan:
    """Begin to change a published annual plan, with the reason. One order is open at a time and returned if asked again."""
    found = _locked(annual)
    _require_writer(viewer, found.department)
    earlier = found.change_orders.filter(state__in=AnnualPlan.UNPUBLISHED).first()
    if earlier is not None:
        return earlier
    _require_state(found, State.PUBLISHED, "调整")
    if not reason.strip():
        raise Refused("调整计划须写明理由。")
    order = storing.new_order(viewer, found, reason.strip())
    record(
        viewer,
        events.ANNUAL_ORDER_OPENED,
        order.thing,
        f"提出调整：{order.change_reason}",
        after={"annual": found.number},
    )
    record(viewer, events.ANNUAL_ORDER_OPENED, found.thing, f"提出调整（{order.number}）：{order.change_reason}")
    return order


def page_of(annual: AnnualPlan, capacity: str) -> Page:
    """What is signed, in this capacity, in the version that stands."""
    return Page(annual.thing, f"“{annual}”第 {annual.version} 版", annual.digest, capacity)


def said(annual: AnnualPlan, lines: list[AnnualLine] | None = None) -> Said:
    """The canonical content as the tables have it now."""
    lines = lines_of(annual) if lines is None else lines
    return rules(annual, lines, item_names({item.code for line in lines for item in line.items.all()}))


# --- inside -------------------------------------------------------------------------------------------------------


def _locked(annual: AnnualPlan) -> AnnualPlan:
    found = AnnualPlan.objects.select_for_update(of=("self",)).select_related("department__parent", "revises")
    return found.get(pk=annual.pk)


def _opened(viewer: Viewer, annual: AnnualPlan) -> AnnualPlan:
    """The plan, locked, that the viewer may change now."""
    found = _locked(annual)
    _require_writer(viewer, found.department)
    if not found.is_open:
        raise Refused(f"计划{found.get_state_display()}，不能直接修改。已公布的，用“调整计划”办理。")
    return found


def _line(annual: AnnualPlan, code: int) -> AnnualLine:
    found = annual.lines.select_related("lead").filter(code=code).first()
    if found is None:
        raise Refused("这一项已被删去。刷新页面看最新情况。")
    return found


def _plain(said: LineContent | None) -> dict[str, Any]:
    return {} if said is None else {key: list(v) if isinstance(v, tuple) else v for key, v in said.__dict__.items()}


def _require_writer(viewer: Viewer, department: Organisation) -> None:
    if not policy.may_write(viewer, department):
        raise NotAllowed(policy.WRITER_WORDS)


def _require_state(annual: AnnualPlan, state: str, act: str) -> None:
    if annual.state != state:
        raise Refused(f"计划现在是“{annual.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def _move(annual: AnnualPlan, to: str, *columns: str) -> None:
    if to not in AnnualPlan.MOVES[annual.state]:
        raise Refused(f"计划现在是“{annual.get_state_display()}”，不能转为“{State(to).label}”。刷新页面看最新情况。")
    annual.state = to
    annual.save(update_fields=["state", *columns])


def _back_to_draft(annual: AnnualPlan, reason: str) -> None:
    """Begin the next version, if the present one was ever submitted."""
    if annual.state == State.DRAFT:
        return
    AnnualVersion.objects.filter(annual=annual, number=annual.version).update(ended_reason=reason)
    annual.version, annual.digest = annual.version + 1, ""
    _move(annual, State.DRAFT, "version", "digest")


def _standing_signature(annual: AnnualPlan, capacity: str) -> Signature | None:
    return Signature.objects.filter(
        thing=annual.thing, capacity=capacity, digest=annual.digest, state=Signature.State.SIGNED
    ).first()


def _signer(annual: AnnualPlan, capacity: str) -> int | None:
    found = _standing_signature(annual, capacity)
    return found.user_id if found is not None else None


def _standing(order: AnnualPlan) -> AnnualPlan:
    """The annual plan that the order changes, locked. Refused where it is no longer the version it started from."""
    annual = _locked(AnnualPlan(pk=order.revises_id))
    if annual.version != order.base_version:
        raise Refused(f"原计划已是第 {annual.version} 版，这份从第 {order.base_version} 版改起的调整不能再办。撤回它。")
    return annual


def _publish(viewer: Viewer, annual: AnnualPlan) -> None:
    if annual.revises_id is not None:
        _apply(viewer, annual)
        return
    annual.published_at = clock.now()
    _move(annual, State.PUBLISHED, "published_at")
    AnnualVersion.objects.filter(annual=annual, number=annual.version).update(published_at=annual.published_at)
    record(
        viewer,
        events.ANNUAL_PUBLISHED,
        annual.thing,
        f"公布第 {annual.version} 版",
        after={"digest": annual.digest},
        subject=f"annual:{annual.number}",
        public={"annual": annual.digest},
    )


def _apply(viewer: Viewer, order: AnnualPlan) -> None:
    """The order's lines become those of the published plan: the same codes keep their rows and the plans that follow."""
    annual = _standing(order)
    stored = AnnualVersion.objects.get(annual=order, number=order.version)
    before, now = annual.digest, clock.now()
    lines = lines_of(order)
    gone = annual.lines.exclude(code__in=[line.code for line in lines])
    if carried := Plan.objects.filter(annual_line__in=gone).exclude(state=Plan.State.WITHDRAWN).first():
        raise Refused(f"“{carried.annual_line}”已有抽查计划 {carried.number}，不能删去。退回修改这份调整。")
    gone.delete()
    for line in lines:
        storing.write_line(annual, line.code, content_of(line), line.position)
    AnnualVersion.objects.filter(annual=annual, number=annual.version).update(
        ended_reason=f"计划调整：{order.change_reason}"
    )
    annual.version, annual.digest = annual.version + 1, order.digest
    annual.save(update_fields=["version", "digest"])
    AnnualVersion.objects.create(
        annual=annual,
        number=annual.version,
        content=stored.content,
        digest=stored.digest,
        made_by_id=stored.made_by_id,
        made_at=now,
        published_at=now,
    )
    _move(order, State.APPLIED)
    record(
        viewer,
        events.ANNUAL_ORDER_APPLIED,
        annual.thing,
        f"调整为第 {annual.version} 版：{order.change_reason}",
        before={"digest": before},
        after={"digest": annual.digest, "order": order.number},
        subject=f"annual:{annual.number}",
        public={"annual": annual.digest, "before": before, "reason": order.change_reason},
    )
    record(viewer, events.ANNUAL_ORDER_APPLIED_ITSELF, order.thing, f"调整生效，成为第 {annual.version} 版")


def year_now() -> int:
    """The year for which an annual plan is usually begun: from October on the next."""
    today: date = clock.today()
    return today.year + 1 if today.month >= 10 else today.year
