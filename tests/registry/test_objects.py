"""Objects and entities by hand: lists, pages, forms, two editors at once."""

from datetime import date
from typing import Any

import pytest

from sunlot.catalogue.models import ObjectKind
from sunlot.organisations.viewer import Refused
from sunlot.registry import actions
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.trail.queries import history
from tests.cast import City

from .files import code, wrong_check
from .makers import enterprise

NEW = {"name": "甘德尔山物业", "kind": "", "region": "150302", "risk_class": "B", "credit_code": code(1)}


def listed(town: City, query: str) -> str:
    return town.client("chen").get(f"/desk/registry/objects/?{query}").content.decode()


@pytest.mark.parametrize("query", ["沙枣花", "9115 0302 MA0T 0001", code(1).lower(), "szh", "shazaohua", "ｓｚｈ"])
def test_an_object_is_found_by_name_code_and_initials(town: City, query: str) -> None:
    enterprise(1)
    enterprise(2, name="石榴籽物业")
    page = listed(town, f"q={query}")
    assert "沙枣花1号" in page
    assert "石榴籽" not in page


def test_the_list_is_filtered_sorted_and_says_so(town: City) -> None:
    enterprise(1, risk_class="D", risk_reason="失信")
    enterprise(2, kind="contractor", region="150303", name="甘德尔山建设")
    assert "甘德尔山" not in listed(town, "risk=D")
    assert "沙枣花1号" not in listed(town, "region=150303")
    assert "沙枣花1号" not in listed(town, "kind=contractor")
    page = listed(town, "kind=contractor&q=nothing")
    assert "没有符合条件的检查对象" in page
    assert "已筛选" in page
    assert "查找“nothing” <span" in page
    ascending = listed(town, "sort=name")
    assert ascending.index("沙枣花1号") < ascending.index("甘德尔山")


def test_what_no_item_covers_is_marked_and_can_be_listed(town: City) -> None:
    ObjectKind.objects.create(code="kiosk", name="报刊亭", nature="facility")
    enterprise(1)
    beyond = enterprise(2, kind="kiosk", credit_code="", name="学府街报刊亭")
    page = listed(town, "scope=beyond")
    assert "学府街报刊亭" in page
    assert "沙枣花1号" not in page
    assert "不在事项范围" in page
    assert (
        "没有在用的事项适用于“报刊亭”"
        in town.client("chen").get(f"/desk/registry/objects/{beyond.pk}/").content.decode()
    )


def test_an_enterprise_entered_by_hand_is_object_and_entity(town: City) -> None:
    kind = ObjectKind.objects.get(code="property")
    client = town.client("chen")
    answer = client.post("/desk/registry/objects/new/", NEW | {"kind": kind.pk, "phone": "０４７３－２０１２３４５"})
    entry = InspectionObject.objects.get()
    assert answer["Location"] == f"/desk/registry/objects/{entry.pk}/"
    assert (entry.number, entry.entities.get().phone) == (code(1), "0473-2012345")
    again = client.post("/desk/registry/objects/new/", NEW | {"kind": kind.pk})
    assert "已在名录库中，不能再次新增" in again.content.decode()


def test_a_wrong_check_character_needs_a_tick(town: City) -> None:
    kind = ObjectKind.objects.get(code="property")
    data = NEW | {"kind": kind.pk, "credit_code": wrong_check(1)}
    client = town.client("chen")
    page = client.post("/desk/registry/objects/new/", data).content.decode()
    assert "校验码" in page
    assert "已与营业执照逐位核对" in page
    assert client.post("/desk/registry/objects/new/", data | {"accept_wrong_check": "on"}).status_code == 302


def form_of(entry: Any, **changes: Any) -> dict[str, Any]:
    values = {
        "name": entry.name,
        "kind": entry.kind_id,
        "region": entry.region_id,
        "address": entry.address,
        "version": entry.version,
    }
    return values | {"contact": entry.contact, "phone": entry.phone} | changes


