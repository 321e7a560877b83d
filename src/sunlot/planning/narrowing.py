"""What narrows a plan's objects beyond kinds, regions and risk classes: conditions of the registry's list, earlier
visits, a list of objects. Data that is stored, signed and read again on the day of the draw.
"""

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from sunlot.registry.lists import kept
from sunlot.registry.lists.kept import Conditions
from sunlot.registry.models import InspectionObject
from sunlot.trail import files
from sunlot.visits.queries import unvisited_since, visited_at_most

MOST_LISTED = 5_000
"""Objects of one list: what a person can check, and every database takes in one query."""


@dataclass(frozen=True)
class Narrowing:
    """`unvisited_months`: not inspected within so many months before the day. `most_visits`: at most so many visits in
    the day's calendar year. `listed`: object numbers in order; no list where it is empty.
    """

    conditions: Conditions = ()
    unvisited_months: int | None = None
    most_visits: int | None = None
    listed: tuple[str, ...] = ()

    @property
    def is_by_visits(self) -> bool:
        return self.unvisited_months is not None or self.most_visits is not None

    @property
    def picks(self) -> bool:
        """Whether it says more of the objects than how often they were visited: then the plan is 定向."""
        return bool(self.conditions or self.listed)

    def __bool__(self) -> bool:
        return self.picks or self.is_by_visits


EVERYTHING = Narrowing()
"""Nothing narrowed: whatever kinds, regions and classes hold."""


def applied(objects: "QuerySet[InspectionObject]", narrowing: Narrowing, day: date) -> "QuerySet[InspectionObject]":
    """Those of `objects` that are meant, as the registries stand and `day` sees them."""
    found = kept.narrowed(objects, narrowing.conditions, day)
    if narrowing.unvisited_months is not None:
        found = unvisited_since(found, months_before(day, narrowing.unvisited_months), day)
    if narrowing.most_visits is not None:
        found = visited_at_most(found, narrowing.most_visits, date(day.year, 1, 1), date(day.year, 12, 31))
    return found.filter(number__in=narrowing.listed) if narrowing.listed else found


def months_before(day: date, months: int) -> date:
    """The first day of the `months` months that end with `day`: 2025-11-28 for 12 before 2026-11-27."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=1)


# --- stored and signed ------------------------------------------------------------------------------------------------


def to_store(narrowing: Narrowing) -> dict[str, Any]:
    """The value of the plan's column. A list becomes a file kept under its digest, so that it outlives the version."""
    found: dict[str, Any] = {}
    if narrowing.conditions:
        found["conditions"] = [list(pair) for pair in narrowing.conditions]
    if narrowing.unvisited_months is not None:
        found["unvisited_months"] = narrowing.unvisited_months
    if narrowing.most_visits is not None:
        found["most_visits"] = narrowing.most_visits
    if narrowing.listed:
        found["listed"] = files.store(_text_of(narrowing.listed)).digest
    return found


def from_store(value: Mapping[str, Any]) -> Narrowing:
    """The narrowing from the plan's column."""
    return Narrowing(
        conditions=tuple((name, said) for name, said in value.get("conditions", ())),
        unvisited_months=value.get("unvisited_months"),
        most_visits=value.get("most_visits"),
        listed=listed_under(value["listed"]) if value.get("listed") else (),
    )


@lru_cache(maxsize=64)
def listed_under(digest: str) -> tuple[str, ...]:
    """The object numbers of a list by its digest; a file under its digest never changes."""
    return tuple(files.read(digest).decode().splitlines())


def said(narrowing: Narrowing) -> dict[str, Any]:
    """The member `narrowing` of a plan's canonical content: the values, and beside them the words of today.

    The list is named by its digest: SHA-256 of its numbers, each with a line end.
    """
    found: dict[str, Any] = {
        "conditions": [
            {"name": one.name, "value": one.value, "label": one.label, "words": one.words}
            for one in kept.in_words(narrowing.conditions)
        ],
        "unvisited_months": narrowing.unvisited_months,
        "most_visits": narrowing.most_visits,
    }
    if narrowing.listed:
        digest = hashlib.sha256(_text_of(narrowing.listed)).hexdigest()
        found["listed"] = {"count": len(narrowing.listed), "digest": digest}
    return found


def _text_of(numbers: tuple[str, ...]) -> bytes:
    return "".join(f"{number}\n" for number in numbers).encode()


# --- in words ---------------------------------------------------------------------------------------------------------


def in_words(said: Mapping[str, Any]) -> list[str]:
    """The member `narrowing` as people read it, one phrase for each condition."""
    found = [f"{one['label']}：{one['words']}" for one in said["conditions"]]
    if said["unvisited_months"] is not None:
        found.append(f"抽取日前 {said['unvisited_months']} 个月内未检查过")
    if said["most_visits"] is not None:
        most = said["most_visits"]
        found.append(f"抽取当年检查（含待检查）不超过 {most} 次" if most else "抽取当年没有检查，也没有待检查")
    listed = said.get("listed")
    if listed:
        found.append(f"名单所列 {listed['count']} 户之内（名单摘要 {listed['digest']}）")
    return found
