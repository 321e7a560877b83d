"""A rehearsal is the draw itself: with the seed of a vector it gives the vector's result."""

import pytest

from sunlot.lottery import Rehearsal, Rosters, read_notice, rehearsal_seed
from sunlot.lottery.result import write_result
from sunlot.norms import canonical

from .making import DRAWS, VECTORS, read_json, vector_rosters


@pytest.mark.parametrize("name", DRAWS)
def test_with_the_seed_of_a_draw_it_gives_the_result_of_the_draw(name: str) -> None:
    folder = VECTORS / name
    notice, result = read_json(folder / "notice.json"), read_json(folder / "result.json")
    said = read_notice(notice).notice
    assert said is not None
    rehearsal = Rehearsal(vector_rosters(folder), said.strata, said.teams, said.hash)
    assert rehearsal.faults == []
    again = write_result(result["notice"], (), result["beacon"], rehearsal.draw(result["seed"]))
    assert canonical.dumps({**again, "reveals": result["reveals"]}) == canonical.dumps(result)
    assert [one.drawn for one in rehearsal.draw_objects(result["seed"])] == [
        tuple(one["drawn"]) for one in result["objects"]
    ]


def test_rosters_that_can_fill_no_team_are_named_and_their_objects_drawn_all_the_same() -> None:
    folder = VECTORS / "one-team"
    said = read_notice(read_json(folder / "notice.json")).notice
    assert said is not None
    objects = vector_rosters(folder).objects
    nobody = Rosters(objects, (b"id,department,zone\n",), (b"inspector,object\n",))
    rehearsal = Rehearsal(nobody, said.strata, said.teams)
    assert any("足够的检查人员" in fault.expected for fault in rehearsal.faults)
    seed = rehearsal_seed("名录", 1)
    assert [len(one.drawn) for one in rehearsal.draw_objects(seed)] == [one.quota for one in said.strata]
    with pytest.raises(RuntimeError, match="don't allow teams"):
        rehearsal.draw(seed)


def test_its_seeds_differ_by_name_and_number_and_are_the_same_again() -> None:
    seeds = {rehearsal_seed(name, number) for name in ("a", "b") for number in range(50)}
    assert len(seeds) == 100
    assert rehearsal_seed("a", 7) in seeds
