"""The list of forms: searched, filtered, sorted, exported, with a number of queries that does not grow."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sunlot.inspecting.models import Form

from .fieldwork import Fieldwork
from .test_record import HOSTILE

LIST = "/desk/inspecting/"


def names(page: str) -> list[str]:
    return [line.split(">")[1].split("<")[0] for line in page.split('<th scope="row"><a href=')[1:]]


def test_forms_are_found_by_name_number_and_filter(sent: Fieldwork) -> None:
    client = sent.city.client("chen")
    form = sent.form()
    sent.recorded(sent.part("scjg"))
    assert names(client.get(LIST, {"q": form.object.number}).content.decode()) == [form.object.name]
    assert names(client.get(LIST, {"q": form.number}).content.decode()) == [form.object.name]
    assert names(client.get(LIST, {"q": form.object.name[2:]}).content.decode()) == [form.object.name]
    by_state = client.get(LIST, {"state": "inspecting"}).content.decode()
    assert names(by_state) == [form.object.name]
    assert "状态：检查中" in by_state
    team = Form.objects.filter(team=form.team)
    assert sorted(names(client.get(LIST, {"team": form.team}).content.decode())) == sorted(
        one.object.name for one in team.select_related("object")
    )
    assert names(client.get(LIST, {"late": "yes"}).content.decode()) == []
    assert "没有符合条件的检查表" in client.get(LIST, {"q": "没有这一家"}).content.decode()
    plan = client.get(LIST, {"plan": sent.stage.plan.pk, "sort": "-number"}).content.decode()
    assert names(plan)[0] == Form.objects.order_by("-number")[0].object.name


def test_an_export_holds_what_the_list_shows_and_no_formula(sent: Fieldwork) -> None:
    form = sent.form()
    type(form.object).objects.filter(pk=form.object_id).update(name="=HYPERLINK(1)" + HOSTILE)
    client = sent.city.client("chen")
    body = b"".join(client.get(LIST, {"format": "csv", "sort": "number"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["检查表编号"] for row in rows] == list(Form.objects.order_by("number").values_list("number", flat=True))
    assert rows[0]["检查对象"].startswith("'=HYPERLINK")
    assert rows[0]["各部门"].count("待检查") == 3
    xlsx = b"".join(client.get(LIST, {"format": "xlsx"}).streaming_content)
    assert xlsx.startswith(b"PK")
    page = client.get(LIST).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("username", ["chen", "scjg-clerk", "supervisor"])
def test_the_number_of_queries_does_not_grow_with_the_rows(sent: Fieldwork, username: str) -> None:
    client = sent.city.client(username)

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    first = Form.objects.order_by("number").values_list("number", flat=True)[0]
    assert count(LIST) == count(f"{LIST}?q={first}")


def test_the_inspectors_list_and_form_need_a_fixed_number_of_queries(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    client = sent.client(viewer)

    def queries(address: str, change: Callable[[], object] | None = None) -> int:
        if change:
            change()
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    assert queries("/field/") < 15
    assert queries(reverse("field:part", args=[part.pk])) < 25
    form = reverse("inspecting:form", args=[part.form_id])
    before = queries(form)
    assert queries(form, lambda: sent.recorded(part)) <= before + 2
    assert before < 40


def test_a_wrong_method_and_nobody_are_turned_away(sent: Fieldwork) -> None:
    assert sent.city.client("chen").post(LIST).status_code == 405
    assert sent.city.client("chen").__class__().get(LIST).status_code == 302
    assert names(sent.city.client("sysadmin").get(LIST).content.decode()) == []


def test_the_home_page_names_the_enterprise_whose_record_was_signed_and_leads_to_its_form(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    colleague = sent.city.client("chen").get("/desk/").content.decode()
    link = f'<a href="/desk/inspecting/forms/{part.form_id}/">{part.form.object.name}</a>'
    assert f"签署检查记录 {link}" in colleague
    stranger = sent.city.client("scjg-clerk").get("/desk/").content.decode()
    assert link not in stranger
