"""notice.json: reading it, and the rules of the notice that need no roster (rules 1, 2, 5, 8, 9 and parts of 3 and 4).

`read_notice` gives a typed `Notice` when nothing is wrong, and always every fault. The rules about the rosters are in
`rules`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sunlot.lottery.beacon import Beacon, read_beacon
from sunlot.lottery.check import MISSING, Checker
from sunlot.lottery.errors import Fault, show_all
from sunlot.lottery.names import MEMBER, Names, read_names
from sunlot.lottery.seeding import HASHES, hex_digest
from sunlot.norms import canonical

PROTOCOL = "sunlot-draw/1"
MAX_TEAMS = 1000
MAX_SEAT = 50
MIN_CONTRIBUTORS = 2
MAX_CONTRIBUTORS = 50
ROSTERS = ("objects", "inspectors", "avoid")

_SUBJECT = "notice.json"
_MEMBERS = (
    "protocol", "hash", "draw", "attempt", "previous", "title", "authority", "sealed_at", "reveal_by", "release",
    "rules", "supplements", "objects", "inspectors", "avoid", "teams", "contributors", "beacon",
)  # fmt: skip


@dataclass(frozen=True)
class Stratum:
    """A stratum (分层): `quota` objects are drawn, `reserve` more stand by."""

    id: str
    quota: int
    reserve: int


@dataclass(frozen=True)
class Seat:
    """`count` members of each team come from `department`."""

    department: str
    count: int


@dataclass(frozen=True)
class ZoneTeams:
    """`count` teams of one zone, each with the same seats."""

    zone: str
    count: int
    seats: tuple[Seat, ...]

    def need(self, seat: Seat) -> int:
        """How many inspectors the zone's teams take from the seat's department."""
        return self.count * seat.count


@dataclass(frozen=True)
class Contributor:
    """Who commits to a secret number and reveals it."""

    id: str
    role: str
    commitment: str


@dataclass(frozen=True)
class Aborted:
    """An earlier attempt of the same draw: its notice's digest, who failed, and why."""

    notice: str
    contributors: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Roster:
    """The digests of a roster's parts, and how many rows they hold together."""

    parts: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Notice:
    """A notice in which everything has the right type and rules 1, 2, 8 and 9 hold."""

    hash: str
    draw: str
    attempt: int
    previous: tuple[Aborted, ...]
    release: str | None
    supplements: str | None
    objects: Roster
    strata: tuple[Stratum, ...]
    inspectors: Roster
    avoid: Roster
    teams: tuple[ZoneTeams, ...]
    contributors: tuple[Contributor, ...]
    beacon: Beacon
    unknown: tuple[str, ...]
    names: Names = field(default_factory=Names)


@dataclass(frozen=True)
class NoticeReading:
    """What could be read of a notice.

    `notice` is there only when `faults` is empty. `strata`, `teams` and `counts` are there whenever they themselves are
    sound, so that the rules about the rosters can be checked beside other faults. `digest` needs only a known hash.
    """

    notice: Notice | None
    faults: tuple[Fault, ...]
    hash: str | None
    digest: str | None
    parts: dict[str, tuple[str | None, ...]]
    counts: dict[str, int]
    strata: tuple[Stratum, ...] | None
    teams: tuple[ZoneTeams, ...] | None


def notice_digest(value: canonical.Json) -> str:
    """The notice digest: H(canonical(notice)) under the notice's own hash."""
    hash_name = _known_hash(value)
    return hex_digest(hash_name or "sha256", canonical.dumps(value))


def _known_hash(value: object) -> str | None:
    name = value.get("hash") if isinstance(value, dict) else None
    return name if isinstance(name, str) and name in HASHES else None


