"""What the notice and the law ask of a plan's content, each fault at its field."""

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sunlot.catalogue.models import ItemVersion
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Organisation

from .content import PlanContent
from .feasibility import Fault
from .models import Plan

if TYPE_CHECKING:
    from .gathering import Known

MIN_DEPARTMENTS = 3
"""联合抽查参与部门一般不少于 3 个 (notice, part 四（一）)."""

PUBLISH_WITHIN = 20
"""Working days from the end of an inspection to the publication of its result (notice, part 四（四）)."""


def kind_of(organisations: list[Organisation]) -> Plan.Kind:
    """The kind that follows from who takes part: one alone 本部门, several of one system 本系统, else 部门联合."""
    if len(organisations) < 2:
        return Plan.Kind.OWN
    return Plan.Kind.JOINT if departments_of(organisations) > 1 else Plan.Kind.SECTIONS


def departments_of(organisations: list[Organisation]) -> int:
    """How many departments take part: sections and district bureaus of one system count as one."""
    return len({one.department_code for one in organisations})


def may_bring(organisation: Organisation, owner: Organisation) -> bool:
    """Whether a participant may check an item of `owner`: its own, one of the body above it, or, unless it is a
    section, one of its own system."""
    if owner.path.startswith(organisation.path) or organisation.path.startswith(owner.path):
        return True
    return not organisation.is_section and owner.department_code == organisation.department_code


