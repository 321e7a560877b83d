"""Reading extensions, scoped as the parts that they are of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from sunlot.norms import clock, working_days
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import Extension, FormPart
from ..queries import parts_seen
from . import policy

State = Extension.State


def extensions_seen(viewer: Viewer) -> "QuerySet[Extension]":
    """The extensions of parts that the viewer reads in full, with all that their pages show."""
    seen = Extension.objects.filter(Exists(parts_seen(viewer).filter(pk=OuterRef("part"))))
    return seen.select_related(
        "part__form__task__plan", "part__form__object", "part__organisation__parent", "asked_by", "decided_by"
    ).prefetch_related("part__members__inspector")


def latest(part: FormPart) -> date:
    """The last day until which the inspection of a part may be extended, all extensions together."""
    return working_days.due(part.form.task.ends_on, settings.SUNLOT_EXTENSION_DAYS).day


def against(part: FormPart) -> str:
    """Why more time can't be asked for now; empty where it can. The 20 working days of publication are the notice's own and
    nobody's to extend.
    """
    if part.state != FormPart.State.OPEN:
        return "检查记录已经提交，检查期限不用延期；公示的 20 个工作日不能延。"
    if part.inspect_by < clock.today():
        return "检查期限已经过去，不能事后延期；逾期照实记载，尽快完成检查。"
    if part.inspect_by >= latest(part):
        return (
            f"最多延到 {latest(part).isoformat()}（原定截止后 {settings.SUNLOT_EXTENSION_DAYS} 个工作日），不能再延。"
        )
    return ""


@dataclass(frozen=True)
class Panel:
    """What a part's page says of its extensions."""

    granted: tuple[Extension, ...]
    open: Extension | None
    returned: Extension | None
    may_ask: bool


def panels(viewer: Viewer, parts: Iterable[FormPart]) -> dict[int, Panel]:
    """By the part's key, for parts that the viewer reads in full. One query."""
    listed = list(parts)
    found: dict[int, list[Extension]] = {part.pk: [] for part in listed}
    for one in Extension.objects.filter(part__in=listed).order_by("asked_at", "pk"):
        found[one.part_id].append(one)
    return {part.pk: _panel(viewer, part, found[part.pk]) for part in listed}


def _panel(viewer: Viewer, part: FormPart, rows: list[Extension]) -> Panel:
    waiting = next((one for one in rows if one.is_open), None)
    last = rows[-1] if rows else None
    may = waiting is None and policy.may_ask(viewer, part) and not against(part)
    return Panel(
        granted=tuple(one for one in rows if one.state == State.APPROVED),
        open=waiting,
        returned=last if last is not None and last.state == State.RETURNED and part.is_editable else None,
        may_ask=may,
    )


def to_decide(viewer: Viewer) -> list[Extension]:
    """Those that wait for this unit's head, by the day that ends now."""
    if not viewer.has(Role.UNIT_HEAD):
        return []
    asked = extensions_seen(viewer).filter(state=State.ASKED, part__state=FormPart.State.OPEN)
    return [one for one in asked.order_by("due", "pk") if policy.may_decide(viewer, one)]


def returned_to(viewer: Viewer) -> "QuerySet[Extension]":
    """What this person asked for and got back, while the part is still to be inspected and nothing newer was asked."""
    newer = Extension.objects.filter(part=OuterRef("part"), pk__gt=OuterRef("pk"))
    mine = extensions_seen(viewer).filter(asked_by=viewer.user_id, state=State.RETURNED)
    return mine.filter(~Exists(newer), part__state=FormPart.State.OPEN, due__gte=clock.today()).order_by("due", "pk")
