"""Checks at start: a guard that is missing is an error, with how to mend it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

from . import guards
from .log.witnessing import parse_witnesses


@register(Tags.database)
def guards_stand(*, databases: Sequence[str] | None = None, **_: Any) -> list[Error]:
    """trail.E001 for each guarded table's missing trigger."""
    faults = []
    for alias in databases or []:
        try:
            names = guards.missing(connections[alias])
        except DatabaseError:
            continue  # no database to look at: another check says so
        faults += [
            Error(
                f"The trigger {name} is missing: the trail could be changed.",
                hint="Run `sunlot manage migrate`.",
                id="trail.E001",
            )
            for name in names
        ]
    return faults


@register(Tags.security)
def witnesses_are_readable(**_: Any) -> list[Error]:
    """trail.E002 for a malformed SUNLOT_WITNESSES: no witness would be asked."""
    try:
        parse_witnesses(settings.SUNLOT_WITNESSES)
    except ValueError as error:
        hint = "Write url=vkey, with a space between two; `sunlot log witness --make-key` prints the vkey."
        return [Error(f"SUNLOT_WITNESSES can't be read: {error}", hint=hint, id="trail.E002")]
    return []
