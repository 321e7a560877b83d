"""Roster files: one rejection for each rule, what is accepted at the limits, and that both ways of reading agree."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sunlot.lottery import CannotOpen, Fault, Part, Refused, Rosters, build_notice, check_notice, draw
from sunlot.lottery.facts import survey
from sunlot.lottery.notice import Stratum
from sunlot.lottery.objects import Drums
from sunlot.lottery.rosters import AVOID, INSPECTORS, MAX_LINE, OBJECTS, TABLES, RosterReader, Table
from sunlot.lottery.sources import PIECE
from sunlot.lottery.text import INVISIBLE

from .making import HEADERS, csv_bytes, small_case

ID = "编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）"
TEXT = "不空且不含控制字符、零宽字符的文字"


def faults_of(roster: str, *parts: bytes) -> list[str]:
    table = TABLES[roster]
    names = tuple(Part(f"{roster}.csv", lambda part=part: (part,)) for part in parts)  # type: ignore[misc]  # bound now
    reader = RosterReader(table, names, (), "sha256")
    for _ in reader.blocks():
        pass
    return [str(fault) for fault in reader.faults]


def objects(*rows: str) -> bytes:
    return csv_bytes("objects", rows)


GOOD = "A1,s,z,1,甲"
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("objects", b"", f"objects.csv 第 1 行：应为表头 {HEADERS['objects']}，实为空文件"),
    "another header": (
        "avoid",
        b"object,inspector\n",
        "avoid.csv 第 1 行：应为表头 inspector,object，实为“object,inspector”",
    ),
    "a byte order mark": (
        "avoid",
        b"\xef\xbb\xbfinspector,object\n",
        "avoid.csv 第 1 行：应为表头 inspector,object，实为文件以 BOM 开头",
    ),
    "UTF-16": (
        "avoid",
        "inspector,object\n".encode("utf-16"),
        "avoid.csv 第 1 行：应为表头 inspector,object，实为不是 UTF-8 的字节",
    ),
    "no line end": (
        "objects",
        objects(GOOD)[:-1],
        "objects.csv 第 2 行：应为最后一行以换行（LF）结束，实为没有换行",
    ),
    "CRLF": (
        "objects",
        objects(GOOD, "A2,s,z,1,乙\r"),
        "objects.csv 第 3 行：应为以 LF 结束的行，实为以 CRLF 结束",
    ),
    "GB 18030": (
        "objects",
        objects(GOOD) + "A2,s,z,1,阳光\n".encode("gb18030"),
        "objects.csv 第 3 行：应为 UTF-8 编码，实为第 10 字节处不是",
    ),
    "a blank line": (
        "objects",
        objects(GOOD, ""),
        "objects.csv 第 3 行：应为 5 列（id、stratum、zone、tickets、name），实为 1 列",
    ),
    "a column too few": (
        "inspectors",
        csv_bytes("inspectors", ["p,d"]),
        "inspectors.csv 第 2 行：应为 3 列（id、department、zone），实为 2 列",
    ),
    "a column too many": (
        "objects",
        objects("A1,s,z,1,甲,乙"),
        "objects.csv 第 2 行：应为 5 列（id、stratum、zone、tickets、name），实为 6 列",
    ),
    "columns that make up for each other": (
        "avoid",
        csv_bytes("avoid", ["p", "q,o,o"]),
        "avoid.csv 第 2 行：应为 2 列（inspector、object），实为 1 列",
    ),
    "an id with a space": (
        "objects",
        objects("A 1,s,z,1,甲"),
        f"objects.csv 第 2 行 id 列：应为{ID}，实为“A 1”",
    ),
    "an id of 65": (
        "objects",
        objects(f"{'a' * 65},s,z,1,甲"),
        f"objects.csv 第 2 行 id 列：应为{ID}，实为“{'a' * 65}”",
    ),
    "full-width digits": ("objects", objects("１,s,z,1,甲"), f"objects.csv 第 2 行 id 列：应为{ID}，实为“１”"),
    "an empty stratum": ("objects", objects("A1,,z,1,甲"), f"objects.csv 第 2 行 stratum 列：应为{ID}，实为空字符串"),
    "an object in any zone": ("objects", objects("A1,s,*,1,甲"), f"objects.csv 第 2 行 zone 列：应为{ID}，实为“*”"),
    "no department": (
        "inspectors",
        csv_bytes("inspectors", ["p,,*"]),
        f"inspectors.csv 第 2 行 department 列：应为{ID}，实为空字符串",
    ),
    "a zone with two stars": (
        "inspectors",
        csv_bytes("inspectors", ["p,d,**"]),
        f"inspectors.csv 第 2 行 zone 列：应为 * 或{ID}，实为“**”",
    ),
    **{
        f"{count!r} tickets": (
            "objects",
            objects(f"A1,s,z,{count},甲"),
            f"objects.csv 第 2 行 tickets 列：应为 1 至 1000 的整数，实为{f'“{count}”' if count else '空字符串'}",
        )
        for count in ("", "0", "01", "1001", "-1", "+1", "1.0", " 1", "１")
    },
    "no name": ("objects", objects("A1,s,z,1,"), f"objects.csv 第 2 行 name 列：应为{TEXT}，实为空字符串"),
    "a name with a tab": (
        "objects",
        objects("A1,s,z,1,甲\t"),
        rf"objects.csv 第 2 行 name 列：应为{TEXT}，实为“甲\u0009”",
    ),
    "a name with a NUL": ("objects", objects("A1,s,z,1,\0"), rf"objects.csv 第 2 行 name 列：应为{TEXT}，实为“\u0000”"),
    "a name with a C1 control": (
        "objects",
        objects("A1,s,z,1,甲\x85"),
        rf"objects.csv 第 2 行 name 列：应为{TEXT}，实为“甲\u0085”",
    ),
    "a name with a zero width space": (
        "objects",
        objects("A1,s,z,1,甲\u200b"),
        rf"objects.csv 第 2 行 name 列：应为{TEXT}，实为“甲\u200b”",
    ),
    "needless quotes around an id": (
        "objects",
        objects('"A1",s,z,1,甲'),
        "objects.csv 第 2 行 id 列：应为不带引号（不含逗号、引号的字段），实为带引号的“A1”",
    ),
    "needless quotes around a name": (
        "objects",
        objects('A1,s,z,1,"甲"'),
        "objects.csv 第 2 行 name 列：应为不带引号（不含逗号、引号的字段），实为带引号的“甲”",
    ),
    "quotes that are missing": (
        "objects",
        objects('A1,s,z,1,甲"乙'),
        'objects.csv 第 2 行：应为正确使用引号的字段，实为“A1,s,z,1,甲"乙”',
    ),
    "quotes that do not close": (
        "objects",
        objects('A1,s,z,1,"甲,'),
        'objects.csv 第 2 行：应为正确使用引号的字段，实为“A1,s,z,1,"甲,”',
    ),
    "a quote not doubled": (
        "objects",
        objects('A1,s,z,1,"甲"乙,"'),
        'objects.csv 第 2 行：应为正确使用引号的字段，实为“A1,s,z,1,"甲"乙,"”',
    ),
    "a duplicate": (
        "objects",
        objects(GOOD, "A1,s,z,1,乙"),
        "objects.csv 第 3 行 id 列：应为大于上一行的 A1（不重复），实为又是 A1",
    ),
    "rows out of order": (
        "objects",
        objects("a,s,z,1,甲", "B,s,z,1,乙"),
        "objects.csv 第 3 行 id 列：应为大于上一行的 a（按升序排列），实为 B",
    ),
    "pairs out of order": (
        "avoid",
        csv_bytes("avoid", ["p,o2", "p,o1"]),
        "avoid.csv 第 3 行 inspector、object 列：应为大于上一行的 p,o2（按升序排列），实为 p,o1",
    ),
    "a pair twice": (
        "avoid",
        csv_bytes("avoid", ["p,o", "p,o"]),
        "avoid.csv 第 3 行 inspector、object 列：应为大于上一行的 p,o（不重复），实为又是 p,o",
    ),
    "a line of more than a MiB": (
        "objects",
        objects(f"A1,s,z,1,{'a' * MAX_LINE}"),
        f"objects.csv 第 2 行：应为至多 {MAX_LINE} 字节，实为更长",
    ),
}


@pytest.mark.parametrize(("roster", "data", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_roster_is_refused_with(roster: str, data: bytes, expected: str) -> None:
    assert expected in faults_of(roster, data)


def test_every_faulty_line_is_told_up_to_twenty_a_file() -> None:
    told = faults_of("objects", objects(*("bad" for _ in range(10_000))))
    assert [fault.split("：")[0] for fault in told] == [f"objects.csv 第 {n} 行" for n in range(2, 22)]


@pytest.mark.parametrize(
    ("roster", "data"),
    [
        ("objects", objects()),
        ("objects", objects(f"{'a' * 64},{'s' * 64},{'z' * 64},1000,甲")),
        ("objects", objects('0,s,z,1,"甲, 乙"', '1,s,z,1,"""甲"""', '2,s,z,1,""","""', "3,s,z,1,'　·“”—é\U0001f600 ")),
        ("objects", objects("A,s,z,1,甲", "B-,s,z,1,甲", "B.,s,z,1,甲", "B0,s,z,1,甲", "B_,s,z,1,甲", "a,s,z,1,甲")),
        ("objects", objects(f"A1,s,z,1,{'a' * (MAX_LINE - 9)}")),
        ("inspectors", csv_bytes("inspectors", ["p,d,*", "q,d,z"])),
        ("avoid", csv_bytes("avoid", ["p,o1", "p,o2", "q,o1"])),
    ],
)
def test_at_the_limits_a_roster_is_taken(roster: str, data: bytes) -> None:
    assert faults_of(roster, data) == []


def test_parts_continue_one_another_and_none_is_empty() -> None:
    first, second = objects("A,s,z,1,甲"), objects("B,s,z,1,甲")
    assert faults_of("objects", first, second) == []
    assert faults_of("objects", second, first) == [
        "objects.csv 第 2 行 id 列：应为大于上一行的 B（按升序排列），实为 A"
    ]
    assert faults_of("objects", first, objects()) == ["objects.csv：应为至少一行（名录分成几个文件时），实为只有表头"]


FIELDS = st.sampled_from(
    ["a", "B", "b", "", "0", "1", "1000", "1001", "z-1", "*", " a", "甲", '"甲"', '"甲,"', '"a""b"', '"', 'a"b', "é·", "a,b",
     "\u200b", "\ufeff", "\x7f", "\x00", "\x85", "　", "“甲”", "\r", "甲\r", '","', '""', "a" * 64, "a" * 65]
)  # fmt: skip
LINES = st.lists(FIELDS, min_size=1, max_size=6).map(",".join)
ROWS = st.builds(lambda n, name, t: f"A{n:02d},s,z,{t},{name}", st.integers(0, 99), FIELDS, st.sampled_from("123"))


@given(st.sampled_from([OBJECTS, INSPECTORS, AVOID]), st.lists(LINES | ROWS, max_size=4))
@example(OBJECTS, ["A1,s,z,1,甲", 'A2,s,z,1,"甲,"'])
@example(INSPECTORS, ["a,a,*", "b,a,z-1"])
def test_reading_by_blocks_and_line_by_line_accept_the_same(table: Table, lines: list[str]) -> None:
    block = "".join(f"{line}\n" for line in lines).encode()
    part = Part("x.csv", lambda: (block,))
    by_block = RosterReader(table, (part,), (), None)
    by_line = RosterReader(table, (part,), (), None)
    accepted = not block or by_block.columns(block) is not None
    faults = list(by_line.tell_lines(part, block, 2))
    assert accepted == (not faults)
    if accepted:
        assert by_block.count == by_line.count == len(lines)


@given(st.data())
def test_how_a_file_is_cut_into_pieces_does_not_matter(data: st.DataObject) -> None:
    rows = [f'A{n:03d},s{n % 3},z,{1 + n % 5},"甲,{n}"' if n % 4 else f"A{n:03d},s{n % 3},z,1,乙" for n in range(40)]
    whole = objects(*rows)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[start:end] for start, end in pairwise([0, *cuts, len(whole)])]
    reader = RosterReader(OBJECTS, (Part("x", lambda: pieces),), (hashlib.sha256(whole).hexdigest(),), "sha256")
    columns = [list(zip(*block, strict=True)) for block in reader.blocks()]
    assert reader.faults == []
    assert [row for block in columns for row in block] == [
        tuple(field.encode() for field in row.split(",", 4)[:4]) for row in rows
    ]


def test_everything_that_plain_text_forbids_is_unprintable() -> None:
    # The reader of rosters asks isprintable() first and looks closer only when it says no.
    assert not any(chr(code).isprintable() for code in range(0x110000) if INVISIBLE.match(chr(code)))


def test_a_part_whose_digest_differs_is_told_with_both() -> None:
    case = small_case()
    notice = case.sealed()
    found = hashlib.sha256(case.files()["avoid"]).hexdigest()
    notice["avoid"]["parts"] = ["0" * 64]
    assert check_notice(notice, case.rosters()) == [Fault("avoid.csv", "", f"公告所列摘要 {'0' * 64}", found)]


def test_more_or_fewer_parts_than_the_notice_names_are_refused() -> None:
    case = small_case()
    notice, files = case.sealed(), case.files()
    rosters = Rosters((files["objects"], files["objects"]), (files["inspectors"],), ())
    with pytest.raises(Refused) as refusal:
        draw(notice, rosters, case.reveals(), case.beacon)
    assert list(map(str, refusal.value.faults)) == [
        "objects.csv：应为公告所列的 1 个文件，实为给了 2 个",
        "avoid.csv：应为公告所列的 1 个文件，实为给了 0 个",
    ]
    assert check_notice(notice, rosters) == list(refusal.value.faults)


def test_ten_thousand_parts_are_too_many() -> None:
    case = small_case()
    files = case.files()
    rosters = Rosters((files["objects"],) * 10_000, (files["inspectors"],), (files["avoid"],))
    with pytest.raises(Refused, match=r"objects.csv：应为至多 9999 个文件，实为 10000 个"):
        build_notice(case.sealed(), rosters)


def test_ids_that_differ_in_case_are_found_far_apart_and_across_parts() -> None:
    capitals = [f"A{n:05d}X" for n in range(3000)]
    small = ["a00007x", "a02999X", "b"]
    parts = [objects(*(f"{name},s,z,1,甲" for name in names)) for names in (capitals, small)]
    facts = survey(Rosters(tuple(parts), (csv_bytes("inspectors", []),), (csv_bytes("avoid", []),)), {}, "sha256")
    assert facts.object_twins == [("A00007X", "a00007x"), ("A02999X", "a02999X")]
    assert facts.faults == []


def test_memory_does_not_grow_with_the_roster_beyond_what_is_drawn() -> None:
    def peak(rows: int) -> int:
        def pieces() -> Iterator[bytes]:
            yield b"id,stratum,zone,tickets,name\n"
            for start in range(0, rows, 1000):
                yield "".join(f"91150300MA{n:08d},s,z,1,甲\n" for n in range(start, start + 1000)).encode()

        rosters = Rosters((Part("objects.csv", pieces),), (csv_bytes("inspectors", []),), (csv_bytes("avoid", []),))
        drums = Drums("sha256", "00" * 32, [Stratum("s", 50, 50)])
        tracemalloc.start()
        try:
            assert survey(rosters, {}, "sha256", drums).counts["objects"] == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(200_000) - peak(20_000) < 100_000


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    case = small_case()
    files = case.files()
    rosters = Rosters((tmp_path / "objects.csv",), (files["inspectors"],), (files["avoid"],))
    with pytest.raises(CannotOpen, match=r"objects.csv：没有这个文件或文件夹"):
        draw(case.sealed(), rosters, case.reveals(), case.beacon)


def test_a_piece_is_shorter_than_the_longest_line() -> None:
    # Only then can no more than the first line of a block be too long, which is all that the reader looks at.
    assert PIECE < MAX_LINE
