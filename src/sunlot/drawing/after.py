"""What pages show of what came after the draw: replacements in words, teams today, what waits for a supplementary draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from sunlot.norms import clock, masking
from sunlot.trail.models import LogCheckpoint

from .following import Change
from .models import Attempt, Replacement
from .naming import Names
from .outcome import outcome
from .standing import Standing, TeamStanding, root_of
from .supplement import Step, next_step


@dataclass(frozen=True)
class Thing:
    """An object or an inspector in words; `name` of an inspector is empty where the viewer may not know it."""

    number: str
    name: str


@dataclass(frozen=True)
class ShownReplacement:
    """A replacement with names. `index` is the place of its entry in the log, None while it has none."""

    replacement: Replacement
    outgoing: Thing
    incoming: Thing | None
    passed_over: tuple[Thing, ...]
    object: Thing | None
    team: str
    index: int | None

    @property
    def mark(self) -> tuple[str, str]:
        """Class and words of its state."""
        state = self.replacement.state
        if self.replacement.is_exhausted:
            return "late", "候补用尽，补充抽取"
        return {"proposed": "now", "approved": "done", "refused": "off"}[state], self.replacement.get_state_display()

    @property
    def why_passed(self) -> str:
        """Why those passed over did not come in."""
        if self.replacement.is_of_object:
            return "本区没有可派的检查组（回避）"
        return "与所查对象有回避关系"


class Describer:
    """Names for numbers of one family of draws, read once."""

    def __init__(self, root: Attempt, names: Names, *, people: bool) -> None:
        self._objects = {number: one.name for number, one in outcome(root).known().items()}
        self._shows_people = people
        self.names = names
        self._people: dict[str, str] = {}

    def learn(self, numbers: Iterable[str]) -> None:
        """Look the names of these inspectors up, all at once."""
        if self._shows_people:
            found = self.names.people(numbers)
            self._people |= {number: masking.person(one.name) for number, one in found.items()}

    def object(self, number: str) -> Thing:
        return Thing(number, self._objects.get(number, number))

    def inspector(self, number: str) -> Thing:
        return Thing(number, self._people.get(number, ""))

    def thing(self, number: str, *, is_object: bool) -> Thing:
        return self.object(number) if is_object else self.inspector(number)

    def change(self, change: Change) -> dict[str, Any]:
        """A computed change in words, for the template."""
        is_object = change.kind == Replacement.Kind.OBJECT
        self.learn([change.outgoing, change.incoming, *change.passed_over])
        return {
            "outgoing": self.thing(change.outgoing, is_object=is_object),
            "incoming": self.thing(change.incoming, is_object=is_object) if change.incoming else None,
            "passed_over": [self.thing(one, is_object=is_object) for one in change.passed_over],
            "object": self.object(change.object) if change.object else None,
            "objects": [self.object(one) for one in change.objects],
            "team": self.names.team(change.team),
            "department": self.names.organisation(change.department),
        }


def replacements_of(attempt: Attempt, **conditions: Any) -> "QuerySet[Replacement]":
    """The replacements of an attempt's whole family, oldest first, with what a page shows."""
    root = root_of(attempt)
    family = Q(attempt=root) | Q(attempt__draw__supplements=root)
    found = Replacement.objects.filter(family, **conditions).order_by("proposed_at", "pk")
    return found.select_related("proposed_by", "decided_by", "entry__leaf", "attempt__draw").prefetch_related(
        "evidence"
    )


def in_words(replacements: Iterable[Replacement], describer: Describer) -> list[ShownReplacement]:
    """Replacements with names and their places in the log, in two queries."""
    rows = list(replacements)
    size = LogCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    describer.learn(
        n for one in rows if not one.is_of_object for n in (one.outgoing, one.incoming, *one.passed_over) if n
    )
    found = []
    for one in rows:
        index = one.entry.leaf.index if one.entry is not None and hasattr(one.entry, "leaf") else None
        found.append(
            ShownReplacement(
                one,
                describer.thing(one.outgoing, is_object=one.is_of_object),
                describer.thing(one.incoming, is_object=one.is_of_object) if one.incoming else None,
                tuple(describer.thing(number, is_object=one.is_of_object) for number in one.passed_over),
                describer.object(one.object) if one.object else None,
                describer.names.team(one.team) if one.team else "",
                index if index is not None and index < size else None,
            )
        )
    return found


@dataclass(frozen=True)
class ShownTeam:
    """A team today in words: members with their department, objects with the members who stand in for them alone."""

    team: TeamStanding
    label: str
    members: list[tuple[str, Thing]]
    objects: list[tuple[Thing, list[tuple[str, Thing]]]]


def teams_in_words(standing: Standing, attempt: Attempt, describer: Describer) -> list[ShownTeam]:
    """The teams of one attempt as they stand today."""
    teams = standing.teams_of(attempt)
    describer.learn(number for team in teams for number in team.inspectors)

    def seats(members: tuple[tuple[str, str], ...]) -> list[tuple[str, Thing]]:
        return [(describer.names.organisation(code), describer.inspector(number)) for code, number in members]

    return [
        ShownTeam(
            team,
            describer.names.team(team.id),
            seats(team.members),
            [
                (describer.object(number), seats(team.stand_ins[number]) if number in team.stand_ins else [])
                for number in team.objects
            ],
        )
        for team in teams
    ]


@dataclass(frozen=True)
class ShownStep:
    """The next supplementary draw in words, or why none is possible."""

    step: Step
    objects: list[Thing]
    impossible: list[tuple[Thing, str]]
    under_way: Attempt | None

    @property
    def is_ready(self) -> bool:
        return self.step.waiting is not None and self.under_way is None


def step_in_words(standing: Standing, describer: Describer) -> ShownStep | None:
    """What waits for a supplementary draw; None where nothing does."""
    step = next_step(standing, clock.today())
    if step.waiting is None and not step.impossible and standing.under_way is None:
        return None
    return ShownStep(
        step,
        [describer.object(number) for number in step.waiting.objects] if step.waiting else [],
        [(describer.object(number), why) for number, why in step.impossible],
        standing.under_way,
    )


def supplements_of(attempt: Attempt) -> "QuerySet[Attempt]":
    """The attempts, sealed and not aborted, of draws that supplement this one, oldest first."""
    found = Attempt.objects.filter(draw__supplements=attempt, sealed_at__isnull=False)
    return found.exclude(state=Attempt.State.ABORTED).select_related("draw").order_by("pk")
