"""What must hold for every draw, whatever the rosters: hypothesis makes them, and independent code judges the result."""

import copy
import hashlib
import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlot.lottery import Refused, Rosters, draw, key, verify
from sunlot.lottery.notice import Stratum
from sunlot.lottery.objects import Drums
from sunlot.norms import canonical

from .making import Case, small_case, write_as


@st.composite
def cases(draw_from: st.DrawFn) -> Case:
    """A valid draw: one to three zones, tight avoidance, roaming inspectors, strata of any quota, tickets of any number."""
    rng = draw_from(st.randoms(use_true_random=False))
    zones = [f"z{n}" for n in range(draw_from(st.integers(1, 3)))]
    rng.shuffle(zones)
    seats = {zone: rng.randint(1, 2) for zone in zones}
    counts = {zone: draw_from(st.integers(1, 4)) for zone in zones}
    count = draw_from(st.integers(len(zones), 40))
    strata = ["s"] if count < 6 else ["s", "t"]
    objects = [
        f"o{n:02d},{strata[n % len(strata)]},{zones[n % len(zones)]},{rng.choice([1, 1, 1, 2, 7])},对象{n}"
        for n in range(count)
    ]
    inspectors = []
    for zone in zones:
        need = counts[zone] * seats[zone]
        roaming = rng.randint(0, need)
        inspectors += [f"p{zone}-{n:02d},d,{zone}" for n in range(need - roaming + rng.randint(0, 2))]
        inspectors += [f"p{zone}-any-{n:02d},d,*" for n in range(roaming)]
    case = small_case()
    case.objects, case.inspectors = objects, sorted(inspectors)
    case.avoid = sorted(_avoidance(rng, objects, inspectors, seats, draw_from(st.floats(0, 1))))
    held = [sum(row.split(",")[1] == stratum for row in objects) for stratum in strata]
    quotas = [draw_from(st.integers(1, number)) for number in held]
    case.notice["objects"] = {
        "strata": [{"id": s, "quota": q, "reserve": rng.randint(0, 3)} for s, q in zip(strata, quotas, strict=True)]
    }
    case.notice["teams"] = [
        {"zone": zone, "count": counts[zone], "seats": [{"department": "d", "count": seats[zone]}]} for zone in zones
    ]
    case.notice["beacon"] = None
    case.beacon = None
    case.nonces = {name: f"{rng.getrandbits(256):064x}" for name in case.nonces}
    return case


def _avoidance(
    rng: random.Random, objects: list[str], inspectors: list[str], seats: dict[str, int], share: float
) -> set[str]:
    """Pairs that leave every object just enough inspectors (rule 7)."""
    pairs = set()
    for row in objects:
        identifier, _, zone, *_ = row.split(",")
        serving = [one.split(",")[0] for one in inspectors if one.split(",")[2] in (zone, "*")]
        spare = len(serving) - seats[zone]
        if rng.random() < share:
            pairs |= {f"{name},{identifier}" for name in rng.sample(serving, rng.randint(0, spare))}
    return pairs


def drawn_by_zone(case: Case, result: dict[str, Any]) -> dict[str, list[str]]:
    zone_of = {row.split(",")[0]: row.split(",")[2] for row in case.objects}
    zones: dict[str, list[str]] = {}
    for stratum in result["objects"]:
        for identifier in stratum["drawn"]:
            zones.setdefault(zone_of[identifier], []).append(identifier)
    return zones


def fits(open_teams: list[list[int]], teams: int, cap: int) -> bool:
    """Whether every object can stand in one of its open teams with no team over `cap`: Kuhn's bipartite matching of
    objects to cap places a team, written without a look at the code under test."""
    places: list[int | None] = [None] * (teams * cap)

    def seat(one: int, seen: set[int]) -> bool:
        for team in open_teams[one]:
            for place in range(team * cap, (team + 1) * cap):
                if place not in seen:
                    seen.add(place)
                    other = places[place]
                    if other is None or seat(other, seen):
                        places[place] = one
                        return True
        return False

    return all(seat(one, set()) for one in range(len(open_teams)))