def read_notice(value: canonical.Json) -> NoticeReading:
    """Read a notice and list everything that is wrong with it by itself."""
    checker = Checker(_SUBJECT)
    top = checker.mapping(value, "")
    if top is None:
        return NoticeReading(None, tuple(checker.faults), None, None, dict.fromkeys(ROSTERS, ()), {}, None, None)
    if top.get("protocol", MISSING) != PROTOCOL:
        checker.fault("protocol", f"“{PROTOCOL}”", top.get("protocol", MISSING))
    hash_name = _known_hash(top)
    if hash_name is None:
        checker.fault("hash", "“sha256”或“sm3”", top.get("hash", MISSING))
    draw = checker.identifier(top.get("draw", MISSING), "draw")
    attempt = checker.integer(top.get("attempt", MISSING), "attempt", 1)
    checker.plain(top.get("title", MISSING), "title")
    checker.plain(top.get("authority", MISSING), "authority")
    checker.digest(top.get("rules", MISSING), "rules")
    supplements = top.get("supplements", MISSING)
    if supplements is not None:
        supplements = checker.digest(supplements, "supplements")
    sealed_at = checker.time(top.get("sealed_at", MISSING), "sealed_at")
    reveal_by = _later(checker, top, "reveal_by", sealed_at)
    if top.get("release", MISSING) is not None:
        _later(checker, top, "release", sealed_at)
    rosters, parts, counts, strata = _read_rosters(checker, top)
    teams = _read_teams(checker, top.get("teams", MISSING))
    contributors = _read_contributors(checker, top.get("contributors", MISSING))
    beacon = read_beacon(checker, top.get("beacon", MISSING), reveal_by)
    previous = _read_previous(checker, top.get("previous", MISSING), attempt)
    _check_attempt(checker, attempt, previous, contributors, top.get("beacon"))
    digest = None if hash_name is None else hex_digest(hash_name, canonical.dumps(value))
    notice, names = None, read_names(top.get(MEMBER))
    if not checker.count and hash_name and draw and attempt and strata is not None and teams is not None:
        notice = Notice(
            hash_name, draw, attempt, previous, _text_or_none(top["release"]), _text_or_none(supplements),
            rosters["objects"], strata, rosters["inspectors"], rosters["avoid"], teams, contributors, beacon,
            tuple(sorted(top.keys() - {*_MEMBERS, *((MEMBER,) if names else ())})), names or Names(),
        )  # fmt: skip
    return NoticeReading(notice, tuple(checker.faults), hash_name, digest, parts, counts, strata, teams)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _later(
    checker: Checker, top: dict[str, object], name: str, start: tuple[int, str] | None
) -> tuple[int, str] | None:
    moment = checker.time(top.get(name, MISSING), name)
    if moment is not None and start is not None and moment <= start:
        checker.fault(name, "晚于 sealed_at 的时间", top[name])
    return moment


def _read_rosters(
    checker: Checker, top: dict[str, object]
) -> tuple[dict[str, Roster], dict[str, tuple[str | None, ...]], dict[str, int], tuple[Stratum, ...] | None]:
    rosters: dict[str, Roster] = {}
    parts: dict[str, tuple[str | None, ...]] = dict.fromkeys(ROSTERS, ())
    counts: dict[str, int] = {}
    strata = None
    for name in ROSTERS:
        members = ("parts", "count", "strata") if name == "objects" else ("parts", "count")
        roster = checker.mapping(top.get(name, MISSING), name, members)
        if roster is None:
            continue
        count = checker.integer(roster.get("count", MISSING), f"{name}.count", 0)
        listed = checker.array(roster.get("parts", MISSING), f"{name}.parts")
        if count is not None:
            counts[name] = count
        if listed is not None:
            if not listed:
                checker.note(f"{name}.parts", "至少一个文件的摘要", "空数组")
            parts[name] = tuple(checker.digest(part, f"{name}.parts[{at}]") for at, part in enumerate(listed))
        rosters[name] = Roster(tuple(part for part in parts[name] if part is not None), count or 0)
        if name == "objects":
            strata = _read_strata(checker, roster.get("strata", MISSING))
    return rosters, parts, counts, strata


def _read_strata(checker: Checker, value: object) -> tuple[Stratum, ...] | None:
    items = checker.array(value, "objects.strata")
    if items is None:
        return None
    before = checker.count
    strata: list[Stratum] = []
    for at, item in enumerate(items):
        place = f"objects.strata[{at}]"
        entry = checker.mapping(item, place, ("id", "quota", "reserve"))
        if entry is None:
            continue
        name = checker.identifier(entry.get("id", MISSING), f"{place}.id")
        quota = checker.integer(entry.get("quota", MISSING), f"{place}.quota", 0)
        reserve = checker.integer(entry.get("reserve", MISSING), f"{place}.reserve", 0)
        if name is not None and quota is not None and reserve is not None:
            strata.append(Stratum(name, quota, reserve))
    _check_distinct(checker, "objects.strata", "每层只列一次", [stratum.id for stratum in strata])
    return tuple(strata) if checker.count == before else None


def _read_teams(checker: Checker, value: object) -> tuple[ZoneTeams, ...] | None:
    items = checker.array(value, "teams")
    if items is None:
        return None
    before = checker.count
    zones: list[ZoneTeams] = []
    for at, item in enumerate(items):
        place = f"teams[{at}]"
        entry = checker.mapping(item, place, ("zone", "count", "seats"))
        if entry is None:
            continue
        zone = checker.identifier(entry.get("zone", MISSING), f"{place}.zone")
        count = checker.integer(entry.get("count", MISSING), f"{place}.count", 1, MAX_TEAMS)
        seats = _read_seats(checker, entry.get("seats", MISSING), f"{place}.seats")
        if zone is not None and count is not None:
            zones.append(ZoneTeams(zone, count, seats))
    _check_distinct(checker, "teams", "每个辖区只列一次", [entry.zone for entry in zones])
    return tuple(zones) if checker.count == before else None


