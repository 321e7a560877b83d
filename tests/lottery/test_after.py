"""One ticket explained, formulas followed with a hash calculator, and who comes next when somebody falls out."""

import hashlib

import pytest

from sunlot.lottery import (
    Refused,
    TeamNow,
    avoid_pairs,
    check_beacon,
    commitment,
    explain_object,
    read_notice,
    replace_inspector,
    replace_object,
    stratum_tickets,
    teams_of,
    zones_of,
)
from sunlot.lottery.beacon import Dice, Lottery

from .making import DRAWS, VECTORS, read_json, small_case, vector_rosters


def test_a_commitment_is_what_a_hash_calculator_gives() -> None:
    text = f"sunlot-draw/1 commit\n150300-2026-0007/2\nlead\n{'0f' * 32}\n"
    assert commitment("150300-2026-0007", 2, "lead", "0f" * 32) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", DRAWS)
def test_ranks_explain_who_was_drawn_and_who_stands_by(name: str) -> None:
    folder = VECTORS / name
    result, rosters = read_json(folder / "result.json"), vector_rosters(folder)
    notice = read_notice(read_json(folder / "notice.json")).notice
    assert notice is not None
    stratum = result["objects"][0]
    order = stratum["drawn"] + stratum["reserve"]
    tickets = list(stratum_tickets(notice, rosters, result["seed"], stratum["stratum"]))
    ranked = [one.object for one in sorted(tickets, key=lambda one: (one.ticket, one.object))]
    assert ranked[: len(order)] == order
    for identifier in {order[0], order[-1], ranked[-1]}:
        told = explain_object(notice, rosters, result["seed"], identifier)
        assert told.rank == ranked.index(identifier) + 1
        assert told.candidates == len(tickets)
        expected = "drawn" if identifier in stratum["drawn"] else "reserve" if identifier in order else "not drawn"
        assert told.outcome == expected
        assert told.ticket.text.startswith(told.key + identifier)
        if notice.hash == "sha256":
            assert hashlib.sha256(told.ticket.text.encode()).hexdigest() == told.ticket.ticket


def test_an_object_with_three_tickets_is_explained_by_its_best_ball() -> None:
    case = small_case()
    case.objects[0] = "OBJ-000,A,z2,3,对象"
    result = case.draw()
    notice = read_notice(case.sealed()).notice  # type: ignore[arg-type]  # JSON
    assert notice is not None
    told = explain_object(notice, case.rosters(), result["seed"], "OBJ-000")
    balls = [told.key + "OBJ-000" + end for end in ("", "#2", "#3")]
    digests = {hashlib.sha256(ball.encode()).hexdigest(): ball for ball in balls}
    assert (told.ticket.ticket, told.ticket.text) == min(digests.items())
    with pytest.raises(Refused, match=r"objects.csv id 列：应为名录中的编号，实为 nobody"):
        explain_object(notice, case.rosters(), result["seed"], "nobody")


def test_the_next_reserve_with_an_open_team_goes_to_the_team_with_the_fewest_objects() -> None:
    teams = [
        TeamNow("z-1", "z", 1, ("p1",), ("a", "out")),
        TeamNow("z-2", "z", 2, ("p2",), ("b",)),
        TeamNow("z-10", "z", 10, ("p3",), ("c", "d")),
        TeamNow("y-1", "y", 1, ("p4",), ()),
    ]
    zones = {"r1": "z", "r2": "z", "r3": "z", "r4": "y"}
    avoid = {("p1", "r1"), ("p2", "r1"), ("p3", "r1"), ("p1", "r3"), ("p2", "r3")}

    def replaced(reserve: list[str], taken: set[str]) -> tuple[str, str, tuple[str, ...]] | None:
        found = replace_object("out", reserve, taken=taken, zones=zones, teams=teams, avoid=avoid)
        return found and (found.object, found.team, found.passed_over)

    assert replaced(["r1", "r2"], set()) == ("r2", "z-1", ("r1",))  # without `out` team 1 holds one, as team 2 does
    assert replaced(["r3"], set()) == ("r3", "z-10", ())
    assert replaced(["r2", "r4"], {"r2"}) == ("r4", "y-1", ())
    assert replaced(["r1"], set()) is None
    assert replaced([], set()) is None


