"""Changes to the catalogue."""

from .versions import (
    Many,
    call_off,
    change_draft,
    draft_version,
    one_before,
    public_of,
    put_in_force,
    put_many_in_force,
    repeal,
    return_draft,
    subject_of,
    submit,
    submit_many,
    thing_of,
    title_of,
    what_is_missing,
)
from .words import add_competence, add_kind, change_competence

__all__ = [
    "Many",
    "add_competence",
    "add_kind",
    "call_off",
    "change_competence",
    "change_draft",
    "draft_version",
    "one_before",
    "public_of",
    "put_in_force",
    "put_many_in_force",
    "repeal",
    "return_draft",
    "subject_of",
    "submit",
    "submit_many",
    "thing_of",
    "title_of",
    "what_is_missing",
]
