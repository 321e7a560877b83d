"""Ratio and frequency by rules: the table's way, plans filled from it, tickets in the frozen roster, the public page."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from sunlot import lottery
from sunlot.catalogue import actions as catalogue
from sunlot.catalogue.models import Item, ObjectKind
from sunlot.desk.todo import waiting_for
from sunlot.drawing import freeze
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions, queries
from sunlot.planning.models import Plan, RatioTable, RatioVersion
from sunlot.planning.ratios import actions as ratios
from sunlot.planning.ratios.forms import Subjects
from sunlot.planning.ratios.text import RatioText, RowText, digest_of
from sunlot.registry.models import CreditMark, InspectionObject

from ..cast import City
from ..drawing.stage import build_stage, soon
from .test_pages import at, sent, text
from .town import Town

ROWS = (
    RowText("D", permille=600, minimum=500, maximum=1000, times=2),
    RowText("C", "complaint", permille=500, minimum=400, maximum=1000),
    RowText("C", permille=300, minimum=200, maximum=500),
    RowText("B", permille=100, minimum=50, maximum=300),
    RowText("B", "abnormal", tickets=3),
    RowText("A", permille=50, minimum=10, maximum=100),
)
BY_RULES = {"amount-B": "10", "unit-B": "percent", "amount-C-complaint": "50", "unit-C-complaint": "percent"}


def in_force(town: Town, rows: tuple[RowText, ...] = ROWS) -> RatioVersion:
    version = ratios.draft_first(town["coordinator"], town.city.organisations["zjj"], RatioText(rows))
    return catalogue.put_in_force(town["leader"], catalogue.submit(town["coordinator"], version), clock.today())


def marked(number: str, kind: str) -> None:
    found = InspectionObject.objects.get(number=number)
    CreditMark.objects.create(object=found, kind=kind, source="12345", since=clock.today())


def a_row(at: int, **said: Any) -> dict[str, Any]:
    fields = {"risk_class": "", "mark": "", "subject": "", "percent": "", "minimum": "", "maximum": "", "times": ""}
    return {f"rows-{at}-{name}": value for name, value in {**fields, "tickets": "1", **said}.items()}


def a_table(*rows: dict[str, Any]) -> dict[str, Any]:
    sent = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0", "reason": ""}
    for number, row in enumerate(rows):
        sent |= a_row(number, **row)
    return sent


def test_a_fault_in_the_rows_is_not_told_as_somebody_else_drafting(town: Town) -> None:
    twice = RatioText([RowText("A", permille=20), RowText("A", permille=30)])
    with pytest.raises((IntegrityError, Refused)) as told:
        ratios.draft_first(town["coordinator"], town.city.organisations["zjj"], twice)
    assert "同时有人在起草" not in str(told.value)
    assert not RatioTable.objects.exists()


def test_a_table_is_written_by_the_coordinator_approved_by_the_leader_and_public_from_its_day(town: Town) -> None:
    coordinator, leader = town.city.client("coordinator"), town.city.client("leader")
    new = reverse("planning:ratio-new")
    assert 'value="60"' in coordinator.get(new).content.decode()  # begins with the suggestions
    rows = [
        {"risk_class": "D", "percent": "60", "minimum": "50", "maximum": "100", "times": "2"},
        {"risk_class": "D", "percent": "80", "subject": "kind:property", "tickets": "2"},
    ]
    upside_down = [*rows, {"risk_class": "C", "percent": "70"}]
    response = coordinator.post(new, a_table(*upside_down), follow=True)
    assert "第 1 行 D 类的比例低于第 3 行 C 类" in text(
        response
    )  # it can be kept as a draft, and says what keeps it one
    coordinator.post(reverse("planning:ratio-edit", args=["BL-150300"]), a_table(*rows))
    coordinator.post(reverse("planning:ratio-submit", args=["BL-150300"]))
    (todo,) = [one for one in waiting_for(town["leader"]) if "BL-150300" in one.title]
    version = RatioVersion.objects.get()
    with pytest.raises(NotAllowed, match="分管领导"):
        catalogue.put_in_force(town["coordinator"], version, clock.today())
    leader.post(todo.url, {"effective_from": clock.today().isoformat()})

    page = text(Client().get("/ratios/"))
    assert "BL-150300 第 1 版" in page and "物业服务企业" in page
    listed = json.loads(Client().get("/ratios.json").getvalue())
    assert [(row["risk_class"], row["permille"], row["tickets"]) for row in listed["rows"]] == [
        ("D", 600, 1),
        ("D", 800, 2),
    ]
    content = Client().get("/ratios/BL-150300/1/content.json").content
    version.refresh_from_db()
    assert hashlib.sha256(content).hexdigest() == digest_of(version)
    assert digest_of(version) in text(Client().get("/ratios/BL-150300/")).replace(" ", "")


def test_a_row_that_says_nothing_or_leaves_its_bounds_is_a_fault_at_its_field(town: Town) -> None:
    coordinator = town.city.client("coordinator")
    wrong = a_table(
        {"risk_class": "D", "percent": "60", "minimum": "70"},
        {"risk_class": "C", "tickets": "2"},
        {"percent": "5"},
        {"risk_class": "B", "percent": "60"},
        {"risk_class": "B", "percent": "50"},
    )
    page = text(coordinator.post(reverse("planning:ratio-new"), wrong))
    for words in (
        "最低不能高于比例",
        "只给有标记的对象多签的",
        "选定信用风险类别",
        "与第 4 行的适用对象、类别和标记相同",
    ):
        assert words in page, words
    assert not RatioVersion.objects.exists()


def test_what_is_exported_reads_in_again_the_same(town: Town) -> None:
    kind, item = ObjectKind.objects.get(code="property"), Item.objects.get(code="WY-01")
    rows = (
        *ROWS,
        RowText("D", item=item, permille=700, minimum=600, maximum=1000),
        RowText("C", "penalty", kind=kind, tickets=2),
    )
    version = in_force(town, rows)
    coordinator = town.city.client("coordinator")
    body = coordinator.get(reverse("planning:ratio-xlsx", args=["BL-150300", 1])).content
    page = coordinator.post(
        reverse("planning:ratio-edit", args=["BL-150300"]),
        {**a_table(), "read": "1", "file": SimpleUploadedFile("比例.xlsx", body)},
    )
    form = page.context["rows"]
    assert form.is_valid(), form.errors
    assert tuple(form.texts(Subjects())) == rows
    assert version.rows.count() == len(rows)


def test_the_form_is_filled_from_the_table_and_says_which_row_gave_which_number(town: Town) -> None:
    in_force(town)
    client = town.city.client("chen")
    page = client.post(f"{at_new()}", sent(town, fill="1"))
    values = {name: page.context["form"][name].value() for name in ("amount-D", "amount-C-complaint", "amount-B")}
    assert {name: str(value) for name, value in values.items()} == {
        "amount-D": "60", "amount-C-complaint": "50", "amount-B": "10",
    }  # fmt: skip
    assert "规则：50\u2009%（40–100\u2009%），BL-150300 第 1 版第 2 行" in page.content.decode()


def at_new() -> str:
    return "/desk/planning/new/"


def test_a_number_of_its_own_needs_a_reason_and_stays_within_the_bounds(town: Town) -> None:
    in_force(town)
    client = town.city.client("chen")
    tried = client.post(at_new(), sent(town, **BY_RULES | {"amount-D": "70", "amount-C": "60", "try": "1"}))
    page = text(tried)
    assert "D 类与规则的 60 % 不同，须写明调整理由" in page
    assert "C 类超出规则的范围（20 % 至 50 %）" in page
    left_out = client.post(at_new(), sent(town, **{"amount-B": "10", "unit-B": "percent", "try": "1"}))
    assert "规则要求C 类，有投诉举报单独抽取" in text(left_out)
    said = BY_RULES | {"amount-D": "70", "reason-D": "今年投诉集中", "submit": "1"}
    client.post(at_new(), sent(town, **said))
    plan = Plan.objects.get()
    assert plan.state == Plan.State.CONFIRMING, text(client.get(at(plan)))
    content = queries.rules_of(plan)
    (deviating,) = [one for one in content["strata"] if one["reason"]]
    assert (deviating["permille"], deviating["rule"]["permille"], deviating["reason"]) == (700, 600, "今年投诉集中")
    assert content["ratios"] == {"table": "BL-150300", "version": 1, "digest": digest_of(RatioVersion.objects.get())}
    for address in (at(plan), at(plan, "sheet/")):
        assert "今年投诉集中" in text(client.get(address)), address


def test_a_district_s_plan_is_filled_from_its_own_table_and_from_its_city_s_where_it_has_none(town: Town) -> None:
    in_force(town)
    client = town.city.client("hbw-head")

    def filled() -> str:
        page = client.get(at_new())
        assert page.status_code == 200
        table = page.context["form"].options.table
        return f"{table.version.ratio_table.organisation.code} {page.context['form']['amount-D'].value()}"

    assert filled() == "zjj 60"
    town.city.add("hbw-fagui", "海法规", "hbw-zjj", Role.COORDINATOR)
    town.city.add("hbw-leader", "海局长", "hbw-zjj", Role.LEADER)
    own = ratios.draft_first(
        town["hbw-fagui"],
        town.city.organisations["hbw-zjj"],
        RatioText((RowText("D", permille=800, minimum=500, maximum=1000),)),
    )
    catalogue.put_in_force(town["hbw-leader"], catalogue.submit(town["hbw-fagui"], own), clock.today())
    assert filled() == "hbw-zjj 80"
    assert town.city.client("chen").get(at_new()).context["form"].options.table.version.ratio_table.code == "BL-150300"


def test_a_plan_without_a_table_says_that_its_numbers_are_suggestions(town: Town) -> None:
    page = text(town.city.client("chen").post(at_new(), sent(town, **{"try": "1"})))
    assert "下面是参考比例，每个对象一签" in page
    assert town.submitted().digest


def test_a_plan_filled_before_the_table_changed_is_filled_anew(town: Town) -> None:
    in_force(town)
    with pytest.raises(Refused, match="计划没有按它填写"):
        actions.submit_plan(town["chen"], town.draft())


def test_marked_objects_are_in_their_own_stratum_and_hold_the_tickets_of_the_table(city: City, tmp_path: Path) -> None:
    stage = build_stage(city)
    town = stage.town
    marked("150302-C-000", "complaint")
    marked("150302-B-001", "abnormal")
    in_force(town)
    draw_at = soon(1)
    client = town.city.client("chen")
    town.content = replace(town.content, draw_at=draw_at)
    client.post(at_new(), sent(town, **BY_RULES | {"submit": "1"}))
    plan = Plan.objects.exclude(pk=stage.plan.pk).get()
    for username, code in (("scjg-clerk", "scjg"), ("yjj-head", "yjj")):
        actions.confirm_participation(town[username], plan.participants.get(organisation__code=code))
    actions.sign_as_head(town["wuye-head"], plan, town.proof("wuye-head"))
    stage.plan = actions.sign_as_leader(town["leader"], plan, town.proof("leader"))
    frozen = freeze.freeze(stage.plan, clock.today())
    rows = {line.split(",")[0]: line.split(",")[1:4] for line in frozen.objects[0].decode().splitlines()[1:]}
    assert rows["150302-C-000"] == ["C-complaint", "150302", "1"]
    assert rows["150302-C-001"] == ["C", "150302", "1"]
    assert rows["150302-B-001"] == ["B", "150302", "3"]
    assert [one["id"] for one in frozen.strata] == ["D", "C-complaint", "C", "B", "A"]  # type: ignore[index, call-overload]

    attempt = stage.drawn()
    assert json.loads(attempt.rules)["ratios"]["table"] == "BL-150300"
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(Client().get(f"/draws/{attempt.draw.number}/bundle.zip").getvalue())
    assert lottery.verify(bundle).reproduced