def test_an_inspector_is_replaced_by_the_next_who_may_meet_all_objects() -> None:
    avoid = {("p1", "b"), ("p2", "z")}
    found = replace_inspector(["p0", "p1", "p2"], taken={"p0"}, objects=["a", "b"], avoid=avoid)
    assert found is not None
    assert (found.inspector, found.passed_over) == ("p2", ("p1",))
    alone = replace_inspector(["p1"], taken=(), objects=["a"], avoid=avoid)
    assert alone is not None
    assert alone.inspector == "p1"
    assert replace_inspector(["p1"], taken=(), objects=["b"], avoid=avoid) is None


def test_replacements_read_what_they_need_from_result_and_rosters() -> None:
    folder = VECTORS / "joint-three-districts"
    result, rosters = read_json(folder / "result.json"), vector_rosters(folder)
    teams = teams_of(result)
    assert [(team.id, team.number) for team in teams][:2] == [("150302-1", 1), ("150302-2", 2)]
    assert [list(team.objects) for team in teams] == [team["objects"] for team in result["teams"]]
    objects = [identifier for team in teams for identifier in team.objects]
    zones = zones_of(rosters, objects)
    assert all(zones[identifier] == team.zone for team in teams for identifier in team.objects)
    lines = (folder / "avoid.csv").read_text().splitlines()[1:]
    assert avoid_pairs(rosters) == {tuple(line.split(",")) for line in lines}


LOTTERY = Lottery("双色球", "1", ((6, 33), (1, 16)), "2026-11-24T21:15:00+08:00")
VALUES: list[tuple[Dice | Lottery | None, object, str | None]] = [
    (None, None, None),
    (None, "", "应为 null（公告不用信标），实为空字符串"),
    (Dice(20), "12345612345612345612", None),
    (Dice(20), None, "应为 20 位骰子点数，实为 null"),
    (Dice(20), "1234561234561234561", "应为 20 位骰子点数，实为 19 位"),
    (Dice(20), "123456123456123456123", "应为 20 位骰子点数，实为 21 位"),
    (Dice(20), "1234561234561234560１", "每位 1 至 6，实为“1234561234561234560１”"),
    (Dice(20), "12345612345612345617", "每位 1 至 6"),
    (Dice(20), "12345612345612345612\n", r"每位 1 至 6，实为“12345612345612345612\u000a”"),
    (Dice(20), 12345612345612345612, "应为 20 位骰子点数，实为 12345612345612345612"),
    (LOTTERY, "01-02-03-04-05-33-16", None),
    (LOTTERY, "28-29-30-31-32-33-01", None),
    (LOTTERY, None, "应为双色球第 1 期的号码，实为 null"),
    (LOTTERY, "01-02-03-04-05-33", "7 个两位数的号码，以 - 相连，实为“01-02-03-04-05-33”"),
    (LOTTERY, "01-02-03-04-05-33-16-17", "7 个两位数的号码"),
    (LOTTERY, "1-02-03-04-05-33-16", "7 个两位数的号码"),
    (LOTTERY, "01 02 03 04 05 33 16", "7 个两位数的号码"),
    (LOTTERY, "01-02-03-04-05-34-16", "第 1 池的号码在 01 至 33 之间，实为 34"),
    (LOTTERY, "00-02-03-04-05-33-16", "第 1 池的号码在 01 至 33 之间，实为 00"),
    (LOTTERY, "01-02-03-04-05-33-17", "第 2 池的号码在 01 至 16 之间，实为 17"),
    (LOTTERY, "01-02-04-03-05-33-16", "第 1 池的号码严格递增，实为 04 之后是 03"),
    (LOTTERY, "01-02-03-03-05-33-16", "第 1 池的号码严格递增，实为 03 之后是 03"),
]


@pytest.mark.parametrize(("beacon", "value", "expected"), VALUES)
def test_the_value_of_a_beacon_has_its_form(beacon: Dice | Lottery | None, value: object, expected: str | None) -> None:
    faults = [str(fault) for fault in check_beacon(beacon, value)]
    if expected is None:
        assert faults == []
    else:
        assert len(faults) == 1
        assert expected in faults[0]
