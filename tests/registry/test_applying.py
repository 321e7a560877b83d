"""One confirmation takes the good rows in one transaction; twice, or by two at once, is once; nothing is lost."""

import io
import re
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from sunlot.organisations.viewer import Refused
from sunlot.registry import imports
from sunlot.registry.models import Entity, Import, InspectionObject, Inspector, Involvement
from sunlot.registry.story import story_of
from sunlot.trail.models import EventDetail
from tests.cast import City, build_city, load_items

from .files import HEADS, INSPECTOR_HEADS, code, comma_separated, enterprise, wrong_check, xlsx

Imported = Callable[..., Import]
MIXED = [HEADS, enterprise(1), enterprise(2, code=wrong_check(2)), enterprise(3, region="海南省"), enterprise(4)]


def confirm(client: Client, roster: Import, **data: str) -> str:
    return client.post(f"/desk/registry/imports/{roster.pk}/apply/", data, follow=True).content.decode()


def test_the_good_rows_are_taken_and_the_faulty_ones_hold_nothing_up(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    assert not InspectionObject.objects.exists()
    page = confirm(town.client("chen"), roster)
    assert "新增 2，更新 0，无变化 0；待确认 1 行、有错误 1 行没有导入" in page
    assert set(InspectionObject.objects.values_list("number", flat=True)) == {code(1), code(4)}
    entry = InspectionObject.objects.get(number=code(1))
    assert entry.manager is not None
    assert (entry.kind.name, entry.region_id, entry.risk_class, entry.manager.code) == (
        "物业服务企业",
        "150302",
        "B",
        "zjj",
    )
    itself = entry.involvements.get()
    assert (itself.part, itself.entity.credit_code, itself.entity.phone) == (
        Involvement.Part.ITSELF,
        code(1),
        "0473-2012345",
    )
    assert entry.search_keys.startswith("szh1hwyfwyxgs")


def test_a_warning_is_taken_once_somebody_ticked_it(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    confirm(town.client("chen"), roster, accept="on")
    assert InspectionObject.objects.filter(number=wrong_check(2)).exists()
    assert InspectionObject.objects.count() == 3


def test_confirmed_twice_the_second_is_told_what_happened(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    confirm(town.client("chen"), roster)
    page = confirm(town.client("chen"), roster)
    assert "这份名单已由陈○办于" in page
    assert "没有重复导入" in page
    assert InspectionObject.objects.count() == 2
    assert EventDetail.objects.filter(type="registry.import_applied").count() == 1


def test_the_same_file_again_changes_nothing_and_an_empty_cell_erases_nothing(town: City, imported: Imported) -> None:
    confirm(town.client("chen"), imported(xlsx(MIXED)))
    again = imported(xlsx([HEADS, enterprise(1), enterprise(4, address="", contact="", phone="")]))
    assert {key: again.counts[key] for key in ("new", "changed", "same", "confirm", "faulty")} == {
        "new": 0, "changed": 0, "same": 2, "confirm": 0, "faulty": 0,
    }  # fmt: skip
    confirm(town.client("chen"), again)
    entity = Entity.objects.get(credit_code=code(4))
    assert (entity.phone, entity.version, entity.history.count()) == ("0473-2012345", 1, 1)


def test_what_changed_stands_in_the_story_of_the_object(town: City, imported: Imported) -> None:
    client = town.client("chen")
    confirm(client, imported(xlsx([HEADS, enterprise(1)]), "十月.xlsx"))
    roster = imported(xlsx([HEADS, enterprise(1, risk="D", address="新华大街9号")]), "十一月.xlsx")
    assert roster.counts["changed"] == 1
    confirm(client, roster)
    entry = InspectionObject.objects.get()
    assert (entry.risk_class, entry.version) == ("D", 2)
    newest, first = story_of(entry, f"object:{entry.pk}")
    assert "导入：十一月.xlsx" in newest.words
    assert "信用风险 B → D" in newest.words
    assert "地址 滨河大道1号 → 新华大街9号" in newest.words
    assert (first.words, first.person) == ("导入：十月.xlsx", "陈○办")


def test_a_rename_is_confirmed_before_it_is_taken(town: City, imported: Imported) -> None:
    confirm(town.client("chen"), imported(xlsx([HEADS, enterprise(1)])))
    roster = imported(xlsx([HEADS, enterprise(1, name="石榴籽物业服务有限公司")]))
    assert "名录库中这个编号的名称是“沙枣花1号物业服务有限公司”" in roster.findings.get().what
    confirm(town.client("chen"), roster, accept="on")
    assert InspectionObject.objects.get().name == Entity.objects.get().name == "石榴籽物业服务有限公司"


SITE_HEADS = ["项目名称", "施工许可证号", "类别", "辖区", "建设单位", "施工单位", "监理单位", "联系人"]


def test_a_site_is_tied_to_its_units_by_code_or_by_name(town: City, imported: Imported) -> None:
    confirm(
        town.client("chen"), imported(xlsx([HEADS, enterprise(1, name="甘德尔山建设工程有限公司", kind="施工企业")]))
    )
    site = ["蒙西葡萄园二期", "150303202601010101", "在建工程项目", "海南区"]
    units = [f"黄河渡口置业有限公司（{code(900)}）", "甘德尔山建设工程有限公司", "骆驼刺工程监理有限公司", "赵一鸣"]
    confirm(town.client("chen"), imported(xlsx([SITE_HEADS, [*site, *units]])))
    entry = InspectionObject.objects.get(number="150303202601010101")
    found = {one.part: one.entity for one in entry.involvements.select_related("entity")}
    assert found[Involvement.Part.BUILDER].credit_code == code(900)
    assert found[Involvement.Part.BUILDER].name == "黄河渡口置业有限公司"
    assert found[Involvement.Part.CONTRACTOR].credit_code == code(1)
    assert found[Involvement.Part.SUPERVISION].credit_code is None
    assert entry.contact == "赵一鸣"
    again = imported(xlsx([SITE_HEADS, [*site, *units]]))
    assert again.counts["same"] == 1


def test_what_has_no_number_gets_a_serial_and_is_known_again_by_its_name(town: City, imported: Imported) -> None:
    rows = [
        ["名称", "类别", "辖区"],
        ["滨河小区业主委员会", "业主委员会", "海南区"],
        ["学府苑业主委员会", "业主委员会", "海南区"],
    ]
    confirm(town.client("chen"), imported(xlsx(rows)))
    numbers = set(InspectionObject.objects.values_list("number", flat=True))
    assert numbers == {"150303-owners-committee-0001", "150303-owners-committee-0002"}
    assert imported(xlsx(rows)).counts["same"] == 2


def test_an_entry_kept_by_another_department_is_not_touched(town: City, imported: Imported) -> None:
    confirm(town.client("chen"), imported(xlsx([HEADS, enterprise(1)])))
    roster = imported(xlsx([HEADS, enterprise(1, risk="D")]), user="scjg-clerk")
    assert "已在名录库中，由乌海市住房和城乡建设局管理" in roster.findings.get().what
    with pytest.raises(Refused, match="没有可以导入的行"):
        imports.apply(town["scjg-clerk"], roster, accept_warnings=True)


def test_the_faulty_rows_come_back_as_a_file_with_their_reasons(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    answer = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/faulty.xlsx")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == [*HEADS, "原行号", "错误原因"]
    assert len(rows) == 2
    assert rows[1][:2] == ["沙枣花3号物业服务有限公司", code(3)]
    assert rows[1][8] == 4
    assert "“海南省”是海南省（460000）" in str(rows[1][9])
    rows[1][3] = "海南区"
    mended = imported(xlsx(rows))  # its two new columns are simply not imported
    assert mended.counts["new"] == 1


def test_a_formula_in_a_name_is_text_on_the_page_and_harmless_in_the_exports(town: City, imported: Imported) -> None:
    name = '=HYPERLINK("http://example.invalid","<b>点</b>")'
    client = town.client("chen")
    confirm(client, imported(comma_separated([HEADS, enterprise(1, name=name)]), "名单.csv"), accept="on")
    assert (
        "=HYPERLINK(&quot;http://example.invalid&quot;,&quot;&lt;b&gt;"
        in client.get("/desk/registry/objects/").content.decode()
    )
    table = b"".join(client.get("/desk/registry/objects/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "\"'=HYPERLINK" in table
    book = b"".join(client.get("/desk/registry/objects/?format=xlsx").streaming_content)  # type: ignore[attr-defined]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert sheet.to_python()[1][1] == name


def test_a_formula_is_shown_as_it_is_written_where_the_columns_are_matched(town: City, imported: Imported) -> None:
    name = '=HYPERLINK("http://example.invalid","点")'
    roster = imported(comma_separated([HEADS, enterprise(1, name=name)]), "名单.csv")
    page = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "&amp;quot;" not in page
    assert "=HYPERLINK(&quot;http" in page.split("列的对应")[1]


def test_nothing_to_import_says_so_and_offers_the_way_on(town: City, imported: Imported) -> None:
    roster = imported(xlsx([HEADS, enterprise(1, region="海南省"), enterprise(2, region="海南省")]))
    page = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "没有可以导入的行。</strong>2 行都有错误" in page
    assert "不影响其余各行" not in page
    assert "next-step" not in page
    assert "下载错误行（2）" in page


def test_after_the_confirmation_the_figures_tell_what_was_done(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    page = confirm(town.client("chen"), roster, accept="on")
    figures = page.split('<dl class="figures">')[1].split("</dl>")[0]
    assert re.findall(r"<dd>(\d+)</dd>", figures) == ["3", "0", "0", "0", "1"]
    assert page.count("已导入：新增 3") == 1
    assert "已确认</span>" in page
    assert "查看检查对象名录库" in page


def test_a_discarded_import_can_not_be_confirmed(town: City, imported: Imported) -> None:
    roster = imported(xlsx(MIXED))
    client = town.client("chen")
    client.post(f"/desk/registry/imports/{roster.pk}/discard/")
    answer = client.post(f"/desk/registry/imports/{roster.pk}/apply/", {})
    assert answer.status_code == 409
    assert "已放弃导入" in answer.content.decode()
    assert not InspectionObject.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rows(town: City, imported: Imported) -> None:
    def queries(first: int, last: int) -> int:
        content = xlsx([HEADS, *(enterprise(serial) for serial in range(first, last))])
        with CaptureQueriesContext(connection) as captured:
            imports.look(town["chen"], "objects", "名单.xlsx", content)
        return len(captured)

    assert queries(0, 10) == queries(10, 1000)


def test_imported_inspectors_wait_for_review(town: City, imported: Imported) -> None:
    rows = [
        INSPECTOR_HEADS,
        [
            "wy-001",
            "王芳",
            "",
            "15030200123",
            "2029年5月31日",
            "燃气、消防；燃气",
            "一线",
            "科员",
            "１３８１２３４１２３４",
        ],
    ]
    roster = imported(xlsx(rows), target="inspectors")
    confirm(town.client("chen"), roster)
    inspector = Inspector.objects.get()
    assert (inspector.state, inspector.organisation.code) == (Inspector.State.RECOMMENDED, "zjj-wuye")
    assert (inspector.certificate_expires, inspector.fields) == (date(2029, 5, 31), ["燃气", "消防"])
    assert (inspector.phone, inspector.recommended_by) == ("13812341234", town["chen"].membership.user)
    assert imported(xlsx(rows), target="inspectors").counts["same"] == 1


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that start together; returns what each returned or raised."""
    outcomes: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            outcomes[place] = act()
        except Exception as error:  # noqa: BLE001 -- the test looks at it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_clerks_confirming_the_same_import_take_it_once() -> None:
    town = build_city()
    load_items()
    roster = imports.upload(town["chen"], "objects", "名单.xlsx", xlsx([HEADS, *map(enterprise, range(50))]))
    outcomes = at_once(
        lambda: imports.apply(town["chen"], roster, accept_warnings=False),
        lambda: imports.apply(town["coordinator"], roster, accept_warnings=False),
    )
    assert sorted(outcome.already for outcome in outcomes) == [False, True]
    assert {outcome.new for outcome in outcomes} == {50}
    assert InspectionObject.objects.count() == Entity.objects.count() == 50


@pytest.mark.django_db(transaction=True)
def test_two_clerks_confirming_two_uploads_of_one_file_duplicate_nothing() -> None:
    town = build_city()
    load_items()
    rows = [["名称", "类别", "辖区"], *([f"{place}小区业主委员会", "业主委员会", "海南区"] for place in range(20))]
    rosters = [imports.upload(town["chen"], "objects", "名单.xlsx", xlsx(rows)) for _ in range(2)]
    outcomes = at_once(*(lambda one=one: imports.apply(town["chen"], one, accept_warnings=False) for one in rosters))
    assert sorted((outcome.new, outcome.same) for outcome in outcomes) == [(0, 20), (20, 0)]
    assert InspectionObject.objects.count() == 20
