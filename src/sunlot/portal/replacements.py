"""What the public may have of what came after a draw: replacements that are in the log, and supplementary draws.

Under an embargo a replacement is in nobody's log by name; it is shown once its entry is written, with the release.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from sunlot.desk.lists import Column
from sunlot.drawing import after
from sunlot.drawing import queries as drawing
from sunlot.drawing.after import ShownReplacement, Thing
from sunlot.drawing.models import Attempt
from sunlot.drawing.naming import names_of
from sunlot.drawing.standing import root_of
from sunlot.norms import clock


def public_replacements(attempt: Attempt) -> list[ShownReplacement]:
    """The replacements of one attempt in the order of their entries; inspectors by staff number, never by name."""
    rows = attempt.replacements.filter(entry__isnull=False).select_related("entry__leaf").order_by("entry_id")
    return after.in_words(rows, after.Describer(root_of(attempt), names_of(), people=False)) if rows else []


@dataclass(frozen=True)
class PublicSupplement:
    """A supplementary draw as the page of the supplemented one names it."""

    number: str
    state: str
    objects: int


def public_supplements(attempt: Attempt, now: datetime) -> list[PublicSupplement]:
    """The sealed draws that supplement this one; how many objects each is for is no secret."""
    found = drawing.public_attempts(now).filter(draw__supplements=attempt).order_by("pk")
    return [
        PublicSupplement(one.draw.number, one.get_state_display(), len(one.draw.covers))
        for one in found.select_related("draw")
        if one.state != Attempt.State.ABORTED
    ]


def _words(things: Sequence[Thing]) -> str:
    return "；".join(f"{thing.name}（{thing.number}）" if thing.name else thing.number for thing in things)


def _entry_address(shown: ShownReplacement) -> str:
    return "" if shown.index is None else f"{settings.SUNLOT_PUBLIC_URL}/log/entries/{shown.index}/"


REPLACEMENT_COLUMNS: list[Column[Any]] = [
    Column("kind", "替补的是", lambda row: row.replacement.get_kind_display()),
    Column("out", "换出编号", lambda row: row.outgoing.number),
    Column("out_name", "换出名称", lambda row: row.outgoing.name),
    Column("in", "换入编号", lambda row: row.incoming.number),
    Column("in_name", "换入名称", lambda row: row.incoming.name),
    Column("team", "检查组", lambda row: row.replacement.team),
    Column("object", "只就对象", lambda row: row.object.number if row.object else ""),
    Column("reason", "事由", lambda row: row.replacement.public_reason),
    Column("passed_over", "依次跳过", lambda row: _words(row.passed_over)),
    Column("at", "生效时间", lambda row: clock.iso(row.replacement.decided_at)),
    Column("entry", "日志条目", lambda row: "" if row.index is None else row.index),
    Column("proof", "日志条目网址", _entry_address),
]