def _read_seats(checker: Checker, value: object, place: str) -> tuple[Seat, ...]:
    items = checker.array(value, place)
    if items is None:
        return ()
    if not items:
        checker.note(place, "至少一个席位", "空数组")
    seats: list[Seat] = []
    for at, item in enumerate(items):
        here = f"{place}[{at}]"
        entry = checker.mapping(item, here, ("department", "count"))
        if entry is None:
            continue
        department = checker.identifier(entry.get("department", MISSING), f"{here}.department")
        count = checker.integer(entry.get("count", MISSING), f"{here}.count", 1, MAX_SEAT)
        if department is not None and count is not None:
            seats.append(Seat(department, count))
    _check_distinct(checker, place, "每个部门只有一个席位", [seat.department for seat in seats])
    return tuple(seats)


def _read_contributors(checker: Checker, value: object) -> tuple[Contributor, ...]:
    items = checker.array(value, "contributors")
    if items is None:
        return ()
    if not MIN_CONTRIBUTORS <= len(items) <= MAX_CONTRIBUTORS:
        checker.note("contributors", f"{MIN_CONTRIBUTORS} 至 {MAX_CONTRIBUTORS} 个参与方", f"{len(items)} 个")
    contributors: list[Contributor] = []
    for at, item in enumerate(items):
        place = f"contributors[{at}]"
        entry = checker.mapping(item, place, ("id", "role", "commitment"))
        if entry is None:
            continue
        name = checker.identifier(entry.get("id", MISSING), f"{place}.id")
        role = checker.plain(entry.get("role", MISSING), f"{place}.role")
        committed = checker.digest(entry.get("commitment", MISSING), f"{place}.commitment")
        if name is not None and role is not None and committed is not None:
            contributors.append(Contributor(name, role, committed))
    # Rules 3 and 8 in one: ids that are equal also differ in nothing but case.
    _check_distinct(checker, "contributors", "编号各不相同，也不只差大小写", [c.id for c in contributors], fold=True)
    _check_distinct(checker, "contributors", "承诺各不相同", [c.commitment for c in contributors])
    return tuple(contributors)


def _read_previous(checker: Checker, value: object, attempt: int | None) -> tuple[Aborted, ...]:
    items = checker.array(value, "previous")
    if items is None:
        return ()
    if attempt is not None and len(items) != attempt - 1:
        checker.note("previous", f"此前中止的 {attempt - 1} 次公告", f"{len(items)} 次")
    previous: list[Aborted] = []
    for at, item in enumerate(items):
        place = f"previous[{at}]"
        entry = checker.mapping(item, place, ("notice", "contributors", "reason"))
        if entry is None:
            continue
        notice = checker.digest(entry.get("notice", MISSING), f"{place}.notice")
        reason = checker.plain(entry.get("reason", MISSING), f"{place}.reason")
        listed = checker.array(entry.get("contributors", MISSING), f"{place}.contributors") or []
        failed = [checker.identifier(name, f"{place}.contributors[{n}]") for n, name in enumerate(listed)]
        if notice is not None:
            names = tuple(name for name in failed if name is not None)
            previous.append(Aborted(notice, names, reason or ""))
    _check_distinct(checker, "previous", "每次公告的摘要各不相同", [entry.notice for entry in previous])
    return tuple(previous)


def _check_attempt(
    checker: Checker,
    attempt: int | None,
    previous: Iterable[Aborted],
    contributors: Iterable[Contributor],
    beacon: object,
) -> None:
    """The rest of rule 2: a later attempt takes a lottery, and nobody who failed before."""
    if attempt is not None and attempt > 1:
        kind = beacon.get("kind", MISSING) if isinstance(beacon, dict) else beacon
        if kind != "lottery":
            checker.fault("beacon", "彩票（第二次起信标须为彩票）", kind)
    failed = {name.lower() for entry in previous for name in entry.contributors}
    again = [entry.id for entry in contributors if entry.id.lower() in failed]
    if again:
        checker.note("contributors", "不含此前未揭示的参与方（不分大小写）", show_all(again))


def _check_distinct(checker: Checker, place: str, expected: str, values: Sequence[str], fold: bool = False) -> None:
    seen: dict[str, str] = {}
    for value in values:
        folded = value.lower() if fold else value
        if folded in seen:
            checker.note(place, expected, f"{seen[folded]} 与 {value}" if fold else f"{value} 出现两次")
        seen.setdefault(folded, value)
