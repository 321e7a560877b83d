"""What the notice and the law ask of a plan's content, each fault at its field."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sunlot.catalogue.models import Competence, ItemVersion
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Organisation

from . import targeting
from .content import PlanContent, Seat
from .feasibility import Fault
from .models import Plan
from .ratios.rules import stratum_label

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
    content: PlanContent, known: "Known", day: date, *, published: bool = False, turn: int = 1
) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of a content by itself; those of rosters and people are feasibility's.

    What is `published` may be drawn later than it was announced for: that day is then no fault any more. `turn` is the
    first round that is not drawn: of those before it nothing is asked.
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
    warnings += _check_competences(content, known)
    faults += _check_kinds(content, known)
    scope_faults, scope_warnings = targeting.check(content, known)
    faults += scope_faults
    warnings += scope_warnings
    faults += _check_days(content)
    faults += _check_rounds(content)
    if not published and content.windows[turn - 1].draw_at <= clock.now():
        where = "draw_at" if turn == 1 else f"rounds.{turn}"
        faults.append(Fault(where, "抽取时间已经过去，改为今后的时间。"))
    faults += _check_annual(content, known)
    of_ratios, known_of_ratios = _check_table(content, known, published=published)
    faults += of_ratios
    warnings += known_of_ratios
    over, fewer = _check_times(content, known, published=published)
    faults += over
    warnings += fewer
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


def _check_competences(content: PlanContent, known: "Known") -> list[Fault]:
    """What the items ask of whoever inspects (检查人员专业要求), and no seat of the participant asks for."""
    warnings = []
    for seat in content.seats:
        lacking = [name for name in competences_asked(seat, known.versions) if name not in _names(seat, known)]
        if seat.seats and lacking:
            words = f"所带事项要求检查人员具备{'、'.join(lacking)}专业，没有这样的专业席位，抽中的人员可能不具备。"
            warnings.append(Fault(f"participants.{seat.organisation}", words))
    return warnings


def competences_asked(seat: Seat, versions: Mapping[int, ItemVersion]) -> list[str]:
    """The competences, by name, that the items of a participant ask of those who inspect. The versions come with theirs."""
    asked = {
        one.name for key in seat.items if key in versions for one in versions[key].competences.all() if one.is_active
    }
    return sorted(asked - {Competence.UNLIMITED})


def _names(seat: Seat, known: "Known") -> set[str]:
    return {known.competences.get(code, code) for code, _ in seat.competences}


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
    if not content.rounds and content.starts_on < content.draw_day:
        faults.append(Fault("starts_on", "检查开始不能早于抽取日。"))
    if not content.rounds and content.ends_on < content.starts_on:
        faults.append(Fault("ends_on", "检查截止不能早于检查开始。"))
    if content.release_on is not None:
        first, last = content.windows[0], content.windows[-1]
        latest = working_days.due(max(last.ends_on, last.starts_on), PUBLISH_WITHIN).day
        if content.release_on < first.draw_day:
            faults.append(Fault("release_on", "名单公开日期不能早于抽取日。"))
        elif content.release_on > latest:
            message = f"名单最迟与检查结果一同公开：检查截止后 {PUBLISH_WITHIN} 个工作日，即 {latest.isoformat()}。"
            faults.append(Fault("release_on", message))
    return faults


def _check_rounds(content: PlanContent) -> list[Fault]:
    """The rounds follow one another: drawn, then inspected, then the next."""
    faults = []
    before = None
    for number, one in enumerate(content.rounds, 1):
        field = f"rounds.{number}"
        if one.starts_on < one.draw_day:
            faults.append(Fault(field, f"第 {number} 批检查开始不能早于抽取日。"))
        if one.ends_on < one.starts_on:
            faults.append(Fault(field, f"第 {number} 批检查截止不能早于检查开始。"))
        if before is not None and one.draw_at <= before.draw_at:
            faults.append(Fault(field, f"第 {number} 批的抽取时间应在第 {number - 1} 批之后。"))
        if before is not None and one.starts_on <= before.ends_on:
            faults.append(Fault(field, f"第 {number} 批检查开始应在第 {number - 1} 批检查截止之后。"))
        before = one
    return faults


def _check_times(content: PlanContent, known: "Known", *, published: bool) -> tuple[list[Fault], list[Fault]]:
    """The rounds beside the times a year of the table of ratios: never more for one object, and told where they are fewer."""
    count = len(content.windows)
    rules = [rule for rule in known.rules_for(content, known.table).values() if rule.stratum in content.stratum_ids]
    limited = [rule for rule in rules if rule.times is not None]
    if published or not limited:
        return [], []
    over = [rule for rule in limited if (rule.times or 0) < count]
    if over and content.repeats:
        words = "、".join(f"{stratum_label(rule.stratum)} {rule.times} 次" for rule in over)
        return [
            Fault(
                "rounds", f"规则规定每年至多：{words}，分 {count} 批又允许重复抽取会超过。减少批次，或不允许重复抽取。"
            )
        ], []
    most = max(rule.times or 0 for rule in limited)
    if most > count:
        often = "、".join(stratum_label(rule.stratum) for rule in limited if rule.times == most)
        words = f"规则规定{often}每年可查 {most} 次，计划只有 {count} 批。按规则的频次检查的，分 {most} 批抽取。"
        return [], [Fault("rounds", words)]
    return [], []


def _check_annual(content: PlanContent, known: "Known") -> list[Fault]:
    """A plan carries out a line of the year's published plan, or says why it stands beside it (notice, part 四（一）)."""
    if content.annual_line_id is not None and content.annual_line_id not in known.annual_lines:
        return [Fault("annual_line", "所选的年度计划项目不属于牵头单位在抽取年度公布的计划，重新选择。")]
    if known.annual_lines and content.annual_line_id is None and not content.beside_reason.strip():
        message = f"{content.windows[0].draw_day.year}年度计划已公布：选定所执行的项目，或写明不在年度计划内的理由。"
        return [Fault("annual_line", message)]
    return []


def _check_table(content: PlanContent, known: "Known", *, published: bool) -> tuple[list[Fault], list[Fault]]:
    """The strata follow the table of ratios that holds on the day of the draw (notice, part 五（三）).

    What is published keeps the version that it was signed with; that another holds by now is a warning.
    """
    if known.table is None:
        if published:
            return [], []
        return [], [
            Fault("strata", "抽取日没有在用的抽查比例和频次表，比例为参考值，每个对象一签。由统筹科室制定后按它填写。")
        ]
    if known.table.key == content.ratios_id:
        return [], []
    filled = f"计划按 {known.filled_from.name}填写" if known.filled_from is not None else "计划没有按它填写"
    found = f"抽取日在用的比例和频次表是 {known.table.name}，{filled}。"
    if published:
        return [], [Fault("strata", f"{found}签署的比例和签数不变；要按新的一版抽取，办理计划调整。")]
    return [Fault("strata", f"{found}打开计划，核对比例后重新保存。")], []


def last_days_to_decide(draw_day: date, count: int) -> list[date]:
    """The `count` working days before the draw, latest first: until when each in turn should have decided."""
    found: list[date] = []
    day = draw_day
    while len(found) < count:
        day -= timedelta(days=1)
        if working_days.is_working_day(day):
            found.append(day)
    return found
