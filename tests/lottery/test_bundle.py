"""Bundles: written whole or not at all, the same bytes everywhere, and read with suspicion."""

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sunlot.lottery import (
    MAX_JSON,
    CannotOpen,
    Part,
    Refused,
    Rosters,
    verify,
    write_file_whole,
    write_folder,
    write_zip,
)
from sunlot.lottery.archive import Archive
from sunlot.norms import canonical

from .making import DRAWS, VECTORS, read_json, small_case, vector_rosters, write_as

GOOD = small_case().bundle()


def failed(path: Path) -> list[str]:
    return [step.step for step in verify(path).steps if step.outcome == "failed"]


@pytest.mark.parametrize("name", DRAWS)
def test_a_bundle_is_the_vectors_files_as_folder_and_as_zip(name: str, tmp_path: Path) -> None:
    folder = VECTORS / name
    notice, result = read_json(folder / "notice.json"), read_json(folder / "result.json")
    expected = {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix == ".csv" or path.name in ("notice.json", "result.json")
    }
    write_folder(tmp_path / "out", notice, vector_rosters(folder), result)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == expected
    buffers = [io.BytesIO(), io.BytesIO()]
    for buffer in buffers:
        write_zip(buffer, notice, vector_rosters(folder), result)
    assert buffers[0].getvalue() == buffers[1].getvalue()
    (tmp_path / "b.zip").write_bytes(buffers[0].getvalue())
    archive = Archive(tmp_path / "b.zip", 10**9)
    assert {entry: b"".join(archive.pieces(entry)) for entry in archive.entries} == expected
    with zipfile.ZipFile(tmp_path / "b.zip") as other:  # another reader agrees
        assert {info.filename: other.read(info) for info in other.infolist()} == expected
    assert verify(tmp_path / "out").reproduced
    assert verify(tmp_path / "b.zip").reproduced


def test_a_zip_does_not_depend_on_the_day() -> None:
    case = small_case()
    buffer = io.BytesIO()
    write_zip(buffer, case.sealed(), case.rosters(), case.draw(), {"checkpoint": "x"})
    with zipfile.ZipFile(buffer) as archive:
        infos = archive.infolist()
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert [info.filename for info in infos] == [
        "notice.json", "objects.csv", "inspectors.csv", "avoid.csv", "log.json", "result.json",
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["result.json", "something.txt"])
def test_a_folder_that_holds_something_is_left_as_it_is(content: str, tmp_path: Path) -> None:
    case = small_case()
    (tmp_path / content).write_text("mine")
    with pytest.raises(Refused, match="应为尚不存在的或空的文件夹"):
        write_folder(tmp_path, case.sealed(), case.rosters(), case.draw())
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    case = small_case()
    files = case.files()

    def interrupted() -> Any:
        yield files["avoid"][:5]
        raise KeyboardInterrupt

    rosters = Rosters((files["objects"],), (files["inspectors"],), (Part("avoid.csv", interrupted),))
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", case.sealed(), rosters, case.draw())
    assert list(tmp_path.iterdir()) == []


