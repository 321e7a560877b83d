"""The ceremony through its actions: the protocol's order, each step once, by the right person."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from sunlot import lottery
from sunlot.drawing import actions, freeze, queries, stored
from sunlot.drawing.faults import NoticeRefused
from sunlot.drawing.models import Attempt, Contributor, Draw
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.planning import actions as planning
from sunlot.planning.models import Plan
from sunlot.registry.models import InspectionObject, Inspector
from sunlot.trail.models import Event, EventDetail

from ..cast import City
from .stage import NUMBERS, ROLLS, Stage, build_stage, double_colour, entries, fresh, soon

State = Attempt.State


def public_kinds() -> list[str]:
    found = (json.loads(event.entry)["type"] for event in Event.objects.order_by("pk"))
    return [kind for kind in found if kind.startswith("drawing.")]


def test_with_dice_the_log_tells_the_ceremony_in_the_protocols_order(stage: Stage) -> None:
    attempt = stage.drawn()
    subject = f"draw:{attempt.draw.number}:1"
    assert public_kinds() == [
        "drawing.notice_sealed",
        "drawing.beacon_read",
        *["drawing.nonce_revealed"] * 4,
        "drawing.drawn",
    ]
    notice = {"notice": attempt.notice_digest}
    assert entries("drawing.notice_sealed")[0]["public"] == notice
    assert entries("drawing.beacon_read")[0]["public"] == {**notice, "value": ROLLS}
    assert [entry["public"] for entry in entries("drawing.nonce_revealed")] == [
        {**notice, "contributor": one.code, "nonce": stage.nonce(attempt, one.code)}
        for one in attempt.contributors.all()
    ]
    assert entries("drawing.drawn")[0]["public"] == {**notice, "result": attempt.result_digest}
    for kind in set(public_kinds()):
        assert {entry["subject"] for entry in entries(kind)} == {subject}
    assert attempt.state == State.DRAWN
    stage.plan.refresh_from_db()
    assert stage.plan.state == Plan.State.DRAWN


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_with_a_lottery_the_numbers_are_read_after_the_reveals_and_draw_at_once(stage: Stage, hash_name: str) -> None:
    attempt = stage.reveal(stage.sealed(stage.prepare_lottery(hash_name)))
    assert attempt.state == State.READING
    with pytest.raises(Refused, match="在此之前没有号码可录"):
        actions.read_beacon(stage["chen"], attempt, NUMBERS, "开奖公告")
    with time_machine.travel(clock.parse(attempt.beacon_form["not_before"]), tick=False):
        with pytest.raises(Refused, match="出处"):
            actions.read_beacon(stage["chen"], attempt, NUMBERS)
        with pytest.raises(Refused, match="严格递增"):
            actions.read_beacon(stage["chen"], attempt, "08 03 12 19 25 31 07", "开奖公告")
        actions.read_beacon(stage["chen"], attempt, "3 8 12 19 25 31 + 7", "开奖公告")
        attempt = actions.read_beacon(stage["supervisor"], attempt, NUMBERS, "开奖公告")
    assert (attempt.state, attempt.beacon_value) == (State.DRAWN, NUMBERS)
    assert public_kinds()[-2:] == ["drawing.beacon_read", "drawing.drawn"]


def test_the_numbers_of_draws_run_without_gaps_and_one_given_stays_used(stage: Stage) -> None:
    first = stage.prepare()
    with pytest.raises(Refused, match=first.draw.number):
        stage.prepare()
    other = stage.town.published()
    with pytest.raises(Refused, match="20"), transaction.atomic():
        actions.prepare(stage["chen"], other, "dice", soon(), rolls=19)
    second = actions.prepare(stage["coordinator"], other, "dice", soon())
    year = clock.today().year
    assert [first.draw.number, second.draw.number] == [f"150300-{year}-0001", f"150300-{year}-0002"]
    assert [draw.serial for draw in Draw.objects.order_by("serial")] == [1, 2]


def test_a_plan_that_is_not_published_has_no_draw(stage: Stage) -> None:
    unsigned = stage.town.head_signed()
    with pytest.raises(Refused, match="只有已公布"):
        actions.prepare(stage["chen"], unsigned, "dice", soon())
    withdrawn = planning.withdraw_plan(stage["leader"], stage.plan, "重复")
    with pytest.raises(Refused, match="只有已公布"):
        actions.prepare(stage["chen"], withdrawn, "dice", soon())
    assert not Draw.objects.exists()


def test_a_plan_withdrawn_before_sealing_is_neither_committed_to_nor_sealed(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    planning.withdraw_plan(stage["leader"], stage.plan, "重复")
    with pytest.raises(Refused, match="未封存即撤回"):
        actions.seal(stage["chen"], attempt)
    one = attempt.contributors.first()
    assert one is not None
    with pytest.raises(Refused, match="未封存即撤回"):
        actions.commit(stage["chen"], attempt, one.code, "ab" * 32)


def test_a_sealed_notice_keeps_its_plan_from_being_withdrawn(stage: Stage) -> None:
    stage.sealed()
    with pytest.raises(Refused, match="公告已封存"):
        planning.withdraw_plan(stage["leader"], stage.plan, "重复")


def test_settings_change_freely_until_somebody_commits_and_then_only_times(stage: Stage) -> None:
    attempt = stage.prepare()
    attempt = actions.change_settings(
        stage["chen"], attempt, soon(), beacon_kind="lottery", lottery=double_colour(), hash_name="sm3"
    )
    assert (attempt.beacon_kind, attempt.hash_name) == ("lottery", "sm3")
    actions.commit(stage["chen"], attempt, "zjj-wuye", stage.commitment(attempt, "zjj-wuye"))
    with pytest.raises(Refused, match="已有参与方提交承诺"):
        actions.change_settings(stage["chen"], attempt, soon(), beacon_kind="dice", rolls=20)
    later = actions.change_settings(stage["chen"], attempt, soon(3), lottery=double_colour(4))
    assert later.reveal_by == soon(3)
    attempt = stage.sealed(fresh(attempt))
    with pytest.raises(Refused, match="现在不能更改设置"):
        actions.change_settings(stage["chen"], attempt, soon(5), lottery=double_colour(6))


def test_each_contributor_is_a_different_person_of_the_right_organisation(stage: Stage) -> None:
    attempt = stage.prepare()
    assert [(one.code, one.title) for one in attempt.contributors.all()] == [
        ("zjj-wuye", "承办科室"),
        ("scjg", "联合部门"),
        ("yjj", "联合部门"),
        ("zjj-jijian", "纪检监督"),
    ]
    for username in ("outsider", "hbw-clerk", "scjg-clerk", "supervisor", "coordinator"):
        with pytest.raises(NotAllowed, match="由其本单位人员提交"):
            actions.commit(stage[username], attempt, "zjj-wuye", "ab" * 32)
    with pytest.raises(NotAllowed):
        actions.commit(stage["chen"], attempt, "zjj-jijian", "ab" * 32)
    both = stage.city.add("both", "双身份", "scjg", Role.CLERK)
    in_yjj = stage.city.add("both2", "双身份", "yjj", Role.CLERK)
    in_yjj.membership.user_id = both.user_id  # one person who holds a role in both
    in_yjj.membership.save()
    actions.commit(both, attempt, "scjg", "ab" * 32)
    with pytest.raises(Refused, match="已代表另一参与方"):
        actions.commit(in_yjj, attempt, "yjj", "cd" * 32)
    with pytest.raises(Refused, match="与另一参与方的相同"):
        actions.commit(stage["yjj-clerk"], attempt, "yjj", "ab" * 32)


def test_a_commitment_is_replaced_by_the_same_person_alone_and_only_before_sealing(stage: Stage) -> None:
    attempt = stage.prepare()
    for wrong in ("", "ab", "AB" * 32, "zz" * 32):
        with pytest.raises(Refused, match="64 位小写十六进制"):
            actions.commit(stage["chen"], attempt, "zjj-wuye", wrong)
    actions.commit(stage["chen"], attempt, "zjj-wuye", "ab" * 32)
    actions.commit(stage["chen"], attempt, "zjj-wuye", "ab" * 32)
    with pytest.raises(Refused, match="只有本人可以更换"):
        actions.commit(stage["wuye-head"], attempt, "zjj-wuye", "cd" * 32)
    actions.commit(stage["chen"], attempt, "zjj-wuye", "ef" * 32)
    thing = f"attempt:{attempt.pk}"
    kinds = EventDetail.objects.filter(thing=thing).order_by("pk").values_list("type", flat=True)
    assert list(kinds) == ["drawing.prepared", "drawing.committed", "drawing.commitment_changed"]
    sealed = stage.sealed(attempt)
    with pytest.raises(Refused, match="现在不能提交承诺"):
        actions.commit(stage["chen"], sealed, "zjj-wuye", "12" * 32)


def test_a_supervisor_who_might_be_drawn_does_not_supervise(stage: Stage) -> None:
    attempt = stage.prepare()
    Inspector.objects.filter(number="zjj-wuye-00").update(user=stage["supervisor"].user_id)
    with pytest.raises(Refused, match="可能被抽中"):
        actions.commit(stage["supervisor"], attempt, "zjj-jijian", "ab" * 32)
    Inspector.objects.filter(number="zjj-wuye-00").update(user=None)
    attempt = stage.commit_all(attempt)
    Inspector.objects.filter(number="zjj-wuye-00").update(user=stage["supervisor"].user_id)
    with pytest.raises(NoticeRefused) as refusal:
        actions.seal(stage["chen"], attempt)
    assert [fault.place for fault in refusal.value.faults] == ["纪检监督"]


def test_every_step_out_of_order_is_refused_and_changes_nothing(stage: Stage) -> None:
    nonce = "01" * 32
    attempt = stage.prepare()
    out_of_order = {
        "seal": lambda: actions.seal(stage["chen"], attempt),
        "dice": lambda: actions.read_beacon(stage["chen"], attempt, ROLLS),
        "reveal": lambda: actions.reveal(stage["chen"], attempt, "zjj-wuye", nonce),
        "draw": lambda: actions.draw(SYSTEM, attempt),
        "again": lambda: actions.prepare_again(stage["chen"], attempt, soon(), double_colour()),
    }
    for act in out_of_order.values():
        with pytest.raises(Refused):
            act()
    attempt = stage.sealed(attempt)
    del out_of_order["dice"]
    for act in out_of_order.values():
        with pytest.raises(Refused):
            act()
    assert not actions.abort_if_due(SYSTEM, attempt)
    attempt = stage.thrown(attempt)
    del out_of_order["reveal"]
    for act in (*out_of_order.values(), lambda: actions.read_beacon(stage["yjj-clerk"], attempt, ROLLS)):
        with pytest.raises(Refused):
            act()
    attempt = stage.reveal(attempt)
    before = Event.objects.count()
    del out_of_order["draw"]
    for act in out_of_order.values():
        with pytest.raises(Refused):
            act()
    assert actions.draw(SYSTEM, attempt).result_digest == attempt.result_digest
    assert not actions.abort_if_due(SYSTEM, attempt)
    assert Event.objects.count() == before


def test_only_the_host_prepares_seals_and_repeats(stage: Stage) -> None:
    for username in ("wuye-head", "scjg-clerk", "hbw-clerk", "outsider", "supervisor", "leader"):
        with pytest.raises(NotAllowed, match="由牵头科室"):
            actions.prepare(stage[username], stage.plan, "dice", soon())
    attempt = stage.commit_all(stage.prepare())
    for username in ("wuye-head", "scjg-clerk", "supervisor", "leader"):
        with pytest.raises(NotAllowed, match="由牵头科室"):
            actions.seal(stage[username], attempt)
    with pytest.raises(NotAllowed, match="由参与方或主持人录入"):
        actions.read_beacon(stage["outsider"], stage.sealed(attempt), ROLLS)


def test_sealing_waits_for_every_commitment_and_happens_once(stage: Stage) -> None:
    attempt = stage.prepare()
    actions.commit(stage["chen"], attempt, "zjj-wuye", stage.commitment(attempt, "zjj-wuye"))
    with pytest.raises(Refused, match="还有 3 方没有提交承诺"):
        actions.seal(stage["chen"], attempt)
    sealed = stage.sealed(attempt)
    with pytest.raises(Refused, match="现在不能封存公告"):
        actions.seal(stage["coordinator"], sealed)


def test_a_deadline_that_passed_before_sealing_is_moved_and_commitments_stay(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    with time_machine.travel(attempt.reveal_by, tick=False):
        with pytest.raises(NoticeRefused) as refusal:
            actions.seal(stage["chen"], attempt)
        assert [fault.place for fault in refusal.value.faults] == ["公开密数的期限"]
        actions.change_settings(stage["chen"], attempt, soon(1))
        assert actions.seal(stage["chen"], attempt).state == State.SEALED


def test_the_rosters_are_those_of_the_moment_of_sealing_and_stay(stage: Stage) -> None:
    InspectionObject.objects.filter(number="150302-D-001").update(
        state="deregistered", state_since=clock.today(), state_source="市场监管局"
    )
    InspectionObject.objects.filter(number="150302-D-002").update(name='甲,"乙"物业')
    Inspector.objects.filter(number="hbw-scjg-00").update(certificate_expires=clock.today() - timedelta(days=1))
    Inspector.objects.filter(number="hbw-yjj-01").update(state="suspended")
    attempt = stage.sealed()
    InspectionObject.objects.update(name="改名")
    Inspector.objects.update(state="left")
    files = {
        part.roster: b"".join(stored.rosters_of(attempt).parts(part.roster)[0].pieces()).decode()
        for part in attempt.parts.all()
    }
    assert files["objects"].splitlines()[0] == "id,stratum,zone,tickets,name"
    assert "150302-D-001" not in files["objects"]
    assert '150302-D-002,D,150302,1,"甲,""乙""物业"\n' in files["objects"]
    assert "改名" not in files["objects"]
    assert "hbw-scjg-00" not in files["inspectors"]
    assert "hbw-yjj-01" not in files["inspectors"]
    assert "zjj-wuye-00,zjj-wuye,*\n" in files["inspectors"]
    assert files["avoid"] == "inspector,object\nscjg-01,150303-C-002\nzjj-wuye-00,150302-D-000\n"
    notice = stored.notice_value(attempt)
    assert notice["objects"]["count"] == 74  # type: ignore[index,call-overload]  # a notice's member
    assert lottery.check_notice(notice, stored.rosters_of(attempt)) == []
    assert stage.reveal(stage.thrown(attempt)).state == State.DRAWN


def test_every_fault_of_a_notice_is_listed_at_its_place_and_nothing_is_written(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    Inspector.objects.filter(number__startswith="wd-yjj").update(state="suspended")
    InspectionObject.objects.filter(number="150303-A-000").update(name="甲\u200b物业")
    version = stage.plan.items.get(version__item__code="WY-02").version
    type(version).objects.filter(pk=version.pk).update(state="repealed", effective_to=clock.today() - timedelta(days=1))
    events = Event.objects.count()
    with pytest.raises(NoticeRefused) as refusal:
        actions.seal(stage["chen"], attempt)
    faults = {fault.place: fault.words for fault in refusal.value.faults}
    assert "WY-02" in next(iter(faults))
    assert "今天不在有效期内" in next(iter(faults.values()))
    assert "零宽字符" in faults["对象名册 · 对象 150303-A-000"]
    assert fresh(attempt).state == State.PREPARING
    assert not attempt.parts.exists()
    assert Event.objects.count() == events
    InspectionObject.objects.filter(number="150303-A-000").update(name="甲物业")
    with pytest.raises(NoticeRefused) as refusal:
        actions.seal(stage["chen"], attempt)
    faults = {fault.place: fault.words for fault in refusal.value.faults}
    assert "乌达区" in faults["人员名册 · 乌海市应急管理局"]
    assert "缺 1 人" in faults["人员名册 · 乌海市应急管理局"]


def test_the_dice_are_typed_by_two_people_neither_seeing_the_others(stage: Stage) -> None:
    attempt = stage.sealed()
    for wrong, words in (("123", "20 位"), (ROLLS.replace("6", "7"), "每位 1 至 6"), ("", "20 位")):
        with pytest.raises(Refused, match=words):
            actions.read_beacon(stage["chen"], attempt, wrong)
    actions.read_beacon(stage["chen"], attempt, " ".join(ROLLS))
    thing = f"attempt:{attempt.pk}"
    assert ROLLS not in EventDetail.objects.filter(thing=thing, type="drawing.beacon_typed").get().whole
    with pytest.raises(Refused, match="等另一人独立录入"):
        actions.read_beacon(stage["chen"], attempt, ROLLS[::-1])
    assert actions.read_beacon(stage["chen"], attempt, ROLLS).beacon_value is None
    unequal = actions.read_beacon(stage["supervisor"], attempt, ROLLS[::-1])
    assert (unequal.state, unequal.beacon_value) == (State.SEALED, None)
    assert [(one.turn, one.place) for one in unequal.readings.all()] == [(1, 1), (1, 2)]
    actions.read_beacon(stage["supervisor"], attempt, ROLLS)
    settled = actions.read_beacon(stage["scjg-clerk"], attempt, ROLLS)
    assert (settled.state, settled.beacon_value) == (State.REVEALING, ROLLS)
    assert len(entries("drawing.beacon_read")) == 1


def test_a_number_that_was_not_committed_is_refused_and_may_be_tried_again(stage: Stage) -> None:
    attempt = stage.thrown()
    right = stage.nonce(attempt, "scjg")
    for wrong in ("00" * 32, right.upper().replace("0", "O"), "", stage.nonce(attempt, "yjj")):
        with pytest.raises(Refused, match="与承诺不符"):
            actions.reveal(stage["scjg-clerk"], attempt, "scjg", wrong)
    with pytest.raises(NotAllowed):
        actions.reveal(stage["yjj-clerk"], attempt, "scjg", right)
    actions.reveal(stage["scjg-clerk"], attempt, "scjg", right)
    actions.reveal(stage["scjg-clerk"], attempt, "scjg", right)
    with pytest.raises(Refused, match="不能再公开另一个"):
        actions.reveal(stage["scjg-clerk"], attempt, "scjg", "00" * 32)
    assert len(entries("drawing.nonce_revealed")) == 1


def test_no_number_is_stored_before_it_is_revealed(stage: Stage) -> None:
    attempt = stage.thrown()
    nonces = [stage.nonce(attempt, one.code) for one in attempt.contributors.all()]
    everything = "".join(EventDetail.objects.values_list("whole", flat=True)) + attempt.notice
    assert not [nonce for nonce in nonces if nonce in everything]
    assert not Contributor.objects.exclude(nonce__isnull=True).exists()


def test_the_database_refuses_to_change_what_is_sealed_or_drawn(stage: Stage) -> None:
    attempt = stage.drawn()
    for change in (
        {"notice": "{}"},
        {"reveal_by": soon(9)},
        {"beacon_value": ROLLS[::-1]},
        {"seed": "00" * 32},
        {"result_digest": "00" * 32},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.contributors.update(nonce="00" * 32)
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.parts.update(digest="00" * 32)
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.readings.update(value="1" * 20)


def test_under_an_embargo_numbers_stay_out_of_the_log_until_the_list_is_released(city: City) -> None:
    stage = build_stage(city, clock.today() + timedelta(days=7))
    attempt = stage.drawn()
    log = "".join(Event.objects.values_list("entry", flat=True))
    assert [entry["public"] for entry in entries("drawing.nonce_revealed")] == [
        {"notice": attempt.notice_digest, "contributor": one.code} for one in attempt.contributors.all()
    ]
    assert not [one.nonce for one in attempt.contributors.all() if str(one.nonce) in log]
    assert attempt.seed not in log
    assert attempt.release_at is not None
    assert not queries.is_released(attempt, attempt.release_at - timedelta(seconds=1))
    assert stored.notice_value(attempt)["release"] == freeze.moment(attempt.release_at)
    with time_machine.travel(attempt.release_at, tick=False):
        actions.settle(attempt)
        actions.settle(attempt)
    assert [entry["public"] for entry in entries("drawing.released")] == [
        {"notice": attempt.notice_digest, "result": attempt.result_digest}
    ]
    assert queries.is_released(fresh(attempt), clock.now())


def test_the_outcome_is_read_from_the_frozen_files_and_stored_result(stage: Stage) -> None:
    attempt = stage.drawn()
    InspectionObject.objects.update(name="改名")
    found = queries.outcome(attempt)
    result = stored.result_value(attempt)
    assert [one.id for stratum in found.strata for one in stratum.drawn] == [
        one
        for row in result["objects"]
        for one in row["drawn"]  # type: ignore[union-attr,index,call-overload]  # a result's rows
    ]
    assert sorted(one for team in found.teams for one in team.objects) == sorted(
        set(found.objects) - set(found.unassigned)
    )
    for stratum, tickets in zip(found.strata, queries.tickets_of(attempt), strict=True):
        own = [one.ticket for one in (*stratum.drawn, *stratum.reserve)]
        assert own == [balls[0] for balls in tickets.tickets[: len(own)]]
        assert len(tickets.tickets) == stratum.candidates
    assert "改名" not in {one.name for one in found.objects.values()}


def test_a_plan_is_not_changed_once_its_notice_is_sealed_nor_its_contributors_once_they_are_listed(
    stage: Stage,
) -> None:
    attempt = stage.prepare()
    order = planning.open_change_order(stage["chen"], stage.plan, "减少参与部门")
    fewer = replace(stage.town.content, seats=stage.town.content.seats[:2], few_participants_reason="该局另有任务")
    with pytest.raises(Refused, match="不能增减参与部门"):
        planning.submit_plan(stage["chen"], planning.change_plan(stage["chen"], order, fewer))
    stage.sealed(attempt)
    with pytest.raises(Refused, match="公告已封存"):
        planning.submit_plan(stage["chen"], order)
