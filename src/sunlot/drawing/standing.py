"""The teams of a draw as they stand today: the result with every approved replacement and supplementary draw applied.

The result file never changes (docs/spec/draw-protocol.md, After the draw). Forms, pages and whoever comes in next all ask
here. A draw and its supplementary draws are one family: an inspector has a seat in one team of it, an object a place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import Q

from sunlot.lottery import TeamNow

from .models import Attempt, Replacement
from .outcome import Outcome, outcome

FINISHED = (Attempt.State.DRAWN, Attempt.State.SIGNED, Attempt.State.ARCHIVED)

Member = tuple[str, str]
"""A seat: the department's code and the inspector's number."""


@dataclass(frozen=True)
class TeamStanding:
    """A team today. `stand_ins` are the members for single objects from which one of the team stays away.

    `is_short`: a member fell out and nobody is left in reserve; a whole new team is drawn, and nothing comes in here.
    """

    id: str
    zone: str
    number: int
    members: tuple[Member, ...]
    objects: tuple[str, ...]
    stand_ins: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    is_short: bool = False

    def members_for(self, number: str) -> tuple[Member, ...]:
        """Who inspects this object of the team."""
        return self.stand_ins.get(number, self.members)

    @property
    def inspectors(self) -> set[str]:
        """Everybody with a seat, for whichever object."""
        seats = (self.members, *self.stand_ins.values())
        return {inspector for members in seats for _, inspector in members}

    def as_now(self) -> TeamNow:
        """As the lottery core takes it."""
        return TeamNow(self.id, self.zone, self.number, tuple(one for _, one in self.members), self.objects)


def teams_after(
    teams: Iterable[TeamStanding],
    replacements: Iterable[Replacement],
    moved: Mapping[str, Iterable[str]],
    *,
    takes: bool,
) -> tuple[TeamStanding, ...]:
    """The teams of one result with approved replacements applied in their order; nothing is read from the database.

    `moved` are the objects that a supplementary draw took over from a team, by the team's id. With `takes` the objects
    that come in go to these teams; without, they go to the teams of the draw that is supplemented.
    """
    standing = {team.id: team for team in teams}
    for one in replacements:
        if one.is_of_object:
            standing = {name: _without(team, {one.outgoing}) for name, team in standing.items()}
            if takes and one.team in standing:
                team = standing[one.team]
                standing[one.team] = replace(team, objects=(*team.objects, one.incoming))
        elif one.team in standing:
            team = standing[one.team]
            standing[one.team] = _with_other_member(team, one) if one.incoming else replace(team, is_short=True)
    return tuple(_without(team, set(moved.get(team.id, ()))) for team in standing.values())


def _without(team: TeamStanding, gone: set[str]) -> TeamStanding:
    if gone.isdisjoint(team.objects):
        return team
    kept = {number: members for number, members in team.stand_ins.items() if number not in gone}
    return replace(team, objects=tuple(one for one in team.objects if one not in gone), stand_ins=kept)


def _with_other_member(team: TeamStanding, one: Replacement) -> TeamStanding:
    """The team after an inspector was replaced, for one object or altogether."""

    def swapped(members: Sequence[Member]) -> tuple[Member, ...]:
        return tuple((code, one.incoming if number == one.outgoing else number) for code, number in members)

    if one.object:
        return replace(team, stand_ins={**team.stand_ins, one.object: swapped(team.members_for(one.object))})
    stand_ins = {number: swapped(members) for number, members in team.stand_ins.items()}
    return replace(team, members=swapped(team.members), stand_ins=stand_ins)


@dataclass(frozen=True)
class Standing:
    """A draw and its supplementary draws today. `attempts` are those with a result, the supplemented one first."""

    attempts: tuple[Attempt, ...]
    replacements: tuple[Replacement, ...]
    under_way: Attempt | None
    """The supplementary draw that has no result yet, in its newest attempt: prepared, sealed, or aborted and to be
    repeated. There is one at a time."""

    @property
    def is_sealed(self) -> bool:
        """Whether a supplementary draw has frozen who may be drawn, so that nobody of them may come in meanwhile."""
        ended = (Attempt.State.PREPARING, Attempt.State.ABORTED)
        return self.under_way is not None and self.under_way.state not in ended

    @property
    def root(self) -> Attempt:
        """The attempt that drew the objects."""
        return self.attempts[0]

    @cached_property
    def result(self) -> Outcome:
        """What the root's draw gave."""
        return outcome(self.root)

    @cached_property
    def teams(self) -> dict[int, tuple[TeamStanding, ...]]:
        """The teams of each attempt by its key."""
        return {one.pk: self._teams(one) for one in self.attempts}

    def _teams(self, attempt: Attempt) -> tuple[TeamStanding, ...]:
        drawn = (TeamStanding(t.id, t.zone, t.number, t.members, t.objects) for t in outcome(attempt).teams)
        about = [one for one in self.replacements if one.is_of_object or one.attempt_id == attempt.pk]
        moved: dict[str, list[str]] = {}
        for one in about:
            if one.is_exhausted:
                moved.setdefault(one.team, []).extend(self._covered(one.pk))
        return teams_after(drawn, about, moved, takes=attempt.pk == self.root.pk)

    def _covered(self, basis: int | None) -> list[str]:
        """The objects that have their new team from a supplementary draw for this reason (None: they had none)."""
        return [number for one in self.attempts[1:] if one.draw.basis_id == basis for number in one.draw.covers]

    @cached_property
    def gone(self) -> dict[str, Replacement]:
        """The objects that can't be inspected, by number."""
        return {one.outgoing: one for one in self.replacements if one.is_of_object}

    @cached_property
    def came_in(self) -> frozenset[str]:
        """The objects of the reserve that came in."""
        return frozenset(one.incoming for one in self.replacements if one.is_of_object)

    @cached_property
    def fallen_out(self) -> frozenset[str]:
        """The inspectors who left their team altogether."""
        return frozenset(one.outgoing for one in self.replacements if not one.is_of_object and not one.object)

    @cached_property
    def engaged(self) -> frozenset[str]:
        """The inspectors of whom nobody can come in any more: in a team, come in already, or fallen out."""
        seated = {number for teams in self.teams.values() for team in teams for number in team.inspectors}
        used = {n for one in self.replacements if not one.is_of_object for n in (one.incoming, one.outgoing) if n}
        return frozenset(seated | used)

    @cached_property
    def unassigned(self) -> tuple[str, ...]:
        """The drawn objects that have no team and wait for a supplementary draw."""
        settled = {*self._covered(None), *self.gone}
        return tuple(number for number in self.result.unassigned if number not in settled)

    def teams_of(self, attempt: Attempt) -> tuple[TeamStanding, ...]:
        """The teams of one attempt; none while it has no result."""
        return self.teams.get(attempt.pk, ())

    def holder(self, number: str) -> tuple[Attempt, TeamStanding] | None:
        """The attempt and the team that an object stands with today."""
        for attempt in reversed(self.attempts):  # what was taken over stands with the newer team
            for team in self.teams[attempt.pk]:
                if number in team.objects:
                    return attempt, team
        return None

    def stands(self, number: str) -> bool:
        """Whether an object is to be inspected today: drawn or come in, and not gone."""
        return number not in self.gone and (number in self.result.objects or number in self.came_in)

    def seat(self, attempt: Attempt, inspector: str) -> tuple[TeamStanding, str] | None:
        """The team of this attempt in which an inspector has a seat, and the seat's department."""
        for team in self.teams_of(attempt):
            for members in (team.members, *team.stand_ins.values()):
                for department, number in members:
                    if number == inspector:
                        return team, department
        return None


def root_of(attempt: Attempt) -> Attempt:
    """The attempt that drew the objects: itself, or the one that its draw supplements."""
    root = attempt.draw.supplements
    return attempt if root is None else root


def standing_of(attempt: Attempt) -> Standing:
    """How the attempt's family stands today, in two queries and the results' files. The root must be drawn."""
    root = root_of(attempt)
    supplements = Attempt.objects.filter(draw__supplements=root).exclude(state=Attempt.State.WITHDRAWN)
    supplements = supplements.select_related("draw__basis", "draw__round__plan")
    newest = {one.draw_id: one for one in supplements.order_by("draw__created_at", "draw_id", "number")}
    drawn = [one for one in newest.values() if one.state in FINISHED]
    approved = Replacement.objects.filter(
        Q(attempt=root) | Q(attempt__in=drawn), state=Replacement.State.APPROVED
    ).order_by("decided_at", "pk")
    under_way = next((one for one in newest.values() if one.state not in FINISHED), None)
    return Standing((root, *drawn), tuple(approved), under_way)
