"""A plan's objects by conditions of the registry, by earlier visits and from a list: forecast, signed and frozen alike."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.saved import save_filter
from sunlot.drawing.freeze import freeze
from sunlot.planning import actions
from sunlot.planning.content import content_of
from sunlot.planning.feasibility import Feasibility
from sunlot.planning.gathering import assess_content, scope_of
from sunlot.planning.models import Plan, PlanVersion
from sunlot.planning.narrowing import Narrowing, listed_under, months_before
from sunlot.registry.lists.kept import narrowed
from sunlot.registry.models import CreditMark, Entity, InspectionObject, Involvement
from sunlot.visits.models import Visit

from .test_pages import DESK, at, sent, text
from .town import Town, published_change

OBJECTS = "/desk/registry/objects/"
TRADE = Narrowing(conditions=(("trade", "K70"),))


def assessed(town: Town, **changes: Any) -> Feasibility:
    content = replace(town.content, **changes).in_order()
    return assess_content(content, content.draw_day)


def in_scope(town: Town, narrowing: Narrowing) -> set[str]:
    content = replace(town.content, narrowing=narrowing).in_order()
    return set(scope_of(content, content.draw_day).values_list("number", flat=True))


def of_trade(*numbers: str) -> None:
    InspectionObject.objects.filter(number__in=numbers).update(trade="K70")


def visited(town: Town, number: str, day: date, n: int, state: str = "done", unit: str = "zjj") -> None:
    form = f"form:{number}:{day.isoformat()}"  # departments that come on one day stand on one form
    Visit.objects.create(
        object=InspectionObject.objects.get(number=number),
        organisation=town.city.organisations[unit],
        source="daily",
        thing=f"test:{number}:{n}",
        state=state,
        planned_until=day,
        visited_on=day if state == "done" else None,
        form=form,
        occasion=form,
    )


# --- what is meant ----------------------------------------------------------------------------------------------------


def test_every_kind_of_condition_narrows_the_candidates_as_it_narrows_the_registrys_list(town: Town) -> None:
    of_trade("150302-D-000", "150303-D-001")
    InspectionObject.objects.filter(number="150302-D-000").update(attributes={"managed_area": 80_000})
    marked = InspectionObject.objects.get(number="150304-C-000")
    CreditMark.objects.create(object=marked, kind="complaint", since=date(2026, 1, 1), source="12345", created_by=None)
    for condition, expected in [
        (("trade", "K"), {"150302-D-000", "150303-D-001"}),
        (("trade", "K70"), {"150302-D-000", "150303-D-001"}),
        (("trade", "E47"), set()),
        (("attr_managed_area", "50000"), {"150302-D-000"}),
        (("attr_managed_area", "90000"), set()),
        (("mark", "complaint"), {"150304-C-000"}),
        (("q", "150303D"), {f"150303-D-00{n}" for n in range(4)}),
    ]:
        assert in_scope(town, Narrowing(conditions=(condition,))) == expected, condition
    both = (("attr_managed_area", "50000"), ("mark", "complaint"))
    assert in_scope(town, Narrowing(conditions=both)) == set()


def test_conditions_on_marks_are_asked_of_the_day_of_the_draw(town: Town) -> None:
    marked = InspectionObject.objects.get(number="150304-C-000")
    until = town.content.draw_day - timedelta(days=1)
    CreditMark.objects.create(
        object=marked, kind="complaint", since=date(2026, 1, 1), until=until, source="12345", created_by=None
    )
    assert in_scope(town, Narrowing(conditions=(("mark", "complaint"),))) == set()


@pytest.mark.parametrize("condition", [("nothing", "1"), ("trade", "Z99"), ("attr_gone", "1")])
def test_a_condition_that_can_no_longer_be_read_selects_nobody_and_says_so(
    town: Town, condition: tuple[str, str]
) -> None:
    narrowing = Narrowing(conditions=(condition,))
    assert in_scope(town, narrowing) == set()
    assert any(fault.field == "narrowing" for fault in assessed(town, narrowing=narrowing).faults)


def test_objects_inspected_within_the_months_before_the_draw_are_left_out(town: Town) -> None:
    day = town.content.draw_day
    visited(town, "150302-D-000", months_before(day, 12), 1)
    visited(town, "150302-D-001", months_before(day, 12) - timedelta(days=1), 2)
    visited(town, "150302-D-002", day, 3, state="planned")
    left_out = in_scope(town, Narrowing()) - in_scope(town, Narrowing(unvisited_months=12))
    assert left_out == {"150302-D-000"}


def test_visits_of_the_year_count_once_a_form_and_with_those_to_come(town: Town) -> None:
    day = town.content.draw_day
    for n, unit in enumerate(("zjj", "scjg", "yjj")):  # three departments, one visit
        visited(town, "150302-D-000", day, n, unit=unit)
    visited(town, "150302-D-001", day, 1)
    visited(town, "150302-D-001", day + timedelta(days=9), 2, state="planned")
    visited(town, "150302-D-002", day, 1, state="cancelled")
    visited(town, "150302-D-003", date(day.year - 1, 12, 31), 1)
    everybody = in_scope(town, Narrowing())
    assert everybody - in_scope(town, Narrowing(most_visits=1)) == {"150302-D-001"}
    assert everybody - in_scope(town, Narrowing(most_visits=0)) == {"150302-D-000", "150302-D-001"}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_before_a_day_end_with_it_and_never_skip_one(day: date, months: int) -> None:
    start = months_before(day, months)
    assert start <= day
    assert 27 * months <= (day - start).days + 1 <= 31 * months
    assert months_before(day + timedelta(days=1), months) >= start


def test_from_a_list_only_what_items_cover_and_stands_in_the_registry_is_drawn(town: Town) -> None:
    site = ObjectKind.objects.get(code="site")
    InspectionObject.objects.create(number="S-1", name="工地", kind=site, region_id="150302", risk_class="D")
    gone = InspectionObject.objects.get(number="150302-D-001")
    gone.state, gone.state_since, gone.state_source = "suspended", date(2026, 1, 1), "市场监管"
    gone.save()
    assert in_scope(town, Narrowing(listed=("150302-D-000", "150302-D-001", "S-1"))) == {"150302-D-000"}


# --- what is signed and drawn -----------------------------------------------------------------------------------------


def test_what_is_forecast_and_signed_is_what_is_frozen(town: Town) -> None:
    numbers = tuple(
        f"{region}-{risk}-00{n}" for region in ("150302", "150303", "150304") for risk in "ABCD" for n in (0, 1)
    )
    of_trade(*numbers)
    town.content = replace(
        town.content, narrowing=Narrowing((("trade", "K70"),), 12, 3, numbers[1:]), targeted_by=("trade", "other")
    ).in_order()
    visited(town, numbers[2], town.content.draw_day - timedelta(days=30), 1)
    plan = town.published()
    frozen = freeze(plan, town.content.draw_day)
    assert set(frozen.object_ids) == set(numbers[1:]) - {numbers[2]}
    said = json.loads(frozen.rules)
    assert json.loads(PlanVersion.objects.get(plan=plan).content) == said
    assert said["targeted_by"] == ["trade", "other"]
    assert said["narrowing"]["conditions"] == [
        {"name": "trade", "value": "K70", "label": "行业", "words": "K70 房地产业"}
    ]
    assert set(listed_under(said["narrowing"]["listed"]["digest"])) == set(numbers[1:])
    for page in (at(plan), at(plan, "sheet/"), f"/plans/{plan.number}/", f"/plans/{plan.number}/versions/1/"):
        words = text(town.city.client("chen").get(page))
        assert "定向（行业、其他条件）" in words, page
        assert "行业：K70 房地产业" in words, page
        assert "抽取日前 12 个月内未检查过" in words, page
        assert "抽取当年检查（含待检查）不超过 3 次" in words, page
        assert "名单所列 23 户之内" in words, page


def test_a_plan_without_conditions_says_and_digests_what_it_did_before_there_were_any(town: Town) -> None:
    said = json.loads(PlanVersion.objects.get(plan=town.submitted()).content)
    assert {"narrowing", "targeted_by"}.isdisjoint(said)


def test_a_change_of_the_conditions_is_a_change_order_with_both_versions_in_public(town: Town) -> None:
    plan = town.published()
    published_change(town, plan, narrowing=Narrowing(unvisited_months=6))
    words = text(town.city.client("chen").get(f"/plans/{plan.number}/versions/2/"))
    assert "抽取日前 6 个月内未检查过 原为：—" in words
    plan.refresh_from_db()
    assert content_of(plan).narrowing == Narrowing(unvisited_months=6)


def test_the_same_conditions_again_change_nothing(town: Town) -> None:
    listed = [f"{region}-{risk}-00{n}" for region in ("150304", "150303", "150302") for risk in "DB" for n in range(4)]
    plan = town.submitted(narrowing=Narrowing((("q", "物业"),), most_visits=9, listed=tuple(listed)))
    again = actions.change_plan(town["chen"], plan, content_of(plan))
    assert (again.version, again.state) == (1, Plan.State.CONFIRMING)


# --- what is refused --------------------------------------------------------------------------------------------------


def test_an_untargeted_plan_narrows_by_visits_alone(town: Town) -> None:
    assert assessed(town, targeted=False, narrowing=Narrowing(most_visits=5)).possible
    for narrowing in (TRADE, Narrowing(listed=("150302-D-000",))):
        found = assessed(town, targeted=False, narrowing=narrowing)
        assert [fault.field for fault in found.faults if "不定向" in fault.message] == ["targeted"]


@pytest.mark.parametrize(
    ("by", "words"), [("region", "按区域定向，但选了全部辖区"), ("other", "按其他条件定向，但没有设条件")]
)
def test_what_a_plan_says_it_is_targeted_by_must_be_so(town: Town, by: str, words: str) -> None:
    found = assessed(town, targeted_by=(by,))
    assert [fault.message for fault in found.faults if fault.field == "targeted_by" and words in fault.message]


def test_a_condition_on_what_one_kind_has_narrows_that_kind_alone(town: Town) -> None:
    condition = Narrowing((("attr_managed_area", "1"),))
    site = ObjectKind.objects.get(code="site")
    InspectionObject.objects.filter(number="150302-D-000").update(kind=site)
    large = InspectionObject.objects.get(number="150302-D-001")
    InspectionObject.objects.filter(pk=large.pk).update(attributes={"managed_area": 2})
    both = InspectionObject.objects.filter(kind__code__in=["property", "site"])
    assert set(narrowed(both, condition.conditions, date(2026, 11, 27)).values_list("number", flat=True)) == {
        "150302-D-000",
        "150302-D-001",
    }
    found = assessed(town, kinds=("property", "site"), narrowing=condition)
    assert not [fault for fault in found.faults if fault.field == "narrowing"]
    assert any("的条件只用于物业服务企业" in one.message for one in found.warnings if one.field == "narrowing")
    found = assessed(town, kinds=("site",), narrowing=condition)
    assert any("都没有“在管面积”这一项" in fault.message for fault in found.faults if fault.field == "narrowing")


# --- the form ---------------------------------------------------------------------------------------------------------


def last_plan() -> Plan:
    found = Plan.objects.order_by("-pk").first()
    assert found is not None
    return found


def test_the_list_of_objects_leads_to_a_plan_of_what_it_shows(town: Town) -> None:
    client = town.city.client("chen")
    address = "?kind=property&region=150302&risk=D&trade=K70"
    page = client.get(f"{OBJECTS}{address}").content.decode()
    assert "据此筛选编制计划" in page
    assert "据此筛选编制计划" not in client.get(OBJECTS).content.decode()
    form = client.get(f"{DESK}new/", {"objects": address[1:]}).context["form"]
    assert form["kinds"].value() == ["property"]
    assert form["regions"].value() == ["150302"]
    assert [row.amount.value() for row in form.strata] == [60, None, None, None]
    assert form.conditions.form["trade"].value() == "K70"
    assert set(form["targeted_by"].value()) == {"region", "trade", "risk"}


def test_a_saved_filter_fills_the_conditions_and_nothing_is_stored_yet(town: Town) -> None:
    kept = save_filter(town["chen"], OBJECTS, "kind=property&risk=D&trade=K70", "重点物业")
    client = town.city.client("chen")
    page = client.post(
        f"{DESK}new/", sent(town, use_saved="1", saved_filter=str(kept.pk), **{"query-mark": "complaint"})
    )
    form = page.context["form"]
    assert form.conditions.form["trade"].value() == "K70"
    assert not form.conditions.form["mark"].value()
    assert [row.amount.value() for row in form.strata] == [60, None, None, None]
    assert not Plan.objects.exists()


def test_conditions_are_counted_without_saving_and_stored_with_the_plan(town: Town) -> None:
    of_trade("150302-D-000", "150302-D-001")
    client = town.city.client("chen")
    said = sent(town, **{"query-trade": "K70", "query-attr_managed_area": "0", "unvisited_months": "12"})
    del said["query-attr_managed_area"]
    page = client.post(f"{DESK}new/", said | {"try": "1"})
    assert "符合范围的候选对象 2 户" in text(page)
    assert not Plan.objects.exists()
    client.post(f"{DESK}new/", said | {"save": "1"})
    plan = last_plan()
    assert content_of(plan).narrowing == Narrowing((("trade", "K70"),), unvisited_months=12)
    assert plan.targeted_by == ["trade"]
    again = client.get(at(plan, "edit/")).context["form"]
    assert (again.conditions.form["trade"].value(), again["unvisited_months"].value()) == ("K70", 12)
    listed = client.get(at(plan, "candidates/"), {"q": "150302D0"})
    assert [one.number for one in listed.context["listing"].page] == ["150302-D-000"]
    table = b"".join(client.get(at(plan, "candidates/"), {"format": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert table.count("150302-D-") == 2


def test_a_wrong_condition_is_told_and_nothing_typed_is_lost(town: Town) -> None:
    page = town.city.client("chen").post(f"{DESK}new/", sent(town, save="1", **{"query-trade": "Z99"}))
    assert "行业：" in text(page)
    assert page.context["form"]["title"].value() == town.content.title
    assert not Plan.objects.exists()


def test_a_list_may_be_pasted_as_numbers_and_credit_codes_and_what_names_nothing_or_several_is_told(town: Town) -> None:
    code = "91150302MA0N00001X"
    entity = Entity.objects.create(name="某物业公司", credit_code=code, region_id="150302")
    tied = [InspectionObject.objects.get(number=f"150302-C-00{n}") for n in range(2)]
    Involvement.objects.create(object=tied[0], entity=entity, part="itself")
    client = town.city.client("chen")
    good = f"150302-d-000，{code.lower()}\n150303-D-001"
    client.post(f"{DESK}new/", sent(town, save="1", listed=good))
    assert content_of(last_plan()).narrowing.listed == ("150302-C-000", "150302-D-000", "150303-D-001")
    assert last_plan().targeted_by == ["other"]
    Involvement.objects.create(object=tied[1], entity=entity, part="operator")
    page = text(client.post(f"{DESK}new/", sent(town, save="1", listed=f"{good}\nNO-SUCH")))
    assert "名录库中没有：NO-SUCH" in page
    assert "名下有 2 个对象，写明是哪个的编号：150302-C-000、150302-C-001" in page
    assert Plan.objects.count() == 1


def test_a_list_may_be_uploaded_with_one_column_alone(town: Town) -> None:
    client = town.city.client("chen")
    upload = SimpleUploadedFile("名单.csv", "序号,许可证号或项目编号\n1,150302-D-000\n2,150303-D-001\n".encode())
    client.post(f"{DESK}new/", sent(town, save="1", listed="150304-D-000", list_file=upload))
    assert content_of(last_plan()).narrowing.listed == ("150302-D-000", "150303-D-001", "150304-D-000")
    single = SimpleUploadedFile("名单.csv", "编号\n150302-D-002\n".encode())
    client.post(f"{DESK}new/", sent(town, save="1", list_file=single))
    assert content_of(last_plan()).narrowing.listed == ("150302-D-002",)
    broken = SimpleUploadedFile("名单.xlsx", b"PK\x03\x04nothing")
    page = client.post(f"{DESK}new/", sent(town, save="1", list_file=broken))
    assert page.context["form"].errors["list_file"]
    assert Plan.objects.count() == 2
