"""`sunlot import`: what it prints, how it exits, what it leaves alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from sunlot.registry import command, examples
from sunlot.registry.models import Import, InspectionObject, Inspector
from tests.cast import City

from .files import HEADS, enterprise, wrong_check, xlsx

KEYS = {"refused", "rows", "new", "changed", "same", "warnings", "faults"}


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """One good row, one with a warning, one with a fault."""
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx([HEADS, enterprise(1), enterprise(2, code=wrong_check(2)), enterprise(3, region="海南省")]))
    return path


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code = command.run([*argv, "--json"])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report.keys() == KEYS
    return code, report


def test_by_default_it_only_looks(town: City, roster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(capsys, "objects", str(roster), "--user", "chen")
    assert code == 0
    assert (report["refused"], report["rows"], report["new"], report["changed"], report["same"]) == (None, 3, 1, 0, 0)
    assert [(one["row"], one["column"]) for one in report["warnings"]] == [(3, "统一社会信用代码")]
    assert [(one["row"], one["column"]) for one in report["faults"]] == [(4, "辖区")]
    assert "海南省（460000）" in report["faults"][0]["message"]
    assert not Import.objects.exists()
    assert not InspectionObject.objects.exists()


def test_applied_it_takes_the_good_rows_and_exits_1_for_the_faults(
    town: City, roster: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = run(capsys, "objects", str(roster), "--user", "chen", "--apply")
    assert (code, report["new"], len(report["faults"])) == (1, 1, 1)
    assert InspectionObject.objects.count() == 1
    code, report = run(capsys, "objects", str(roster), "--user", "chen", "--apply", "--accept-warnings")
    assert (code, report["new"], report["same"]) == (1, 1, 1)
    assert InspectionObject.objects.count() == 2


def test_a_clean_file_applied_exits_0(town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(examples.clean())
    assert run(capsys, "objects", str(path), "--user", "chen", "--apply")[0] == 0
    assert InspectionObject.objects.filter(is_demo=True).count() == 20


@pytest.mark.parametrize(
    ("content", "user", "options", "reason"),
    [
        (b"", "chen", [], "文件是空的"),
        (b"MZ\x90\x00", "chen", [], "这是程序文件"),
        (None, "chen", [], "读不到文件"),
        (examples.clean(), "nobody", [], "没有用户“nobody”"),
        (examples.clean(), "auditor", [], "不能导入名单"),
        (examples.clean(), "chen", ["--sheet", "没有"], "文件里没有工作表“没有”"),
    ],
)
def test_what_is_refused_exits_1_and_says_why(
    town: City,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    user: str,
    options: list[str],
    reason: str,
) -> None:
    path = tmp_path / "名单.xlsx"
    if content is not None:
        path.write_bytes(content)
    code, report = run(capsys, "objects", str(path), "--user", user, "--apply", *options)
    assert code == 1
    assert reason in report["refused"]
    assert (report["rows"], report["faults"]) == (0, [])
    assert not Import.objects.exists()


def test_without_json_it_speaks_to_a_person(town: City, roster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["objects", str(roster), "--user", "chen"]) == 0
    said = capsys.readouterr().out
    assert "第 4 行 辖区“海南省”" in said
    assert "共 3 行：新增 1" in said
    assert "加 --apply 导入" in said


def test_what_it_mended_by_itself_it_says(town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx([HEADS, enterprise(1, name=" 沙枣花物业服务有限公司　", phone="０４７３")]))
    assert command.run(["objects", str(path), "--user", "chen"]) == 0
    assert "已自动整理 2 处" in capsys.readouterr().out


def test_the_examples_show_what_they_promise(town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean, faulty, old, inspectors, accounts = examples.write(tmp_path)
    assert run(capsys, "objects", str(clean), "--user", "chen")[1]["new"] == 20
    report = run(capsys, "objects", str(faulty), "--user", "chen")[1]
    assert (report["rows"], report["new"], len(report["faults"]), len(report["warnings"])) == (16, 7, 7, 2)
    assert run(capsys, "objects", str(old), "--user", "chen")[1]["new"] == 10
    code, report = run(capsys, "inspectors", str(inspectors), "--user", "chen", "--apply", "--accept-warnings")
    assert (code, report["new"], len(report["warnings"])) == (0, 6, 1)
    assert set(Inspector.objects.values_list("state", flat=True)) == {Inspector.State.RECOMMENDED}
    assert run(capsys, "accounts", str(accounts), "--user", "sysadmin")[1]["new"] == 5
