"""The seats for who holds a competence, in the plan's form: under each participant, among its seats."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from sunlot.lottery.notice import MAX_SEAT

from .checks import competences_asked
from .content import DEFAULT_SEATS, PlanContent, Seat
from .options import Options

MOST_COMPETENCES = 6
"""Of one participant."""


@dataclass(frozen=True)
class CompetenceRow:
    competence: BoundField
    seats: BoundField


@dataclass(frozen=True)
class Competences:
    """The rows of one participant; `asked` are the names of what its items ask for."""

    rows: Sequence[CompetenceRow]
    asked: Sequence[str]

    @property
    def is_open(self) -> bool:
        """Whether any is filled in, or wrong."""
        return any(row.competence.value() or row.seats.errors for row in self.rows)


class CompetenceFields(forms.Form):
    """The fields; a form that has them calls `offer_competences` when its participants are known."""

    def offer_competences(
        self, data: QueryDict | None, content: PlanContent | None, codes: Sequence[str], options: Options
    ) -> None:
        """Add the rows of each participant: those sent or stored, and one to spare."""
        stored = {seat.organisation: len(seat.competences) for seat in content.seats} if content is not None else {}
        self._rows: dict[str, int] = {}
        self._competences = options.competences
        for code in codes:
            sent = [n for n in range(MOST_COMPETENCES) if data is not None and data.get(f"skill-{code}-{n}")]
            filled = max(sent, default=-1) + 1 if data is not None else stored.get(code, 0)
            self._rows[code] = min(filled + 1, MOST_COMPETENCES)
            for n in range(self._rows[code]):
                self.fields[f"skill-{code}-{n}"] = forms.ChoiceField(
                    label=f"{options.names[code]}专业席位 {n + 1}",
                    choices=[("", "（不限专业）"), *options.competences],
                    required=False,
                )
                self.fields[f"skill-seats-{code}-{n}"] = forms.IntegerField(
                    label=f"{options.names[code]}专业席位 {n + 1} 人数", required=False, min_value=1, max_value=MAX_SEAT
                )

    def competences_for(self, code: str, asked: Sequence[str]) -> Competences:
        """The rows of a participant for the template."""
        names = range(self._rows.get(code, 0))
        rows = [CompetenceRow(self[f"skill-{code}-{n}"], self[f"skill-seats-{code}-{n}"]) for n in names]
        return Competences(rows, asked)

    def clean_competences(self, seats: Mapping[str, int]) -> None:
        """Each competence once, and no more of them than seats."""
        for code, count in self._rows.items():
            chosen = [self.cleaned_data.get(f"skill-{code}-{n}") for n in range(count)]
            for n, one in enumerate(chosen):
                if one and one in chosen[:n]:
                    self.add_error(f"skill-seats-{code}-{n}", "这个专业已在上面，去掉一行。")
            asked = sum(number for _, number in self.competences_said(code))
            if asked > seats.get(code, DEFAULT_SEATS):
                self.add_error(f"skill-seats-{code}-0", f"专业席位共 {asked} 人，多于每组人数。")

    def competences_said(self, code: str) -> tuple[tuple[str, int], ...]:
        """What was filled in for a participant; a number left open is one."""
        data = self.cleaned_data
        said = {
            data[f"skill-{code}-{n}"]: data.get(f"skill-seats-{code}-{n}") or 1
            for n in range(self._rows.get(code, 0))
            if data.get(f"skill-{code}-{n}")
        }
        return tuple(sorted(said.items()))


def competences_initial(content: PlanContent) -> dict[str, Any]:
    """The fields' values from a content."""
    values: dict[str, Any] = {}
    for seat in content.seats:
        for n, (code, count) in enumerate(seat.competences):
            values |= {f"skill-{seat.organisation}-{n}": code, f"skill-seats-{seat.organisation}-{n}": count}
    return values


def filled_by_items(data: QueryDict, options: Options) -> QueryDict:
    """What was sent, with one seat for each competence that a participant's items ask for, as far as its seats go."""
    filled = data.copy()
    for name in [name for name in filled if name.startswith("skill-")]:
        del filled[name]
    for n, code in _participants(data):
        sent = data.get(f"seats-{n}") or str(DEFAULT_SEATS)
        seats = int(sent) if sent.isdecimal() and len(sent) < 3 else DEFAULT_SEATS
        for at, one in enumerate(asked_of(code, data, options)[: min(seats, MOST_COMPETENCES)]):
            filled[f"skill-{code}-{at}"], filled[f"skill-seats-{code}-{at}"] = one, "1"
    return filled


def asked_of(code: str, data: QueryDict, options: Options) -> list[str]:
    """The codes of the competences that the items sent for a participant ask for."""
    items = tuple(int(key) for key in data.getlist(f"items-{code}") if key.isdecimal() and len(key) < 12)
    by_name = {name: key for key, name in options.competences}
    names = competences_asked(Seat(code, items=items), {version.pk: version for version in options.versions})
    return [by_name[name] for name in names if name in by_name]


def _participants(data: QueryDict) -> Iterator[tuple[int, str]]:
    for name in data:
        part, _, number = name.partition("-")
        if part == "participant" and number.isdecimal() and data.get(name):
            yield int(number), str(data[name])
