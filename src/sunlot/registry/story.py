"""The story of an entry: its events, and what imports changed in it, in one line each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from simple_history.utils import get_history_manager_for_model

from sunlot.norms import masking
from sunlot.trail.queries import history

from .actions.common import BULK_EDITED, RECLASSIFIED, in_words, plain
from .models import CreditMark, Entity, InspectionObject, Licence
from .models.imports import IMPORTED

_TOLD = (IMPORTED, RECLASSIFIED, BULK_EDITED)
"""Changes of many entries at once, with one event for all of them; all other changes have events of their own."""

_SHOWN = 50
_LEFT_OUT = {"id", "search_keys", "search_grams", "version", "created_at", "updated_at", "is_demo", "manager"}


@dataclass(frozen=True)
class StoryLine:
    """One line; `person` is masked. The template of the trail's history shows it."""

    at: datetime
    words: str
    person: str


def story_of(entry: models.Model, thing: str) -> list[StoryLine]:
    """What happened to an entry, newest first: the trail's events, and what came with imported rosters."""
    told = [StoryLine(one.at, one.words, one.person) for one in history(thing, _SHOWN)]
    return sorted([*told, *_imported(entry), *_brought(entry)], key=lambda line: line.at, reverse=True)[:_SHOWN]


def _brought(entry: models.Model) -> list[StoryLine]:
    """A line for each mark and each licence that an imported list brought: the list has one event for all of them."""
    known: list[Any] = []
    if isinstance(entry, InspectionObject | Entity):
        known += entry.marks.filter(roster__isnull=False).select_related("roster", "created_by")[:_SHOWN]
    if isinstance(entry, InspectionObject):
        known += entry.licences.filter(roster__isnull=False).select_related("roster", "created_by")[:_SHOWN]
    return [
        StoryLine(one.created_at, f"{one.roster.why}，{_entered(one)}", masking.person(one.created_by.name))
        for one in known
    ]


def _entered(one: CreditMark | Licence) -> str:
    if isinstance(one, CreditMark):
        return f"登记信用标记：{one.get_kind_display()}（{one.since.isoformat()} 起，来源：{one.source}）"
    until = f"有效期至 {one.expires.isoformat()}" if one.expires else "长期有效"
    return f"登记{one.name} {one.number}，{until}"


def _imported(entry: models.Model) -> list[StoryLine]:
    """A line for each history record that an import wrote, with what it changed."""
    manager = get_history_manager_for_model(type(entry))
    records: list[Any] = list(
        manager.filter(id=entry.pk)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")[: _SHOWN + 1]
    )
    lines = []
    for place, record in enumerate(records):
        if not (record.history_change_reason or "").startswith(_TOLD):
            continue
        earlier = records[place + 1] if place + 1 < len(records) else None
        words = record.history_change_reason
        if record.history_type == "~" and earlier is not None:
            words += f"，{_difference(entry, earlier, record)}"
        person = masking.person(record.history_user.name) if record.history_user else ""
        lines.append(StoryLine(record.history_date, words, person))
    return lines


def _difference(entry: models.Model, earlier: Any, later: Any) -> str:
    names = [
        field.name
        for field in type(entry)._meta.concrete_fields
        if field.name not in _LEFT_OUT and getattr(earlier, field.attname, None) != getattr(later, field.attname, None)
    ]
    before = {name: plain(earlier, name) for name in names}
    after = {name: plain(later, name) for name in names}
    return in_words(type(entry), before, after) or "内容没有变化"
