"""The annexed 双随机抽查计划表 of a plan, for the PDF and for its twin on the screen."""

from collections.abc import Iterable, Sequence
from datetime import date

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from sunlot.catalogue.models import Basis
from sunlot.documents.parts import Evidence
from sunlot.documents.parts import Signature as Line
from sunlot.documents.plan_form import PlanForm, PlanItem, PlanStratum
from sunlot.norms import clock
from sunlot.organisations.models import Signature

from .actions import HEAD, LEADER, fingerprint
from .feasibility import Feasibility, StratumFigures, deviates
from .merged_items import items_by_kind, lines_of
from .models import Participant, Plan
from .page import signature_of
from .queries import narrowed_in_words, windows
from .ratios.text import label_of, rule_of
from .rounds import round_in_words
from .words import percent_of

CITY = "乌海市"


def sheet_of(
    plan: Plan, figures: Feasibility, parts: Sequence[Participant], signatures: Sequence[Signature]
) -> PlanForm:
    """The eleven fields of the form, filled. `parts` come with organisation and items."""
    inside = [p.organisation.name for p in parts[1:] if p.organisation.department_code == plan.lead.department_code]
    outside = [p.organisation.name for p in parts[1:] if p.organisation.department_code != plan.lead.department_code]
    versions = {item.version_id: item.version for part in parts for item in part.items.all()}
    kinds = "、".join(kind.name for kind in plan.kinds.all())
    regions = "、".join(region.name for region in plan.regions.all())
    digest = plan.digest or fingerprint(plan)
    narrowed = narrowed_in_words(plan)
    return PlanForm(
        authority=plan.lead.department.name.replace("住房和城乡建设局", "住建局"),
        file_number=plan.number,
        day=clock.today(),
        lead=plan.lead.name,
        sections=tuple(inside),
        departments=tuple(outside),
        title=str(plan),
        kind=_kind(plan),
        items=_items(plan, parts),
        stratified_by=f"信用风险（{plan.ratios.code} 第 {plan.ratios.number} 版）" if plan.ratios else "信用风险",
        objects=f"{'；'.join([f'{regions}在册{kinds}', *narrowed])} {figures.candidates} 户，{_drawn(figures)}，候补 {figures.reserve} 户",
        bases=tuple(bases_of(versions)),
        period=_period(plan),
        strata=tuple(PlanStratum(_stratum(plan, s), s.candidates, s.quota) for s in figures.strata),
        inspectors=_inspectors(plan, figures),
        signatures=(_line(HEAD, signatures, plan), _line(LEADER, signatures, plan)),
        evidence=Evidence(digest=digest, address=f"{settings.SUNLOT_PUBLIC_URL}/plans/{plan.number}/"),
        demo=plan.is_demo,
    )


def _items(plan: Plan, parts: Sequence[Participant]) -> tuple[PlanItem, ...]:
    """抽查事项: of a plan of several departments what each kind of object is checked for and by whom, basic items merged."""
    kinds = [(kind.pk, kind.name) for kind in plan.kinds.all()]
    if len(parts) > 1:
        groups = items_by_kind(parts, kinds)
        return tuple(
            PlanItem("、".join(line.codes), line.name, line.is_key, line.departments, group.title)
            for group in groups
            for line in group.lines
        )
    lines = lines_of((part, entry) for part in parts for entry in part.items.all())
    return tuple(PlanItem("、".join(line.codes), line.name, line.is_key) for line in lines)


def _period(plan: Plan) -> str:
    """抽查时间, round by round where there are several."""
    found = []
    for number, one in enumerate(windows(plan), 1):
        at = one.draw_at.astimezone(clock.SHANGHAI)
        said = f"{_long(one.starts_on)}至{_long(one.ends_on)}；抽取：{_long(at.date())} {at:%H:%M}"
        found.append(f"{round_in_words(plan, number)}{'：' if plan.round_count > 1 else ''}{said}")
    if plan.round_count > 1:
        found.append("后批可再抽到前批已抽取的对象" if plan.repeats else "前批已抽取的对象，后批不再列入")
    return "。".join(found)


def _drawn(figures: Feasibility) -> str:
    if len(figures.rounds) < 2:
        return f"抽取 {figures.drawn} 户"
    each = "、".join(f"第 {one.number} 批 {one.drawn} 户" for one in figures.rounds)
    return f"预计抽取 {figures.drawn_in_all} 户（{each}）"


def qr(address: str) -> SafeString:
    """The QR code of an address as inline SVG."""
    return mark_safe(segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True))  # noqa: S308 -- segno's own markup


def bases_of(version_ids: Iterable[int]) -> list[str]:
    """The laws under these item versions, each once with all its articles: 《物业管理条例》第五条、第三十五条."""
    articles: dict[str, dict[str, None]] = {}
    for law, article in (
        Basis.objects.filter(version__in=list(version_ids)).values_list("law", "article").order_by("pk")
    ):
        articles.setdefault(law, {}).update({article: None} if article else {})
    return [f"《{law}》{'、'.join(found)}" for law, found in articles.items()]


def _stratum(plan: Plan, figures: StratumFigures) -> str:
    """A line of 市场主体抽查比例, with the rule and why the plan says another number."""
    said = figures.stratum
    rule = rule_of(plan.ratios, said.row)
    label = label_of(said.risk_class, said.mark)
    if rule is None or not deviates(figures, rule):
        return label
    return f"{label}（规则 {percent_of(rule.permille or 0)}；调整：{said.reason}）"


def _kind(plan: Plan) -> str:
    return f"{plan.get_kind_display()}抽查，{plan.targeting}"


def _inspectors(plan: Plan, figures: Feasibility) -> str:
    scope = plan.inspector_scope or "参与部门名录库在册持证人员"
    seats = "、".join(f"{one.name} {one.seats} 人" for one in figures.departments if not one.is_experts)
    experts = "、".join(f"{one.name} {one.seats} 人" for one in figures.departments if one.is_experts)
    advised = f"；另抽取{experts}，只提供意见" if experts else ""
    cap = f"；每人每批最多查 {plan.visit_cap} 户" if plan.visit_cap is not None else ""
    return f"{scope} {figures.people} 人；抽取 {figures.teams} 组，每组{seats}{advised}{cap}"


def _line(capacity: str, signatures: Sequence[Signature], plan: Plan) -> Line:
    """A place to sign. What was signed on paper keeps its empty line: the paper itself shows it."""
    found = signature_of(signatures, capacity, plan.digest)
    if found is None or found.way != Signature.Way.ACCOUNT:
        return Line(capacity)
    at = found.signed_at.astimezone(clock.SHANGHAI)
    return Line(capacity, found.signed_as, f"{_long(at.date())} {at:%H:%M}")


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
