"""Who comes in for an object or an inspector that falls out. Nobody chooses: it follows from result and replacements."""

from dataclasses import dataclass

from sunlot import lottery

from . import stored
from .following import Change
from .models import Attempt, Replacement
from .outcome import outcome
from .rounds import drawn_elsewhere
from .standing import Standing


class UnknownError(LookupError):
    """What is to go out is not there. The message says so in the user's words."""


def of_object(standing: Standing, number: str) -> Change | None:
    """The replacement of a drawn object by the next of its stratum's reserve; None where the reserve has none that fits.

    Raises UnknownError for what was not drawn or has gone out already.
    """
    if not standing.stands(number):
        raise UnknownError(f"{number} 不在抽中名单里，或已经替补。")
    root = standing.root
    reserve = standing.result.stratum_of(number).reserve
    teams = [team.as_now() for team in standing.teams_of(root) if not team.is_short]
    found = lottery.replace_object(
        number,
        [one.id for one in reserve],
        taken=standing.came_in,
        zones={one.id: one.zone for one in reserve},
        teams=teams,
        avoid=lottery.avoid_pairs(stored.rosters_of(root)),
        elsewhere=drawn_elsewhere(root.draw),
    )
    if found is None:
        return None
    return Change(
        Replacement.Kind.OBJECT,
        attempt=root,
        outgoing=number,
        object="",
        department="",
        team=found.team,
        incoming=found.object,
        passed_over=found.passed_over,
        objects=(number,),
    )


@dataclass(frozen=True)
class Seat:
    """Where an inspector sits."""

    attempt: Attempt
    inspector: str
    object: str = ""
    """The one object that the inspector must stay away from; empty for the whole team."""


def of_inspector(standing: Standing, seat: Seat) -> Change:
    """The replacement of an inspector by the next of the zone's and department's reserve without an avoid pair.

    Where the reserve is used up nobody comes in: the change is exhausted, and a whole new team is drawn.
    Raises UnknownError for somebody who has no such seat, and for an object that this person does not inspect.
    """
    sits = standing.seat(seat.attempt, seat.inspector)
    if sits is None:
        raise UnknownError(f"{seat.inspector} 现在不在这次抽取的检查组里。")
    team, department = sits
    wanted = (seat.object,) if seat.object else tuple(o for o in team.objects if _inspects(team.members_for(o), seat))
    if seat.object and (seat.object not in team.objects or not _inspects(team.members_for(seat.object), seat)):
        raise UnknownError(f"{seat.inspector} 现在不检查 {seat.object}。")
    order = next(
        (one.order for one in outcome(seat.attempt).standby if (one.zone, one.department) == (team.zone, department)),
        (),
    )
    found = lottery.replace_inspector(
        order,
        taken=standing.engaged,
        objects=wanted,
        avoid=lottery.avoid_pairs(stored.rosters_of(seat.attempt)),
    )
    return Change(
        Replacement.Kind.INSPECTOR,
        attempt=seat.attempt,
        outgoing=seat.inspector,
        object=seat.object,
        department=department,
        team=team.id,
        incoming=found.inspector if found else "",
        passed_over=found.passed_over if found else tuple(one for one in order if one not in standing.engaged),
        objects=wanted,
    )


def _inspects(members: tuple[tuple[str, str], ...], seat: Seat) -> bool:
    return any(number == seat.inspector for _, number in members)


def change_of(standing: Standing, replacement: Replacement) -> Change | None:
    """What a proposal would do now; None where the reserve of objects has none that fits. Raises UnknownError as above."""
    if replacement.is_of_object:
        return of_object(standing, replacement.outgoing)
    attempt = next((one for one in standing.attempts if one.pk == replacement.attempt_id), None)
    if attempt is None:
        raise UnknownError("这次抽取没有结果。")
    return of_inspector(standing, Seat(attempt, replacement.outgoing, replacement.object))