@settings(max_examples=150)
@given(cases())
def test_every_draw_keeps_its_promises(case: Case) -> None:
    result = case.draw()
    pairs = {tuple(row.split(",")) for row in case.avoid}
    drawn = [identifier for stratum in result["objects"] for identifier in stratum["drawn"]]

    # Every drawn object stands in exactly one team or in unassigned; reserves are others, each once.
    placed = [identifier for team in result["teams"] for identifier in team["objects"]]
    assert sorted(placed + result["unassigned"]) == sorted(drawn)
    standing = [identifier for stratum in result["objects"] for identifier in stratum["drawn"] + stratum["reserve"]]
    assert len(set(standing)) == len(standing)

    # No team meets an avoided object, and an object is unassigned only when every team of its zone is closed to it.
    members = {team["id"]: [member["inspector"] for member in team["members"]] for team in result["teams"]}
    for team in result["teams"]:
        assert not pairs & {(name, identifier) for name in members[team["id"]] for identifier in team["objects"]}
    zone_of = {row.split(",")[0]: row.split(",")[2] for row in case.objects}
    for identifier in result["unassigned"]:
        own = [team["id"] for team in result["teams"] if team["zone"] == zone_of[identifier]]
        assert all(pairs & {(name, identifier) for name in members[team]} for team in own)

    # The fullest team of a zone holds no more than avoidance makes necessary.
    for zone, identifiers in drawn_by_zone(case, result).items():
        own_teams = [team for team in result["teams"] if team["zone"] == zone]
        open_teams = [
            [n for n, team in enumerate(own_teams) if not pairs & {(name, one) for name in members[team["id"]]}]
            for one in identifiers
            if one not in result["unassigned"]
        ]
        fullest = max(len(team["objects"]) for team in own_teams)
        assert fits(open_teams, len(own_teams), fullest)
        assert fullest == 0 or not fits(open_teams, len(own_teams), fullest - 1)


@settings(max_examples=60)
@given(cases())
def test_every_inspector_stands_in_one_place_and_every_seat_is_filled(case: Case) -> None:
    result = case.draw()
    home = {row.split(",")[0]: row.split(",")[2] for row in case.inspectors}
    seats = {entry["zone"]: entry["seats"][0]["count"] for entry in case.notice["teams"]}
    places = [(member["inspector"], team["zone"]) for team in result["teams"] for member in team["members"]]
    for team in result["teams"]:
        assert len(team["members"]) == seats[team["zone"]]
    places += [(name, reserve["zone"]) for reserve in result["inspector_reserve"] for name in reserve["order"]]
    assert sorted(name for name, _ in places) == sorted(home)
    assert all(home[name] in (zone, "*") for name, zone in places)


@settings(max_examples=60)
@given(cases(), st.data())
def test_with_the_same_seed_a_larger_quota_only_adds(case: Case, data: st.DataObject) -> None:
    """Successive sampling: one object more leaves all that were drawn before where they are."""
    stratum = case.notice["objects"]["strata"][0]["id"]
    columns = [list(column) for column in zip(*(row.encode().split(b",", 4) for row in case.objects), strict=True)]
    held = columns[1].count(stratum.encode())
    orders = []
    for _ in range(2):
        quota = data.draw(st.integers(0, held))
        drums = Drums("sha256", "00" * 32, [Stratum(stratum, quota, data.draw(st.integers(0, held)))])
        drums.put(*columns[:4])
        drawn = drums.draw()[0][0]
        assert len(drawn.drawn) == quota
        orders.append(drawn.drawn + drawn.reserve)
    shorter, longer = sorted(orders, key=len)
    assert longer[: len(shorter)] == shorter


