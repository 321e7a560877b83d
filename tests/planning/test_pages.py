"""The pages of plans, through the client: what each person sees, and what a form does with what was sent."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from sunlot.catalogue.models import ItemVersion
from sunlot.desk.todo import waiting_for
from sunlot.planning import actions
from sunlot.planning.content import Seat, Stratum, Zone, content_of
from sunlot.planning.models import Plan
from sunlot.planning.queries import plans_seen
from sunlot.trail.models import EventDetail

from ..cast import PASSWORD
from .town import Town, item

State = Plan.State
DESK = "/desk/planning/"


def at(plan: Plan, page: str = "") -> str:
    return f"{DESK}{plan.number}/{page}"


def text(response: Any) -> str:
    """The page's words, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def sent(town: Town, **changes: Any) -> dict[str, Any]:
    """What the form sends for the town's plan."""
    content = town.content
    fields: dict[str, Any] = {
        "title": content.title,
        "targeted": "1",
        "kinds": ["property"],
        "regions": list(content.regions),
        "draw_at": f"{content.draw_at:%Y-%m-%dT%H:%M}",
        "starts_on": content.starts_on.isoformat(),
        "ends_on": content.ends_on.isoformat(),
        "release": "",
        "zoning": "districts",
        "city_staff_roam": "on",
        "few_participants_reason": "",
        "inspector_scope": "",
        "participant-0": "zjj-wuye", "seats-0": "2",
        "participant-1": "scjg", "seats-1": "1", "seats-reason-1": "该局执法人员不足",
        "participant-2": "yjj", "seats-2": "1", "seats-reason-2": "该局执法人员不足",
        "items-zjj-wuye": [item("WY-01"), item("WY-02")], "items-scjg": [item("SCJG-01")], "items-yjj": [item("YJJ-01")],
        "amount-D": "60", "unit-D": "percent", "reserve-D": "2",
        "amount-C": "30", "unit-C": "percent", "reserve-C": "1",
        "amount-B": "3", "unit-B": "number", "reserve-B": "1",
        "amount-A": "5", "unit-A": "percent", "reserve-A": "1",
        "teams-150302": "2", "teams-150303": "1", "teams-150304": "1",
    }  # fmt: skip
    return fields | changes


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "username", ["chen", "wuye-head", "coordinator", "leader", "supervisor", "scjg-clerk", "yjj-head"]
)
def test_the_lead_the_participants_and_their_superiors_see_a_submitted_plan(town: Town, username: str) -> None:
    plan = town.submitted()
    client = town.city.client(username)
    assert "物业服务企业部门联合抽查" in text(client.get(at(plan)))
    assert plan.number in text(client.get(DESK))


