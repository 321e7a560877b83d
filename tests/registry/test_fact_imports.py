"""Credit marks and licences that come in lists: matched to the registry, looked at, taken in once."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from sunlot.registry import actions, command
from sunlot.registry.models import CreditMark, Import, InspectionObject, Licence
from sunlot.registry.risk import Line
from tests.cast import City

from .files import code, xlsx
from .makers import enterprise, in_days

MARK_HEADS = ["企业名称", "统一社会信用代码", "标记", "信息来源", "列入日期", "有效期至", "列入原因"]
LICENCE_HEADS = ["编号", "企业名称", "许可证名称", "许可证编号", "发证机关", "发证日期", "有效期至"]
SITE = "国家企业信用信息公示系统"


def mark(
    serial: int, *, kind: str = "列入经营异常名录", name: str = "", since: int = -10, until: int = 300
) -> list[Any]:
    called = name or f"沙枣花{serial}号物业服务有限公司"
    return [called, code(serial), kind, SITE, str(in_days(since)), str(in_days(until)), "未公示年度报告"]


def with_rules(town: City) -> None:
    found = actions.propose_rules(town["coordinator"], [Line("abnormal", 1, "C")], "按自治区办法")
    actions.decide_rules(town["leader"], found, accept=True)


def confirmed(town: City, roster: Import, accept: bool = False) -> Import:
    answer = town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"} if accept else {})
    assert answer.status_code == 302
    roster.refresh_from_db()
    return roster


def test_marks_of_a_list_change_the_classes_that_they_reach_and_stand_in_the_story(town: City, imported: Any) -> None:
    with_rules(town)
    entry, other = enterprise(1), enterprise(2)
    roster = imported(xlsx([MARK_HEADS, mark(1), mark(2, kind="经营异常", until=-1, since=-90)]), target="marks")
    assert (roster.counts["new"], roster.counts["confirm"]) == (1, 1), "one that is over already is to be confirmed"
    assert not CreditMark.objects.exists(), "the preview writes nothing"
    confirmed(town, roster, accept=True)
    assert [one.risk_class for one in InspectionObject.objects.order_by("pk")] == ["C", "B"]
    held = CreditMark.objects.get(entity=entry.entities.get())
    assert (held.kind, held.source, held.note, held.until) == ("abnormal", SITE, "未公示年度报告", in_days(300))
    assert CreditMark.objects.filter(entity=other.entities.get(), counted=False).exists()
    page = town.client("chen").get(f"/desk/registry/entities/{held.entity_id}/").content.decode()
    assert "导入：名单.xlsx，登记信用标记：经营异常名录" in page
    assert "经营异常名录" in town.client("chen").get(f"/desk/registry/objects/{entry.pk}/").content.decode()


def test_the_same_list_again_changes_nothing_and_another_last_day_is_entered_once(town: City, imported: Any) -> None:
    enterprise(1)
    confirmed(town, imported(xlsx([MARK_HEADS, mark(1)]), target="marks"))
    again = imported(xlsx([MARK_HEADS, mark(1)]), target="marks")
    assert (again.counts["same"], again.counts["new"]) == (1, 0)
    confirmed(town, imported(xlsx([MARK_HEADS, mark(1, until=400)]), target="marks"))
    standing = CreditMark.objects.get(ended_on__isnull=True)
    ended = CreditMark.objects.get(ended_on__isnull=False)
    assert (standing.until, ended.ended_on) == (in_days(400), ended.since), "no day counts both"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (mark(9), "名录库中没有这一户"),
        (mark(1, kind="黑名单"), "看不出“黑名单”是哪一种标记"),
        (mark(1, since=1), "列入日期晚于今天"),
        (mark(1, until=-20), "有效期至早于列入日期"),
        (mark(1, name="另一家公司"), "名录库中这个代码的名称是“沙枣花1号物业服务有限公司”"),
        (mark(1), "与第 2 行重复"),
    ],
)
def test_what_is_wrong_with_a_row_of_marks_is_said_at_the_row(
    town: City, imported: Any, row: list[Any], said: str
) -> None:
    enterprise(1)
    rows = [mark(1), row] if "重复" in said else [row]
    roster = imported(xlsx([MARK_HEADS, *rows]), target="marks")
    assert any(said in finding.what for finding in roster.findings.all())
    assert roster.counts["new"] == len(rows) - 1


def test_a_list_without_a_column_of_marks_is_what_its_name_says(town: City, imported: Any) -> None:
    enterprise(1)
    heads = ["企业名称", "统一社会信用代码", "列入日期", "作出决定机关"]
    row = ["沙枣花1号物业服务有限公司", "", str(in_days(-3)), "海勃湾区市场监督管理局"]
    roster = imported(xlsx([heads, row]), "严重违法失信名单2026.xlsx", target="marks")
    assert (roster.defaults, roster.counts["new"]) == ({"mark": "serious"}, 1)
    chosen = {f"column-{at}": name for at, name in enumerate(["name", "code", "since", ""])}
    page = f"/desk/registry/imports/{roster.pk}/"
    town.client("chen").post(f"{page}columns/", chosen | {"default-mark": "abnormal", "default-source": "公示系统"})
    confirmed(town, roster)
    assert CreditMark.objects.values_list("kind", "source").get() == ("abnormal", "公示系统")


def test_another_department_s_entries_are_not_marked(town: City, imported: Any) -> None:
    enterprise(1, actor=town["scjg-clerk"])
    roster = imported(xlsx([MARK_HEADS, mark(1)]), target="marks")
    assert "管理，不能由您登记" in roster.findings.get(verdict="fault").what


def licence(entry: InspectionObject, number: str = "蒙1", days: int = 700) -> list[Any]:
    return [entry.number, "", "燃气经营许可证", number, "乌海市住建局", str(in_days(-30)), str(in_days(days))]


def test_a_licence_of_a_list_takes_the_place_of_the_one_that_stands(town: City, imported: Any) -> None:
    entry = enterprise(1)
    confirmed(town, imported(xlsx([LICENCE_HEADS, licence(entry)]), target="licences"))
    assert imported(xlsx([LICENCE_HEADS, licence(entry)]), target="licences").counts["same"] == 1
    roster = imported(xlsx([LICENCE_HEADS, licence(entry, "蒙2", days=60)]), target="licences")
    assert "早于在册的 蒙1" in roster.findings.get().what, "an older one is to be confirmed"
    confirmed(town, imported(xlsx([LICENCE_HEADS, licence(entry, "蒙3", days=900)]), target="licences"))
    assert Licence.objects.get(ended_on__isnull=True).number == "蒙3"
    assert Licence.objects.get(ended_on__isnull=False).ended_reason == "由 蒙3 取代"
    assert "登记燃气经营许可证 蒙3" in town.client("chen").get(f"/desk/registry/objects/{entry.pk}/").content.decode()


def test_two_licences_of_one_name_for_one_object_are_a_fault_however_they_name_it(town: City, imported: Any) -> None:
    entry = enterprise(1)
    by_name = ["", entry.name, *licence(entry, "蒙2")[2:]]
    roster = imported(xlsx([LICENCE_HEADS, licence(entry), by_name]), target="licences")
    assert "与第 2 行是同一对象" in roster.findings.get().what


@pytest.mark.parametrize("target", ["marks", "licences"])
def test_the_template_filled_in_is_read_without_a_question(town: City, imported: Any, target: str) -> None:
    entry = enterprise(1)
    assert "下载空白模板" in town.client("chen").get(f"/desk/registry/imports/{target}/").content.decode()
    answer = town.client("chen").get(f"/desk/registry/imports/{target}/template.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    heads = book.get_sheet_by_index(0).to_python()[0]
    facts = {"对象编号": entry.number, "标记": "行政处罚", "来源": SITE, "列入日期": str(in_days(-3))}
    facts |= {"许可证名称": "资质证书", "许可证编号": "D15-1", "发证机关": "住建厅"}
    roster = imported(xlsx([heads, [facts.get(head, "") for head in heads]]), "填好的模板.xlsx", target=target)
    assert (roster.counts["new"], roster.counts["missing"], len(roster.columns)) == (1, [], len(heads))
    assert town.client("supervisor").get(f"/desk/registry/imports/{target}/").status_code == 403


def test_the_command_brings_marks_and_licences_in(
    town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = enterprise(1)
    marks, licences = tmp_path / "标记.xlsx", tmp_path / "许可证.xlsx"
    marks.write_bytes(xlsx([MARK_HEADS, mark(1)]))
    licences.write_bytes(xlsx([LICENCE_HEADS, licence(entry)]))
    for target, path in (("marks", marks), ("licences", licences)):
        assert command.run([target, str(path), "--user", town["chen"].username, "--apply", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["new"] == 1
    assert (CreditMark.objects.count(), Licence.objects.count()) == (1, 1)
