"""The registry as of a past day, and bulk edits, saved filters, hostile text."""

from datetime import timedelta

import pytest
import time_machine

from sunlot.catalogue.models import Competence
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Refused
from sunlot.registry import actions
from sunlot.registry.models import BulkEdit, InspectionObject
from tests.cast import City

from .makers import engaged, enterprise, on_duty

OBJECTS = "/desk/registry/objects/"


def test_list_and_page_show_a_past_day(town: City) -> None:
    then = clock.now() - timedelta(days=10)
    with time_machine.travel(then, tick=False):
        entry = enterprise(1, town["chen"])
        gone = enterprise(2, town["chen"], name="石榴籽物业")
    actions.change_object(town["chen"], entry, region=Region.objects.get(code="150304"), name="改名物业")
    actions.set_risk(town["chen"], entry, "D", "失信")
    actions.set_object_state(town["chen"], gone, "deregistered", since=clock.today(), source="登记机关")
    enterprise(3, town["chen"], name="后来的物业")
    client, day = town.client("chen"), then.date().isoformat()
    page = client.get(f"{OBJECTS}?asof={day}").content.decode()
    assert "沙枣花1号" in page
    assert "后来的物业" not in page
    assert "改名物业" not in page
    assert "石榴籽物业" in client.get(f"{OBJECTS}?asof={day}&state=active").content.decode()
    assert "沙枣花1号" in client.get(f"{OBJECTS}?asof={day}&region=150302").content.decode()
    assert "沙枣花1号" not in client.get(f"{OBJECTS}?asof={day}&region=150304").content.decode()
    csv = b"".join(client.get(f"{OBJECTS}?asof={day}&format=csv"))
    assert "沙枣花1号" in csv.decode("utf-8-sig")
    shown = client.get(f"{OBJECTS}{entry.pk}/?asof={day}").content.decode()
    assert "沙枣花1号" in shown
    assert "海勃湾区" in shown
    assert "评定为 B" in shown
    before = (then - timedelta(days=2)).date().isoformat()
    assert client.get(f"{OBJECTS}{entry.pk}/?asof={before}").status_code == 404
    for nonsense in ("2026-13-40", "gestern", "2999-01-01", "=1+1"):
        assert "改名物业" in client.get(f"{OBJECTS}?asof={nonsense}").content.decode(), "the present"


def test_the_past_of_another_district_s_object_is_not_shown(town: City) -> None:
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False):
        entry = enterprise(1, town["chen"])
    actions.change_object(town["chen"], entry, region=Region.objects.get(code="150304"))
    day = (clock.now() - timedelta(days=2)).date().isoformat()
    assert town.client("outsider").get(f"{OBJECTS}{entry.pk}/").status_code == 200
    assert town.client("outsider").get(f"{OBJECTS}{entry.pk}/?asof={day}").status_code == 404


def test_entities_and_experts_and_inspectors_are_shown_as_of_a_past_day_too(town: City) -> None:
    then = clock.now() - timedelta(days=10)
    with time_machine.travel(then, tick=False):
        entry = enterprise(1, town["chen"])
        adviser, person = engaged(town), on_duty(town, "wy-001")
    entity = entry.entities.get()
    actions.change_entity(town["chen"], entity, name="改名物业", address="乌达大街1号")
    actions.change_expert(town["chen"], adviser, name="钱院士", fields=list(Competence.objects.filter(code="fire")))
    actions.change_inspector(town["chen"], person, name="王静")
    client, day = town.client("chen"), then.date().isoformat()
    for room, key, was, now in (
        ("entities", entity.pk, "沙枣花1号", "改名物业"),
        ("experts", adviser.pk, "钱教授", "钱院士"),
        ("inspectors", person.pk, "王芳", "王静"),
    ):
        for address in (f"/desk/registry/{room}/", f"/desk/registry/{room}/{key}/"):
            assert now in client.get(address).content.decode()
            page = client.get(f"{address}?asof={day}").content.decode()
            assert was in page
            assert now not in page.split("<main", 1)[1].replace(f'/{key}/">{now}</a>', ""), "only the way back"
            assert "终了时的内容" in page
        csv = b"".join(client.get(f"/desk/registry/{room}/?asof={day}&format=csv")).decode("utf-8-sig")
        assert was in csv
        assert client.get(f"/desk/registry/{room}/{key}/?asof={then.date() - timedelta(days=1)}").status_code == 404
    shown = client.get(f"/desk/registry/experts/{adviser.pk}/?asof={day}").content.decode()
    assert "燃气" in shown
    assert "消防" not in shown
    assert (
        "当天能否抽取</dt><dd>能" in client.get(f"/desk/registry/inspectors/{person.pk}/?asof={day}").content.decode()
    )
    assert town.client("scjg-clerk").get(f"/desk/registry/experts/{adviser.pk}/?asof={day}").status_code == 404


