"""The story of an entry: its events, and what imports changed in it, in one line each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from simple_history.utils import get_history_manager_for_model

from sunlot.norms import masking
from sunlot.trail.queries import history

from .actions.common import BULK_EDITED, RECLASSIFIED, in_words, plain

IMPORTED = "导入："
"""How the change reason of an import's history records begins."""

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
    """What happened to an entry, newest first: the trail's events, and the changes that came with imported rosters."""
    told = [StoryLine(one.at, one.words, one.person) for one in history(thing, _SHOWN)]
    return sorted([*told, *_imported(entry)], key=lambda line: line.at, reverse=True)[:_SHOWN]


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
