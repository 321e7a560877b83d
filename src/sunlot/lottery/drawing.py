"""A draw from beginning to end: examine everything that goes in, then carry it out.

`examine` reads the rosters once. When nothing speaks against the reveals and the beacon, the seed is known before the
objects are read, and the drums fill as the rows go by; so ``draw`` and ``verify`` each read every byte only once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sunlot.lottery.assignment import assign
from sunlot.lottery.beacon import check_beacon
from sunlot.lottery.check import MISSING, Checker
from sunlot.lottery.errors import Fault, Refused, few, show
from sunlot.lottery.facts import Facts, survey
from sunlot.lottery.notice import ROSTERS, Notice, NoticeReading, ZoneTeams, read_notice
from sunlot.lottery.objects import Drums
from sunlot.lottery.result import Outcome, write_result
from sunlot.lottery.rules import check_rosters
from sunlot.lottery.seeding import HASHES, commitment, seed
from sunlot.lottery.sources import Rosters
from sunlot.lottery.teams import draw_teams
from sunlot.norms import canonical
from sunlot.norms.canonical import Json


@dataclass
class Examination:
    """Notice, rosters, reveals and beacon, looked at. The four lists of faults are those of the first four steps."""

    reading: NoticeReading
    facts: Facts
    reveals: tuple[tuple[str, str], ...]
    beacon: str | None
    seed: str | None
    drums: Drums | None
    files_faults: list[Fault]
    notice_faults: list[Fault]
    reveal_faults: list[Fault]
    beacon_faults: list[Fault]

    @property
    def notice(self) -> Notice:
        """The notice of an examination without faults."""
        if self.reading.notice is None:
            raise Refused(self.notice_faults)
        return self.reading.notice


def examine(notice: Json, rosters: Rosters, reveals: object, beacon: object) -> Examination:
    """Look at all that goes into a draw; nothing is refused yet, all faults are noted."""
    reading = read_notice(notice)
    reveal_faults: list[Fault] = []
    beacon_faults: list[Fault] = []
    revealed: tuple[tuple[str, str], ...] = ()
    sown = None
    drums = None
    if reading.notice is not None and reading.digest is not None:
        revealed, reveal_faults = read_reveals(reading.notice, reveals)
        beacon_faults = check_beacon(reading.notice.beacon, beacon)
        if not reveal_faults and not beacon_faults:
            value = beacon if isinstance(beacon, str) else None
            sown = seed(reading.notice.hash, reading.digest, revealed, value)
            drums = Drums(reading.notice.hash, sown, reading.notice.strata)
    facts = survey(rosters, reading.parts, reading.hash, drums)
    return Examination(
        reading=reading,
        facts=facts,
        reveals=revealed,
        beacon=beacon if isinstance(beacon, str) else None,
        seed=sown,
        drums=drums,
        files_faults=facts.faults,
        notice_faults=few([*reading.faults, *(check_rosters(reading, facts) if not facts.faults else ())]),
        reveal_faults=reveal_faults,
        beacon_faults=beacon_faults,
    )


def read_reveals(notice: Notice, value: object) -> tuple[tuple[tuple[str, str], ...], list[Fault]]:
    """The reveals as pairs (contributor, nonce), and the faults of step ``commitments``.

    Members that do not belong there are the business of step ``result``.
    """
    checker = Checker("reveals")
    items = checker.array(value, "")
    if items is None:
        return (), checker.faults
    if len(items) != len(notice.contributors):
        checker.note("", f"{len(notice.contributors)} 个参与方的揭示", f"{len(items)} 个")
    pairs: list[tuple[str, str]] = []
    for at, (item, contributor) in enumerate(zip(items, notice.contributors, strict=False)):
        place = f"第 {at + 1} 项"
        entry = checker.mapping(item, place)
        if entry is None:
            continue
        if entry.get("contributor", MISSING) != contributor.id:
            checker.fault(f"{place}的 contributor", f"“{contributor.id}”", entry.get("contributor", MISSING))
            continue
        nonce = checker.digest(entry.get("nonce", MISSING), f"{place}的 nonce")
        if nonce is None:
            continue
        found = commitment(notice.draw, notice.attempt, contributor.id, nonce, notice.hash)
        if found != contributor.commitment:
            checker.note(
                f"{place}的 nonce",
                f"{contributor.id} 所承诺的数（承诺 {contributor.commitment}）",
                f"承诺为 {found} 的数",
            )
        pairs.append((contributor.id, nonce))
    return tuple(pairs), checker.faults


def carry_out(examination: Examination) -> Outcome:
    """The outcome of an examination without faults."""
    notice, facts, drums = examination.notice, examination.facts, examination.drums
    if drums is None or examination.seed is None:
        raise Refused([*examination.reveal_faults, *examination.beacon_faults])
    return play(notice.hash, examination.seed, drums, notice.teams, facts)


def play(hash_name: str, seed: str, drums: Drums, zones: Sequence[ZoneTeams], facts: Facts) -> Outcome:
    """What a seed gives: the objects out of the filled drums, the teams, and which team each object goes to."""
    strata, drawn = drums.draw()
    teams, reserves = draw_teams(hash_name, seed, zones, facts.inspectors)
    assignment = assign(hash_name, seed, zones=zones, teams=teams, drawn=drawn, shunned=facts.shunned)
    return Outcome(seed, strata, teams, reserves, assignment)


def draw(
    notice: Mapping[str, object],
    rosters: Rosters,
    reveals: Sequence[Mapping[str, str]],
    beacon: str | None = None,
) -> dict[str, object]:
    """Carry out a draw and return the value of result.json.

    `notice` is the value of notice.json, `reveals` a list of ``{"contributor", "nonce"}`` in the notice's order,
    `beacon` the value that the notice asks for. Raises `Refused` with every fault, `CannotOpen` for a file.
    """
    value = as_json(notice, "notice.json")
    faults = _number_of_parts(value, rosters)
    if faults:
        raise Refused(faults)
    examination = examine(value, rosters, as_json(reveals, "reveals"), beacon)
    faults = [
        *examination.files_faults,
        *examination.notice_faults,
        *examination.reveal_faults,
        *examination.beacon_faults,
    ]
    if faults:
        raise Refused(faults)
    outcome = carry_out(examination)
    result = write_result(str(examination.reading.digest), examination.reveals, examination.beacon, outcome)
    return dict(result) if isinstance(result, dict) else {}


def as_json(value: object, subject: str) -> Json:
    """A caller's value as JSON would carry it (tuples become arrays). Raises `Refused` when it cannot."""
    try:
        return canonical.loads(canonical.dumps(_plain(value)))
    except canonical.CanonicalError as error:
        raise Refused([Fault(subject, error.place, error.expected, error.found)]) from None
    except RecursionError:
        raise Refused([Fault(subject, "", f"至多 {canonical.MAX_DEPTH} 层的嵌套", "更深")]) from None


