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
from sunlot.registry.models import RiskClass

from .actions import HEAD, LEADER, fingerprint
from .feasibility import Feasibility
from .models import Participant, Plan
from .page import signature_of
from .policy import department_of

CITY = "乌海市"


def sheet_of(
    plan: Plan, figures: Feasibility, parts: Sequence[Participant], signatures: Sequence[Signature]
) -> PlanForm:
    """The eleven fields of the form, filled. `parts` come with organisation and items."""
    inside = [p.organisation.name for p in parts[1:] if p.organisation.department_code == plan.lead.department_code]
    outside = [p.organisation.name for p in parts[1:] if p.organisation.department_code != plan.lead.department_code]
    versions = {item.version_id: item.version for part in parts for item in part.items.all()}
    draw_at = plan.draw_at.astimezone(clock.SHANGHAI)
    kinds = "、".join(kind.name for kind in plan.kinds.all())
    regions = "、".join(region.name for region in plan.regions.all())
    digest = plan.digest or fingerprint(plan)
    return PlanForm(
        authority=department_of(plan.lead).name.replace("住房和城乡建设局", "住建局"),
        file_number=plan.number,
        day=clock.today(),
        lead=plan.lead.name,
        sections=tuple(inside),
        departments=tuple(outside),
        title=str(plan),
        kind=_kind(plan),
        items=tuple(
            PlanItem(version.item.code, version.name, version.is_key)
            for version in sorted(versions.values(), key=lambda version: (not version.is_key, version.item.code))
        ),
        objects=f"{regions}在册{kinds} {figures.candidates} 户，抽取 {figures.drawn} 户，候补 {figures.reserve} 户",
        bases=tuple(bases_of(versions)),
        period=f"{_long(plan.starts_on)}至{_long(plan.ends_on)}；抽取：{_long(draw_at.date())} {draw_at:%H:%M}",
        strata=tuple(
            PlanStratum(f"{s.risk_class}　{RiskClass(s.risk_class).label}", s.candidates, s.quota)
            for s in figures.strata
        ),
        inspectors=_inspectors(plan, figures),
        signatures=(_line(HEAD, signatures, plan), _line(LEADER, signatures, plan)),
        evidence=Evidence(digest=digest, address=f"{settings.SUNLOT_PUBLIC_URL}/plans/{plan.number}/"),
        demo=plan.is_demo,
    )


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


def _kind(plan: Plan) -> str:
    targeted = "定向（按信用风险分类分层）" if plan.targeted else "不定向"
    return f"{plan.get_kind_display()}抽查，{targeted}"


def _inspectors(plan: Plan, figures: Feasibility) -> str:
    scope = plan.inspector_scope or "参与部门名录库在册持证人员"
    seats = "、".join(f"{one.name} {one.seats} 人" for one in figures.departments if not one.is_experts)
    experts = "、".join(f"{one.name} {one.seats} 人" for one in figures.departments if one.is_experts)
    advised = f"；另抽取{experts}，只提供意见" if experts else ""
    return f"{scope} {figures.people} 人；抽取 {figures.teams} 组，每组{seats}{advised}"


def _line(capacity: str, signatures: Sequence[Signature], plan: Plan) -> Line:
    """A place to sign. What was signed on paper keeps its empty line: the paper itself shows it."""
    found = signature_of(signatures, capacity, plan.digest)
    if found is None or found.way != Signature.Way.ACCOUNT:
        return Line(capacity)
    at = found.signed_at.astimezone(clock.SHANGHAI)
    return Line(capacity, found.name, f"{_long(at.date())} {at:%H:%M}")


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