def test_the_second_of_two_editors_sees_both_values_and_loses_nothing(town: City) -> None:
    entry = enterprise(1, town["chen"], kind="site", credit_code="", number="150302202601010101", address="旧地址")
    opened = form_of(entry)
    first, second = town.client("chen"), town.client("coordinator")
    address = f"/desk/registry/objects/{entry.pk}/edit/"
    assert first.post(address, opened | {"name": "一期工程", "address": "甲地址"}).status_code == 302
    page = second.post(address, opened | {"address": "乙地址", "contact": "赵一鸣"})
    shown = page.content.decode()
    assert page.status_code == 200
    assert "陈○办改过这一条" in shown
    assert "对方已改为“甲地址”，您填的是“乙地址”" in shown
    assert 'value="乙地址"' in shown
    assert "已采用对方的" in shown
    assert 'value="一期工程"' in shown, "what only the first changed is taken over"
    assert 'value="赵一鸣"' in shown, "what only the second changed stays"
    entry.refresh_from_db()
    assert (entry.address, entry.version) == ("甲地址", 2)
    again = form_of(entry, address="乙地址", contact="赵一鸣")
    assert second.post(address, again).status_code == 302
    entry.refresh_from_db()
    assert (entry.name, entry.address, entry.contact, entry.version) == ("一期工程", "乙地址", "赵一鸣", 3)


def test_a_change_tells_its_story_and_keeps_phones_out_of_it(town: City) -> None:
    entry = enterprise(1, town["chen"], kind="site", credit_code="", number="150302202601010101")
    actions.change_object(town["chen"], entry, address="新华大街9号", phone="13900000000", version=1)
    newest = history(f"object:{entry.pk}")[0]
    assert newest.words == "变更检查对象：地址 （空） → 新华大街9号；现场电话"
    assert "13900000000" not in newest.words


def test_a_state_moves_by_its_table_with_day_and_source(town: City) -> None:
    entry = enterprise(1, town["chen"])
    day = date(2026, 3, 1)
    client = town.client("chen")
    answer = client.post(
        f"/desk/registry/objects/{entry.pk}/state/", {"state": "moved", "since": "2026-03-01", "source": "登记机关"}
    )
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.state_since, entry.state_source) == ("moved", day, "登记机关")
    with pytest.raises(Refused, match="不能从“迁出”改为“停业停工”"):
        actions.set_object_state(town["chen"], entry, "suspended", since=day, source="现场")
    assert (
        "不能晚于今天"
        in client.post(
            f"/desk/registry/objects/{entry.pk}/state/",
            {"state": "active", "since": "2099-01-01", "source": "登记机关"},
        ).content.decode()
    )
    assert actions.set_object_state(town["chen"], entry, "moved", since=day, source="再来").version == entry.version


def test_a_risk_class_changes_with_its_reason(town: City) -> None:
    entry = enterprise(1, town["chen"])
    client = town.client("chen")
    assert client.post(f"/desk/registry/objects/{entry.pk}/risk/", {"risk_class": "D", "reason": ""}).status_code == 200
    assert (
        client.post(
            f"/desk/registry/objects/{entry.pk}/risk/", {"risk_class": "D", "reason": "失信被执行人"}
        ).status_code
        == 302
    )
    assert history(f"object:{entry.pk}")[0].words == "信用风险 B → D（依据：失信被执行人）"


def test_a_unit_is_tied_to_a_site_and_untied(town: City) -> None:
    site = enterprise(1, town["chen"], kind="site", credit_code="", number="150302202601010101", name="一期工程")
    builder = enterprise(2, town["chen"], kind="developer-unit").entities.get()
    client = town.client("chen")
    client.post(f"/desk/registry/objects/{site.pk}/involve/", {"part": "builder", "entity": builder.credit_code})
    tie = Involvement.objects.get(object=site)
    assert (tie.entity, tie.part) == (builder, "builder")
    assert "一期工程" in client.get(f"/desk/registry/entities/{builder.pk}/").content.decode()
    unknown = client.post(
        f"/desk/registry/objects/{site.pk}/involve/", {"part": "builder", "entity": "没有的公司"}, follow=True
    )
    assert "名录库中没有这个主体" in unknown.content.decode()
    client.post(f"/desk/registry/objects/{site.pk}/involve/{tie.pk}/end/")
    assert not Involvement.objects.filter(object=site).exists()


def test_an_entity_s_code_is_its_own(town: City) -> None:
    enterprise(1, town["chen"])
    entity = enterprise(2, town["chen"], name="石榴籽物业").entities.get()
    with pytest.raises(Refused, match="属于名录库中的另一主体"):
        actions.change_entity(town["chen"], entity, credit_code=code(1))
    client = town.client("chen")
    data = {
        "name": "石榴籽物业服务",
        "credit_code": entity.credit_code,
        "kind": "enterprise",
        "region": "150302",
        "version": 1,
    }
    assert client.post(f"/desk/registry/entities/{entity.pk}/edit/", data).status_code == 302
    assert Entity.objects.get(pk=entity.pk).name == "石榴籽物业服务"
