"""The drawn teams and objects as tasks need them: as they stand today, matched with the registries and the plan."""

from dataclasses import dataclass, field

from sunlot.catalogue.models import ItemVersion
from sunlot.drawing.models import Attempt
from sunlot.drawing.naming import owner_of
from sunlot.drawing.standing import Member, standing_of
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Participant
from sunlot.registry.models import Expert, InspectionObject, Inspector


@dataclass(frozen=True)
class DepartmentSeat:
    """A participating department in one team: who inspects, and the organisation that the part belongs to."""

    participant: Participant
    organisation: Organisation
    inspectors: tuple[Inspector, ...]


@dataclass(frozen=True)
class DrawnObject:
    """One drawn object with its team."""

    object: InspectionObject
    team: str
    seats: tuple[DepartmentSeat, ...]
    experts: tuple[tuple[str, Expert], ...] = ()
    """Each with the pool under which it was drawn."""


@dataclass
class Assignments:
    """A draw's outcome: what goes to the teams, and what cannot go to any."""

    objects: list[DrawnObject] = field(default_factory=list)
    unassigned: list[InspectionObject] = field(default_factory=list)
    teams: int = 0


def assignments(attempt: Attempt) -> Assignments:
    """An attempt's teams and objects with every replacement applied. Teams stand in the result's order, objects in the
    order in which each team holds them, those that came in last.

    Raises ValueError for an attempt that is not drawn, and where the result was changed on disk or names something that
    the registries do not hold.
    """
    if attempt.result_id is None:
        raise ValueError(f"attempt {attempt.pk} is not drawn")
    standing = standing_of(attempt)
    teams = standing.teams_of(attempt)
    unassigned = standing.unassigned if standing.root.pk == attempt.pk else ()
    names = {number for team in teams for number in team.objects} | set(unassigned)
    objects = {
        found.number: found
        for found in InspectionObject.objects.filter(number__in=names).select_related("kind", "region")
    }
    staff = {number for team in teams for number in team.inspectors}
    inspectors = {
        found.number: found for found in Inspector.objects.filter(number__in=staff).select_related("organisation")
    }
    experts = {one.number: one for one in Expert.objects.filter(number__in=staff).select_related("institution")}
    missing = sorted(names - objects.keys()) + sorted(staff - inspectors.keys() - experts.keys())
    if missing:
        raise ValueError(f"the result of attempt {attempt.pk} names {missing[0]}, which no registry holds")
    participants = {
        found.organisation.code: found for found in attempt.draw.round.plan.participants.select_related("organisation")
    }
    found = Assignments(unassigned=[objects[number] for number in unassigned], teams=len(teams))
    organisations = {organisation.path: organisation for organisation in Organisation.objects.all()}
    for team in teams:
        seats = {
            members: (
                _seats(members, inspectors, participants, organisations),
                tuple((pool, experts[number]) for pool, number in members if number in experts),
            )
            for members in (team.members, *team.stand_ins.values())
        }
        found.objects += [
            DrawnObject(objects[number], team.id, *seats[team.members_for(number)]) for number in team.objects
        ]
    return found


def _seats(
    members: tuple[Member, ...],
    inspectors: dict[str, Inspector],
    participants: dict[str, Participant],
    organisations: dict[str, Organisation],
) -> tuple[DepartmentSeat, ...]:
    """Each department's seat, the people of all its pools together. The part belongs to the organisation that inspects
    (谁检查、谁录入、谁公示): where all of a city department's people in the team are of one district, to the district's
    department.
    """
    seated: dict[str, list[Inspector]] = {}
    for pool, number in members:
        if number not in inspectors:
            continue  # an expert: adviser of the whole form, no department's part
        seated.setdefault(owner_of(pool, participants), []).append(inspectors[number])
    taken = {participant.organisation.path for participant in participants.values()}
    seats = []
    for code, people in seated.items():
        participant = participants[code]
        path = _common_path([person.organisation.path for person in people])
        if not path.startswith(participant.organisation.path) or path in taken:
            path = participant.organisation.path
        seats.append(DepartmentSeat(participant, organisations[path], tuple(people)))
    return tuple(seats)


def _common_path(paths: list[str]) -> str:
    """The path of the lowest organisation that holds all: of `scjg/hbw-scjg/` twice that, with `scjg/` too `scjg/`."""
    shared: list[str] = []
    for codes in zip(*(path.rstrip("/").split("/") for path in paths), strict=False):
        if len(set(codes)) > 1:
            break
        shared.append(codes[0])
    return "".join(f"{code}/" for code in shared)


def items_for(
    drawn: DrawnObject, items: dict[int, list[tuple[ItemVersion, frozenset[int]]]]
) -> dict[int, list[ItemVersion]]:
    """The items of each participant that apply to the object's kind, by the participant's key; none, no part.

    `items` gives each participant's versions with the kinds that they cover.
    """
    kind = drawn.object.kind_id
    fitting = {
        seat.participant.pk: [version for version, kinds in items.get(seat.participant.pk, []) if kind in kinds]
        for seat in drawn.seats
    }
    return {key: versions for key, versions in fitting.items() if versions}
