"""What is drawn counts against the yearly caps from the draw on, whether its forms are out or not."""

import pytest

from sunlot.drawing import actions
from sunlot.drawing.freeze import freeze
from sunlot.norms import clock
from sunlot.planning import queries as plans
from sunlot.registry.models import Entity, InspectionObject
from sunlot.visits.caps import queries
from sunlot.visits.caps.rules import Line
from sunlot.visits.models import Visit
from tests.visits.test_caps import entity_of, in_force

from ..cast import City
from ..inspecting.fieldwork import build_fieldwork
from .shorthanded import build_short_stage, drawn_object, reserve_of, standing
from .stage import Stage
from .test_replacing import propose


@pytest.fixture
def short(city: City) -> Stage:
    return build_short_stage(city)


def expected(stage: Stage, entity: Entity) -> int:
    """The entity's visits to come, as whoever decides on a further one is told."""
    day = stage.town.content.ends_on
    return queries.standings([entity], day, drawn=True)[entity.pk].count.planned


def test_the_second_of_two_plans_drawn_before_either_is_sent_out_leaves_out_who_is_at_its_cap(short: Stage) -> None:
    town = short.town
    root = short.drawn()
    entry, entity = entity_of(drawn_object(root))
    fresh, _ = entity_of(next(one for one in reserve_of(root)))
    in_force(town, [Line(risk, 1) for risk in "ABCD"])
    plan, day = town.published(), town.content.draw_day
    frozen = freeze(plan, day).object_ids
    assert entry.number not in frozen
    assert fresh.number in frozen, "the reserve is not drawn"
    assert entry.pk not in set(plans.scope(plan, day).values_list("pk", flat=True))
    assert expected(short, entity) == 1


def test_the_same_without_the_first_draw_takes_it(short: Stage) -> None:
    in_force(short.town, [Line(risk, 1) for risk in "ABCD"])
    root = short.sealed()
    number = InspectionObject.objects.filter(number__contains="-D-")[0].number
    _, entity = entity_of(number)
    assert expected(short, entity) == 0, "nothing is drawn yet"
    assert number in freeze(root.draw.round.plan, short.town.content.draw_day).object_ids


def test_a_replaced_object_counts_no_more_and_the_one_that_came_in_does(short: Stage) -> None:
    root = short.drawn()
    _, gone = entity_of(drawn_object(root))
    approved = actions.approve_replacement(short["wuye-head"], propose(short, root, drawn_object(root)))
    _, came = entity_of(approved.incoming)
    assert (expected(short, gone), expected(short, came)) == (0, 1)


def test_sent_out_it_counts_once(city: City) -> None:
    work = build_fieldwork(city)
    _, entity = entity_of(next(iter(standing(work.attempt).result.objects)))
    assert expected(work.stage, entity) == 1
    work.dispatch()
    assert Visit.objects.filter(entity=entity).exists()
    assert expected(work.stage, entity) == 1


def test_a_department_s_own_cap_counts_what_was_drawn_for_it(short: Stage) -> None:
    root = short.drawn()
    entry, _ = entity_of(drawn_object(root))
    in_force(short.town, [Line(entry.risk_class, 1, department="scjg")])
    year, tables = short.town.content.ends_on.year, queries.in_force(clock.today())
    paths = {code: short.city.organisations[code].path for code in ("scjg", "zjj-wuye")}
    assert entry.pk in queries.limits(year, tables, [paths["scjg"]]).reached
    assert entry.pk not in queries.limits(year, tables, [paths["zjj-wuye"]]).reached
    assert entry.pk not in queries.limits(year - 1, tables, [paths["scjg"]]).reached


def test_it_counts_for_the_entity_into_which_another_was_merged(short: Stage) -> None:
    root = short.drawn()
    _, gone = entity_of(drawn_object(root))
    kept = Entity.objects.create(name="并入的企业", region_id=gone.region_id, kind="enterprise")
    Entity.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert expected(short, kept) == 1
