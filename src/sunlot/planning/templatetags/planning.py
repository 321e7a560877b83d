"""Template tags of the planning pages."""

from django import template

from sunlot.planning.feasibility import SeatFigures, ZoneFigures
from sunlot.planning.models import PlanStratum
from sunlot.planning.wording import amount as in_words
from sunlot.registry.models import RiskClass

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
