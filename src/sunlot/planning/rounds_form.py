"""The rounds in the plan's form: how many, and the days of each; one round asks for nothing more than the plan's own days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from sunlot.desk.forms import dress

from . import suggestions
from .content import MOST_ROUNDS, PlanContent, Window
from .models import Plan
from .options import Options

COUNT = "round_count"


@dataclass(frozen=True)
class RoundRow:
    """One round. The first is drawn and begins, the last ends as the plan does: there the field is None."""

    number: int
    draw: BoundField | None
    starts: BoundField | None
    ends: BoundField | None


class RoundFields(forms.Form):
    """The fields of the rounds; a form that has them calls `offer_rounds` when it is made."""

    round_count = forms.IntegerField(label="抽取批次", required=False, min_value=1, max_value=MOST_ROUNDS)
    repeats = forms.BooleanField(
        label=str(Plan._meta.get_field("repeats").verbose_name),
        required=False,
        help_text="不选的，前批已抽取的对象不再列入后批，按余下的计算比例",
    )

    def offer_rounds(self, data: QueryDict | None, content: PlanContent | None) -> None:
        """Add the days of each round, of as many as were sent or are stored."""
        sent = (data.get(COUNT) or "1") if data is not None else ""
        stored = len(content.windows) if content is not None else 1
        self._rounds = stored if data is None else int(sent) if sent.isdecimal() and len(sent) < 3 else 1
        self._rounds = min(max(self._rounds, 1), MOST_ROUNDS)
        for n in range(1, self._rounds + 1):
            if n > 1:
                self._add(
                    f"round-draw-{n}", forms.DateTimeField(label=f"第 {n} 批抽取时间", widget=forms.DateTimeInput)
                )
                self._add(f"round-starts-{n}", forms.DateField(label=f"第 {n} 批检查开始", widget=forms.DateInput))
            if n < self._rounds:
                self._add(f"round-ends-{n}", forms.DateField(label=f"第 {n} 批检查截止", widget=forms.DateInput))

    def _add(self, name: str, field: forms.Field) -> None:
        field.required = False  # a day left open is spread over the plan's time
        dress(field)
        self.fields[name] = field

    @property
    def rounds(self) -> Iterator[RoundRow]:
        """The rows of the rounds; none for a plan with one."""
        for n in range(1, self._rounds + 1) if self._rounds > 1 else ():
            fields = (f"round-{part}-{n}" for part in ("draw", "starts", "ends"))
            yield RoundRow(n, *(self[name] if name in self.fields else None for name in fields))

    def windows(self) -> tuple[Window, ...]:
        """The rounds that the valid form says, days left open spread over the plan's time."""
        data = self.cleaned_data
        count = data[COUNT] or 1
        if count == 1:
            return ()
        even = suggestions.spread(data["draw_at"], data["starts_on"], data["ends_on"], count)
        starts = [data["starts_on"], *(data.get(f"round-starts-{n}") for n in range(2, count + 1))]
        found = []
        for at, one in enumerate(even):
            begins = starts[at] or one.starts_on
            ends = data.get(f"round-ends-{at + 1}") or suggestions.ends_before(starts, at, one.ends_on)
            draw_at = data.get(f"round-draw-{at + 1}") or suggestions.draw_before(begins, one.draw_at)
            found.append(
                Window(
                    data["draw_at"] if at == 0 else draw_at,
                    begins,
                    data["ends_on"] if at == count - 1 else ends,
                )
            )
        return tuple(found)


def rounds_initial(content: PlanContent) -> dict[str, Any]:
    """The fields' values from a content."""
    values: dict[str, date | datetime | int | bool] = {COUNT: len(content.windows), "repeats": content.repeats}
    for n, one in enumerate(content.rounds, 1):
        values |= {f"round-draw-{n}": one.draw_at, f"round-starts-{n}": one.starts_on, f"round-ends-{n}": one.ends_on}
    return values


def in_rounds_by_rules(data: QueryDict, options: Options) -> QueryDict:
    """What was sent, with as many rounds as the table of ratios says times a year, spread over the rest of the year."""
    filled = data.copy()
    for name in [name for name in filled if name.startswith("round-")]:
        del filled[name]
    filled[COUNT] = str(options.times)
    try:
        starts, ends = (date.fromisoformat(filled.get(name) or "") for name in ("starts_on", "ends_on"))
    except ValueError:
        return filled
    filled["ends_on"] = max(ends, suggestions.end_of_rounds(starts, options.times)).isoformat()
    return filled
