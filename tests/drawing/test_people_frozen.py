"""Who is frozen into a draw: certificates and tests to their last day, leave, loans, every ground of avoidance, experts."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

from sunlot.catalogue.models import Competence
from sunlot.drawing.freeze import freeze
from sunlot.drawing.naming import names_of
from sunlot.drawing.queries import outcome
from sunlot.norms import clock
from sunlot.planning.content import ExpertSeat
from sunlot.planning.models import Plan
from sunlot.registry import actions
from sunlot.registry.models import (
    Assessment,
    Avoidance,
    Expert,
    InspectionObject,
    Inspector,
    Institution,
    Leave,
    Loan,
)

from ..cast import City
from ..planning.town import build_town
from .stage import Stage, soon


def stage_with(city: City, **changes: object) -> Stage:
    """The town's plan published with these changes."""
    town = build_town(city)
    draw_at = soon(1)
    day = draw_at.date()
    town.content = replace(  # type: ignore[type-var]
        town.content, draw_at=draw_at, starts_on=day + timedelta(days=1), ends_on=day + timedelta(days=60), **changes
    )
    return Stage(town, town.published())


def frozen(plan: Plan, day: date) -> list[tuple[str, str, str]]:
    text = b"".join(freeze(plan, day).inspectors).decode()
    return [(row["id"], row["department"], row["zone"]) for row in csv.DictReader(io.StringIO(text))]


def avoided(plan: Plan, day: date) -> list[tuple[str, str]]:
    text = b"".join(freeze(plan, day).avoid).decode()
    return [(row["inspector"], row["object"]) for row in csv.DictReader(io.StringIO(text))]


def expert(number: str, *fields: str, until: date, organisation: str = "zjj") -> Expert:
    """An expert in the registry's pool."""
    from sunlot.organisations.models import Organisation

    institution, _ = Institution.objects.get_or_create(name="燃气研究院", defaults={"kind": "institute"})
    found = Expert.objects.create(
        number=number, name=f"专家{number}", institution=institution, engaged_until=until, state=Expert.State.ACTIVE,
        organisation=Organisation.objects.get(code=organisation),
    )  # fmt: skip
    found.fields.set(Competence.objects.filter(code__in=fields))
    return found


def test_a_certificate_and_a_test_that_end_on_the_draw_s_day_still_hold_and_not_a_day_later(city: City) -> None:
    stage = stage_with(city)
    today = clock.today()
    Inspector.objects.filter(number="zjj-wuye-00").update(certificate_expires=today)
    Inspector.objects.filter(number="zjj-wuye-01").update(certificate_expires=today - timedelta(days=1))
    Assessment.objects.filter(inspector__number="zjj-wuye-02").update(valid_until=today)
    Assessment.objects.filter(inspector__number="zjj-wuye-03").update(valid_until=today - timedelta(days=1))
    Leave.objects.create(
        inspector=Inspector.objects.get(number="zjj-wuye-04"), kind="sick", starts=today, ends=today, state="granted",
        asked_by=stage["chen"].membership.user, decided_by=stage["chen"].membership.user, decided_at=clock.now(),
    )  # fmt: skip
    ids = {number for number, _, _ in frozen(stage.plan, today)}
    assert {"zjj-wuye-00", "zjj-wuye-02"} <= ids
    assert ids.isdisjoint({"zjj-wuye-01", "zjj-wuye-03", "zjj-wuye-04"})
    tomorrow = {number for number, _, _ in frozen(stage.plan, today + timedelta(days=1))}
    assert tomorrow.isdisjoint({"zjj-wuye-00", "zjj-wuye-02"})
    assert "zjj-wuye-04" in tomorrow


def test_who_is_lent_is_drawn_for_the_borrowing_department_in_its_zone(city: City) -> None:
    stage = stage_with(city)
    today = clock.today()
    Loan.objects.create(
        inspector=Inspector.objects.get(number="zjj-wuye-00"), lender=city.organisations["zjj-wuye"],
        borrower=city.organisations["hbw-yjj"], starts=today, ends=today, reason="人手不足", state=Loan.State.AGREED,
        asked_by=stage["chen"].membership.user, lender_agreed_by=stage["leader"].membership.user,
        borrower_agreed_by=stage["yjj-head"].membership.user,
    )  # fmt: skip
    rows = {number: (department, zone) for number, department, zone in frozen(stage.plan, today)}
    assert rows["zjj-wuye-00"] == ("yjj", "150302")
    tomorrow = {number: department for number, department, _ in frozen(stage.plan, today + timedelta(days=1))}
    assert tomorrow["zjj-wuye-00"] == "zjj-wuye"


