"""Lists of items from Excel: the one import of the product, with drafts as its outcome."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.texts import text_of
from sunlot.documents import spreadsheets
from sunlot.registry import command
from sunlot.registry.models import Import
from tests.cast import City, load_items

UPLOAD = "/desk/registry/imports/items/"
HEADS = ["编号", "事项名称", "科室（单位）", "类别", "检查对象类别", "检查内容", "检查方式", "检查依据", "检查材料",
         "检查结果与后续处理", "建议比例频次", "检查人员专业要求"]  # fmt: skip
GOOD = ["WY-09", "电梯维护费用公示检查", "物业科", "重点检查事项", "物业服务企业", "是否公示", "现场检查", "《物业管理条例》第31条",
        "维保合同：原件\n公示照片", "未公示 → 当场责令改正", "D 类 100 %，每年 2 次", "物业"]  # fmt: skip


@pytest.fixture
def catalogue(city: City) -> City:
    load_items()
    return city


def xlsx(heads: list[str], rows: list[list[str]]) -> bytes:
    return spreadsheets.xlsx([spreadsheets.Column(head) for head in heads], rows)


def row(**changes: str) -> list[str]:
    """The good row with other cells, by head."""
    return [changes.get(head, cell) for head, cell in zip(HEADS, GOOD, strict=True)]


def uploaded(city: City, rows: list[list[str]], username: str = "chen", heads: list[str] | None = None) -> Import:
    sent = SimpleUploadedFile("事项清单.xlsx", xlsx(heads or HEADS, rows))
    response = city.client(username).post(UPLOAD, {"file": sent})
    assert response.status_code == 302, response.content.decode()
    return Import.objects.latest("pk")


def faults(found: Import) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.what) for one in found.findings.filter(verdict="fault").order_by("row", "pk")]


def test_a_list_becomes_drafts_that_go_the_way_of_every_draft(catalogue: City) -> None:
    found = uploaded(catalogue, [GOOD])
    assert not ItemVersion.objects.filter(item__code="WY-09").exists()  # looked at, nothing written
    client = catalogue.client("chen")
    page = client.get(f"/desk/registry/imports/{found.pk}/").content.decode()
    assert "可导入 1 行" in page and "不改变事项清单原有内容" in page and "名录库不会" not in page
    client.post(f"/desk/registry/imports/{found.pk}/apply/")
    version = ItemVersion.objects.get(item__code="WY-09")
    text = text_of(version)
    assert (version.state, version.item.organisation.code, text.category) == ("draft", "zjj-wuye", "key")
    assert [str(basis) for basis in text.bases] == ["《物业管理条例》第三十一条"]
    assert [(one.name, one.note) for one in text.materials] == [("维保合同", "原件"), ("公示照片", "")]
    assert [(one.text, one.follow_up) for one in text.findings] == [("未公示", "on-spot")]
    assert [str(one) for one in text.frequencies] == ["D 类 100 %，每年 2 次"]
    assert "WY-09" in client.get("/desk/catalogue/review/").content.decode()


def test_what_was_exported_comes_back_without_a_change(catalogue: City) -> None:
    response = catalogue.client("chen").get("/desk/catalogue/?organisation=zjj-wuye&format=xlsx")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a streaming answer
    lines: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    heads, rows = [str(cell) for cell in lines[0]], [[str(cell) for cell in line] for line in lines[1:]]
    found = uploaded(catalogue, rows, heads=heads)
    assert (found.counts["same"], found.counts["new"], found.counts["changed"]) == (3, 0, 0)
    rows[0][heads.index("检查内容")] = "新的内容"
    changed = uploaded(catalogue, rows, heads=heads)
    assert (changed.counts["same"], changed.counts["changed"]) == (2, 1)
    catalogue.client("chen").post(f"/desk/registry/imports/{changed.pk}/apply/")
    version = ItemVersion.objects.get(item__code="WY-01", number=2)
    assert (version.content, version.state) == ("新的内容", "draft")
    assert version.reason == "导入：事项清单.xlsx"
    assert version.offered_findings.count() == 4  # what the file says alike stays


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"检查对象类别": "飞船"}, "检查对象类别", "没有“飞船”这种检查对象类别"),
        ({"检查依据": "物业管理条例第五条"}, "检查依据", "没有写明法律名称"),
        ({"检查结果与后续处理": "未公示 → 罚款"}, "检查结果与后续处理", "后续处理不认识"),
        ({"建议比例频次": "D 类全部"}, "建议比例频次", "不是比例和频次"),
        ({"科室（单位）": "房管科"}, "科室（单位）", "房管科不在您单位之下"),
        ({"编号": "CJ-01"}, "编号", "这个编号是城建科的事项"),
        ({"编号": ""}, "编号", "没有填写编号"),
    ],
)
def test_a_faulty_row_says_what_to_mend_and_holds_up_no_other(
    catalogue: City, changes: dict[str, str], column: str, words: str
) -> None:
    found = uploaded(catalogue, [row(**changes), row(编号="WY-08")])
    assert [(number, where) for number, where, _ in faults(found)] == [(2, column)]
    assert words in faults(found)[0][2]
    catalogue.client("chen").post(f"/desk/registry/imports/{found.pk}/apply/")
    assert ItemVersion.objects.filter(item__code="WY-08").exists()


def test_a_code_twice_in_a_file_and_a_malformed_one_are_faults(catalogue: City) -> None:
    found = uploaded(catalogue, [GOOD, GOOD, row(编号="9-甲")])
    assert [(number, column) for number, column, _ in faults(found)] == [(3, "编号"), (4, "编号")]


def test_who_may_not_draft_may_not_import(catalogue: City) -> None:
    assert catalogue.client("leader").get(UPLOAD).status_code == 403


def test_the_command_imports_items_too(catalogue: City, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "事项.xlsx"
    path.write_bytes(xlsx(HEADS, [GOOD]))
    assert command.run(["items", str(path), "--user", "chen", "--apply", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 1
    assert ItemVersion.objects.get(item__code="WY-09").state == "draft"
