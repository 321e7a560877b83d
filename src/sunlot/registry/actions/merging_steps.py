"""What merging two objects and merging two entities share."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer

from ..models import Entity, EntityMerge, InspectionObject, Merge
from .common import change, keys_of, locked, save
from .duplicates import number_of

Entry = InspectionObject | Entity
E = TypeVar("E", InspectionObject, Entity)


def both_locked(kept: E, gone: E) -> tuple[E, E]:
    """The two as they are now, locked in the order of their keys: two who merge the same two never wait for each other."""
    first, second = sorted((kept, gone), key=lambda one: one.pk)
    both = {one.pk: locked(one, None) for one in (first, second)}
    return both[kept.pk], both[gone.pk]


def refuse_chains(kept: Entry, gone: Entry, what: str) -> None:
    """Raise Refused where one of the two is merged already, or others were merged into the one that goes."""
    if kept.pk == gone.pk:
        raise Refused("这是同一条登记，不用合并。")
    for one in (kept, gone):
        if one.merged_into_id is not None:
            raise Refused(f"“{one.name}”（{number_of(one)}）已经并入另一{what}。请打开保留的那一条处理。")
    if type(gone)._default_manager.filter(merged_into=gone.pk).exists():
        raise Refused(f"另有{what}已并入“{gone.name}”。请反过来保留它，或先撤销那次合并。")


def as_taken(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The facts that were taken over, as the merge keeps them."""
    return {name: [_plain(before[name]), _plain(after[name])] for name in after}


def take_over(viewer: Viewer, kept: Entry, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the chosen facts of the other one; returns those that changed, before and after."""
    before = {name: getattr(kept, name) for name in wanted}
    _, changed = change(kept, wanted)
    kept.search_keys = keys_of(kept.name)
    save(kept, viewer, [*changed, "search_keys"])
    return {name: before[name] for name in changed}, {name: wanted[name] for name in changed}


def give_back(viewer: Viewer, kept: Entry, taken: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Give the facts back that still stand as the merge left them; returns them by name."""
    undone = {}
    for name, (before, after) in taken.items():
        if _plain(getattr(kept, name)) == after:
            setattr(kept, name, typed(kept, name, before))
            undone[name] = before
    kept.search_keys = keys_of(kept.name)
    save(kept, viewer, [*undone, "search_keys"])
    return undone


def typed(entry: Entry, name: str, value: Any) -> Any:
    """A plain value as the model holds it."""
    field = type(entry)._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 -- fields of the model itself
    return field.to_python(value)


def end(viewer: Viewer, merge: Merge | EntityMerge, reason: str) -> None:
    """Note that a merge was undone, by whom and why."""
    merge.undone_by, merge.undone_at, merge.undone_reason = viewer.membership.user, clock.now(), reason.strip()
    merge.save(update_fields=["undone_by", "undone_at", "undone_reason"])


def _plain(value: Any) -> Any:
    """As JSON keeps it; decimals as text."""
    return value if value is None or isinstance(value, str | dict) else str(value)