@pytest.mark.parametrize("username", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_no_plans_at_all(town: Town, username: str) -> None:
    plan = town.submitted()
    client = town.city.client(username)
    for address in (DESK, at(plan), at(plan, "sheet.pdf")):
        assert client.get(address).status_code == 403
    assert not plans_seen(town[username]).exists()


def test_what_changes_something_is_never_done_by_following_a_link(town: Town) -> None:
    plan = town.draft()
    assert town.city.client("chen").get(at(plan, "submit/")).status_code == 405
    assert Plan.objects.get().state == State.DRAFT


@pytest.mark.parametrize("username", ["outsider", "hbw-clerk"])
def test_everybody_else_gets_404_and_the_trail_tells(town: Town, username: str) -> None:
    plan = town.submitted()
    client = town.city.client(username)
    assert client.get(at(plan)).status_code == 404
    assert EventDetail.objects.filter(type="access.refused", username=username).count() == 1
    assert plan.number not in client.get(DESK).content.decode()
    assert client.post(at(plan, "submit/")).status_code == 404
    assert client.get(f"{DESK}150300-2020-P9999/").status_code == 404


def test_nobody_signed_in_is_led_to_the_sign_in(town: Town) -> None:
    plan = town.submitted()
    for page in ("", "edit/", "sign/", "answer/", "withdraw/", "sheet/", "sheet.pdf", "versions/1/"):
        response = Client().get(at(plan, page))
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def test_participants_do_not_see_a_plan_that_is_still_being_written_for_the_first_time(town: Town) -> None:
    plan = town.draft()
    assert town.city.client("scjg-clerk").get(at(plan)).status_code == 404
    plan = actions.submit_plan(town["chen"], plan)
    actions.refuse_participation(town["yjj-head"], plan.participants.get(organisation__code="yjj"), "改期")
    assert town.city.client("scjg-clerk").get(at(plan)).status_code == 200


@pytest.mark.parametrize(
    ("stage", "username", "button"),
    [
        ("draft", "chen", "提交计划"), ("submitted", "scjg-clerk", "答复是否参与"), ("confirmed", "wuye-head", "查看并签署"),
        ("head_signed", "leader", "签署并公布"),
    ],
)  # fmt: skip
def test_the_next_step_has_its_button_for_the_one_whose_turn_it_is_and_words_for_the_others(
    town: Town, stage: str, username: str, button: str
) -> None:
    plan = getattr(town, stage)()
    own = town.city.client(username).get(at(plan)).content.decode()
    other = town.city.client("supervisor").get(at(plan)).content.decode()
    assert re.search(rf'next-step"[^>]*>{button}<', own)
    assert "next-step" not in other
    assert "下一步：" in other


def test_home_pages_show_each_what_waits_in_order_of_deadline(town: Town) -> None:
    def todos(username: str) -> list[str]:
        return [todo.button for todo in waiting_for(town[username])]

    plan = town.draft()
    assert todos("chen") == ["继续编制"]
    assert todos("coordinator") == []
    plan = actions.submit_plan(town["chen"], plan)
    assert todos("scjg-head") == todos("yjj-clerk") == ["答复是否参与"]
    assert todos("wuye-head") == []
    actions.refuse_participation(town["yjj-head"], plan.participants.get(organisation__code="yjj"), "改期")
    assert [todo.reason for todo in waiting_for(town["chen"])] == ["乌海市应急管理局不同意：改期"]
    town.head_signed()
    assert todos("leader") == ["签署并公布"]
    assert todos("wuye-head") == ["修改计划"]


# --- the form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["leader", "supervisor", "auditor", "sysadmin"])
def test_a_form_for_a_new_plan_is_for_those_who_write_plans(town: Town, username: str) -> None:
    assert town.city.client(username).get(f"{DESK}new/").status_code == 403


def test_a_new_plans_form_suggests_ratios_by_risk_and_dates(town: Town) -> None:
    page = town.city.client("chen").get(f"{DESK}new/").content.decode()
    for risk, ratio in (("D", 60), ("C", 30), ("B", 10), ("A", 5)):
        assert re.search(rf'name="amount-{risk}" value="{ratio}"', page)
    assert re.search(r'name="draw_at" value="\d{4}-\d\d-\d\dT09:30"', page)


def test_what_the_form_sends_is_the_plan(town: Town) -> None:
    response = town.city.client("chen").post(f"{DESK}new/", sent(town, save="1"))
    plan = Plan.objects.get()
    assert response["Location"] == at(plan)
    assert content_of(plan) == town.content


def test_trying_saves_nothing_and_tells_figures_and_faults_at_their_fields(town: Town) -> None:
    response = town.city.client("chen").post(f"{DESK}new/", sent(town, **{"teams-150304": "5", "try": "1"}))
    page = text(response)
    assert not Plan.objects.exists()
    assert "乌达区应急人员只有 3 人，需要 5 人" in page
    assert "使计划无法实施" in page
    row = re.search(r"<tr><th scope=\"row\">乌达区.*?</tr>", response.content.decode(), re.DOTALL)
    assert row is not None
    assert "应急人员只有 3 人" in row[0]


@pytest.mark.parametrize(
    ("changes", "control"),
    [
        ({"teams-150304": "5"}, "id_teams-150304"),
        ({"zoning": "city", "teams_city": "99"}, "id_teams_city"),
        ({"participant-2": ""}, "id_few_participants_reason"),
        ({"amount-C": "99", "unit-C": "number"}, "id_amount-C"),
        ({"draw_at": "2026-01-01T09:30"}, "id_draw_at"),
        ({"title": ""}, "id_title"),
    ],
)
def test_a_fault_of_the_trial_marks_its_control_and_is_linked_to_it(
    town: Town, changes: dict[str, Any], control: str
) -> None:
    page = town.city.client("chen").post(f"{DESK}new/", sent(town, **changes, **{"try": "1"})).content.decode()
    assert f'<li><a href="#{control}">' in page
    tag = re.search(rf'<(?:input|textarea)[^>]*id="{control}"[^>]*>', page)
    assert tag is not None
    assert 'aria-invalid="true"' in tag[0]
    described = re.search(r'aria-describedby="([^"]+)"', tag[0])
    assert described is not None
    assert page.count(f'id="{described[1]}"') == 1


def test_a_fault_of_a_group_is_linked_where_it_stands(town: Town) -> None:
    changes = {"kinds": [], "items-scjg": [], "try": "1"}
    page = town.city.client("chen").post(f"{DESK}new/", sent(town, **changes)).content.decode()
    for place in ("kinds", "items.scjg"):
        assert f'<a href="#at-{place}">' in page
        assert page.count(f'id="at-{place}"') == 1


def test_a_department_named_twice_is_told_at_the_second_line(town: Town) -> None:
    page = text(town.city.client("chen").post(f"{DESK}new/", sent(town, save="1", **{"participant-2": "scjg"})))
    assert "“乌海市市场监督管理局”已在上面，去掉一行。" in page
    assert not Plan.objects.exists()


def test_teams_and_reserves_left_open_are_suggested_from_the_rosters(town: Town) -> None:
    blank = {f"teams-{code}": "" for code in ("150302", "150303", "150304")} | {
        f"reserve-{risk}": "" for risk in "ABCD"
    }
    town.city.client("chen").post(f"{DESK}new/", sent(town, **blank, save="1"))
    content = content_of(Plan.objects.get())
    # 17 drawn over three districts: about 5.7 each, two teams wanted; 物业科's eight roam over three, which allows one.
    assert content.zones == (Zone("150302", 1), Zone("150303", 1), Zone("150304", 1))
    assert {stratum.risk_class: stratum.reserve for stratum in content.strata} == {"D": 2, "C": 1, "B": 1, "A": 1}


def test_a_half_filled_draft_is_saved_and_a_contradiction_is_told_with_nothing_lost(town: Town) -> None:
    client = town.city.client("chen")
    empty = sent(town, title="", kinds=[], save="1", **{"participant-1": "", "participant-2": "", "items-zjj-wuye": []})
    assert client.post(f"{DESK}new/", empty).status_code == 302
    response = client.post(
        f"{DESK}new/", sent(town, save="1", title="留住我", **{"seats-reason-1": "", "ends_on": "2026-01-01"})
    )
    assert response.status_code == 200
    assert "每组少于两名执法检查人员，须写明理由。" in text(response)
    assert "检查截止不能早于检查开始。" in text(response)
    assert 'value="留住我"' in response.content.decode()
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount-D": "101"}, {"amount-B": "2.5"}, {"amount-D": "-1"}, {"draw_at": "明天"}, {"zoning": "moon"},
        {"participant-0": "scjg"}, {"participant-1": "no-such"}, {"teams-150302": "1001"}, {"items-scjg": ["999999"]},
        {"items-scjg": ["x"]}, {"kinds": ["no-such"]}, {"release": "on"}, {"title": "长" * 81},
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_by_the_form_and_never_breaks_it(town: Town, changes: dict[str, Any]) -> None:
    response = town.city.client("chen").post(f"{DESK}new/", sent(town, **changes, save="1"))
    assert response.status_code == 200
    assert "需要改正" in text(response)
    assert not Plan.objects.exists()


def test_saving_and_submitting_in_one_go_keeps_the_draft_where_it_is_impossible(town: Town) -> None:
    client = town.city.client("chen")
    client.post(f"{DESK}new/", sent(town, submit="1"))
    assert Plan.objects.get().state == State.CONFIRMING
    response = client.post(f"{DESK}new/", sent(town, submit="1", **{"teams-150304": "5"}), follow=True)
    assert re.search(r"草稿已保存，但没有提交。还有 \d+ 处要改正，写在下面有关的一栏。", text(response))
    assert Plan.objects.first().state == State.DRAFT  # type: ignore[union-attr]  # the newest


def test_an_item_out_of_force_stays_in_sight_with_its_fault(town: Town) -> None:
    plan = town.draft()
    ItemVersion.objects.filter(item__code="WY-01").update(state="repealed", effective_to="2026-02-01")
    page = town.city.client("chen").get(at(plan, "edit/"))
    assert "WY-01 物业服务企业检查在抽取日" in text(page)
    assert re.search(rf'value="{item("WY-01")}"[^>]*checked', page.content.decode())


def test_changing_a_submitted_plan_says_so_before_and_begins_its_next_version(town: Town) -> None:
    plan = town.head_signed()
    client = town.city.client("chen")
    form = client.get(at(plan, "edit/"))
    assert "保存修改后成为第 2 版" in text(form)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', form.content.decode())
    assert seen is not None
    client.post(at(plan, "edit/"), sent(town, title="改名", save="1", seen=seen[1]))
    plan.refresh_from_db()
    assert (plan.state, plan.version, plan.title) == (State.DRAFT, 2, "改名")
    late = client.post(at(plan, "edit/"), sent(town, title="又改", save="1", seen=seen[1]))
    assert "已被别人修改" in text(late)
    assert 'value="又改"' in late.content.decode()
    client.post(at(plan, "submit/"))
    page = text(client.get(at(plan, "versions/2/")))
    assert "原为：物业服务企业部门联合抽查" in page


# --- answering, signing, withdrawing ----------------------------------------------------------------------------------


def test_a_participant_answers_on_its_page(town: Town) -> None:
    plan = town.submitted()
    client = town.city.client("scjg-clerk")
    assert "每组派 1 人" in text(client.get(at(plan, "answer/")))
    client.post(at(plan, "answer/"), {"comment": "派员 3 人", "agree": "1"})
    assert "同意，派员 3 人" in text(client.get(at(plan)))
    again = town.city.client("yjj-clerk").post(at(plan, "answer/"), {"comment": "", "refuse": "1"}, follow=True)
    assert "须写明理由" in text(again)
    assert town.city.client("chen").get(at(plan, "answer/")).status_code == 403


def test_the_digest_shown_is_signed_with_the_password_given_again(town: Town) -> None:
    plan = town.confirmed()
    client = town.city.client("wuye-head")
    assert plan.digest[:4] in text(client.get(at(plan, "sign/")))
    wrong = client.post(at(plan, "sign/"), {"act": "sign", "digest": plan.digest, "password": "不对的密码"})
    stale = client.post(at(plan, "sign/"), {"act": "sign", "digest": "0" * 64, "password": PASSWORD})
    assert "密码不对" in text(wrong)
    assert "有变动" in text(stale)
    assert Plan.objects.get().state == State.CONFIRMED
    client.post(at(plan, "sign/"), {"act": "sign", "digest": plan.digest, "password": PASSWORD})
    assert Plan.objects.get().state == State.HEAD_SIGNED
    assert client.get(at(plan, "sign/")).status_code == 403
    leader = town.city.client("leader")
    page = leader.post(at(plan, "sign/"), {"act": "sign", "digest": plan.digest, "password": PASSWORD}, follow=True)
    assert "已签署并公布" in text(page)
    assert leader.get(at(plan, "sign/")).status_code == 409


def test_a_wrong_password_is_told_at_its_field_and_the_comment_stays(town: Town) -> None:
    plan = town.confirmed()
    sent_ = {"act": "sign", "digest": plan.digest, "password": "不是我的密码", "comment": "同意，注意安全"}
    page = town.city.client("wuye-head").post(at(plan, "sign/"), sent_).content.decode()
    assert re.search(r'id="sign_password_error">密码不对，没有签署', page)
    assert "同意，注意安全</textarea>" in page
    plan.refresh_from_db()
    assert plan.state == State.CONFIRMED


def test_disagreeing_without_words_is_told_at_the_field(town: Town) -> None:
    plan = town.submitted()
    page = town.city.client("scjg-clerk").post(at(plan, "answer/"), {"comment": "", "refuse": "1"})
    assert page.status_code == 200
    assert 'id="id_comment_error">不同意须写明理由和修改建议。' in page.content.decode()
    plan.refresh_from_db()
    assert plan.state == State.CONFIRMING


def test_a_refused_signature_returns_the_plan_with_its_reason_on_the_page(town: Town) -> None:
    plan = town.head_signed()
    client = town.city.client("leader")
    asked = client.post(at(plan, "sign/"), {"act": "refuse", "digest": plan.digest, "reason": ""})
    assert "写明不签署的理由" in text(asked)
    client.post(at(plan, "sign/"), {"act": "refuse", "digest": plan.digest, "reason": "时间太紧"})
    assert "第 1 版退回编制：分管领导退回第 1 版：时间太紧" in text(town.city.client("chen").get(at(plan)))


def test_a_published_plan_is_withdrawn_by_those_who_signed_and_says_why(town: Town) -> None:
    plan = town.published()
    assert town.city.client("chen").get(at(plan, "withdraw/")).status_code == 403
    client = town.city.client("leader")
    client.post(at(plan, "withdraw/"), {"reason": "条件不成熟"})
    assert "已撤回：条件不成熟" in text(client.get(at(plan)))


# --- the list, the printed form, the number of queries ------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_exported(town: Town) -> None:
    town.published()
    town.draft(title="燃气安全抽查", seats=(Seat("zjj-wuye"),))
    client = town.city.client("chen")

    def titles(query: str) -> list[str]:
        return re.findall(r'scope="row"><a [^>]*>([^<]+)<', client.get(f"{DESK}?{query}").content.decode())

    assert titles("") == ["燃气安全抽查", "物业服务企业部门联合抽查"]
    assert titles("q=rqaq") == titles("q=燃气") == titles("state=draft") == titles("kind=own") == ["燃气安全抽查"]
    assert titles("kind=joint") == titles("state=published") == ["物业服务企业部门联合抽查"]
    year = town.content.draw_at.year
    assert len(titles(f"year={year}&lead={town.city.organisations['zjj-wuye'].pk}")) == 2
    assert titles("q=没有这个") == []
    rows = b"".join(client.get(f"{DESK}?format=csv")).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]  # a stream
    assert rows[0].startswith("计划编号,抽查任务名称")
    assert len(rows) == 3