@pytest.mark.parametrize("wanted", [0, 1, 63, 64, 65, 400, 2999, 3000, 3001])
def test_a_drum_that_throws_candidates_away_draws_what_sorting_them_all_would(wanted: int) -> None:
    ids = [b"OBJ-%04d" % number for number in range(3000)]
    for quota in {0, wanted // 2, wanted}:
        drums = Drums("sha256", "5a" * 32, [Stratum("s", quota, wanted - quota)])
        for at in range(0, len(ids), 700):
            block = ids[at : at + 700]
            drums.put(block, [b"s"] * len(block), [b"z"] * len(block), [b"1"] * len(block))
        drawn = drums.draw()[0][0]
        object_key = key("sha256", "5a" * 32, "object", "s").encode()
        order = [one.decode() for one in sorted(ids, key=lambda one: hashlib.sha256(object_key + one).digest())]
        assert list(drawn.drawn) == order[:quota]
        assert list(drawn.reserve) == order[quota:wanted]


def spoilt_rosters(files: dict[str, bytes]) -> list[tuple[str, dict[str, bytes]]]:
    """Permuted, duplicated, truncated and re-encoded rosters."""
    spoilt = []
    for name in ("objects.csv", "inspectors.csv", "avoid.csv"):
        lines = files[name].splitlines(keepends=True)
        header, rows = lines[0], lines[1:]
        text = files[name].decode()
        ways = {
            "permuted": b"".join([header, *rows[::-1]]),
            "duplicated": b"".join([*lines, rows[-1]]),
            "without its last row": b"".join(lines[:-1]),
            "without its last byte": files[name][:-1],
            "empty": b"",
            "UTF-16": text.encode("utf-16"),
            "with BOM": text.encode("utf-8-sig"),
            "CRLF": text.replace("\n", "\r\n").encode(),
            "quoted": b"".join(b'"' + line[:-1].replace(b",", b'","') + b'"\n' for line in lines),
        }
        spoilt += [(f"{name} {way}", files | {name: data}) for way, data in ways.items()]
    text = files["objects.csv"].decode()
    spoilt.append(("objects.csv GB 18030", files | {"objects.csv": text.encode("gb18030")}))
    return spoilt


FILES = small_case().bundle()
SPOILT_FILES = dict(spoilt_rosters(FILES))


@pytest.mark.parametrize("how", SPOILT_FILES)
def test_other_bytes_for_the_same_roster_are_refused(how: str, tmp_path: Path) -> None:
    files = SPOILT_FILES[how]
    report = verify(write_as("folder", files, tmp_path / "b"))
    assert [step.step for step in report.steps if step.outcome == "failed"] == ["files"]
    case = small_case()
    rosters = Rosters(*((files[f"{name}.csv"],) for name in ("objects", "inspectors", "avoid")))
    with pytest.raises(Refused):
        draw(case.sealed(), rosters, case.reveals(), case.beacon)


def changes(value: Any) -> list[Any]:
    """Every value that differs from the given one in a single field: changed, of another type, missing, added, swapped."""
    found: list[Any] = []
    if isinstance(value, dict):
        for name in value:
            found += [value | {name: other} for other in changes(value[name])]
            found.append({key: item for key, item in value.items() if key != name})
        found.append(value | {"more": 1})
    elif isinstance(value, list):
        for at, item in enumerate(value):
            found += [[*value[:at], other, *value[at + 1 :]] for other in changes(item)]
            found.append(value[:at] + value[at + 1 :])
            found.append([*value[: at + 1], item, *value[at + 1 :]])
        found += [[*value[:at], value[at + 1], value[at], *value[at + 2 :]] for at in range(len(value) - 1)]
        found.append([*value, "x"])
        found.append("x")
    elif isinstance(value, str):
        found += [value + "x", "", None, 0, value.swapcase() if value.swapcase() != value else value[:-1]]
    elif value is None:
        found += ["", 0]
    else:
        found += [value + 1, -value - 1, str(value), not isinstance(value, bool)]
    return found


def test_verify_accepts_what_draw_makes_and_no_single_change_of_the_result(tmp_path: Path) -> None:
    case = small_case()
    result = case.draw()
    folder = write_as("folder", case.bundle(result), tmp_path / "b")
    assert verify(folder).reproduced
    variants = changes(result)
    assert len(variants) > 300
    for variant in variants:
        (folder / "result.json").write_bytes(canonical.dumps(variant))
        report = verify(folder)
        assert not report.reproduced, variant
        assert report.faults


def test_verify_accepts_no_single_change_of_the_notice(tmp_path: Path) -> None:
    case = small_case()
    folder = write_as("folder", case.bundle(), tmp_path / "b")
    notice = json.loads((folder / "notice.json").read_bytes())
    for variant in changes(notice):
        (folder / "notice.json").write_bytes(canonical.dumps(variant))
        assert not verify(folder).reproduced, variant


@settings(max_examples=25)
@given(cases(), st.sampled_from(["folder", "zip", "stored"]))
def test_verify_reproduces_every_draw(case: Case, form: str) -> None:
    with TemporaryDirectory() as folder:
        report = verify(write_as(form, case.bundle(), Path(folder) / "b"))
    assert report.faults == ()
    assert report.reproduced


def test_the_order_of_members_and_the_callers_objects_do_not_matter() -> None:
    case = small_case()
    notice = case.sealed()
    kept = copy.deepcopy(notice)
    turned = dict(reversed(notice.items()))
    assert draw(turned, case.rosters(), tuple(case.reveals()), case.beacon) == case.draw()
    assert notice == kept
