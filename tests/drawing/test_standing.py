"""The teams of today as a function of the result and the replacements: whatever happens, every seat and place is one."""

from hypothesis import given
from hypothesis import strategies as st

from sunlot.drawing.models import Replacement
from sunlot.drawing.standing import TeamStanding, teams_after
from sunlot.lottery import replace_inspector, replace_object

ZONES = ("z1", "z2")


def object_row(out: str, team: str, incoming: str) -> Replacement:
    return Replacement(kind="object", outgoing=out, team=team, incoming=incoming)


def member_row(out: str, team: str, incoming: str, alone: str = "") -> Replacement:
    return Replacement(kind="inspector", outgoing=out, team=team, incoming=incoming, object=alone, department="d")


def two_teams() -> tuple[TeamStanding, ...]:
    return (
        TeamStanding("z1-1", "z1", 1, (("d", "p1"), ("e", "q1")), ("a", "b")),
        TeamStanding("z1-2", "z1", 2, (("d", "p2"), ("e", "q2")), ("c",)),
    )


def test_each_kind_of_replacement_by_hand() -> None:
    rows = [
        object_row("a", "z1-2", "x"),
        member_row("p1", "z1-1", "r1", "b"),
        member_row("p1", "z1-1", "r2"),
        member_row("r1", "z1-1", "r3", "b"),
    ]
    first, second = teams_after(two_teams(), rows, {}, takes=True)
    assert first.objects == ("b",) and second.objects == ("c", "x")
    assert first.members == (("d", "r2"), ("e", "q1"))
    assert first.members_for("b") == (("d", "r3"), ("e", "q1"))
    assert first.inspectors == {"r2", "r3", "q1"}


def test_a_team_for_which_nobody_is_left_is_short_and_what_was_taken_over_leaves_it() -> None:
    first, second = teams_after(two_teams(), [member_row("p1", "z1-1", "")], {"z1-1": ["a"]}, takes=True)
    assert first.is_short and first.objects == ("b",) and not second.is_short


def test_what_comes_in_stands_with_the_draw_that_is_supplemented() -> None:
    first, _ = teams_after(two_teams(), [object_row("a", "z1-1", "x")], {}, takes=False)
    assert first.objects == ("b",)


@given(st.data())
def test_by_the_rule_no_object_and_no_inspector_is_ever_twice(data: st.DataObject) -> None:
    """Replacements that the core computes, in any order, keep everybody in one place and every team complete."""
    count = data.draw(st.integers(1, 4))
    teams = tuple(
        TeamStanding(
            f"z1-{n}", "z1", n, (("d", f"p{n}"),), tuple(f"o{n}.{k}" for k in range(data.draw(st.integers(0, 3))))
        )
        for n in range(1, count + 1)
    )
    reserve, order = [f"x{n}" for n in range(6)], [f"r{n}" for n in range(6)]
    avoid = set(data.draw(st.lists(st.tuples(st.sampled_from(order), st.sampled_from(reserve)), max_size=6)))
    rows: list[Replacement] = []
    now = teams
    for _ in range(data.draw(st.integers(0, 8))):
        held = [one for team in now for one in team.objects]
        if data.draw(st.booleans()) and held:
            out = data.draw(st.sampled_from(held))
            taken = {one.incoming for one in rows if one.is_of_object}
            zones = dict.fromkeys(reserve, "z1")
            found = replace_object(
                out, reserve, taken=taken, zones=zones, teams=[team.as_now() for team in now], avoid=avoid
            )
            if found is not None:
                rows.append(object_row(out, found.team, found.object))
        else:
            team = data.draw(st.sampled_from(now))
            engaged = {n for one in now for n in one.inspectors} | {
                n for one in rows if not one.is_of_object for n in (one.outgoing, one.incoming)
            }
            came = replace_inspector(order, taken=engaged, objects=team.objects, avoid=avoid)
            if came is not None:
                rows.append(member_row(team.members[0][1], team.id, came.inspector))
        now = teams_after(teams, rows, {}, takes=True)
    places = [one for team in now for one in team.objects]
    seats = [inspector for team in now for _, inspector in team.members]
    assert len(places) == len(set(places)) == sum(len(team.objects) for team in teams)
    assert len(seats) == len(set(seats)) == count
    assert not {(m, o) for team in now for _, m in team.members for o in team.objects} & avoid
    gone = {one.outgoing for one in rows}
    assert gone.isdisjoint(places) and gone.isdisjoint(seats)