def test_every_ground_of_avoidance_is_in_the_frozen_pairs_to_its_last_day(city: City) -> None:
    stage = stage_with(city)
    today = clock.today()
    person = Inspector.objects.get(number="zjj-wuye-00")
    objects = list(InspectionObject.objects.filter(number__startswith="150302-B").order_by("number"))
    grounds = list(Avoidance.Ground)
    for ground, entry in zip(grounds, objects, strict=False):
        actions.add_avoidance(stage["chen"], person, entry, ground, expires=today)
    lifted = actions.add_avoidance(stage["chen"], person, objects[len(grounds)], "other")
    actions.end_avoidance(stage["chen"], lifted, "已核实无关")
    assert avoided(stage.plan, today) == [(person.number, entry.number) for entry in objects[: len(grounds)]]
    assert avoided(stage.plan, today + timedelta(days=1)) == []


def test_experts_are_a_pool_of_their_own_beside_the_certified_inspectors(city: City) -> None:
    stage = stage_with_experts(city)
    today = clock.today()
    rows = frozen(stage.plan, today)
    assert [row for row in rows if row[1].startswith("expert-")] == [
        (f"zj-{n}", "expert-gas", "*") for n in range(3)
    ], "neither who is of another field or another city's department, nor whose engagement is over"
    drawn = stage.drawn()
    for team in outcome(drawn).teams:
        seats = [department for department, _ in team.members]
        assert seats.count("expert-gas") == 1
        assert seats.count("zjj-wuye") == 2, "an expert never takes the place of a certified inspector"
    names = names_of()
    assert names.organisation("expert-gas") == "燃气专家"
    assert set(names.people(["zj-0", "zjj-wuye-00"])) == {"zj-0", "zjj-wuye-00"}


def test_an_expert_s_avoidances_are_frozen_with_those_of_the_inspectors_while_they_last(city: City) -> None:
    stage = stage_with_experts(city)
    adviser, today = Expert.objects.get(number="zj-1"), clock.today()
    shares, over = InspectionObject.objects.filter(number__in=avoidable(stage.plan, today)).order_by("number")[:2]
    clerk = stage["chen"].membership.user
    for entry, last in ((shares, None), (over, today)):
        Avoidance.objects.create(
            expert=adviser, object=entry, ground="shares", expires=last, created_by=clerk, decided_by=clerk
        )
    assert ("zj-1", over.number) in avoided(stage.plan, today)
    tomorrow = avoided(stage.plan, today + timedelta(days=1))
    assert ("zj-1", shares.number) in tomorrow
    assert ("zj-1", over.number) not in tomorrow


def avoidable(plan: Plan, day: date) -> list[str]:
    """The objects of the frozen roster."""
    text = b"".join(freeze(plan, day).objects).decode()
    return [row["id"] for row in csv.DictReader(io.StringIO(text))]


def stage_with_experts(city: City) -> Stage:
    """The town's plan with one gas expert in each of its teams, and just enough of them."""
    today, town = clock.today(), build_town(city)
    expert("zj-0", "gas", until=today + timedelta(days=1))
    expert("zj-1", "gas", "fire", until=today + timedelta(days=400))
    expert("zj-2", "gas", until=today + timedelta(days=400))
    expert("zj-3", "gas", until=today - timedelta(days=1))
    expert("zj-4", "fire", until=today + timedelta(days=400))
    expert("zj-5", "gas", until=today + timedelta(days=400), organisation="scjg")
    zones = tuple(replace(zone, teams=1) for zone in town.content.zones)
    return stage_again(town, zones)


def stage_again(town: object, zones: object) -> Stage:
    draw_at = soon(1)
    day = draw_at.date()
    town.content = replace(  # type: ignore[attr-defined]
        town.content,  # type: ignore[attr-defined]
        draw_at=draw_at, starts_on=day + timedelta(days=1), ends_on=day + timedelta(days=60),
        zones=zones, experts=(ExpertSeat("gas", 1),),
    )  # fmt: skip
    return Stage(town, town.published())  # type: ignore[arg-type, attr-defined]


def test_a_plan_with_too_few_experts_can_t_be_published_and_says_where(city: City) -> None:
    town = build_town(city)
    plan = town.draft(experts=(ExpertSeat("gas", 1),))
    page = city.client("chen").get(f"/desk/planning/{plan.number}/edit/").content.decode()
    assert "燃气专家人员只有 0 人" in page
    assert plan.experts.get().seats == 1
