"""Records beside the form that wait for an inspector: drafts, and those that lack its signature."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo
from sunlot.organisations.viewer import Viewer

from .. import queries as inspecting
from ..models import FormPart, WrittenRecord
from . import queries

_OPEN = (WrittenRecord.State.DRAFT, WrittenRecord.State.COMPLETE)
MANY = 12
"""So many are shown: they are few."""


def waiting(viewer: Viewer) -> Iterator[Todo]:
    """What this inspector has to complete or to sign, oldest first."""
    open_ones = queries.seen(viewer).filter(state__in=_OPEN, part__state__in=queries.OPEN)
    parts = inspecting.whole(FormPart.objects.filter(pk__in=open_ones.values("part")))
    rows = [one for found in queries.of_parts(parts).values() for one in found if one.left]
    for one in sorted(rows, key=lambda row: row.record.begun_at)[:MANY]:
        mine = any(line.user_id == viewer.user_id and line.signature is None for line in one.officers)
        if one.record.is_draft or mine:
            yield Todo(
                title=f"{'完成' if one.record.is_draft else '签字'}：{one.record.get_kind_display()}",
                reason=f"{one.part.form.object.name}，{one.place}，复核以前要办完。",
                url=reverse("field:written", args=[one.part.pk, one.record.pk]),
                button="继续填写" if one.record.is_draft else "核对并签字",
                due=None,
            )


def _named(found: WrittenRecord) -> things.Named:
    name = f"{found.get_kind_display()}（{found.part.form.object.name}）"
    return things.Named(name, reverse("inspecting:written", args=[found.pk]))


things.register("written", lambda viewer: queries.seen(viewer).select_related("part__form__object"), _named)
