"""A plan's way through its actions: each in order, once, and by the right person."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from sunlot.catalogue import actions as catalogue
from sunlot.catalogue.models import ItemVersion
from sunlot.desk.todo import waiting_for
from sunlot.drawing import actions as drawing
from sunlot.norms import clock
from sunlot.organisations import delegating, signatures
from sunlot.organisations.actions import grant_role
from sunlot.organisations.models import Membership, Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.planning import actions, queries
from sunlot.planning.content import PlanContent, Seat, Zone, canonical_text, content_of, digest_of
from sunlot.planning.models import Participant, Plan, PlanVersion
from sunlot.registry.models import Avoidance, InspectionObject, Inspector
from sunlot.trail import files
from sunlot.trail.models import Event, EventDetail
from sunlot.trail.queries import history

from ..cast import viewer_of
from .town import Town, item

State = Plan.State
WORDS = "理由"


def part_of(plan: Plan, code: str) -> Participant:
    return plan.participants.get(organisation__code=code)


def test_a_plan_goes_from_draft_to_published_and_its_digest_is_public(town: Town) -> None:
    plan = town.published()
    assert plan.state == State.PUBLISHED
    assert plan.number == f"150300-{plan.created_at.year}-P0001"
    assert digest_of(canonical_text(queries.rules_of(plan))) == plan.digest
    public = Event.objects.filter(entry__contains="planning.plan_published")
    entry = json.loads(public.get().entry)
    assert (entry["subject"], entry["public"]) == (f"plan:{plan.number}", {"plan": plan.digest})
    assert [p.pk for p in queries.published_plans()] == [plan.pk]
    assert [entry.words for entry in history(plan.thing)] == [
        "公布计划第 1 版",
        "分管领导签署计划“物业服务企业部门联合抽查”第 1 版",
        "科室负责人签署计划“物业服务企业部门联合抽查”第 1 版",
        "乌海市应急管理局同意参与",
        "乌海市市场监督管理局同意参与",
        "提交第 1 版，由参与部门确认",
        "编制计划“物业服务企业部门联合抽查”",
    ]


def test_what_is_saved_is_what_was_said(town: Town) -> None:
    assert content_of(town.draft()) == town.content


def test_numbers_of_a_region_and_year_follow_each_other(town: Town) -> None:
    district = replace(
        town.content,
        seats=(Seat("hbw-zjj"),),
        regions=("150302",),
        zones=(Zone("150302", 1),),
        few_participants_reason="",
    )
    numbers = [town.draft().number, town.draft().number, actions.create_plan(town["hbw-clerk"], district).number]
    year = clock.today().year
    assert numbers == [f"150300-{year}-P0001", f"150300-{year}-P0002", f"150302-{year}-P0001"]


@pytest.mark.parametrize(
    ("seats", "kind"),
    [
        (("zjj-wuye",), Plan.Kind.OWN),
        (("zjj-wuye", "zjj-fangguan"), Plan.Kind.SECTIONS),
        (("zjj-wuye", "hbw-zjj"), Plan.Kind.SECTIONS),
        (("zjj-wuye", "scjg"), Plan.Kind.JOINT),
    ],
)
def test_the_kind_follows_from_who_takes_part(town: Town, seats: tuple[str, ...], kind: str) -> None:
    assert town.draft(seats=tuple(Seat(code) for code in seats)).kind == kind


def test_a_half_filled_plan_is_saved_but_not_submitted_and_everything_missing_is_said(town: Town) -> None:
    plan = town.draft(title="", seats=(Seat("zjj-wuye"),), kinds=(), regions=(), strata=(), zones=())
    fields = {fault.field for fault in queries.feasibility(plan).faults}
    assert {"title", "items.zjj-wuye", "kinds", "regions", "strata"} <= fields
    with pytest.raises(Refused, match="抽查任务名称"):
        actions.submit_plan(town["chen"], plan)


def test_a_plan_of_one_section_goes_straight_to_its_head(town: Town) -> None:
    plan = town.submitted(seats=(Seat("zjj-wuye", 2, items=(item("WY-01"),)),))
    assert plan.state == State.CONFIRMED


def test_a_coordinating_section_may_lead_and_send_nobody(town: Town) -> None:
    seats = (Seat("zjj-fagui", 0), *town.content.seats)
    plan = actions.create_plan(town["coordinator"], replace(town.content, seats=seats))
    assert queries.feasibility(plan).possible
    assert {seat.department for zone in queries.notice_teams(plan) for seat in zone.seats} == {
        "zjj-wuye",
        "scjg",
        "yjj",
    }
    plan = actions.submit_plan(town["coordinator"], plan)
    assert part_of(plan, "zjj-wuye").state == Participant.State.PENDING
    with pytest.raises(NotAllowed, match="法规科的科室负责人"):
        actions.sign_as_head(town["wuye-head"], plan, town.proof("wuye-head"))


@pytest.mark.parametrize(
    "seat", [Seat("scjg", 0), Seat("scjg", 51), Seat("scjg", 1), Seat("no-such"), Seat("zjj-wuye")]
)
def test_what_no_draft_can_hold_is_refused_with_words(town: Town, seat: Seat) -> None:
    with pytest.raises(Refused):
        town.draft(seats=(town.content.seats[0], seat))
    assert not Plan.objects.exists()


# --- what makes it impossible ---------------------------------------------------------------------------------------


def faults(town: Town, **changes: object) -> dict[str, str]:
    return {fault.field: fault.message for fault in queries.feasibility(town.draft(**changes)).faults}


def test_an_item_that_ends_before_the_draw_is_a_fault_at_its_participant(town: Town) -> None:
    version = ItemVersion.objects.get(item__code="WY-01")
    catalogue.repeal(town["coordinator"], version, clock.today() + timedelta(days=3), "条例修订")
    assert "WY-01 物业服务企业检查在抽取日" in faults(town)["items.zjj-wuye"]


def test_a_published_plan_whose_item_is_repealed_shows_the_fault(town: Town) -> None:
    plan = town.published()
    version = ItemVersion.objects.get(item__code="WY-02")
    catalogue.repeal(town["coordinator"], version, clock.today() + timedelta(days=3), "办法修订")
    assert [fault.field for fault in queries.feasibility(plan).faults] == ["items.zjj-wuye"]


def test_items_of_others_and_items_for_other_objects_are_faults(town: Town) -> None:
    found = faults(town, seats=(Seat("zjj-wuye", 2, items=(item("SC-01"),)), Seat("scjg", 2, items=(item("SCJG-01"),))))
    assert "SC-01" in found["items.zjj-wuye"]
    assert "一般不少于 3 个，现在 2 个" in found["few_participants_reason"]


def test_fewer_than_three_departments_need_the_reason_and_then_it_is_none(town: Town) -> None:
    two = town.content.seats[:2]
    assert "few_participants_reason" in faults(town, seats=two)
    assert "few_participants_reason" not in faults(town, seats=two, few_participants_reason="应急部门已单独检查")


def test_dates_that_contradict_each_other_are_faults_at_their_fields(town: Town) -> None:
    day = town.content.draw_day
    found = faults(
        town,
        starts_on=day - timedelta(days=1),
        release_on=town.content.ends_on + timedelta(days=60),
    )
    assert {"starts_on", "release_on"} <= set(found)
    assert "draw_at" in faults(town, draw_at=clock.now() - timedelta(minutes=1))


def test_an_object_that_too_many_must_avoid_names_itself_and_the_department(town: Town) -> None:
    target = InspectionObject.objects.get(number="150304-D-000")
    shunning = Inspector.objects.filter(organisation__code="wd-yjj")
    Avoidance.objects.bulk_create(
        Avoidance(
            inspector=person,
            object=target,
            ground="interest",
            created_by_id=town["chen"].user_id,
            created_at=clock.now(),
        )
        for person in shunning
    )
    message = faults(town)["participants.yjj"]
    assert "150304-D-000" in message
    assert "应急" in message


def test_too_few_people_in_a_zone_are_told_there(town: Town) -> None:
    found = faults(town, zones=(Zone("150302", 2), Zone("150303", 1), Zone("150304", 5)))
    assert "乌达区应急人员只有 3 人，需要 5 人" in found["zones.150304"]


def test_an_impossible_plan_is_neither_submitted_nor_signed(town: Town) -> None:
    plan = town.confirmed()
    Inspector.objects.filter(organisation__code="wd-yjj").update(certificate_expires=clock.today())
    with pytest.raises(Refused, match="无法实施，不能签署：乌达区应急人员只有 0 人"):
        actions.sign_as_head(town["wuye-head"], plan, town.proof("wuye-head"))
    with pytest.raises(Refused, match="无法实施，不能提交"):
        town.submitted()


# --- versions -------------------------------------------------------------------------------------------------------


def test_any_change_after_submission_begins_the_next_version_and_keeps_the_one_before(town: Town) -> None:
    plan = town.head_signed()
    first = plan.digest
    changed = actions.change_plan(town["chen"], plan, replace(town.content, title="改名"), reason="名称不准")
    assert (changed.state, changed.version, changed.digest) == (State.DRAFT, 2, "")
    assert {part.state for part in changed.participants.all()} == {Participant.State.PENDING}
    again = actions.submit_plan(town["chen"], changed)
    assert again.digest != first
    kept = list(
        PlanVersion.objects.filter(plan=plan).order_by("number").values_list("number", "digest", "ended_reason")
    )
    assert kept == [(1, first, "名称不准"), (2, again.digest, "")]


def test_a_signature_under_an_earlier_version_does_not_count_for_the_next(town: Town) -> None:
    plan = town.head_signed()
    plan = actions.return_plan(town["leader"], plan, "抽取时间太早")
    plan = actions.submit_plan(town["chen"], plan)
    for username, code in (("scjg-clerk", "scjg"), ("yjj-clerk", "yjj")):
        plan = actions.confirm_participation(town[username], part_of(plan, code))
    assert plan.state == State.CONFIRMED
    with pytest.raises(Refused, match="不能签署"):
        actions.sign_as_leader(town["leader"], plan, town.proof("leader"))


def test_saying_the_same_again_changes_nothing_and_leaves_no_trace(town: Town) -> None:
    plan = town.head_signed()
    count = EventDetail.objects.count()
    same = actions.change_plan(town["chen"], plan, town.content)
    assert (same.state, same.version) == (State.HEAD_SIGNED, 1)
    assert EventDetail.objects.count() == count


def test_the_second_of_two_editors_is_told(town: Town) -> None:
    plan = town.draft()
    seen = actions.fingerprint(plan)
    actions.change_plan(town["chen"], plan, replace(town.content, title="先改"), seen=seen)
    with pytest.raises(Refused, match="已被别人修改"):
        actions.change_plan(town["wuye-head"], plan, replace(town.content, title="后改"), seen=seen)


def test_rules_stay_as_they_were_signed_whatever_is_renamed_since(town: Town) -> None:
    plan = town.published()
    organisation = town.city.organisations["scjg"]
    organisation.name = "改名后的局"
    organisation.save(update_fields=["name"])
    assert digest_of(canonical_text(queries.rules_of(Plan.objects.get(pk=plan.pk)))) == plan.digest


# --- by whom, in what order, how often -------------------------------------------------------------------------------

EVERYBODY = (
    "chen", "wuye-head", "coordinator", "leader", "unit-head", "supervisor", "scjg-clerk", "scjg-head", "yjj-clerk",
    "hbw-clerk", "outsider", "sysadmin", "secadmin", "auditor",
)  # fmt: skip

Act = Callable[[Town, str, Plan], object]
ACTS: dict[str, tuple[str, set[str], Act]] = {
    "change": ("draft", {"chen", "wuye-head", "coordinator"}, lambda t, u, p: actions.change_plan(t[u], p, replace(t.content, title="改"))),
    "submit": ("draft", {"chen", "wuye-head", "coordinator"}, lambda t, u, p: actions.submit_plan(t[u], p)),
    "confirm": ("submitted", {"scjg-clerk", "scjg-head"}, lambda t, u, p: actions.confirm_participation(t[u], part_of(p, "scjg"))),
    "refuse": ("submitted", {"scjg-clerk", "scjg-head"}, lambda t, u, p: actions.refuse_participation(t[u], part_of(p, "scjg"), WORDS)),
    "sign as head": ("confirmed", {"wuye-head"}, lambda t, u, p: actions.sign_as_head(t[u], p, t.proof(u))),
    "return as head": ("confirmed", {"wuye-head"}, lambda t, u, p: actions.return_plan(t[u], p, WORDS)),
    "sign as leader": ("head_signed", {"leader"}, lambda t, u, p: actions.sign_as_leader(t[u], p, t.proof(u))),
    "return as leader": ("head_signed", {"leader"}, lambda t, u, p: actions.return_plan(t[u], p, WORDS)),
    "withdraw a draft": ("draft", {"chen", "wuye-head", "coordinator", "leader"}, lambda t, u, p: actions.withdraw_plan(t[u], p, WORDS)),
    "withdraw what is public": ("published", {"wuye-head", "leader"}, lambda t, u, p: actions.withdraw_plan(t[u], p, WORDS)),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_for_its_own_people_and_nobody_else(town: Town, name: str) -> None:
    stage, allowed, act = ACTS[name]
    plan = getattr(town, stage)()
    for username in EVERYBODY:
        if username not in allowed:
            with pytest.raises(NotAllowed):
                act(town, username, plan)
    act(town, sorted(allowed)[0], plan)


@pytest.mark.parametrize("name", ["submit", "confirm", "sign as head", "sign as leader", "withdraw a draft"])
def test_done_twice_is_done_once(town: Town, name: str) -> None:
    stage, allowed, act = ACTS[name]
    plan = getattr(town, stage)()
    username = sorted(allowed)[0]
    act(town, username, plan)
    count = EventDetail.objects.count()
    act(town, username, plan)
    assert EventDetail.objects.count() == count


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        ("draft", "confirm"), ("draft", "sign as head"), ("draft", "sign as leader"), ("draft", "return as head"),
        ("submitted", "sign as head"), ("submitted", "sign as leader"), ("confirmed", "sign as leader"),
        ("confirmed", "refuse"), ("published", "change"), ("published", "submit"), ("published", "return as leader"),
    ],
)  # fmt: skip
def test_nothing_is_done_out_of_order(town: Town, stage: str, name: str) -> None:
    _, allowed, act = ACTS[name]
    plan = getattr(town, stage)()
    with pytest.raises(Refused):
        act(town, sorted(allowed)[0], plan)
    assert Plan.objects.get(pk=plan.pk).state == plan.state


def test_a_plan_that_one_participant_never_confirms_goes_nowhere_until_it_is_left_out(town: Town) -> None:
    plan = town.submitted()
    actions.confirm_participation(town["scjg-clerk"], plan.participants.get(organisation__code="scjg"))
    with time_machine.travel(town.content.draw_at - timedelta(hours=1)):
        with pytest.raises(Refused):
            actions.sign_as_head(town["wuye-head"], plan, town.proof("wuye-head"))
        with pytest.raises(Refused, match="只有已公布"):
            drawing.prepare(town["chen"], plan, "dice", clock.now() + timedelta(hours=2))
        todo = next(one for one in waiting_for(town["chen"]) if "还没有全部确认" in one.title)
        assert "应急管理局没有答复" in todo.reason
        assert not any("还没有全部确认" in one.title for one in waiting_for(town["scjg-clerk"]))
    seats = tuple(one for one in town.content.seats if one.organisation != "yjj")
    alone = replace(town.content, seats=seats, few_participants_reason="应急管理局没有答复，本次由两个部门检查")
    plan = actions.submit_plan(town["chen"], actions.change_plan(town["chen"], plan, alone))
    assert plan.state == Plan.State.CONFIRMING  # the other one confirms the new version too
    plan = actions.confirm_participation(town["scjg-clerk"], plan.participants.get(organisation__code="scjg"))
    assert plan.state == Plan.State.CONFIRMED


def test_first_and_second_signature_are_never_the_same_person(town: Town) -> None:
    both = town.city.add("both", "吴兼任", "zjj-wuye", Role.HEAD)
    plan = actions.sign_as_head(both, town.confirmed(), signatures.Proof(both.user_id, clock.now()))
    user = both.membership.user
    as_leader = viewer_of(grant_role(SYSTEM, user, town.city.organisations["zjj"], Role.LEADER).pk)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        actions.sign_as_leader(as_leader, plan, signatures.Proof(user.pk, clock.now()))


def test_a_refusal_needs_words_and_returns_the_plan_with_them(town: Town) -> None:
    plan = town.submitted()
    with pytest.raises(Refused, match="须写明理由"):
        actions.refuse_participation(town["yjj-head"], part_of(plan, "yjj"), " ")
    back = actions.refuse_participation(town["yjj-head"], part_of(plan, "yjj"), "与安全生产月冲突")
    assert (back.state, back.version) == (State.DRAFT, 2)
    assert PlanVersion.objects.get(plan=plan).ended_reason == "乌海市应急管理局不同意：与安全生产月冲突"
    assert part_of(plan, "yjj").state == Participant.State.REFUSED


def test_withdrawing_what_was_public_is_public_too(town: Town) -> None:
    plan = actions.withdraw_plan(town["leader"], town.published(), "抽取条件不成熟")
    entry = json.loads(Event.objects.get(entry__contains="published_plan_withdrawn").entry)
    assert entry["public"] == {"plan": plan.digest, "reason": "抽取条件不成熟"}
    assert not queries.published_plans().exists()
    assert queries.made_public().get() == plan


def test_a_later_room_can_keep_a_plan_from_being_withdrawn(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.plans, "_WITHDRAWAL_CHECKS", [])
    actions.withdrawal_check(lambda plan: "公告已封存。")
    with pytest.raises(Refused, match="公告已封存"):
        actions.withdraw_plan(town["leader"], town.published(), WORDS)


def test_after_the_draw_there_is_no_way_back(town: Town) -> None:
    plan = actions.mark_drawn(SYSTEM, town.published())
    assert actions.mark_drawn(SYSTEM, plan).state == State.DRAWN
    with pytest.raises(Refused, match="不能撤回"):
        actions.withdraw_plan(town["leader"], plan, WORDS)
    assert actions.mark_completed(SYSTEM, plan).state == State.COMPLETED


# --- on paper -------------------------------------------------------------------------------------------------------


def on_paper(town: Town, plan: Plan, capacity: str, name: str) -> Signature:
    page = actions.page_of(plan, capacity)
    scan = files.store(f"{capacity}{name}".encode())
    return signatures.upload_paper(town["chen"], page, name, scan, "计划表.pdf")


def test_a_plan_signed_on_paper_goes_on_when_a_second_person_has_compared_it(town: Town) -> None:
    plan = town.confirmed()
    head, leader = on_paper(town, plan, actions.HEAD, "吴科长"), on_paper(town, plan, actions.LEADER, "高山峰")
    with pytest.raises(NotAllowed, match="上传人不能核对"):
        signatures.confirm_paper(town["chen"], head)
    with pytest.raises(Refused, match="科室负责人还没有签署"):
        signatures.confirm_paper(town["coordinator"], leader)
    signatures.confirm_paper(town["coordinator"], head)
    signatures.confirm_paper(town["coordinator"], leader)
    assert Plan.objects.get(pk=plan.pk).state == State.PUBLISHED


def test_paper_of_an_earlier_version_or_twice_by_one_person_does_not_count(town: Town) -> None:
    plan = town.confirmed()
    old = on_paper(town, plan, actions.HEAD, "吴科长")
    actions.change_plan(town["chen"], plan, replace(town.content, title="改"))
    with pytest.raises(Refused, match=r"有变动|改过"):
        signatures.confirm_paper(town["coordinator"], old)
    second = town.head_signed()
    same = on_paper(town, second, actions.LEADER, "吴科长")
    with pytest.raises(NotAllowed, match="不能是同一人"):
        signatures.confirm_paper(town["coordinator"], same)
    assert Plan.objects.get(pk=second.pk).state == State.HEAD_SIGNED


def test_nobody_writes_plans_for_another_lead(town: Town) -> None:
    content: PlanContent = town.content
    for username in ("outsider", "scjg-clerk", "leader", "supervisor"):
        with pytest.raises(NotAllowed):
            actions.create_plan(town[username], content)


def test_a_published_plan_whose_hour_has_passed_can_still_be_drawn_and_a_draft_can_not_be_submitted(town: Town) -> None:
    plan, draft = town.published(), town.draft()
    with time_machine.travel(town.content.draw_at + timedelta(hours=3), tick=False):
        assert queries.feasibility(plan).possible
        assert [fault.field for fault in queries.feasibility(draft).faults] == ["draw_at"]


def test_a_leaders_stand_in_signs_for_him_and_the_plan_names_both(town: Town) -> None:
    today = clock.today()
    made = delegating.delegate(
        town["leader"], town["unit-head"].membership.user, starts=today, ends=today, reason="外出学习"
    )
    delegating.accept(town["unit-head"], made)
    stand_in = viewer_of(Membership.objects.get(delegation=made).pk)
    plan = actions.sign_as_leader(stand_in, town.head_signed(), signatures.Proof(stand_in.user_id, clock.now()))
    assert plan.state == State.PUBLISHED
    signed = Signature.objects.get(thing=plan.thing, capacity=actions.LEADER)
    assert signed.signed_as == "张局长（受高山峰委托）"
    assert "张○长（代高○峰）" in {entry.person for entry in history(plan.thing)}


def test_who_signed_first_signs_second_for_nobody(town: Town) -> None:
    today = clock.today()
    made = delegating.delegate(
        town["leader"], town["wuye-head"].membership.user, starts=today, ends=today, reason="外出学习"
    )
    delegating.accept(town["wuye-head"], made)
    stand_in = viewer_of(Membership.objects.get(delegation=made).pk)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        actions.sign_as_leader(stand_in, town.head_signed(), signatures.Proof(stand_in.user_id, clock.now()))
