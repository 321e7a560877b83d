"""One rejection for each rule of the notice: what is spoilt, and the fault that must be told, word for word."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from sunlot.lottery import Refused, build_notice, check_notice, draw, read_notice
from sunlot.lottery.text import instant

from .making import DIGEST, Case, small_case

LOTTERY = {
    "kind": "lottery",
    "name": "双色球",
    "issue": "2026134",
    "pools": [[6, 33], [1, 16]],
    "not_before": "2026-11-24T21:15:00+08:00",
}
ABORTED = {"notice": "aa" * 32, "contributors": ["gone"], "reason": "未揭示"}
ID = "编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）"
TEXT = "不空且不含控制字符、零宽字符的文字"
TIME = "时间（如 2026-11-23T09:30:00+08:00）"
HEX = "摘要（64 位小写十六进制）"


def put(path: str, value: Any) -> Callable[[Case], None]:
    """Set the member at a path such as ``teams.0.count``; `...` removes it."""

    def spoil(case: Case) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = case.notice
        for step in way:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        if value is ...:
            del place[last]
        else:
            place[last] = value

    return spoil


def both(*spoils: Callable[[Case], None]) -> Callable[[Case], None]:
    return lambda case: [spoil(case) for spoil in spoils] and None


def rows(roster: str, change: Callable[[list[str]], list[str]]) -> Callable[[Case], None]:
    return lambda case: setattr(case, roster, sorted(change(getattr(case, roster))))


def second_attempt(**changes: Any) -> Callable[[Case], None]:
    return lambda case: case.notice.update({"attempt": 2, "previous": [ABORTED], "beacon": LOTTERY} | changes)


RULES: dict[str, tuple[Callable[[Case], None], str]] = {
    # Rule 1
    "1 protocol unknown": (
        put("protocol", "sunlot-draw/2"),
        "notice.json protocol：应为“sunlot-draw/1”，实为“sunlot-draw/2”",
    ),
    "1 title missing": (put("title", ...), f"notice.json title：应为{TEXT}，实为没有"),
    "1 title empty": (put("title", ""), f"notice.json title：应为{TEXT}，实为空字符串"),
    "1 title with a direction mark": (
        put("title", "甲\u202e乙"),
        rf"notice.json title：应为{TEXT}，实为“甲\u202e乙”",
    ),
    "1 authority a number": (put("authority", 7), f"notice.json authority：应为{TEXT}，实为 7"),
    "1 draw no identifier": (put("draw", "a/b"), f"notice.json draw：应为{ID}，实为“a/b”"),
    "1 draw of 65": (put("draw", "a" * 65), f"notice.json draw：应为{ID}，实为“{'a' * 65}”"),
    "1 draw with a line end": (put("draw", "a\n"), rf"notice.json draw：应为{ID}，实为“a\u000a”"),
    "1 rules no digest": (put("rules", DIGEST.upper()), f"notice.json rules：应为{HEX}，实为“{DIGEST.upper()}”"),
    "1 supplements no digest": (put("supplements", ""), f"notice.json supplements：应为{HEX}，实为空字符串"),
    "1 supplements missing": (put("supplements", ...), f"notice.json supplements：应为{HEX}，实为没有"),
    "1 sealed_at no time": (
        put("sealed_at", "2026-02-29T00:00:00Z"),
        f"notice.json sealed_at：应为{TIME}，实为“2026-02-29T00:00:00Z”",
    ),
    "1 reveal_by at sealed_at": (
        put("reveal_by", "2026-11-23T01:30:00.000Z"),
        "notice.json reveal_by：应为晚于 sealed_at 的时间，实为“2026-11-23T01:30:00.000Z”",
    ),
    "1 release before sealed_at": (
        put("release", "2026-11-23T01:29:59.9Z"),
        "notice.json release：应为晚于 sealed_at 的时间，实为“2026-11-23T01:29:59.9Z”",
    ),
    "1 release missing": (put("release", ...), f"notice.json release：应为{TIME}，实为没有"),
    "1 parts empty": (put("avoid.parts", []), "notice.json avoid.parts：应为至少一个文件的摘要，实为空数组"),
    "1 parts no list": (put("avoid.parts", DIGEST), f"notice.json avoid.parts：应为数组，实为“{DIGEST}”"),
    "1 a part no digest": (put("avoid.parts", ["x"]), f"notice.json avoid.parts[0]：应为{HEX}，实为“x”"),
    "1 count a boolean": (put("avoid.count", True), "notice.json avoid.count：应为不小于 0 的整数，实为 true"),
    "1 a stray member inside": (put("objects.note", 1), "notice.json objects.note：应为没有这个成员，实为 1"),
    "1 teams no list": (put("teams", {}), "notice.json teams：应为数组，实为对象（0 个成员）"),
    # Rule 2
    "2 attempt 0": (put("attempt", 0), "notice.json attempt：应为不小于 1 的整数，实为 0"),
    "2 first attempt with a previous": (
        put("previous", [ABORTED]),
        "notice.json previous：应为此前中止的 0 次公告，实为 1 次",
    ),
    "2 an absurd attempt": (
        second_attempt(attempt=2**53 - 1),
        f"notice.json previous：应为此前中止的 {2**53 - 2} 次公告，实为 1 次",
    ),
    "2 the same notice twice": (
        second_attempt(attempt=3, previous=[ABORTED, ABORTED]),
        f"notice.json previous：应为每次公告的摘要各不相同，实为 {'aa' * 32} 出现两次",
    ),
    "2 a second attempt with dice": (
        second_attempt(beacon={"kind": "dice", "rolls": 20}),
        "notice.json beacon：应为彩票（第二次起信标须为彩票），实为“dice”",
    ),
    "2 a second attempt without beacon": (
        second_attempt(beacon=None),
        "notice.json beacon：应为彩票（第二次起信标须为彩票），实为 null",
    ),
    "2 who failed contributes": (
        second_attempt(previous=[ABORTED | {"contributors": ["JIJIAN"]}]),
        "notice.json contributors：应为不含此前未揭示的参与方（不分大小写），实为 jijian",
    ),
    "2 a reason that is empty": (
        second_attempt(previous=[ABORTED | {"reason": ""}]),
        f"notice.json previous[0].reason：应为{TEXT}，实为空字符串",
    ),
    "2 who failed is no identifier": (
        second_attempt(previous=[ABORTED | {"contributors": [None]}]),
        f"notice.json previous[0].contributors[0]：应为{ID}，实为 null",
    ),
    # Rule 3
    "3 count of objects": (put("objects.count", 23), "notice.json objects.count：应为名录的行数 24，实为 23"),
    "3 count of pairs": (put("avoid.count", 3), "notice.json avoid.count：应为名录的行数 2，实为 3"),
    "3 objects that differ in case": (
        rows("objects", lambda old: [*old, "obj-003,A,z1,1,又一"]),
        "objects.csv id 列：应为不只差大小写的编号，实为 OBJ-003 与 obj-003",
    ),
    "3 inspectors that differ in case": (
        rows("inspectors", lambda old: [*old, "Q-1,other,z1"]),
        "inspectors.csv id 列：应为不只差大小写的编号，实为 Q-1 与 q-1",
    ),
    "3 contributors that differ in case": (
        put("contributors.1.id", "LEAD"),
        "notice.json contributors：应为编号各不相同，也不只差大小写，实为 lead 与 LEAD",
    ),
    "3 a strange inspector": (
        rows("avoid", lambda old: [*old, "nobody,OBJ-002"]),
        "avoid.csv inspector 列：应为 inspectors.csv 中的编号，实为 nobody",
    ),
    "3 a strange object": (
        rows("avoid", lambda old: [*old, "p-z1-2,OBJ-999"]),
        "avoid.csv object 列：应为 objects.csv 中的编号，实为 OBJ-999",
    ),
    # Rule 4
    "4 a stratum not listed": (
        put("objects.strata.1", ...),
        "notice.json objects.strata：应为列出 B 层（objects.csv 中有 12 个对象），实为没有列出",
    ),
    "4 a stratum listed twice": (
        put("objects.strata.1.id", "A"),
        "notice.json objects.strata：应为每层只列一次，实为 A 出现两次",
    ),
    "4 a stratum without objects": (
        put("objects.strata.1.id", "C"),
        "notice.json objects.strata[1].id：应为 objects.csv 中有对象的层，实为 C",
    ),
    "4 a quota above the candidates": (
        put("objects.strata.0.quota", 13),
        "notice.json objects.strata[0].quota：应为不多于 A 层的候选数 12，实为 13",
    ),
    "4 a negative quota": (
        put("objects.strata.0.quota", -1),
        "notice.json objects.strata[0].quota：应为不小于 0 的整数，实为 -1",
    ),
    "4 a negative reserve": (
        put("objects.strata.0.reserve", -1),
        "notice.json objects.strata[0].reserve：应为不小于 0 的整数，实为 -1",
    ),
    "4 nothing to draw": (
        both(put("objects.strata.0.quota", 0), put("objects.strata.1.quota", 0)),
        "notice.json objects.strata：应为各层 quota 之和不小于 1，实为 0",
    ),
    # Rule 5
    "5 a zone not listed": (
        put("teams.1", ...),
        "notice.json teams：应为列出辖区 z1（objects.csv 中有 16 个对象），实为没有列出",
    ),
    "5 a zone twice": (put("teams.1.zone", "z2"), "notice.json teams：应为每个辖区只列一次，实为 z2 出现两次"),
    "5 a zone without objects": (
        put("teams.1.zone", "z3"),
        "notice.json teams[1].zone：应为 objects.csv 中有对象的辖区，实为 z3",
    ),
    "5 no team": (put("teams.0.count", 0), "notice.json teams[0].count：应为 1 至 1000 的整数，实为 0"),
    "5 too many teams": (put("teams.0.count", 1001), "notice.json teams[0].count：应为 1 至 1000 的整数，实为 1001"),
    "5 no seat": (put("teams.1.seats", []), "notice.json teams[1].seats：应为至少一个席位，实为空数组"),
    "5 a department twice": (
        put("teams.0.seats.1.department", "lead"),
        "notice.json teams[0].seats：应为每个部门只有一个席位，实为 lead 出现两次",
    ),
    "5 an empty seat": (
        put("teams.0.seats.0.count", 0),
        "notice.json teams[0].seats[0].count：应为 1 至 50 的整数，实为 0",
    ),
    "5 a seat of 51": (
        put("teams.0.seats.0.count", 51),
        "notice.json teams[0].seats[0].count：应为 1 至 50 的整数，实为 51",
    ),
    # Rule 6
    "6 too few inspectors": (
        put("teams.1.count", 4),
        "inspectors.csv lead 部门：应为足够的检查人员：z1（teams[1].seats[0]）需 8 人、有 6 人，共缺 2 人，"
        "实为可到任何辖区（zone 为 *）的 0 人",
    ),
    "6 too few who roam": (
        put("teams.0.count", 3),
        "inspectors.csv other 部门：应为足够的检查人员：z2（teams[0].seats[1]）需 3 人、有 1 人，共缺 2 人，"
        "实为可到任何辖区（zone 为 *）的 1 人",
    ),
    # Rule 7
    "7 shut out": (
        rows("avoid", lambda _: [f"p-z1-{n},OBJ-001" for n in range(5)]),
        "avoid.csv 对象 OBJ-001：应为 lead 部门在 z1 至少 2 人可以检查它（可派 6 人），实为回避 5 人，只余 1 人",
    ),
    "7 shut out from roaming ones too": (
        rows("avoid", lambda _: ["q-3,OBJ-003", "q-any,OBJ-003"]),
        "avoid.csv 对象 OBJ-003：应为 other 部门在 z2 至少 1 人可以检查它（可派 2 人），实为回避 2 人，只余 0 人",
    ),
    # Rule 8
    "8 one contributor": (put("contributors.1", ...), "notice.json contributors：应为 2 至 50 个参与方，实为 1 个"),
    "8 too many contributors": (
        put("contributors", [{"id": f"c{n}", "role": "参与"} for n in range(51)]),
        "notice.json contributors：应为 2 至 50 个参与方，实为 51 个",
    ),
    "8 the same contributor twice": (
        put("contributors.1.id", "lead"),
        "notice.json contributors：应为编号各不相同，也不只差大小写，实为 lead 与 lead",
    ),
    "8 the same commitment twice": (
        both(put("contributors.0.commitment", DIGEST), put("contributors.1.commitment", DIGEST)),
        f"notice.json contributors：应为承诺各不相同，实为 {DIGEST} 出现两次",
    ),
    "8 a commitment that is none": (
        put("contributors.0.commitment", "x"),
        f"notice.json contributors[0].commitment：应为{HEX}，实为“x”",
    ),
    # Rule 9
    "9 beacon missing": (put("beacon", ...), "notice.json beacon：应为对象，实为没有"),
    "9 beacon of a new kind": (
        put("beacon", {"kind": "coin"}),
        "notice.json beacon.kind：应为“dice”或“lottery”，实为“coin”",
    ),
    "9 few dice": (put("beacon.rolls", 19), "notice.json beacon.rolls：应为 20 至 1000 的整数，实为 19"),
    "9 many dice": (put("beacon.rolls", 1001), "notice.json beacon.rolls：应为 20 至 1000 的整数，实为 1001"),
    "9 dice with a stray member": (put("beacon.name", "x"), "notice.json beacon.name：应为没有这个成员，实为“x”"),
    "9 lottery without issue": (
        put("beacon", {name: value for name, value in LOTTERY.items() if name != "issue"}),
        f"notice.json beacon.issue：应为{TEXT}，实为没有",
    ),
    "9 more numbers than in the pool": (
        put("beacon", LOTTERY | {"pools": [[34, 33]]}),
        "notice.json beacon.pools[0][0]：应为 1 至 33 的整数，实为 34",
    ),
    "9 a pool of a hundred": (
        put("beacon", LOTTERY | {"pools": [[6, 100]]}),
        "notice.json beacon.pools[0][1]：应为 1 至 99 的整数，实为 100",
    ),
    "9 a pool of three numbers": (
        put("beacon", LOTTERY | {"pools": [[6, 33, 1]]}),
        "notice.json beacon.pools[0]：应为两个整数：取几个、共几个，实为数组（3 项）",
    ),
    "9 no pools": (
        put("beacon", LOTTERY | {"pools": []}),
        "notice.json beacon.pools：应为合计不少于 10000000 种可能，实为 1 种",
    ),
    "9 a small lottery": (
        put("beacon", LOTTERY | {"pools": [[6, 33]]}),
        "notice.json beacon.pools：应为合计不少于 10000000 种可能，实为 1107568 种",
    ),
    "9 numbers before the reveals end": (
        put("beacon", LOTTERY | {"not_before": "2026-11-23T10:59:59+08:00"}),
        "notice.json beacon.not_before：应为不早于 reveal_by 的时间，实为“2026-11-23T10:59:59+08:00”",
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), RULES.values(), ids=RULES)
def test_a_notice_is_refused_that_breaks_rule(spoil: Callable[[Case], None], expected: str) -> None:
    case = small_case()
    assert check_notice(case.sealed(), case.rosters()) == []
    spoil(case)
    faults = [str(fault) for fault in check_notice(case.sealed(), case.rosters())]
    assert expected in faults
    with pytest.raises(Refused, match=re.escape(expected)):
        draw(case.sealed(), case.rosters(), case.reveals(), case.beacon)


def test_every_fault_is_listed_not_only_the_first() -> None:
    case = small_case()
    for name in ("1 draw of 65", "1 title empty", "3 a strange object", "5 a department twice", "9 few dice"):
        RULES[name][0](case)
    faults = {str(fault) for fault in check_notice(case.sealed(), case.rosters())}
    for name in ("1 draw of 65", "1 title empty", "3 a strange object", "5 a department twice", "9 few dice"):
        assert RULES[name][1] in faults


def test_the_limits_themselves_are_valid() -> None:
    case = small_case()
    put("draw", "a" * 64)(case)
    put("objects.strata.0.quota", 12)(case)
    put("objects.strata.1.quota", 0)(case)
    put("objects.strata.0.reserve", 2**53 - 1)(case)
    put("beacon.rolls", 1000)(case)
    put("sealed_at", "2026-11-23T10:59:59.99999999999999999999+08:00")(case)
    put("contributors", [{"id": f"c{n}", "role": "参与"} for n in range(50)])(case)
    put("added", [{"by": "a later version"}])(case)
    assert check_notice(case.sealed(), case.rosters()) == []
    put("beacon", LOTTERY | {"not_before": "2026-11-23T03:00:00Z"})(case)  # reveal_by itself
    assert check_notice(case.sealed(), case.rosters()) == []


def test_a_second_attempt_with_a_lottery_is_valid_and_a_hash_unknown_is_not() -> None:
    case = small_case()
    second_attempt()(case)
    assert check_notice(case.sealed(), case.rosters()) == []
    notice = case.sealed() | {"hash": "md5"}
    faults = check_notice(notice, case.rosters())
    assert [str(fault) for fault in faults] == ["notice.json hash：应为“sha256”或“sm3”，实为“md5”"]
    assert read_notice([]).notice is None
    assert [str(fault) for fault in read_notice([]).faults] == ["notice.json：应为对象，实为数组（0 项）"]


def test_a_notice_is_built_from_a_template_or_refused_with_all_its_faults() -> None:
    case = small_case()
    sealed = case.sealed()
    template = {name: value for name, value in sealed.items() if name not in ("inspectors", "avoid")}
    template["objects"] = {"strata": sealed["objects"]["strata"]}
    assert build_notice(template, case.rosters()) == sealed
    assert build_notice(sealed, case.rosters()) == sealed
    with pytest.raises(Refused, match=r"beacon.rolls") as refusal:
        build_notice(template | {"beacon": {"kind": "dice", "rolls": 1}, "title": ""}, case.rosters())
    assert len(refusal.value.faults) == 2
    with pytest.raises(Refused, match="应为对象，含 strata，实为 null"):
        build_notice(template | {"objects": None}, case.rosters())
    with pytest.raises(Refused, match=r"notice.json：应为对象、数组、字符串、整数、布尔或 null，实为 float"):
        build_notice(template | {"note": 0.5}, case.rosters())


TIMES = {
    "2026-11-23T09:30:00+08:00": "2026-11-23T01:30:00Z",
    "2024-02-29T23:59:59.500Z": "2024-03-01T00:59:59.5+01:00",
    "2000-02-29T00:00:00-00:30": "2000-02-29T00:30:00+00:00",
    "0000-03-01T00:00:00Z": "0000-02-29T23:00:00-01:00",
}


@pytest.mark.parametrize(("one", "other"), TIMES.items())
def test_times_compare_as_instants(one: str, other: str) -> None:
    assert instant(one) == instant(other) is not None


def test_times_one_step_apart_are_in_order() -> None:
    steps = ["2025-12-31T23:59:59Z", "2025-12-31T23:59:59.0000000001Z", "2025-12-31T23:59:59.9Z",
             "2025-12-31T23:59:59.91Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00-00:01", "2026-03-01T00:00:00Z"]  # fmt: skip
    moments = [instant(step) for step in steps]
    assert None not in moments
    assert moments == sorted(moments, key=lambda moment: moment or (0, ""))
    assert len(set(moments)) == len(moments)


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-23", "2026-11-23t09:30:00Z", "2026-11-23T09:30:00z", "2026-11-23 09:30:00Z", "2026-11-23T09:30Z",
     "2026-11-23T09:30:60Z", "2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z", "2026-13-01T00:00:00Z",
     "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-23T09:30:00",
     "2026-11-23T09:30:00.Z", "2026-11-23T09:30:00+24:00", "2026-11-23T09:30:00+08:60", "2026-11-23T09:30:00+0800",
     "２026-11-23T09:30:00Z", "2026-11-23T09:30:00Z\n", " 2026-11-23T09:30:00Z"],
)  # fmt: skip
def test_other_forms_of_time_are_none(text: str) -> None:
    assert instant(text) is None