def check(
    content: PlanContent, known: "Known", day: date, *, published: bool = False
) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of a content by itself; those of rosters and people are feasibility's.

    What is `published` may be drawn later than it was announced for: that day is then no fault any more.
    """
    faults: list[Fault] = []
    warnings: list[Fault] = []
    if not content.title.strip():
        faults.append(Fault("title", "写明抽查任务名称。"))
    organisations = [
        known.organisations[s.organisation] for s in content.seats if s.organisation in known.organisations
    ]
    faults += _check_participants(content, known, organisations)
    faults += _check_items(content, known, day)
    faults += _check_kinds(content, known)
    faults += _check_days(content)
    if not published and content.draw_at <= clock.now():
        faults.append(Fault("draw_at", "抽取时间已经过去，改为今后的时间。"))
    faults += _check_annual(content, known)
    versions = list(known.versions.values())
    if versions and not any(version.is_key for version in versions):
        warnings.append(Fault("items", "没有重点检查事项。检查以重点检查事项为主、一般检查事项为辅。"))
    return faults, warnings


def _check_participants(content: PlanContent, known: "Known", organisations: list[Organisation]) -> list[Fault]:
    faults = []
    for seat in content.seats:
        if seat.organisation not in known.organisations:
            faults.append(Fault("participants", f"没有代码为 {seat.organisation} 的部门或科室。"))
        if seat.seats == 1 and not seat.seats_reason.strip():
            faults.append(Fault(f"participants.{seat.organisation}", "每组少于两名执法检查人员，须写明理由。"))
    if not any(seat.seats for seat in content.seats):
        faults.append(Fault("participants", "没有一个部门派员，增加参与部门，或填写牵头科室的每组人数。"))
    twice = [code for code, count in Counter(seat.organisation for seat in content.seats).items() if count > 1]
    faults += [Fault(f"participants.{code}", "同一个部门或科室填了两次，去掉一个。") for code in twice]
    joint = kind_of(organisations) == Plan.Kind.JOINT
    count = departments_of(organisations)
    if joint and count < MIN_DEPARTMENTS and not content.few_participants_reason.strip():
        message = f"联合抽查参与部门一般不少于 {MIN_DEPARTMENTS} 个，现在 {count} 个，须写明理由。"
        faults.append(Fault("few_participants_reason", message))
    return faults


def _check_items(content: PlanContent, known: "Known", day: date) -> list[Fault]:
    faults = []
    for seat in content.seats:
        field = f"items.{seat.organisation}"
        organisation = known.organisations.get(seat.organisation)
        if not seat.seats:
            if seat.items:
                faults.append(Fault(field, "只牵头、不派员的，不带检查事项。去掉事项，或填写每组人数。"))
            continue
        if not seat.items:
            faults.append(Fault(field, "没有检查事项。参与部门至少带一个事项，没有事项不参加。"))
        for key in seat.items:
            version = known.versions.get(key)
            if version is None:
                faults.append(Fault(field, "所选事项已不存在，重新选择。"))
            elif organisation is not None:
                faults += [Fault(field, message) for message in _check_item(content, version, organisation, day)]
    return faults


def _check_item(content: PlanContent, version: ItemVersion, organisation: Organisation, day: date) -> list[str]:
    name = f"{version.item.code} {version.name}"
    found = []
    if version.is_open or not version.holds_on(day):
        found.append(f"{name}在抽取日 {day.isoformat()} 不在用，换成在用的事项。")
    if not {kind.code for kind in version.kinds.all()} & set(content.kinds):
        found.append(f"{name}不适用于所选的任何一类对象，去掉它，或加上它的对象类别。")
    if not may_bring(organisation, version.item.organisation):
        found.append(f"{name}是{version.item.organisation.name}的事项，不能由{organisation.name}检查。")
    return found


def _check_kinds(content: PlanContent, known: "Known") -> list[Fault]:
    faults = []
    if not content.kinds:
        faults.append(Fault("kinds", "选定检查对象类别。"))
    if not content.regions:
        faults.append(Fault("regions", "选定检查对象所在区。"))
    if not content.strata:
        faults.append(Fault("strata", "至少为一类信用风险填写抽取数或比例。"))
    checked = {kind.code for version in known.versions.values() for kind in version.kinds.all()}
    for code in content.kinds:
        kind = known.kinds.get(code)
        if kind is None:
            faults.append(Fault("kinds", f"没有代码为 {code} 的对象类别。"))
        elif code not in known.covered:
            faults.append(Fault("kinds", f"“{kind.name}”在抽取日没有在用的事项，不能抽查。"))
        elif code not in checked:
            faults.append(Fault("kinds", f"所选事项都不适用于“{kind.name}”，去掉这一类，或加上适用的事项。"))
    return faults


def _check_days(content: PlanContent) -> list[Fault]:
    faults = []
    if content.starts_on < content.draw_day:
        faults.append(Fault("starts_on", "检查开始不能早于抽取日。"))
    if content.ends_on < content.starts_on:
        faults.append(Fault("ends_on", "检查截止不能早于检查开始。"))
    if content.release_on is not None:
        latest = working_days.due(max(content.ends_on, content.starts_on), PUBLISH_WITHIN).day
        if content.release_on < content.draw_day:
            faults.append(Fault("release_on", "名单公开日期不能早于抽取日。"))
        elif content.release_on > latest:
            message = f"名单最迟与检查结果一同公开：检查截止后 {PUBLISH_WITHIN} 个工作日，即 {latest.isoformat()}。"
            faults.append(Fault("release_on", message))
    return faults


def _check_annual(content: PlanContent, known: "Known") -> list[Fault]:
    """A plan carries out a line of the year's published plan, or says why it stands beside it (notice, part 四（一）)."""
    if content.annual_line_id is not None and content.annual_line_id not in known.annual_lines:
        return [Fault("annual_line", "所选的年度计划项目不属于牵头单位在抽取年度公布的计划，重新选择。")]
    if known.annual_lines and content.annual_line_id is None and not content.beside_reason.strip():
        message = f"{content.draw_day.year}年度计划已公布：选定所执行的项目，或写明不在年度计划内的理由。"
        return [Fault("annual_line", message)]
    return []


def last_days_to_decide(draw_day: date, count: int) -> list[date]:
    """The `count` working days before the draw, latest first: until when each in turn should have decided."""
    found: list[date] = []
    day = draw_day
    while len(found) < count:
        day -= timedelta(days=1)
        if working_days.is_working_day(day):
            found.append(day)
    return found