def test_a_roster_that_changed_since_the_draw_is_not_written(tmp_path: Path) -> None:
    case = small_case()
    result, notice = case.draw(), case.sealed()
    case.avoid.pop()
    for write in (
        lambda: write_folder(tmp_path / "out", notice, case.rosters(), result),
        lambda: write_zip(io.BytesIO(), notice, case.rosters(), result),
    ):
        with pytest.raises(Refused, match=r"avoid.csv：应为公告所列摘要"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    case = small_case()
    with pytest.raises(CannotOpen, match="没有这个文件或文件夹"):
        write_folder(tmp_path / "no" / "out", case.sealed(), case.rosters(), case.draw())
    with pytest.raises(CannotOpen, match="是文件夹，不是文件"):
        write_file_whole(tmp_path, b"x")
    assert list(tmp_path.iterdir()) == []


MISSING_OR_WRONG: dict[str, tuple[dict[str, bytes | None], list[str], str]] = {
    "no notice": ({"notice.json": None}, ["files"], "notice.json：应为在材料包里，实为没有"),
    "no result": ({"result.json": None}, ["files"], "result.json：应为在材料包里，实为没有"),
    "no roster": ({"avoid.csv": None}, ["files"], "avoid.csv：应为在材料包里（公告列有它），实为没有"),
    "a result with a line end": (
        {"result.json": GOOD["result.json"] + b"\n"},
        ["files"],
        "result.json：应为规范形式（RFC 8785，成员排序，无多余空格，末尾无换行），实为同样内容的另一种写法",
    ),
    "a result with a fraction": (
        {"result.json": b"[0.5]"},
        ["files"],
        "result.json：应为不带小数和指数的整数，实为 0.5",
    ),
    "a notice nested without end": (
        {"notice.json": b"[" * 100_000},
        ["files"],
        "notice.json：应为至多 16 层的嵌套，实为更深",
    ),
    "an unlisted part": (
        {"objects-0001.csv": GOOD["objects.csv"]},
        ["files"],
        "objects-0001.csv：应为公告所列的名录文件，实为公告没有列它",
    ),
    "an unlisted part zero": ({"avoid-0000.csv": b""}, ["files"], "avoid-0000.csv：应为公告所列的名录文件"),
    "a notice that is no object": ({"notice.json": b"[]"}, ["files"], "objects.csv：应为公告所列的名录文件"),
    "a result that is no object": (
        {"result.json": b"[]"},
        ["commitments", "beacon", "result"],
        "result.json：应为对象，实为数组（0 项）",
    ),
}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize(("files", "steps", "expected"), MISSING_OR_WRONG.values(), ids=MISSING_OR_WRONG)
def test_a_bundle_fails_that_has(
    files: dict[str, bytes | None], steps: list[str], expected: str, form: str, tmp_path: Path
) -> None:
    all_files = {name: data for name, data in (GOOD | files).items() if data is not None}
    path = write_as(form, all_files, tmp_path / "b")
    assert failed(path) == steps
    assert any(str(fault).startswith(expected) for fault in verify(path).faults)


def with_notice(**changes: Any) -> dict[str, bytes]:
    notice = small_case().sealed()
    for name, value in changes.items():
        if value is ...:
            del notice[name]
        else:
            notice[name] = value
    return GOOD | {"notice.json": canonical.dumps(notice)}


def test_where_no_parts_are_named_no_file_is_expected(tmp_path: Path) -> None:
    files = with_notice(avoid=...)
    del files["avoid.csv"]
    path = write_as("folder", files, tmp_path / "missing")
    assert failed(path) == ["notice", "result"]
    files = with_notice(avoid={"parts": [], "count": 0})
    del files["avoid.csv"]
    assert failed(write_as("folder", files, tmp_path / "empty")) == ["notice", "result"]
    files["avoid.csv"] = GOOD["avoid.csv"]
    assert "files" in failed(write_as("folder", files, tmp_path / "there"))


def test_with_an_unknown_hash_digests_are_not_checked_and_result_fails_with_notice(tmp_path: Path) -> None:
    files = with_notice(hash="md5", avoid={"parts": ["0" * 64], "count": 2})
    assert failed(write_as("folder", files, tmp_path / "b")) == ["notice", "result"]


def test_absurd_counts_are_refused_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    files = with_notice(objects={"parts": ["0" * 64] * 100_000, "count": 2**53 - 1, "strata": []})
    report = verify(write_as("zip", files, tmp_path / "b"))
    assert "notice.json objects.parts：应为至多 9999 个文件，实为 100000 个" in map(str, report.faults)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("name", ["notice.json", "result.json", "log.json"])
def test_a_json_file_over_the_limit_is_refused_by_its_size(name: str, tmp_path: Path) -> None:
    folder = write_as("folder", GOOD, tmp_path / "b")
    with (folder / name).open("wb") as file:
        file.truncate(MAX_JSON + 1)
    assert failed(folder) == ["files"]
    assert f"{name}：应为至多 {MAX_JSON} 字节，实为 {MAX_JSON + 1} 字节" in map(str, verify(folder).faults)


def test_a_log_is_of_no_account_to_files_unless_too_long(tmp_path: Path) -> None:
    report = verify(write_as("folder", GOOD | {"log.json": b"\xff garbage"}, tmp_path / "b"))
    assert report.reproduced
    assert report.steps[-2].outcome == "skipped"


@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_what_is_no_file_is_refused_and_nobody_waits_for_it(kind: str, tmp_path: Path) -> None:
    folder = write_as("folder", GOOD, tmp_path / "b")
    (folder / "avoid.csv").unlink()
    if kind == "fifo":
        os.mkfifo(folder / "avoid.csv")
    else:
        (tmp_path / "secret").write_bytes(GOOD["avoid.csv"])
        (folder / "avoid.csv").symlink_to(tmp_path / "secret")
    start = time.monotonic()
    assert failed(folder) == ["files"]
    assert str(verify(folder).faults[0]) == "avoid.csv：应为普通文件，实为链接、管道或设备"
    assert time.monotonic() - start < 2


def test_other_files_and_folders_in_a_folder_are_ignored(tmp_path: Path) -> None:
    folder = write_as("folder", GOOD | {"说明.txt": b"x", "objects.csv.bak": b"", "Objects-1.csv": b""}, tmp_path / "b")
    (folder / "sub").mkdir()
    (folder / "objects-0009.csv").mkdir()
    os.mkfifo(folder / "pipe")
    assert verify(folder).reproduced


@pytest.mark.parametrize("what", ["nothing", "fifo", "device"])
def test_a_bundle_that_can_not_be_opened_is_told(what: str, tmp_path: Path) -> None:
    path = Path("/dev/zero") if what == "device" else tmp_path / "b"
    if what == "fifo":
        os.mkfifo(path)
    with pytest.raises(CannotOpen):
        verify(path)


def test_faults_never_carry_a_character_that_disturbs_the_line(tmp_path: Path) -> None:
    notice = small_case().sealed() | {"title": "a\x1b[2J\u202eb\n", "x\x1b": 1}
    notice["teams"][0]["z\n\x7f"] = "v" * 10_000
    report = verify(write_as("folder", GOOD | {"notice.json": canonical.dumps(notice)}, tmp_path / "b"))
    texts = [*map(str, report.faults), *report.remarks]
    assert len(texts) >= 2
    for text in texts:
        assert text.isprintable()
        assert len(text) < 500


REMARKS: dict[str, str] = {
    "no beacon": "本次没有信标",
    "unknown": "公告中有协议未规定的成员，与抽取无关：plan。",
    "all drawn": "A 层的 12 个候选对象全部抽中，没有随机可言。",
    "none drawn": "B 层的 12 个候选对象一个也不抽，没有随机可言。",
    "tickets": "A 层的签数不等：候选对象各持 1 至 3 签。",
    "pool": "z1 的 lead 部门 6 名检查人员全部选派，人选没有随机可言。",
    "half": "1 处回避涉及一个部门可派人员的半数以上：OBJ-001（lead 部门 6 人中的 3 人）。",
    "supplement": f"本次为补充抽取，为摘要为 {'ab' * 32} 的公告中未派出的对象另组检查组。",
}


def test_remarks_tell_what_a_reader_should_know(tmp_path: Path) -> None:
    case = small_case()
    assert verify(write_as("folder", case.bundle(), tmp_path / "plain")).remarks == ()
    case.notice |= {"beacon": None, "plan": 7, "supplements": "ab" * 32}
    case.beacon = None
    case.notice["objects"]["strata"] = [{"id": "B", "quota": 0, "reserve": 0}, {"id": "A", "quota": 12, "reserve": 0}]
    case.notice["teams"][1]["count"] = 3
    case.objects = [row.replace(",2,", ",1,") for row in case.objects]
    case.objects[0] = case.objects[0].replace(",1,", ",3,")
    case.avoid = ["p-z1-0,OBJ-001", "p-z1-1,OBJ-001", "p-z1-2,OBJ-001"]
    report = verify(write_as("folder", case.bundle(), tmp_path / "remarkable"))
    assert report.reproduced
    for expected in REMARKS.values():
        assert any(remark.startswith(expected) for remark in report.remarks), expected


def test_remarks_say_the_names_that_the_notice_gives_beside_the_codes(tmp_path: Path) -> None:
    case = small_case()
    case.notice["teams"][1]["count"] = 3
    case.notice["names"] = {"departments": {"lead": "市住建局·燃气"}, "zones": {"z1": "东区"}}
    report = verify(write_as("folder", case.bundle(), tmp_path / "named"))
    assert report.reproduced
    assert report.remarks == ("东区（z1） 的 市住建局·燃气（lead） 6 名检查人员全部选派，人选没有随机可言。",)
    for at, wrong in enumerate(({"departments": {"lead": "a\u202eb"}}, {"teams": {}}, ["lead"])):
        case.notice["names"] = wrong
        report = verify(write_as("folder", case.bundle(), tmp_path / f"wrong-{at}"))
        assert report.reproduced
        assert "公告中有协议未规定的成员，与抽取无关：names。" in report.remarks
        assert any(remark.startswith("z1 的 lead 部门 6 名") for remark in report.remarks)


def test_remarks_on_an_earlier_attempt_a_lottery_and_unassigned_objects() -> None:
    roaming, tight = verify(VECTORS / "roaming").remarks, verify(VECTORS / "tight-avoidance").remarks
    assert any("第 1 次抽取已中止，未揭示的参与方：gone-1，原因：未在期限内揭示" in remark for remark in roaming)
    assert any("双色球第 2026134 期" in remark and "03-09-14-18-27-33-06" in remark for remark in roaming)
    assert any(remark.startswith("2 个抽中对象因回避没有可派的检查组") for remark in tight)
