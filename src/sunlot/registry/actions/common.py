"""What all changes of registry entries share: who and when in the history, what changed in plain words."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

from sunlot.norms import clock, trades
from sunlot.norms.initials import search_keys
from sunlot.organisations.models import Organisation, User
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.events import Actor

from .. import kinds

M = TypeVar("M", bound=models.Model)

PRIVATE = frozenset({"contact", "phone", "representative"})
"""What names a person: a history says that it changed, never from what to what."""

RECLASSIFIED = "信用风险："
BULK_EDITED = "批量修改："
"""How the change reasons begin of history records that have one event for many entries: the story tells them one by one."""


class Stale(Refused):
    """Somebody else changed the entry since this editor opened it. `current` is the entry as it is now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__("这一条刚才已由他人改过。请核对双方的内容后再保存。")
        self.current = current


def user_of(actor: Actor) -> User | None:
    """The account that acts; None for the installation itself."""
    return actor.membership.user if isinstance(actor, Viewer) else None


def manager_of(actor: Actor) -> Organisation | None:
    """The department that keeps what this actor enters; None for the installation itself."""
    return actor.organisation.department if isinstance(actor, Viewer) else None


def keys_of(name: str, limit: int = 500) -> str:
    """The search column of a name: pinyin initials and full syllables."""
    return search_keys(name).text[:limit]


def inspector_keys(name: str, fields: Iterable[str]) -> str:
    """The search column of an inspector: the name's keys and the professional fields, lower case."""
    return f"{search_keys(name).text} {' '.join(fields).lower()}"[:300]


def save(entry: models.Model, actor: Actor, fields: Iterable[str] | None = None) -> None:
    """Save an entry and its history record with the actor and the moment of our clock; counts its version up."""
    moment = clock.now()
    entry._history_user = user_of(actor)  # type: ignore[attr-defined]  # simple_history reads these two
    entry._history_date = moment  # type: ignore[attr-defined]
    entry.updated_at = moment  # type: ignore[attr-defined]
    if fields is None:
        entry.save(force_insert=True)
        return
    entry.version += 1  # type: ignore[attr-defined]
    grams = ["search_grams"] if hasattr(entry, "search_grams") else []  # worked out as it is written
    entry.save(update_fields=[*fields, *grams, "version", "updated_at"])


def locked(entry: M, version: int | None) -> M:
    """The entry as it is now, locked; raises Stale where it is not the version that the editor saw."""
    current = type(entry)._default_manager.select_for_update().get(pk=entry.pk)
    if version is not None and current.version != version:  # type: ignore[attr-defined]
        raise Stale(current)
    return current


def change(entry: models.Model, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the fields that differ; returns their plain values before and after."""
    before, after = {}, {}
    for name, value in changes.items():
        if getattr(entry, name) != value:
            before[name] = plain(entry, name)
            setattr(entry, name, value)
            after[name] = plain(entry, name)
    return before, after


def plain(entry: models.Model, name: str) -> Any:
    """A field's value as people read it and as the trail keeps it."""
    value = getattr(entry, name)
    if isinstance(value, User):
        return value.username  # the account, not whose it is: the line is read by more than know the person
    if isinstance(value, models.Model):
        return str(value)
    if name == "trade" and value:
        return f"{value} {trades.name_of(value)}"
    if isinstance(value, Decimal):
        return str(value)
    shown = getattr(entry, f"get_{name}_display", None)
    if shown is not None and name not in ("risk_class", "risk_base"):
        return str(shown())
    return list(value) if isinstance(value, list) else value


def in_words(model: type[models.Model], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """“信用风险 B → C；联系电话”: each changed field by its name; values of what names a person stay out."""
    parts = []
    for name, value in after.items():
        if name == "attributes":
            parts += kinds.in_words(before.get(name) or {}, value)
            continue
        label = model._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # only concrete fields come here
        parts.append(str(label) if name in PRIVATE else f"{label} {_shown(before.get(name))} → {_shown(value)}")
    return "；".join(parts)


def _shown(value: Any) -> str:
    if value is None or value in ("", []):
        return "（空）"
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
