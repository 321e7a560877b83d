"""Columns are matched by head and content, corrected by a form without script, and remembered."""

from collections.abc import Callable

from sunlot.registry.models import Import
from tests.cast import City

from .files import HEADS, code, enterprise, xlsx

Imported = Callable[..., Import]


def test_heads_of_all_kinds_are_known_and_the_rest_is_left_out(imported: Imported) -> None:
    rows = [
        ["序号", "＊ 企业名称（全称）：", "信用代码", "所属区", "信用等级", "备注"],
        ["1", "沙枣花物业", code(1), "海南区", "D", "好"],
    ]
    roster = imported(xlsx(rows), "物业服务企业名单（11月）.xlsx")
    assert roster.columns == {"1": "name", "2": "code", "3": "region", "4": "risk"}
    assert roster.defaults == {"kind": "property"}, "the kind stands in the file's name"
    assert roster.counts["new"] == 1


def test_columns_are_known_by_their_content_where_the_head_says_little(town: City, imported: Imported) -> None:
    heads = ["单位名称", "代码信息", "在哪里", "做什么的", "地址"]
    roster = imported(xlsx([heads, *([f"企业{n}", code(n), "海勃湾区", "施工企业", "路"] for n in range(5))]))
    assert roster.columns == {"0": "name", "1": "code", "2": "region", "3": "kind", "4": "address"}
    page = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "内容一致" in page


def test_a_match_is_corrected_by_the_form_and_remembered_for_the_next_file(town: City, imported: Imported) -> None:
    heads = ["单位名称", "统一社会信用代码", "干啥的", "片区", "电话"]
    rows = [heads, ["沙枣花物业", code(1), "物业", "海南区", "0473-2012345"]]
    roster = imported(xlsx(rows))
    assert roster.counts["missing"] == ["类别"]
    client = town.client("chen")
    page = client.get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "文件中没有找到“类别”这一列" in page
    data = {
        "column-0": "name",
        "column-1": "code",
        "column-2": "",
        "column-3": "region",
        "column-4": "",
        "default-kind": "property",
    }
    client.post(f"/desk/registry/imports/{roster.pk}/columns/", data)
    roster.refresh_from_db()
    assert roster.counts["new"] == 1
    following = imported(xlsx([heads, ["石榴籽物业", code(2), "物业", "海南区", "0473-2012346"]]))
    assert following.columns == {"0": "name", "1": "code", "3": "region"}, "the telephone was left out the last time"


def test_one_field_for_two_columns_is_refused(town: City, imported: Imported) -> None:
    roster = imported(xlsx([HEADS, enterprise(1)]))
    data = {"column-0": "name", "column-1": "name", "column-2": "kind", "column-3": "region"}
    answer = town.client("chen").post(f"/desk/registry/imports/{roster.pk}/columns/", data)
    assert "有两列都对应“名称”" in answer.content.decode()
    roster.refresh_from_db()
    assert roster.columns["1"] == "code"


def test_another_sheet_can_be_chosen(town: City, imported: Imported) -> None:
    def second(book: object, _page: object) -> None:
        page = book.add_worksheet("乌达")  # type: ignore[attr-defined]
        for line, row in enumerate([HEADS, enterprise(8, region="乌达区"), enterprise(9, region="乌达区")]):
            page.write_row(line, 0, row)

    roster = imported(xlsx([HEADS, enterprise(1)], finish=second))
    assert (roster.sheet, roster.counts["rows"]) == ("Sheet1", 1)
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/columns/", {"sheet": "乌达"})
    roster.refresh_from_db()
    assert (roster.sheet, roster.counts["rows"], roster.counts["new"]) == ("乌达", 2, 2)


def test_a_district_s_roster_needs_no_column_for_the_district(imported: Imported) -> None:
    rows = [["单位名称", "统一社会信用代码", "类别"], ["沙枣花物业", code(1), "物业服务企业"]]
    roster = imported(xlsx(rows), user="outsider")
    assert roster.defaults == {"region": "150304"}
    assert roster.counts["new"] == 1


def test_only_the_faults_are_shown_when_asked(town: City, imported: Imported) -> None:
    roster = imported(xlsx([HEADS, enterprise(1, phone="０４７３－２０１２３４５"), enterprise(2, region="海南省")]))
    client = town.client("chen")
    everything = client.get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    faults = client.get(f"/desk/registry/imports/{roster.pk}/?verdict=fault").content.decode()
    assert "全角字符已改为半角" in everything
    assert "全角字符已改为半角" not in faults
    assert "海南省（460000）" in faults
