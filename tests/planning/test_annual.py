"""The annual plan: line by line, signed twice, published, changed by order, carried out by single plans."""

import hashlib
import io
import json
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from sunlot.catalogue.models import ItemVersion
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions as plans
from sunlot.planning import queries
from sunlot.planning.annual import actions
from sunlot.planning.annual import queries as annual_queries
from sunlot.planning.annual.content import LineContent, content_of
from sunlot.planning.models import AnnualPlan, Plan
from sunlot.trail.models import Event

from ..cast import PASSWORD
from .town import Town

State = AnnualPlan.State
LINE = LineContent(
    "物业服务企业部门联合抽查",
    "zjj-wuye",
    participants=("scjg", "yjj"),
    items=("WY-01", "WY-02", "SCJG-01", "YJJ-01"),
    kinds=("property",),
    month=3,
    permille=50,
)
GAS = LineContent("燃气经营企业检查", "zjj-chengjian", items=("CJ-01",), kinds=("gas",), month=6, number=5)


@pytest.fixture
def year(town: Town) -> int:
    """The year in which the town's plan is drawn."""
    return town.content.draw_day.year


@pytest.fixture
def draft(town: Town, year: int) -> AnnualPlan:
    annual = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    actions.save_line(town["coordinator"], annual, None, LINE)
    return annual


def signed(town: Town, annual: AnnualPlan) -> AnnualPlan:
    actions.submit_annual(town["coordinator"], annual)
    actions.sign_annual(town["leader"], annual, town.proof("leader"))
    return actions.approve_annual(town["unit-head"], annual, town.proof("unit-head"))


def test_it_is_signed_twice_published_and_in_the_log(town: Town, draft: AnnualPlan, year: int) -> None:
    annual = signed(town, draft)
    assert (annual.state, annual.number) == (State.PUBLISHED, f"150300-{year}-N01")
    entry = json.loads(Event.objects.get(entry__contains="annual_published").entry)
    assert (entry["subject"], entry["public"]) == (f"annual:{annual.number}", {"annual": annual.digest})
    anybody = Client()
    assert LINE.title in anybody.get(f"/annual-plans/{annual.number}/").content.decode()
    content = anybody.get(f"/annual-plans/{annual.number}/versions/1/content.json").content
    assert hashlib.sha256(content).hexdigest() == annual.digest
    assert anybody.get("/annual-plans.csv").status_code == 200
    assert anybody.get(f"/annual-plans/{annual.number}/annex.pdf").content.startswith(b"%PDF")


def test_nobody_skips_a_signature_gives_both_or_signs_for_another_department(town: Town, draft: AnnualPlan) -> None:
    with pytest.raises(Refused, match="不能签署"):
        actions.sign_annual(town["leader"], draft, town.proof("leader"))
    actions.submit_annual(town["coordinator"], draft)
    with pytest.raises(NotAllowed):
        actions.sign_annual(town["wuye-head"], draft, town.proof("wuye-head"))
    with pytest.raises(Refused, match="待分管领导签署"):
        actions.approve_annual(town["unit-head"], draft, town.proof("unit-head"))
    with pytest.raises(NotAllowed):
        actions.create_annual(town["chen"], town.city.organisations["zjj"], 2031)


def test_a_plan_without_lines_or_with_a_line_without_basis_is_not_submitted(town: Town, year: int) -> None:
    annual = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    with pytest.raises(Refused, match="还没有计划项目"):
        actions.submit_annual(town["coordinator"], annual)
    actions.save_line(town["coordinator"], annual, None, replace(LINE, items=()))
    with pytest.raises(Refused, match="没有抽查事项"):
        actions.submit_annual(town["coordinator"], annual)
    ItemVersion.objects.filter(item__code="WY-01").update(effective_to=clock.today(), state="repealed")
    line = annual.lines.get()
    actions.save_line(town["coordinator"], annual, line.code, LINE)
    with pytest.raises(Refused, match="WY-01 在"):
        actions.submit_annual(town["coordinator"], annual)


def test_there_is_one_for_a_department_and_year(town: Town, draft: AnnualPlan, year: int) -> None:
    with pytest.raises(Refused, match="已经有了"):
        actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    actions.withdraw_annual(town["coordinator"], draft, "重新编制")
    again = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    assert again.number.endswith("N02")


