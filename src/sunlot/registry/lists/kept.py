"""Conditions of the list of objects, kept as plain data and read again on another day: what a plan's objects are
narrowed by. The same filters as the list's, so that what is found there is what is drawn from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from sunlot.catalogue.models import ObjectKind

from ..imports.fields import ATTR
from ..kinds import ATTRIBUTES, Attribute, attributes_of
from ..models import InspectionObject
from .objects import ObjectFilters

OTHERWISE = ("kind", "region", "risk", "state", "scope")
"""Filters of the list that a plan says in fields of its own, or that every draw imposes (在册, covered by an item)."""

Conditions = tuple[tuple[str, str], ...]
"""(name of the filter, its value), by name."""


@dataclass(frozen=True)
class InWords:
    """A condition as people read it: `行业`, `K70 房地产业`."""

    name: str
    value: str
    label: str
    words: str


class KeptFilters(ObjectFilters):
    """The filters of the list as a plan keeps them: with what the chosen kinds have of their own, seen from `on`."""

    def __init__(
        self, data: Mapping[str, str] | QueryDict | None, *, kinds: Iterable[ObjectKind], on: date, prefix: str = ""
    ) -> None:
        self._kinds, self._on = list(kinds), on
        self._named = [name.removeprefix(f"{prefix}-" if prefix else "") for name in data or {}]
        super().__init__(data, queryset=InspectionObject.objects.all(), prefix=prefix or None)

    @property
    def day(self) -> date:
        return self._on

    def attributes_asked(self) -> Iterable[Attribute]:
        """Those of the kinds, and whatever the conditions already name."""
        own = {attribute.name: attribute for kind in self._kinds for attribute in attributes_of(kind)}
        named = [name.removeprefix(ATTR) for name in self._named if name.startswith(ATTR)]
        return (own | {name: ATTRIBUTES[name] for name in named if name in ATTRIBUTES}).values()

    def offer_more(self) -> None:
        for name in OTHERWISE:
            del self.filters[name]
        super().offer_more()

    @property
    def conditions(self) -> Conditions:
        """What a valid form says, each value written in one way."""
        said = {name: _plain(value) for name, value in self.form.cleaned_data.items()}
        return tuple(sorted((name, value) for name, value in said.items() if value))


def narrowed(objects: "QuerySet[InspectionObject]", conditions: Conditions, day: date) -> "QuerySet[InspectionObject]":
    """Those of `objects` that meet the conditions on `day`. Nobody does where one of them can't be read any more: a
    condition that is dropped would draw from objects that were never meant.
    """
    if not conditions:
        return objects
    filters = KeptFilters(dict(conditions), kinds=(), on=day)
    if unreadable(conditions, filters):
        return objects.none()
    return filters.filter_queryset(objects)


def unreadable(conditions: Conditions, filters: KeptFilters | None = None) -> list[str]:
    """The conditions, by name, that the list has no filter for or whose value it doesn't take."""
    filters = filters or KeptFilters(dict(conditions), kinds=(), on=date.min)
    filters.form.is_valid()
    return [name for name, _ in conditions if name not in filters.filters or name in filters.form.errors]


def in_words(conditions: Conditions) -> list[InWords]:
    """The conditions as people read them, in the list's order."""
    if not conditions:
        return []
    fields = KeptFilters(dict(conditions), kinds=(), on=date.min).form.fields
    order = list(fields)
    found = [InWords(name, value, _label(name, fields), _shown(fields.get(name), value)) for name, value in conditions]
    return sorted(found, key=lambda one: order.index(one.name) if one.name in order else len(order))


def own_of(conditions: Conditions) -> list[Attribute]:
    """The attributes that the conditions ask for; only some kinds of object have each."""
    names = [name.removeprefix(ATTR) for name, _ in conditions if name.startswith(ATTR)]
    return [ATTRIBUTES[name] for name in names if name in ATTRIBUTES]


def _label(name: str, fields: Mapping[str, Any]) -> str:
    if name == "q":
        return "名称、编号含"
    return str(fields[name].label) if name in fields else name


def _shown(field: Any, value: str) -> str:
    choices = dict(_flat(getattr(field, "choices", ())))
    return choices.get(value, value)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(key), str(label)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value).strip()
