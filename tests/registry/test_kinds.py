"""What each kind of object has of its own: in form, import, filters and page; trade, coordinates, periods."""

from datetime import date
from typing import Any

import pytest

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import trades
from sunlot.organisations.viewer import Refused
from sunlot.registry import actions
from sunlot.registry.models import Import, InspectionObject, Involvement
from tests.cast import City

from .files import HEADS, code, enterprise, xlsx
from .makers import enterprise as make

SITE = {"name": "一期工程", "region": "150302", "risk_class": "B", "number": "150302202601010101"}


def post(town: City, address: str, data: dict[str, Any]) -> Any:
    return town.client("chen").post(f"/desk/registry/{address}", data)


def test_the_form_asks_for_what_the_chosen_kind_has_of_its_own(town: City) -> None:
    client = town.client("chen")
    assert "?kind=site" in client.get("/desk/registry/objects/new/").content.decode()
    form = client.get("/desk/registry/objects/new/?kind=site").content.decode()
    assert "建筑面积（平方米）" in form
    assert "在管面积" not in form
    data = SITE | {"kind": ObjectKind.objects.get(code="site").pk, "attr_floor_area": "12500", "trade": "E47"}
    wrong = post(
        town, "objects/new/?kind=site", data | {"attr_floor_area": "很大", "longitude": "39.67", "latitude": "106.8"}
    )
    assert "“很大”不是数字" in wrong.content.decode()
    assert "经度和纬度填反了" in wrong.content.decode()
    answer = post(town, "objects/new/?kind=site", data | {"longitude": "106.812345", "latitude": "39.67"})
    entry = InspectionObject.objects.get()
    assert (entry.attributes, entry.trade) == ({"floor_area": 12500}, "E47")
    page = client.get(answer["Location"]).content.decode()
    assert "12\u2009500 平方米" in page
    assert "E47 房屋建筑业" in page
    assert "东经 106.812345" in page
    assert "一期工程" in client.get("/desk/registry/objects/?kind=site&attr_floor_area=12000&trade=E").content.decode()
    assert "一期工程" not in client.get("/desk/registry/objects/?kind=site&attr_floor_area=20000").content.decode()


def test_a_change_of_an_attribute_is_told_and_another_s_is_not_lost(town: City) -> None:
    entry = make(1, town["chen"], kind="site", credit_code="", number="N1", attributes={"floor_area": 100, "cost": 5})
    opened = {"name": entry.name, "kind": entry.kind_id, "region": "150302", "version": 1, "contact": "", "phone": ""}
    opened |= {"attr_floor_area": "100", "attr_cost": "5"}
    assert post(town, f"objects/{entry.pk}/edit/", opened | {"attr_floor_area": "200"}).status_code == 302
    page = post(town, f"objects/{entry.pk}/edit/", opened | {"attr_cost": "7"}).content.decode()
    assert "对方已由“100”改为“200”，已采用对方的" in page
    assert (
        "建筑面积 100 平方米 → 200 平方米"
        in town.client("chen").get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    )


def test_a_roster_fills_the_attributes_of_each_row_s_kind(town: City, imported: Any) -> None:
    heads = [*HEADS, "在管面积", "行业", "成立日期", "经度", "纬度", "户数"]
    good = [*enterprise(1), "35.5 万平方米", "70", "2019年5月1日", "106.8", "39.6", ""]
    faulty = [*enterprise(2), "许多", "房屋", "某天", "106.8", "", ""]
    foreign = [*enterprise(3), "", "", "", "", "", "300"]
    roster: Import = imported(xlsx([heads, good, faulty, foreign]))
    said = {(one.row, one.column): one.what for one in roster.findings.all()}
    assert said[3, "在管面积（万平方米）"] == "“许多”不是数字"
    assert said[3, "行业"] == "没有“房屋”这个行业"
    assert said[3, "成立日期"] == "“某天”不是日期"
    assert said[3, "经度"] == "经度和纬度一并填写，或都不填"
    assert said[4, "户数（户）"] == "“物业服务企业”没有“户数”这一项，不导入这一格"
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"})
    entry = InspectionObject.objects.get(number=code(1))
    assert entry.attributes == {"managed_area": 35.5, "founded": "2019-05-01"}
    assert (entry.trade, str(entry.longitude)) == ("K70", "106.800000")
    assert InspectionObject.objects.get(number=code(3)).attributes == {}


def test_a_part_that_ended_stays_in_the_story_with_its_days(town: City) -> None:
    site = make(1, town["chen"], kind="site", credit_code="", number="N1", name="一期工程")
    builder = make(2, town["chen"], kind="developer-unit", name="旧建设单位").entities.get()
    post(town, f"objects/{site.pk}/involve/", {"part": "builder", "entity": builder.name, "since": "2026-01-05"})
    tie = Involvement.objects.get(object=site)
    with pytest.raises(Refused, match="不能早于开始的 2026-01-05"):
        actions.end_involvement(town["chen"], tie, date(2025, 1, 1))
    post(town, f"objects/{site.pk}/involve/{tie.pk}/end/", {"until": "2026-02-01"})
    assert not Involvement.objects.filter(object=site).exists()
    page = town.client("chen").get(f"/desk/registry/objects/{site.pk}/").content.decode()
    assert "以前的相关主体（1）" in page


@pytest.mark.parametrize(
    ("text", "code_"),
    [
        ("E47", "E47"),
        ("47", "E47"),
        ("4710", "E47"),
        ("e", "E"),
        ("房屋建筑业", "E47"),
        ("Ｅ47 房屋建筑业", "E47"),
        ("教育", "P"),
    ],
)
def test_a_trade_is_known_by_code_and_name(text: str, code_: str) -> None:
    assert trades.parse_trade(text) == code_


@pytest.mark.parametrize("text", ["", "98", "F47", "建筑", "E471x1", "=1+1"])
def test_what_is_no_trade_says_what_to_write(text: str) -> None:
    with pytest.raises(trades.TradeError, match="没有"):
        trades.parse_trade(text)


def test_the_trades_are_those_of_the_standard() -> None:
    divisions = [name for name in trades.NAMES if len(name) == 3]
    assert len(trades.SECTIONS) == 20
    assert [int(one[1:]) for one in divisions] == list(range(1, 98))