def test_the_form_is_printed_on_the_screen_and_as_pdf(town: Town) -> None:
    plan = town.published()
    client = town.city.client("chen")
    page = text(client.get(at(plan, "sheet/")))
    for words in (
        "双随机抽查计划表",
        "本表一式两份",
        "乌海市应急管理局",
        "☑ 重点检查事项",
        "《物业管理条例》",
        "12",
        "8（66.7",
    ):
        assert words in page
    pdf = client.get(at(plan, "sheet.pdf"))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    sheet = client.get(at(plan, "sheet.xlsx"))
    rows = dict(CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()[1:])
    assert list(rows)[:3] == ["牵头科室", "本系统联合检查科室", "跨部门联合检查部门"]
    assert len(list(rows)[:11]) == 11 and list(rows)[10] == "检查人员范围"
    assert "☑ 重点检查事项" in rows["抽查事项"] and "应急管理局" in rows["跨部门联合检查部门"]
    assert rows["内容摘要"] == plan.digest and rows["公开页面"].endswith(f"/plans/{plan.number}/")
    assert town.city.client("outsider").get(at(plan, "sheet.xlsx")).status_code == 404


def test_a_half_filled_plan_has_its_page_and_its_printed_form_too(town: Town) -> None:
    plan = town.draft(title="", kinds=(), regions=(), strata=(), zones=(), seats=(Seat("zjj-wuye"),))
    client = town.city.client("chen")
    for page in ("", "edit/", "sheet/", "sheet.pdf"):
        assert client.get(at(plan, page)).status_code == 200


@pytest.mark.parametrize("state", [State.DRAWN, State.COMPLETED, State.WITHDRAWN])
def test_a_plan_past_its_draw_still_has_its_page(town: Town, state: str) -> None:
    plan = town.published()
    Plan.objects.filter(pk=plan.pk).update(state=state, withdrawn_reason="x" if state == State.WITHDRAWN else "")
    client = town.city.client("chen")
    for page in ("", "sheet/", "versions/1/"):
        assert client.get(at(plan, page)).status_code == 200


def test_pages_take_no_more_queries_for_more_participants_strata_and_plans(town: Town) -> None:
    client = town.city.client("chen")
    small = town.draft(seats=(Seat("zjj-wuye", 2, items=(item("WY-01"),)),), strata=(Stratum("D", number=1),))
    large = actions.submit_plan(town["chen"], actions.create_plan(town["chen"], town.content))

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    count(at(small))
    assert count(at(large)) <= count(at(small)) + 1  # versions of a draft are not asked for their names
    assert count(at(large, "edit/")) <= count(at(small, "edit/"))
    before = count(DESK)
    for _ in range(3):
        actions.create_plan(town["chen"], replace(town.content, title="再来一个"))
    assert count(DESK) == before
