"""Places to fill in, declared once: the page's control, the phone's (static/inspecting/app/blanks.js), what is missing, and
the words in which it is shown all follow from the declaration. Every value is a text, as in `records.flat`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django import forms

from sunlot.norms import clock

MAX_LINE, MAX_LONG = 200, 4000
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")

Sort = Literal["text", "long", "day", "minute", "choice"]


@dataclass(frozen=True)
class Blank:
    """One place. `when` names another place and the value there with which alone this one must be filled in."""

    name: str
    label: str
    sort: Sort = "text"
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    required: bool = True
    when: tuple[str, str] | None = None

    @property
    def longest(self) -> int:
        return MAX_LONG if self.sort == "long" else MAX_LINE

    @property
    def verb(self) -> str:
        return "选" if self.sort == "choice" else "填"

    def is_missing(self, texts: Mapping[str, str]) -> bool:
        """Whether it must be filled in, among these texts, and is not."""
        asked = self.required if self.when is None else texts.get(self.when[0], "") == self.when[1]
        return asked and not texts.get(self.name, "").strip()

    def holds(self, text: str) -> bool:
        """Whether a control of this sort could hold the text; an empty one it always can."""
        if len(text) > self.longest or "\0" in text:
            return False
        if not text or self.sort in ("text", "long"):
            return self.sort == "long" or "\n" not in text
        if self.sort == "choice":
            return text in dict(self.choices)
        try:
            return minute_of(text) == text if self.sort == "minute" else date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False

    def words(self, text: str) -> str:
        """A text as people read it."""
        if not text or self.sort in ("text", "long"):
            return text
        if self.sort == "choice":
            return dict(self.choices).get(text, text)
        if self.sort == "minute":
            local = clock.parse(text).astimezone(clock.SHANGHAI)
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
        day = date.fromisoformat(text)
        return f"{day.year}年{day.month}月{day.day}日"

    def for_phone(self) -> dict[str, Any]:
        """The declaration as JSON."""
        return {
            "name": self.name, "label": self.label, "sort": self.sort, "longest": self.longest, "hint": self.hint,
            "choices": [list(pair) for pair in self.choices], "required": self.required, "when": self.when,
        }  # fmt: skip


def minute_of(text: str) -> str:
    """A time as a control posts it (2026-09-01T10:00) or as a record holds it, as a record holds it. Raises ValueError."""
    if not _MINUTE.match(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
    local = moment.astimezone(clock.SHANGHAI).replace(second=0, microsecond=0)
    return local.isoformat(timespec="seconds")


class _Text(forms.CharField):
    """A text whose line ends are LF alone, as the record's are."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class _Minute(forms.CharField):
    """A time to the minute, as text."""

    widget = forms.DateTimeInput

    def prepare_value(self, value: Any) -> Any:
        return value[:16] if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return minute_of(text) if text else ""
        except ValueError as fault:
            raise forms.ValidationError("时间写成 2026-09-01 10:00 这样。") from fault


class _Day(forms.CharField):
    """A day, as text."""

    widget = forms.DateInput

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError as fault:
            raise forms.ValidationError("日期写成 2026-09-01 这样。") from fault


def control(blank: Blank) -> forms.Field:
    """The page's control. A draft may leave everything empty."""
    common: dict[str, Any] = {"label": blank.label, "required": False, "help_text": blank.hint}
    if blank.sort == "choice":
        return forms.ChoiceField(choices=[("", "请选择"), *blank.choices], **common)
    if blank.sort == "minute":
        return _Minute(**common)
    if blank.sort == "day":
        return _Day(**common)
    if blank.sort == "long":
        return _Text(max_length=blank.longest, widget=forms.Textarea({"rows": 3}), **common)
    return _Text(max_length=blank.longest, **common)


def facts(blanks: Iterable[Blank], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and words of each place that is filled in."""
    return [(one.label, one.words(texts[one.name])) for one in blanks if texts.get(one.name, "").strip()]
