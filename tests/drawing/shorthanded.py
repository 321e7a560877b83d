"""Draws after which somebody falls out: small teams, reserves, and pairs that shut two objects out."""

from dataclasses import replace
from datetime import date, timedelta

from sunlot.drawing import actions
from sunlot.drawing.models import Attempt
from sunlot.drawing.standing import Standing, standing_of
from sunlot.norms import clock
from sunlot.planning.content import Stratum, Zone
from sunlot.registry.models import Avoidance, InspectionObject, Inspector

from ..cast import City
from ..planning.town import build_town
from .stage import Stage, fresh, soon

SCAN = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EVIDENCE = [actions.Upload("证明.pdf", SCAN)]
GONE = "登记机关十一月十二日核准注销"
SHUT_OUT = ("150303-D-000", "150303-D-001")
WHO_ALONE_MAY = ("hn-scjg-00", "hn-scjg-01")
"""Each of the two objects has one inspector of 市场监管 who may visit it, and the zone has one seat for them."""


def build_short_stage(
    city: City, *, release_on: date | None = None, shut_out: bool = False, reserve: int = 3, alone: bool = True
) -> Stage:
    """A published plan with every D object drawn, 3 in reserve of C; with `shut_out` at least one object gets no team.

    The lead sends one inspector with each team, or, not `alone`, two with fewer teams.
    """
    town = build_town(city)
    draw_at = soon(1)
    lead, *others = town.content.seats
    town.content = replace(
        town.content,
        seats=(replace(lead, seats=1, seats_reason="本科执法人员不足") if alone else lead, *others),
        draw_at=draw_at,
        starts_on=draw_at.date() + timedelta(days=1),
        ends_on=draw_at.date() + timedelta(days=60),
        release_on=release_on,
        strata=(Stratum("D", permille=1000), Stratum("C", number=4, reserve=reserve)),
        zones=(Zone("150302", 2 if alone else 1), Zone("150303", 1), Zone("150304", 1)),
    )
    if shut_out:
        scjg = Inspector.objects.filter(number__contains="scjg")
        for number, friend in zip(SHUT_OUT, WHO_ALONE_MAY, strict=True):
            avoid(city, scjg.exclude(number=friend).values_list("number", flat=True), number)
    return Stage(town, town.published())


def avoid(city: City, inspectors: object, number: str) -> None:
    """These inspectors must not meet the object."""
    found = InspectionObject.objects.get(number=number)
    for inspector in Inspector.objects.filter(number__in=list(inspectors)):  # type: ignore[call-overload]  # any iterable
        Avoidance.objects.get_or_create(
            inspector=inspector,
            object=found,
            defaults={
                "ground": Avoidance.Ground.FAMILY,
                "created_by": city["chen"].membership.user,
                "created_at": clock.now(),
            },
        )


def standing(attempt: Attempt) -> Standing:
    """How things stand now."""
    return standing_of(fresh(attempt))


def drawn_object(attempt: Attempt, stratum: str = "C", at: int = 0) -> str:
    """The first object, or that `at` a place, that was drawn of a stratum with a reserve."""
    return next(one for one in standing(attempt).result.strata if one.id == stratum).drawn[at].id


def reserve_of(attempt: Attempt, stratum: str = "C") -> list[str]:
    """The objects in reserve, in order."""
    return [one.id for one in next(o for o in standing(attempt).result.strata if o.id == stratum).reserve]


def supplemented(stage: Stage, root: Attempt) -> Attempt:
    """The next supplementary draw, held to its result."""
    prepared = actions.prepare_supplement(stage["chen"], root, "dice", soon())
    stage.nonces.clear()
    return stage.reveal(stage.thrown(stage.sealed(prepared)))
