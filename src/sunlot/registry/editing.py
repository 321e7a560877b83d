"""When two people change one entry at once: the second sees both values, and nothing that either wrote is lost."""

from typing import Any, TypeVar

from django.db import models
from django.http import QueryDict
from simple_history.utils import get_history_manager_for_model

from sunlot.norms import masking

from .forms.fields import VersionedForm

F = TypeVar("F", bound=VersionedForm)


def merged(form: F, current: models.Model, again: Any) -> F:
    """The form once more, bound to what this editor typed, merged with what the other one saved.

    Where only the other changed a field, the other's value is taken; where both did, this editor's stays and both are
    shown at the field. `again(data)` makes the form of new data. Saving it then is saving over the version now in force.
    """
    mine = {name: form.data.get(name, "") for name in form.fields}
    theirs = form.values_of(current)
    manager = get_history_manager_for_model(type(current))
    seen = manager.filter(id=current.pk, version=mine["version"] or 0).order_by("-history_date", "-history_id").first()
    base = form.values_of(seen) if seen is not None else theirs
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(current.version)  # type: ignore[attr-defined]  # versioned models only
    notes: dict[str, str] = {}
    for name, value in theirs.items():
        if isinstance(value, list):  # a choice of several: histories don't keep it, so both are shown
            if sorted(value) != sorted(data.getlist(name)):
                shown = "、".join(_shown(form, name, one) for one in value)
                notes[name] = f"名录库现在是“{shown or '（空）'}”。这里保留您选的；确认后再次保存即可。"
            continue
        if name == "version" or name not in mine or value in (mine[name], base[name]):
            continue
        if mine[name] == base[name]:
            data[name] = value
            notes[name] = f"对方已由“{_shown(form, name, base[name])}”改为“{_shown(form, name, value)}”，已采用对方的。"
        else:
            notes[name] = (
                f"对方已改为“{_shown(form, name, value)}”，您填的是“{_shown(form, name, mine[name])}”。"
                "这里保留您填的；确认后再次保存即可。"
            )
    fresh: F = again(data)
    fresh.is_valid()
    newest = (
        manager.filter(id=current.pk).select_related("history_user").order_by("-history_date", "-history_id").first()
    )
    who = masking.person(newest.history_user.name) if newest is not None and newest.history_user else "他人"
    fresh.add_error(None, f"您打开这一页以后，{who}改过这一条。双方的内容都在下面，核对后再次保存。")
    for name, note in notes.items():
        fresh.add_error(name, note)
    return fresh


def _shown(form: VersionedForm, name: str, value: str) -> str:
    """A control's value as people read it."""
    for key, label in getattr(form.fields[name], "choices", []):
        if str(getattr(key, "value", key)) == value:
            return str(label)
    return value or "（空）"