def _plain(value: object) -> Json:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value  # type: ignore[return-value]  # dumps() refuses what is no JSON


def check_notice(notice: Mapping[str, object], rosters: Rosters) -> list[Fault]:
    """Everything that is wrong with a notice and its rosters; an empty list for a valid one."""
    value = as_json(notice, "notice.json")
    faults = _number_of_parts(value, rosters)
    if faults:
        return faults
    examination = examine(value, rosters, None, None)
    return [*examination.files_faults, *examination.notice_faults]


def _number_of_parts(notice: Json, rosters: Rosters) -> list[Fault]:
    """The faults of a notice that names more or fewer parts than were given; empty when they are as many."""
    reading = read_notice(notice)
    faults = [
        Fault(f"{name}.csv", "", f"公告所列的 {len(listed)} 个文件", f"给了 {given} 个")
        for name, listed in reading.parts.items()
        if listed and len(listed) != (given := len(rosters.parts(name)))
    ]
    return [*faults, *reading.faults] if faults else []


def build_notice(template: Mapping[str, object], rosters: Rosters) -> dict[str, object]:
    """The notice of a template: digests and counts of the rosters filled in, and all rules checked.

    The template is a notice whose ``parts`` and ``count`` may be missing or old. Raises `Refused` with every fault.
    """
    value = as_json(template, "notice.json")
    hash_name = value.get("hash") if isinstance(value, dict) else None
    facts = survey(rosters, {}, hash_name if isinstance(hash_name, str) and hash_name in HASHES else None)
    if not isinstance(value, dict) or not isinstance(value.get("objects"), dict):
        found = value.get("objects") if isinstance(value, dict) else value
        raise Refused([*facts.faults, Fault("notice.json", "objects", "对象，含 strata", show(found))])
    for name in ROSTERS:
        roster = value.setdefault(name, {})
        if isinstance(roster, dict):
            roster["parts"] = list(facts.digests[name])
            roster["count"] = facts.counts[name]
    reading = read_notice(value)
    faults = [*facts.faults, *reading.faults, *(check_rosters(reading, facts) if not facts.faults else ())]
    if faults:
        raise Refused(few(faults))
    return dict(value)