def test_it_begins_from_the_items_in_force_with_each_section_leading_its_own(town: Town, year: int) -> None:
    annual = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year, actions.ITEMS)
    lines = [content_of(line) for line in annual.lines.select_related("lead")]
    property_line = next(line for line in lines if line.kinds == ("property",) and line.lead == "zjj-wuye")
    assert {"WY-01", "WY-02"} <= set(property_line.items)
    assert actions.submit_annual(town["coordinator"], annual).state == State.SUBMITTED
    assert min(line.month for line in lines) == 3 and max(line.month for line in lines) <= 11


def test_next_years_is_copied_without_what_is_no_longer_in_force(town: Town, draft: AnnualPlan, year: int) -> None:
    with pytest.raises(Refused, match="没有已公布的计划"):
        actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year + 1, actions.COPY)
    signed(town, draft)
    ItemVersion.objects.filter(item__code="WY-02").update(effective_to=clock.today(), state="repealed")
    copied = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year + 1, actions.COPY)
    assert content_of(copied.lines.get()).items == ("SCJG-01", "WY-01", "YJJ-01")


def test_a_change_order_keeps_both_versions_and_the_plans_that_follow_from_a_line(
    town: Town, draft: AnnualPlan
) -> None:
    annual = signed(town, draft)
    line = annual.lines.get()
    plan = town.draft(annual_line_id=line.pk)
    order = actions.open_change_order(town["coordinator"], annual, "增加燃气检查")
    with pytest.raises(Refused, match="与原计划相同"):
        actions.submit_annual(town["coordinator"], order)
    with pytest.raises(Refused, match="已有抽查计划"):
        actions.remove_line(town["coordinator"], order, line.code)
    actions.save_line(town["coordinator"], order, None, GAS)
    actions.save_line(town["coordinator"], order, line.code, replace(LINE, month=5))
    before = annual.digest
    signed(town, order)
    annual.refresh_from_db()
    order.refresh_from_db()
    assert (annual.version, annual.digest, order.state) == (2, order.digest, State.APPLIED)
    assert annual.digest != before
    assert Plan.objects.get(pk=plan.pk).annual_line_id == line.pk
    page = Client().get(f"/annual-plans/{annual.number}/").content.decode()
    assert "计划调整：增加燃气检查" in page and "新增" in page and "原为：3月" in page
    assert "已被代替" in Client().get(f"/annual-plans/{annual.number}/versions/1/").content.decode()


def test_a_single_plan_names_its_line_or_says_why_it_stands_beside(town: Town, draft: AnnualPlan) -> None:
    assert not any(fault.field == "annual_line" for fault in queries.feasibility(town.draft()).faults)
    annual = signed(town, draft)
    plan = town.draft()
    with pytest.raises(Refused, match="年度计划已公布"):
        plans.submit_plan(town["chen"], plan)
    reason = replace(town.content, beside_reason="上级部署的专项检查")
    plan = plans.submit_plan(town["chen"], plans.change_plan(town["chen"], plan, reason))
    assert queries.rules_of(plan)["beside_reason"] == "上级部署的专项检查"
    line = annual.lines.get()
    follows = plans.submit_plan(town["chen"], town.draft(annual_line_id=line.pk))
    assert queries.rules_of(follows)["annual_line"] == {
        "annual_plan": annual.number,
        "line": line.code,
        "title": line.title,
    }


def test_a_plan_begins_filled_from_its_line(town: Town, draft: AnnualPlan) -> None:
    line = signed(town, draft).lines.get()
    page = town.city.client("chen").get(reverse("planning:new"), {"line": line.pk})
    content = page.context["form"]
    assert content["title"].value() == LINE.title
    assert [seat.code for seat in content.participants if seat.code] == ["zjj-wuye", "scjg", "yjj"]
    assert content["kinds"].value() == ["property"] and content["annual_line_id"].value() == line.pk
    assert len(content["items-zjj-wuye"].value()) == 2


