"""Template tags of the planning pages."""

from django import template

from sunlot.planning.feasibility import SeatFigures, ZoneFigures
from sunlot.planning.models import Plan, PlanStratum
from sunlot.planning.ratios import rules, text
from sunlot.planning.wording import amount as in_words
from sunlot.planning.words import percent_of
from sunlot.registry.models import CreditMark, RiskClass

register = template.Library()


@register.simple_tag
def field_of(part: str, key: str) -> str:
    """The name under which a row's faults stand: `zones.150304`."""
    return f"{part}.{key}"


@register.simple_tag
def seat_of(zone: ZoneFigures, department: str) -> SeatFigures | None:
    return zone.seat_of(department)


@register.simple_tag
def amount(stratum: PlanStratum) -> str:
    """20 户 or 40 %."""
    return in_words(stratum.quota_number, stratum.quota_permille)


@register.filter
def risk_label(risk_class: str) -> str:
    return str(RiskClass(risk_class).label)


@register.filter
def stratum_short(stratum: str) -> str:
    """“D”, “C 投诉举报”."""
    return rules.stratum_short(stratum)


@register.filter
def permille(value: int) -> str:
    """40 % for 400."""
    return percent_of(value)


@register.filter
def bearing(mark: str) -> str:
    """有投诉举报, for those that bear a mark."""
    return rules.bearing(CreditMark.Kind(mark))


@register.simple_tag
def rule_of(plan: Plan, row: int | None) -> str:
    """What the row of the plan's table of ratios says; empty where none rules the stratum."""
    rule = text.rule_of(plan.ratios, row)
    if plan.ratios is None or rule is None:
        return ""
    return text.rule_in_words(f"{plan.ratios.code} 第 {plan.ratios.number} 版", rule)
