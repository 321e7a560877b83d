"""result.json: putting it together, and the shape that it must have at every level."""

from collections.abc import Sequence
from dataclasses import dataclass

from sunlot.lottery.assignment import Assignment
from sunlot.lottery.check import MISSING, Checker, join
from sunlot.lottery.errors import Fault
from sunlot.lottery.notice import PROTOCOL
from sunlot.lottery.objects import DrawnStratum
from sunlot.lottery.seeding import hex_digest
from sunlot.lottery.teams import Reserve, Team
from sunlot.norms import canonical
from sunlot.norms.canonical import Json


@dataclass(frozen=True)
class Outcome:
    """What a draw gives, before it is written down."""

    seed: str
    strata: tuple[DrawnStratum, ...]
    teams: tuple[Team, ...]
    reserves: tuple[Reserve, ...]
    assignment: Assignment


def write_result(notice_digest: str, reveals: Sequence[tuple[str, str]], beacon: str | None, outcome: Outcome) -> Json:
    """The value of result.json; `reveals` are pairs (contributor, nonce) in the notice's order."""
    return {
        "protocol": PROTOCOL,
        "notice": notice_digest,
        "reveals": [{"contributor": contributor, "nonce": nonce} for contributor, nonce in reveals],
        "beacon": beacon,
        "seed": outcome.seed,
        "objects": [
            {"stratum": one.stratum, "drawn": list(one.drawn), "reserve": list(one.reserve)} for one in outcome.strata
        ],
        "teams": [
            {
                "id": team.id,
                "zone": team.zone,
                "members": [{"department": department, "inspector": name} for department, name in team.members],
                "objects": list(outcome.assignment.objects[team.id]),
            }
            for team in outcome.teams
        ],
        "inspector_reserve": [
            {"zone": one.zone, "department": one.department, "order": list(one.order)} for one in outcome.reserves
        ],
        "unassigned": list(outcome.assignment.unassigned),
    }


def result_digest(result: Json, hash_name: str) -> str:
    """The result digest: H(canonical(result)) under the notice's hash."""
    return hex_digest(hash_name, canonical.dumps(result))


# The protocol's members: a name stands for a string, a list for an array of what it holds, a dict for an object.
_STRING = "字符串"
_STRING_OR_NULL = "字符串或 null"
_SHAPE: dict[str, object] = {
    "protocol": _STRING,
    "notice": _STRING,
    "reveals": [{"contributor": _STRING, "nonce": _STRING}],
    "beacon": _STRING_OR_NULL,
    "seed": _STRING,
    "objects": [{"stratum": _STRING, "drawn": [_STRING], "reserve": [_STRING]}],
    "teams": [
        {
            "id": _STRING,
            "zone": _STRING,
            "members": [{"department": _STRING, "inspector": _STRING}],
            "objects": [_STRING],
        }
    ],
    "inspector_reserve": [{"zone": _STRING, "department": _STRING, "order": [_STRING]}],
    "unassigned": [_STRING],
}


def check_shape(result: object, notice_digest: str) -> list[Fault]:
    """Step ``result``: exactly the protocol's members at every level, of the right types, naming this notice."""
    checker = Checker("result.json")
    _check(checker, result, "", _SHAPE)
    if isinstance(result, dict):
        for name, expected in (("protocol", PROTOCOL), ("notice", notice_digest)):
            if isinstance(result.get(name), str) and result[name] != expected:
                checker.fault(name, f"“{expected}”", result[name])
    return checker.faults


def _check(checker: Checker, value: object, place: str, shape: object) -> None:
    if isinstance(shape, dict):
        members = checker.mapping(value, place, shape)
        if members is not None:
            for name, inner in shape.items():
                _check(checker, members.get(name, MISSING), join(place, name), inner)
    elif isinstance(shape, list):
        for at, item in enumerate(checker.array(value, place) or []):
            _check(checker, item, f"{place}[{at}]", shape[0])
    elif not isinstance(value, str) and not (value is None and shape == _STRING_OR_NULL):
        checker.fault(place, str(shape), value)
