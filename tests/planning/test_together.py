"""One visit, many checks: what other plans of the time visit too, asking their leads to merge, and what an answer does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sunlot.catalogue.models import Item, ItemVersion, ObjectKind
from sunlot.desk.reminders import open_for
from sunlot.desk.todo import waiting_for
from sunlot.norms import clock, working_days
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.planning import actions, queries
from sunlot.planning.content import Seat, Stratum, Zone, content_of
from sunlot.planning.merged_items import items_by_kind
from sunlot.planning.models import MergeRequest, Plan
from sunlot.planning.sheet import sheet_of
from sunlot.planning.together import actions as together
from sunlot.planning.together.merged import _seats
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.trail.models import EventDetail
from sunlot.visits import actions as visits
from sunlot.visits.caps import queries as caps
from sunlot.visits.models import Visit

from .town import Town, item

State = Plan.State
DESK = "/desk/planning/"


def rival(town: Town, *, submit: bool = True, **changes: object) -> Plan:
    """A plan of 市场监督管理局 alone, at the same time, of class D in 海勃湾区."""
    content = replace(
        town.content,
        title="物业明码标价抽查",
        seats=(Seat("scjg", 2, items=(item("SCJG-01"),)),),
        regions=("150302",),
        strata=(Stratum("D", permille=1000, reserve=0),),
        zones=(Zone("150302", 1),),
        few_participants_reason="",
    )
    plan = actions.create_plan(town["scjg-clerk"], replace(content, **changes))  # type: ignore[arg-type]  # any field
    return actions.submit_plan(town["scjg-clerk"], plan) if submit else plan


def page(town: Town, username: str, address: str) -> str:
    return town.city.client(username).get(address).content.decode()


# --- what others visit too --------------------------------------------------------------------------------------------


def test_the_plans_page_counts_what_handed_in_plans_of_others_share_and_names_no_object_of_theirs(town: Town) -> None:
    plan = town.draft()
    figures = f"{DESK}{plan.number}/together/figures/"
    other = rival(town, submit=False)
    assert f'data-fetch="{figures}"' in page(town, "chen", f"{DESK}{plan.number}/")
    assert "都不涉及本计划" in page(town, "chen", figures), "it is first being written"
    actions.submit_plan(town["scjg-clerk"], other)
    shown = page(town, "chen", figures)
    assert "物业明码标价抽查" in shown
    assert '<td class="n" data-label="共同对象">4</td>' in shown
    assert "只显示数字" in shown
    assert f'href="{DESK}{other.number}/"' not in shown
    assert town.city.client("chen").get(f"{DESK}{other.number}/").status_code == 404
    assert "150302D" not in page(town, "chen", f"{DESK}{plan.number}/together/")


def test_the_list_names_plans_and_visits_of_each_object_is_narrowed_and_exported_without_formulas(town: Town) -> None:
    mine = rival(town)
    plan = town.submitted()  # scjg takes part, so its clerk sees it
    named = InspectionObject.objects.get(number="150302-D-000")
    InspectionObject.objects.filter(pk=named.pk).update(name="=1+1物业")
    far = InspectionObject.objects.get(number="150303-A-000")
    until = town.content.ends_on
    yjj = town.city.organisations["yjj"]
    visits.plan_visit(visits.Planned(far, yjj, Visit.Source.SPECIAL, "special:1", until))
    visits.plan_visit(
        visits.Planned(
            named, yjj, Visit.Source.DRAW, "x:1", until + timedelta(days=90), since=until + timedelta(days=1)
        )
    )
    client = town.city.client("scjg-clerk")
    address = f"{DESK}{mine.number}/together/"
    assert client.get(address).content.decode().count('data-label="类别"') == 4
    exported = b"".join(client.get(f"{address}?format=csv")).decode()  # type: ignore[call-overload]  # a stream
    assert "物业服务企业部门联合抽查" in exported and plan.number in exported
    assert '"\'=1+1物业"' in exported or "'=1+1物业" in exported
    wide = f"{DESK}{plan.number}/together/"
    assert client.get(f"{wide}?plan=visits").content.decode().count('data-label="类别"') == 1
    assert client.get(f"{wide}?department=yjj").content.decode().count('data-label="类别"') == 1
    assert client.get(f"{wide}?plan={mine.number}&q=150302-D-001").content.decode().count('data-label="类别"') == 1
    assert client.get(f"{wide}?plan=nonsense&sort=nonsense").status_code == 200
    assert client.get(f"{wide}?format=xlsx").status_code == 200


def test_more_objects_ask_no_more_queries_and_another_districts_address_is_not_found(town: Town) -> None:
    plan, _ = town.draft(), rival(town)
    client = town.city.client("chen")

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{DESK}{plan.number}/together/").status_code == 200
        return len(captured)

    few = asked()
    found = InspectionObject.objects.get(number="150302-D-000")
    for n in range(8):
        InspectionObject.objects.create(
            number=f"more-{n}", name=f"增{n}", kind=found.kind, region_id="150302", risk_class="D"
        )
    assert asked() == few
    assert town.city.client("outsider").get(f"{DESK}{plan.number}/together/").status_code == 404


# --- into one plan ----------------------------------------------------------------------------------------------------


def test_agreed_on_the_desk_two_plans_become_one_draft_that_everybody_confirms_and_signs_anew(town: Town) -> None:
    plan, other = town.head_signed(), rival(town)
    chen, clerk = town.city.client("chen"), town.city.client("scjg-clerk")
    address = f"{DESK}{plan.number}/together/{other.number}/"
    assert "保留" in chen.get(address).content.decode()
    kept = chen.post(address, {"stays": "ours", "reason": ""})
    assert "填写理由" in kept.content.decode() and not MergeRequest.objects.exists()
    made = chen.post(address, {"stays": "ours", "reason": "同一批企业，一次检查"})
    request = MergeRequest.objects.get()
    assert made["Location"] == f"{DESK}merges/{request.pk}/"
    assert "SCJG-01" not in chen.get(made["Location"]).content.decode(), "of the other's plan only what is known"
    todo = next(one for one in waiting_for(town["scjg-clerk"]) if one.url == made["Location"])
    assert "同一批企业，一次检查" in todo.reason
    shown = clerk.get(todo.url).content.decode()
    assert "SCJG-01" in shown and "WY-02" in shown and "同意合并" in shown
    seen = together.fingerprint(request)
    assert clerk.post(todo.url, {"agree": "1", "answer": "", "seen": seen}).status_code == 302
    plan.refresh_from_db()
    other.refresh_from_db()
    assert (plan.state, plan.version, plan.digest) == (State.DRAFT, 2, "")
    assert (other.state, other.withdrawn_reason) == (State.WITHDRAWN, f"并入计划 {plan.number}“{plan}”（物业科牵头）")
    content = content_of(plan)
    assert {seat.organisation: seat.seats for seat in content.seats} == {"zjj-wuye": 2, "scjg": 2, "yjj": 1}
    assert {one.id: one.permille for one in content.strata}["D"] == 1000
    again = actions.submit_plan(town["chen"], plan)
    assert again.state == State.CONFIRMING
    assert list(again.participants.filter(state="pending").values_list("organisation__code", flat=True)) == [
        "scjg",
        "yjj",
    ]
    assert any("同意合并检查" in one.words for one in open_for(town["chen"].user_id))
    assert not any(one.url == todo.url for one in waiting_for(town["scjg-clerk"]))
    types = set(EventDetail.objects.filter(thing=plan.thing).values_list("type", flat=True))
    assert {"planning.merge_asked", "planning.merge_agreed", "planning.plans_merged"} <= types


def test_the_asked_plan_may_be_the_one_that_stays(town: Town) -> None:
    plan, other = town.submitted(), rival(town)
    request = together.ask_to_merge(town["chen"], plan, other, "由市场监管牵头", into=other)
    together.agree_to_merge(town["scjg-head"], request)
    plan.refresh_from_db()
    merged = Plan.objects.get(pk=other.pk)
    assert (plan.state, merged.state, merged.kind) == (State.WITHDRAWN, State.DRAFT, Plan.Kind.JOINT)
    assert [part.organisation.code for part in merged.participants.all()] == ["scjg", "zjj-wuye", "yjj"]


def test_declined_with_its_reason_both_plans_stay_and_whoever_asked_is_told(town: Town) -> None:
    plan, other = town.submitted(), rival(town)
    request = together.ask_to_merge(town["chen"], plan, other, "一次检查")
    clerk = town.city.client("scjg-clerk")
    assert "须写明理由" in clerk.post(f"{DESK}merges/{request.pk}/", {"decline": "1", "answer": " "}).content.decode()
    assert clerk.post(f"{DESK}merges/{request.pk}/", {"decline": "1", "answer": "时间不合"}).status_code == 302
    assert Plan.objects.get(pk=plan.pk).state == State.CONFIRMING
    assert "时间不合" in page(town, "chen", f"{DESK}{plan.number}/")
    assert any("时间不合" in one.words for one in open_for(town["chen"].user_id))
    with pytest.raises(Refused, match="不同意"):
        together.agree_to_merge(town["scjg-clerk"], request)
    together.ask_to_merge(town["chen"], plan, other, "改了时间，再请合并")


def test_only_the_leads_ask_and_answer_and_an_address_typed_by_hand_shows_nothing(town: Town) -> None:
    plan, other = town.submitted(), rival(town)
    with pytest.raises(NotAllowed):
        together.ask_to_merge(town["yjj-clerk"], plan, other, "一次检查")
    request = together.ask_to_merge(town["chen"], plan, other, "一次检查")
    for stranger in ("chen", "yjj-head", "leader"):
        with pytest.raises(NotAllowed):
            together.agree_to_merge(town[stranger], request)
    assert town.city.client("chen").post(f"{DESK}merges/{request.pk}/", {"agree": "1"}).status_code == 403
    assert town.city.client("outsider").get(f"{DESK}merges/{request.pk}/").status_code == 404
    assert town.city.client("outsider").get(f"{DESK}{plan.number}/together/{other.number}/").status_code == 404
    assert town.city.client("yjj-clerk").get(f"{DESK}{plan.number}/together/{other.number}/").status_code == 403


def test_one_request_waits_between_two_plans_and_nothing_is_merged_unseen_or_too_late(town: Town) -> None:
    plan, other = town.submitted(), rival(town)
    request = together.ask_to_merge(town["chen"], plan, other, "一次检查")
    with pytest.raises(Refused, match="还没有答复"):
        together.ask_to_merge(town["chen"], plan, other, "再请一次")
    with pytest.raises(Refused, match="先答复对方"):
        together.ask_to_merge(town["scjg-clerk"], other, plan, "反过来请")
    seen = together.fingerprint(request)
    actions.change_plan(town["chen"], plan, replace(town.content, title="改名"))
    with pytest.raises(Refused, match="已被修改"):
        together.agree_to_merge(town["scjg-clerk"], request, seen=seen)
    actions.withdraw_plan(town["chen"], plan, "不办了")
    with pytest.raises(Refused, match="已撤回"):
        together.agree_to_merge(town["scjg-clerk"], request)
    assert request.pk not in [one.pk for one in MergeRequest.objects.exclude(state="asked")]
    assert not any("合并检查" in one.title for one in waiting_for(town["scjg-clerk"]))
    assert "不能再并为一个" in page(town, "scjg-clerk", f"{DESK}merges/{request.pk}/")
    together.cancel_request(town["chen"], request)


SEATS = st.lists(
    st.builds(
        Seat,
        st.sampled_from(["a", "b", "c", "d"]),
        st.integers(1, 4),
        st.just("人手不足"),
        st.frozensets(st.integers(1, 9), max_size=4).map(lambda keys: tuple(sorted(keys))),
    ),
    min_size=1,
    unique_by=lambda seat: seat.organisation,
)


@given(SEATS, SEATS)
def test_nobody_and_no_item_of_either_plan_is_lost_where_they_become_one(ours: list[Seat], theirs: list[Seat]) -> None:
    merged = {seat.organisation: seat for seat in _seats(ours, theirs, {key: (key, 1) for key in range(10)})}
    assert next(iter(merged)) == ours[0].organisation, "the lead stays the lead"
    for seat in [*ours, *theirs]:
        assert merged[seat.organisation].seats >= seat.seats
        assert set(seat.items) <= set(merged[seat.organisation].items)
    assert all(seat.seats >= 2 or seat.seats_reason for seat in merged.values())


def test_of_two_versions_of_an_item_the_newer_is_kept() -> None:
    (seat,) = _seats([Seat("a", 2, items=(1,))], [Seat("a", 2, items=(2, 3))], {1: (7, 1), 2: (7, 2), 3: (8, 1)})
    assert seat.items == (2, 3)


# --- on one day -------------------------------------------------------------------------------------------------------


def drawn_both(town: Town) -> tuple[Plan, Plan, InspectionObject, Entity]:
    """Two drawn plans that both have to visit one object, each on its form; the entity has a cap of its own."""
    plan, other = town.published(), rival(town)
    head = actions.sign_as_head(town["scjg-head"], other, town.proof("scjg-head"))
    town.city.add("scjg-leader", "施领导", "scjg", Role.LEADER)
    other = actions.sign_as_leader(town["scjg-leader"], head, town.proof("scjg-leader"))
    entry = InspectionObject.objects.get(number="150302-D-000")
    entity = Entity.objects.create(name=entry.name, region_id=entry.region_id, kind="enterprise")
    Involvement.objects.create(object=entry, entity=entity, part=Involvement.Part.ITSELF)
    for n, (one, unit) in enumerate(((plan, "zjj-wuye"), (other, "scjg"))):
        actions.mark_drawn(SYSTEM, one)
        visits.plan_visit(
            visits.Planned(
                entry, town.city.organisations[unit], Visit.Source.DRAW, f"form-part:{n}", town.content.ends_on,
                one.number, since=town.content.starts_on, form=f"form:{n}",
            )
        )  # fmt: skip
    return Plan.objects.get(pk=plan.pk), Plan.objects.get(pk=other.pk), entry, entity


def workday(town: Town) -> date:
    day = town.content.starts_on + timedelta(days=5)
    while not working_days.is_working_day(day):
        day += timedelta(days=1)
    return day


def counted(town: Town, entity: Entity) -> int:
    return caps.standing(entity, town.content.ends_on).count.total


def test_drawn_plans_agree_on_one_day_and_what_is_visited_on_it_counts_once_against_the_cap(town: Town) -> None:
    plan, other, entry, entity = drawn_both(town)
    day = workday(town)
    assert counted(town, entity) == 2
    chen = town.city.client("chen")
    assert "请求合并" in chen.get(f"{DESK}{plan.number}/together/figures/").content.decode()
    address = f"{DESK}{plan.number}/together/{other.number}/"
    assert entry.name in chen.get(address).content.decode()
    early = chen.post(address, {"day": "2026-01-05", "objects": [entry.pk], "reason": "同一天"})
    assert "只能约定在" in early.content.decode() and "checked" in early.content.decode()
    assert "至少选一户" in chen.post(address, {"day": day.isoformat(), "reason": "同一天"}).content.decode()
    sent = chen.post(address, {"day": day.isoformat(), "objects": [entry.pk], "reason": "同一天"})
    todo = next(one for one in waiting_for(town["scjg-clerk"]) if one.url == sent["Location"])
    assert todo.due == day
    assert town.city.client("scjg-clerk").post(todo.url, {"agree": "1", "answer": "可以"}).status_code == 302
    assert counted(town, entity) == 1
    visits.mark_done("form-part:0", day)
    visits.mark_done("form-part:1", day)
    assert counted(town, entity) == 1
    visits.mark_done("form-part:1", day + timedelta(days=1))
    assert counted(town, entity) == 2, "on another day it was a visit of its own"


def test_what_was_inspected_before_the_answer_is_not_put_on_the_day(town: Town) -> None:
    plan, other, entry, entity = drawn_both(town)
    day = workday(town)
    request = together.ask_for_one_day(town["chen"], plan, other, "同一天", day=day, objects=[entry.pk])
    visits.mark_done("form-part:0", town.content.starts_on)
    with pytest.raises(Refused, match="没有可以约定的"):
        together.agree_to_merge(town["scjg-clerk"], request)
    assert MergeRequest.objects.get().state == "asked"
    assert counted(town, entity) == 2


def test_a_third_plan_joins_the_day_and_can_not_move_it_for_the_others(town: Town) -> None:
    _, _, entry, entity = drawn_both(town)
    day = workday(town)
    visits.plan_visit(
        visits.Planned(
            entry,
            town.city.organisations["yjj"],
            Visit.Source.SPECIAL,
            "special:9",
            town.content.ends_on,
            form="form:9",
        )
    )
    assert visits.put_on_one_day({"form:0": "m:1", "form:1": "m:1"}, day) == ["m:1"]
    with pytest.raises(Refused, match="已与其他检查约定"):
        visits.put_on_one_day({"form:1": "m:2", "form:9": "m:2"}, day + timedelta(days=1))
    assert visits.put_on_one_day({"form:1": "m:2", "form:9": "m:2"}, day) == ["m:1"]
    assert counted(town, entity) == 1
    with pytest.raises(Refused, match="不能约定在"):
        visits.put_on_one_day({"form:0": "m:1", "form:1": "m:1"}, town.content.ends_on + timedelta(days=1))
    assert visits.put_on_one_day({"form:0": "m:3"}, day) == [], "alone is not together"


# --- items merged -----------------------------------------------------------------------------------------------------


def test_key_items_lead_and_a_basic_item_of_several_departments_is_one_line_that_names_them(town: Town) -> None:
    twin = Item.objects.create(code="YJJ-09", organisation=town.city.organisations["yjj"])
    version = ItemVersion.objects.get(item__code="SCJG-01")
    kinds = list(version.kinds.all())
    version.pk, version.item, version.name = None, twin, "明码标价 检查"
    version._state.adding = True
    version.save()
    version.kinds.set(kinds)
    seats = tuple(
        replace(seat, items=(*seat.items, version.pk)) if seat.organisation == "yjj" else seat
        for seat in town.content.seats
    )
    plan = queries.with_parts(Plan.objects.filter(pk=town.draft(seats=seats).pk)).get()
    kind = ObjectKind.objects.get(code="property")
    (group,) = items_by_kind(list(plan.participants.all()), [(kind.pk, kind.name)])
    assert [line.is_key for line in group.lines] == sorted((line.is_key for line in group.lines), reverse=True)
    (merged,) = [line for line in group.lines if line.is_merged]
    assert (merged.codes, merged.departments) == (("SCJG-01", "YJJ-09"), ("市场监管", "应急"))
    shown = page(town, "chen", f"{DESK}{plan.number}/")
    assert "一般，合并" in shown and "市场监管、应急" in shown
    form = sheet_of(plan, queries.feasibility(plan), list(plan.participants.all()), [])
    assert [one.code for one in form.items if len(one.departments) > 1] == ["SCJG-01、YJJ-09"]
    assert "市场监管、应急" in page(town, "chen", f"{DESK}{plan.number}/sheet/")
    assert town.city.client("chen").get(f"{DESK}{plan.number}/sheet.pdf").content.startswith(b"%PDF")
    assert clock.today() < town.content.starts_on