def test_a_bulk_edit_is_looked_at_made_and_taken_back_where_nobody_changed_it_since(town: City) -> None:
    one, other = enterprise(1, town["chen"]), enterprise(2, town["chen"])
    foreign = enterprise(3, town["scjg-clerk"], name="别家物业")
    client = town.client("chen")
    query = f"which=rows&row={one.pk}&row={other.pk}&row={foreign.pk}"
    assert "行业" in client.get(f"{OBJECTS}bulk/?{query}").content.decode()
    address = f"{OBJECTS}bulk/trade/?{query}"
    preview = client.post(address, {"value": "K70", "reason": "补登行业"}).content.decode()
    assert "2 个修改，1 个不能修改" in preview
    assert "由乌海市市场监督管理局管理" in preview
    assert not InspectionObject.objects.exclude(trade="").exists(), "only looked at"
    assert client.post(address, {"value": "K70", "reason": "补登行业", "apply": "1"}).status_code == 302
    assert set(InspectionObject.objects.filter(trade="K70")) == {one, other}
    again = client.post(address, {"value": "K70", "reason": "补登行业", "apply": "1"})
    assert "没有需要修改的对象" in again.content.decode()
    assert "批量修改：行业改为 K70 房地产业" in client.get(f"{OBJECTS}{one.pk}/").content.decode()
    other.refresh_from_db()
    actions.change_object(town["chen"], other, trade="E47")
    assert client.post(f"/desk/registry/bulk-edits/{BulkEdit.objects.get().pk}/undo/").status_code == 302
    assert dict(InspectionObject.objects.values_list("pk", "trade")) == {one.pk: "", other.pk: "E47", foreign.pk: ""}
    assert actions.undo_bulk(town["chen"], BulkEdit.objects.get()) == (0, 0)


def test_states_classes_and_attributes_are_edited_in_bulk_by_their_own_rules(town: City) -> None:
    one, other = enterprise(1, town["chen"]), enterprise(2, town["chen"])
    actions.set_object_state(town["chen"], other, "moved", since=clock.today(), source="登记机关")
    state = ["suspended", clock.today().isoformat(), "现场核实"]
    found = actions.preview_bulk(town["chen"], [one.pk, other.pk], "state", state)
    assert [line.refusal for line in found.refused] == ["不能从“迁出”改为“停业停工”"]
    actions.apply_bulk(town["chen"], [one.pk, other.pk], "state", state, "停业核查")
    actions.apply_bulk(town["chen"], [one.pk], "risk_base", ["C", "年度评定"], "年度评定")
    edit = actions.apply_bulk(town["chen"], [one.pk], "attr_projects", 4, "补登")
    one.refresh_from_db()
    assert (one.state, one.risk_class, one.attributes) == ("suspended", "C", {"projects": 4})
    actions.undo_bulk(town["chen"], edit)
    one.refresh_from_db()
    assert one.attributes == {}
    with pytest.raises(Refused, match="写明批量修改的理由"):
        actions.apply_bulk(town["chen"], [one.pk], "trade", "E47", " ")


def test_a_saved_filter_is_shared_within_the_unit_and_nowhere_else(town: City) -> None:
    enterprise(1, town["chen"], risk_class="D")
    client = town.client("chen")
    data = {"path": OBJECTS, "query": "risk=D&page=3&q=", "name": "高风险", "shared": "on"}
    assert client.post("/desk/filters/save/", data)["Location"] == f"{OBJECTS}?risk=D"
    page = client.get(OBJECTS).content.decode()
    assert f'href="{OBJECTS}?risk=D">高风险' in page
    assert "高风险" not in town.client("outsider").get(OBJECTS).content.decode()
    foreign = client.post("/desk/filters/save/", data | {"path": "//evil.example/"})
    assert foreign.status_code != 302
    number = page.split("/delete/")[0].rsplit("/", 1)[1]
    assert town.client("outsider").post(f"/desk/filters/{number}/delete/")["Location"] == "/desk/"
    assert "高风险" in client.get(OBJECTS).content.decode()


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "<script>alert(1)</script>", "'; DROP TABLE x --", "@SUM(A1)"])
def test_a_formula_or_a_script_in_any_field_is_text_on_every_page_and_in_every_file(town: City, text: str) -> None:
    entry = enterprise(1, town["chen"], name=text, address=text, attributes={"business": text})
    actions.add_licence(town["chen"], entry, name=text, number=text, issuer=text)
    actions.add_mark(town["chen"], entry, kind="complaint", source=text, reference=text, note=text, since=clock.today())
    client = town.client("chen")
    for address in (OBJECTS, f"{OBJECTS}{entry.pk}/", f"{OBJECTS}{entry.pk}/edit/", f"{OBJECTS}?asof={clock.today()}"):
        page = client.get(address).content.decode()
        assert "<script>alert(1)</script>" not in page
    csv = b"".join(client.get(f"{OBJECTS}?format=csv")).decode("utf-8-sig")
    assert f",{text}" not in csv or text[0] not in "=@"
    assert town.client("chen").get(OBJECTS, {"q": text}).status_code == 200
    assert town.client("chen").get(OBJECTS, {"kind": "property", "attr_staff": text}).status_code == 200
