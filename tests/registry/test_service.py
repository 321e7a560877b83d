"""An inspector's service: tests, leave, avoidance declared and decided, loans; each at the day on which it begins or ends."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from sunlot.desk.todo import waiting_for
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.registry import actions, queries
from sunlot.registry.models import Assessment, Avoidance, Inspector, Leave, Loan
from sunlot.registry.qualifying import qualified_inspectors
from tests.cast import City

from .makers import enterprise, in_days, inspector, on_duty, with_test

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"IEND\xaeB`\x82"


def numbers(day: int = 0, path: str = "", competence: str = "") -> list[str]:
    found = qualified_inspectors(path, in_days(day), competence).order_by("number")
    return list(found.values_list("number", flat=True))


def with_account(town: City, found: Inspector) -> Viewer:
    """The same inspector as somebody who signs in."""
    viewer = town.add(found.number, found.name, found.organisation.code, Role.INSPECTOR)
    actions.change_inspector(town["chen"], found, user=viewer.membership.user)
    return viewer


def test_a_certificate_is_good_on_its_last_day_and_not_on_the_next(town: City) -> None:
    on_duty(town, "wy-001", certificate_expires=in_days(5))
    assert [numbers(day) for day in (4, 5, 6)] == [["wy-001"], ["wy-001"], []]


def test_nobody_counts_without_a_passed_test_that_holds_on_the_day(town: City) -> None:
    untested, failed = inspector(town, "wy-001"), inspector(town, "wy-002")
    actions.record_assessment(town["chen"], failed, subject="燃气", tested_on=in_days(-1), passed=False)
    for one in (untested, failed):
        with pytest.raises(Refused, match="没有有效的培训考核合格记录"):
            actions.review_inspector(town["coordinator"], one, accept=True, comment="好")
    good = with_test(town, inspector(town, "wy-003"), valid_until=in_days(3))
    actions.review_inspector(town["coordinator"], good, accept=True, comment="好")
    assert [numbers(day) for day in (-31, 0, 3, 4)] == [[], ["wy-003"], ["wy-003"], []]
    assert "1 人没有有效的培训考核" not in [todo.title for todo in waiting_for(town["chen"])]
    voided = actions.void_assessment(town["chen"], good.assessments.get(), "登记错了人")
    assert voided.voided_reason == "登记错了人"
    assert numbers() == []
    assert "1 人没有有效的培训考核" in [todo.title for todo in waiting_for(town["chen"])]


def test_a_pool_of_one_competence_holds_those_tested_in_it(town: City) -> None:
    with_test(town, on_duty(town, "wy-001"), subject="燃气", valid_until=in_days(2))
    on_duty(town, "wy-002")
    assert numbers(0, "zjj/", "燃气") == ["wy-001"]
    assert numbers(3, "zjj/", "燃气") == []
    assert numbers(3, "zjj/") == ["wy-001", "wy-002"]


def test_who_asked_for_leave_is_drawn_until_it_is_granted_and_not_on_its_days(town: City) -> None:
    found = on_duty(town, "wy-001")
    me = with_account(town, found)
    data = {"kind": "annual", "starts": in_days(3), "ends": in_days(5)}
    town.client("wy-001").post("/desk/registry/me/leave/", data)
    leave = Leave.objects.get()
    assert (leave.state, numbers(4)) == (Leave.State.ASKED, ["wy-001"])
    with pytest.raises(NotAllowed):
        actions.decide_leave(me, leave, grant=True)
    assert "审批 1 份休假申请" in [todo.title for todo in waiting_for(town["chen"])]
    town.client("chen").post(f"/desk/registry/leaves/{leave.pk}/decide/", {"decision": "grant"})
    assert [numbers(day) for day in (2, 3, 5, 6)] == [["wy-001"], [], [], ["wy-001"]]
    with pytest.raises(Refused, match="重叠"):
        actions.enter_leave(town["chen"], found, kind="sick", starts=in_days(5), ends=in_days(9))
    actions.cancel_leave(town["chen"], leave, "计划有变")
    assert numbers(4) == ["wy-001"]


def test_what_an_inspector_declares_holds_until_his_unit_refuses_it(town: City) -> None:
    entry = enterprise(1)
    found = on_duty(town, "wy-001")
    with_account(town, found)
    page = town.client("wy-001")
    data = {"object": entry.number, "ground": "shares", "evidence": SimpleUploadedFile("股权.png", PNG)}
    assert page.post("/desk/registry/me/avoid/", data)["Location"] == "/desk/registry/me/"
    declared = Avoidance.objects.get()
    assert (declared.state, declared.by_himself) == (Avoidance.State.DECLARED, True)

    def pairs() -> list[tuple[str, str]]:
        return list(queries.avoidance_pairs([found.pk], [entry.pk], in_days(0)))

    assert pairs() == [("wy-001", entry.number)]
    assert entry.name in page.get("/desk/registry/me/").content.decode()
    assert "核实 1 条回避申报" in [todo.title for todo in waiting_for(town["chen"])]
    decide = f"/desk/registry/avoidances/{declared.pk}/decide/"
    assert page.post(decide, {"decision": "confirm"}).status_code in (403, 404), "nobody decides on himself"
    assert town.client("chen").post(decide, {"decision": "refuse"}).status_code == 409, "refusing needs the reason"
    town.client("chen").post(decide, {"decision": "refuse", "reason": "已转让股份"})
    declared.refresh_from_db()
    assert (declared.state, pairs()) == (Avoidance.State.REFUSED, [])
    assert "已转让股份" in page.get("/desk/registry/me/").content.decode()


@pytest.mark.parametrize("ground", [ground for ground, _ in Avoidance.Ground.choices])
def test_every_ground_keeps_the_two_apart_through_its_last_day(town: City, ground: str) -> None:
    entry, found = enterprise(1), on_duty(town, "wy-001")
    actions.add_avoidance(town["chen"], found, entry, ground, expires=in_days(2))
    days = [list(queries.avoidance_pairs([found.pk], [entry.pk], in_days(day))) for day in (0, 2, 3)]
    assert days == [[("wy-001", entry.number)], [("wy-001", entry.number)], []]


def test_a_former_employee_stays_away_for_three_years_from_the_day_he_left(town: City) -> None:
    found = on_duty(town, "wy-001")
    left = in_days(-100)
    made = actions.add_avoidance(town["chen"], found, enterprise(1), "former", left_on=left)
    assert made.expires == left.replace(year=left.year + 3)
    with pytest.raises(Refused, match="离职已满年限"):
        actions.add_avoidance(town["chen"], found, enterprise(2), "former", left_on=in_days(-1200))


def test_why_two_must_not_meet_is_shown_to_those_who_decide_alone(town: City) -> None:
    entry, found = enterprise(1), on_duty(town, "wy-001", name="王芳芳")
    scan = actions.Evidence(PNG, "户口簿.png")
    made = actions.add_avoidance(town["chen"], found, entry, "family", note="配偶的哥哥", evidence=scan)
    page, proof = f"/desk/registry/inspectors/{found.pk}/", f"/desk/registry/avoidances/{made.pk}/evidence/"
    for user, sees in {"chen": True, "coordinator": True, "supervisor": True, "wuye-head": False}.items():
        shown = town.client(user).get(page).content.decode()
        assert ("配偶的哥哥" in shown, "近亲属关系" in shown) == (sees, sees), user
        assert (town.client(user).get(proof).status_code == 200) is sees, user
    seen = town.client("wuye-head").get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    assert "王○芳" in seen
    assert "王芳芳" not in seen


def test_evidence_that_is_no_scan_is_refused_at_the_field(town: City) -> None:
    entry, found = enterprise(1), on_duty(town, "wy-001")
    data = {"object": entry.number, "ground": "other", "evidence": SimpleUploadedFile("x.png", b"MZ program")}
    answer = town.client("chen").post(f"/desk/registry/inspectors/{found.pk}/avoid/", data)
    assert "程序文件" in answer.content.decode()
    assert not Avoidance.objects.exists()


def lent(town: City, found: Inspector, to: str = "hbw-zjj", starts: int = 0, ends: int = 10) -> Loan:
    return actions.ask_loan(
        town["chen"], found, town.organisations[to], starts=in_days(starts), ends=in_days(ends), reason="人手不足"
    )


def test_a_loan_holds_once_both_heads_agreed_and_on_its_days_alone(town: City) -> None:
    town.add("hbw-head", "海科长", "hbw-zjj", Role.HEAD)
    found = on_duty(town, "wy-001")
    address = f"/desk/registry/inspectors/{found.pk}/lend/"
    data = {"borrower": "hbw-zjj", "starts": in_days(1), "ends": in_days(3), "reason": "海勃湾区专项抽查人手不足"}
    assert town.client("chen").post(address, data).status_code == 302
    loan = Loan.objects.get()
    own, borrowing = "zjj/zjj-wuye/", town.organisations["hbw-zjj"].path
    with pytest.raises(NotAllowed):
        actions.agree_loan(town["outsider"], loan)
    assert "1 笔人员借调等您决定" in [todo.title for todo in waiting_for(town["wuye-head"])]
    decide = f"/desk/registry/loans/{loan.pk}/decide/"
    town.client("wuye-head").post(decide, {"decision": "agree"})
    town.client("wuye-head").post(decide, {"decision": "agree"})  # once more is no second side
    loan.refresh_from_db()
    assert (loan.state, numbers(2, own)) == (Loan.State.ASKED, ["wy-001"])
    town.client("hbw-head").post(decide, {"decision": "agree"})
    assert [numbers(day, own) for day in (0, 1, 3, 4)] == [["wy-001"], [], [], ["wy-001"]]
    assert [numbers(day, borrowing) for day in (0, 1, 3, 4)] == [[], ["wy-001"], ["wy-001"], []]
    actions.end_loan(town["wuye-head"], loan, "专项抽查取消")
    assert numbers(2, own) == ["wy-001"]


def test_one_person_never_agrees_for_both_sides(town: City) -> None:
    loan = lent(town, on_duty(town, "wy-001"))
    actions.agree_loan(town["leader"], loan)
    assert actions.agree_loan(town["leader"], loan).state == Loan.State.ASKED
    assert actions.agree_loan(town["unit-head"], loan).state == Loan.State.AGREED


def test_nobody_is_lent_twice_at_a_time_and_no_units_lend_in_a_circle(town: City) -> None:
    town.add("hn-clerk", "南经办", "hn-zjj", Role.CLERK)
    found = on_duty(town, "wy-001")
    lent(town, found)
    with pytest.raises(Refused, match="已借给"):
        lent(town, found, "hn-zjj", starts=10, ends=12)
    people = {}
    for code, user in {"hbw-zjj": "hbw-clerk", "hn-zjj": "hn-clerk"}.items():
        one = with_test(town, inspector(town, f"{code}-1", user), user)
        people[code] = actions.review_inspector(town["coordinator"], one, accept=True, comment="好")

    def lend(lender: str, borrower: str, starts: int = 5) -> Loan:
        user = {"hbw-zjj": "hbw-clerk", "hn-zjj": "hn-clerk"}[lender]
        to = town.organisations[borrower]
        return actions.ask_loan(
            town[user], people[lender], to, starts=in_days(starts), ends=in_days(starts + 3), reason="人手不足"
        )

    with pytest.raises(Refused, match="循环"):
        lend("hbw-zjj", "zjj-wuye")
    lend("hbw-zjj", "hn-zjj")
    with pytest.raises(Refused, match="循环"):
        lend("hn-zjj", "zjj-wuye")
    assert lend("hn-zjj", "zjj-wuye", starts=20).state == Loan.State.ASKED, "another time is no circle"


def test_a_loan_to_the_department_above_or_of_somebody_not_on_duty_is_refused(town: City) -> None:
    with pytest.raises(Refused, match="本来就包括"):
        lent(town, on_duty(town, "wy-001"), "zjj")
    with pytest.raises(Refused, match="在岗的人员才能借调"):
        lent(town, inspector(town, "wy-002"))


def test_a_test_entered_twice_is_one_and_never_by_oneself(town: City) -> None:
    found = on_duty(town, "wy-001")
    with_test(town, found)
    with_test(town, found)
    assert Assessment.objects.count() == 1
    with pytest.raises(NotAllowed):
        actions.record_assessment(with_account(town, found), found, subject="燃气", tested_on=in_days(0))


def test_an_inspector_s_certificate_is_warned_of_on_his_own_home_page(town: City) -> None:
    found = on_duty(town, "wy-001", certificate_expires=in_days(60))
    me = with_account(town, found)
    assert [todo.title for todo in waiting_for(me)] == ["您的执法证 60 天内到期"]
    Inspector.objects.filter(pk=found.pk).update(certificate_expires=in_days(30))
    assert [todo.title for todo in waiting_for(me)] == ["您的执法证 30 天内到期"]
    Inspector.objects.filter(pk=found.pk).update(certificate_expires=in_days(-1))
    assert [todo.title for todo in waiting_for(me)] == ["您的执法证已过期"]
    Inspector.objects.filter(pk=found.pk).update(certificate_expires=in_days(61))
    assert waiting_for(me) == []


def test_somebody_who_is_no_inspector_has_no_page_of_his_own(town: City) -> None:
    assert town.client("chen").get("/desk/registry/me/").status_code == 403


def test_the_registry_as_of_a_past_day_shows_what_was_entered_and_who_could_be_drawn_then(town: City) -> None:
    day = in_days(0)
    found = on_duty(town, "wy-001", post="一线")
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        actions.change_inspector(town["chen"], found, name="王静")
        actions.set_inspector_state(town["chen"], found, Inspector.State.LEFT, "调离")
        then = town.client("chen").get(f"/desk/registry/inspectors/?asof={day.isoformat()}").content.decode()
        assert "王芳" in then
        assert "王静" not in then
        assert ">能<" in then
        before = town.client("chen").get(f"/desk/registry/inspectors/?asof={in_days(-90).isoformat()}").content.decode()
        assert "这一天名录库里还没有人" in before
        now = town.client("chen").get("/desk/registry/inspectors/").content.decode()
        assert "王静" in now
        assert "已离岗" in now


def test_a_clerk_asks_to_borrow_somebody_whose_name_is_masked_until_he_is_lent(town: City) -> None:
    found = on_duty(town, "wy-001", name="王芳芳")
    client = town.client("hbw-clerk")
    offered = client.get("/desk/registry/inspectors/borrow/").content.decode()
    assert "王○芳" in offered
    page = client.get(f"/desk/registry/inspectors/{found.pk}/lend/").content.decode()
    assert "王芳芳" not in page
    assert '<option value="hbw-zjj" selected>' in page
    data = {"borrower": "hbw-zjj", "starts": in_days(1), "ends": in_days(3), "reason": "人手不足"}
    assert client.post(f"/desk/registry/inspectors/{found.pk}/lend/", data)["Location"] == "/desk/registry/loans/"
    assert Loan.objects.get().borrower.code == "hbw-zjj"
    assert town.client("scjg-clerk").get("/desk/registry/loans/").content.decode().count("wy-001") == 0