def test_the_coordinator_writes_it_and_both_leaders_sign_on_the_pages(town: Town, year: int) -> None:
    town.city.add("group", "李组长", "zjj", Role.STEERING)
    clerk = town.city.client("coordinator")
    begun = clerk.post(reverse("planning:annual-new"), {"year": year, "source": "blank"})
    annual = AnnualPlan.objects.get()
    assert begun["Location"] == reverse("planning:annual", args=[annual.number])
    fields = {
        "title": LINE.title, "lead": LINE.lead, "participants": LINE.participants, "targeted": "", "kinds": LINE.kinds,
        "items": LINE.items, "month": "2", "day": "30", "unit": "percent", "amount": "5", "scope": "", "note": "",
    }  # fmt: skip
    address = reverse("planning:annual-line-new", args=[annual.number])
    assert f"{year}年2月没有 30 日" in clerk.post(address, fields).content.decode()
    clerk.post(address, {**fields, "day": "12"})
    assert content_of(annual.lines.get()) == replace(LINE, month=2, day=12).in_order()
    page = reverse("planning:annual", args=[annual.number])
    assert "提交年度计划" in clerk.get(page).content.decode()
    clerk.post(reverse("planning:annual-submit", args=[annual.number]))
    for username in ("leader", "group"):
        annual.refresh_from_db()
        sign = reverse("planning:annual-sign", args=[annual.number])
        signer = town.city.client(username)
        assert sign in signer.get("/desk/").content.decode()
        signer.post(sign, {"act": "sign", "digest": annual.digest, "password": PASSWORD})
    annual.refresh_from_db()
    assert annual.state == State.PUBLISHED
    book = load_workbook(io.BytesIO(clerk.get(reverse("planning:annual-xlsx", args=[annual.number])).content))
    heads = [cell.value for cell in next(book.active.iter_rows())]  # type: ignore[union-attr]
    assert heads == [
        "序号",
        "抽查计划名称",
        "抽查事项",
        "抽查类型",
        "抽查对象范围",
        "抽取日期",
        "抽查对象数量或比例",
        "备注",
    ]
    assert town.city.client("outsider").get(page).status_code == 200  # what is published, everybody may read
    assert town.city.client("outsider").get(address).status_code == 403


def test_the_districts_carry_out_a_line_of_the_city_each_with_its_own_people(town: Town, year: int) -> None:
    annual = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    actions.save_line(town["coordinator"], annual, None, replace(LINE, by_districts=True))
    actions.save_line(town["coordinator"], annual, None, GAS)
    signed(town, annual)
    frame, gas = annual.lines.order_by("code")

    page = town.city.client("hbw-clerk").get(f"/desk/planning/annual/{annual.number}/").text
    assert page.count('aria-label="据“') == 1
    assert "海勃湾区：未编制" in page
    form = town.city.client("hbw-clerk").get(f"/desk/planning/new/?line={frame.pk}").context["form"]
    assert [row.code for row in form.participants if row.code] == ["hbw-zjj", "hbw-scjg", "hbw-yjj"]
    assert str(gas.pk) not in dict(form.fields["annual_line_id"].choices)

    content = replace(
        town.content,
        seats=tuple(
            replace(seat, organisation=f"hbw-{seat.organisation.split('-')[0]}") for seat in town.content.seats
        ),
        regions=("150302",),
        zones=town.content.zones[:1],
        annual_line_id=frame.pk,
    )
    plan = plans.create_plan(town["hbw-clerk"], content)
    assert queries.feasibility(plan).faults_at("annual_line") == []
    page = town.city.client("coordinator").get(f"/desk/planning/annual/{annual.number}/").text
    assert "海勃湾区：编制" in page
    assert "海南区：未编制" in page
    assert page.count('aria-label="据“') == 1  # the other line's


def test_a_district_has_an_annual_plan_of_its_own_beside_the_citys(town: Town, year: int) -> None:
    city = actions.create_annual(town["coordinator"], town.city.organisations["zjj"], year)
    actions.save_line(town["coordinator"], city, None, GAS)
    signed(town, city)
    own = actions.create_annual(town["hbw-clerk"], town.city.organisations["hbw-zjj"], year)
    actions.save_line(town["hbw-clerk"], own, None, replace(LINE, lead="hbw-zjj", participants=(), items=("WY-01",)))
    AnnualPlan.objects.filter(pk=own.pk).update(state=State.PUBLISHED, digest="0" * 64, published_at=clock.now())
    lines = annual_queries.published_lines(town.city.organisations["hbw-zjj"], year)
    assert [line.annual.number for line in lines] == [own.number]
