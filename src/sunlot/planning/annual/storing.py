"""Putting annual plans and their lines into the tables: the last step of the acts, inside their transaction."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Max

from sunlot.catalogue.models import Item, ObjectKind
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused, Viewer

from ..models import AnnualLine, AnnualPlan
from ..storing import TRIES
from .content import LineContent, content_of, lines_of

M = TypeVar("M", bound=models.Model)


def new_annual(viewer: Viewer, department: Organisation, year: int, is_demo: bool) -> AnnualPlan:
    """Make the row under the next free number of the region and year; two at once get two numbers."""
    prefix = f"{department.region_id}-{year}-N"
    for _ in range(TRIES):
        taken = AnnualPlan.objects.filter(number__startswith=prefix, revises__isnull=True).values_list(
            "number", flat=True
        )
        serial = max((int(number.removeprefix(prefix)) for number in taken), default=0) + 1
        try:
            with transaction.atomic():
                return AnnualPlan.objects.create(
                    number=f"{prefix}{serial:02}",
                    department=department,
                    year=year,
                    created_by_id=viewer.user_id,
                    created_at=clock.now(),
                    is_demo=is_demo,
                )
        except IntegrityError:
            continue
    raise Refused("同时有多人在编制年度计划，没有取到编号。再试一次。")


def new_order(viewer: Viewer, annual: AnnualPlan, reason: str) -> AnnualPlan:
    """Make a change order of an annual plan whose row is locked: `<number>-T1`, `-T2` …, with the same lines."""
    order = AnnualPlan.objects.create(
        number=f"{annual.number}-T{annual.change_orders.count() + 1}",
        department=annual.department,
        year=annual.year,
        revises=annual,
        base_version=annual.version,
        change_reason=reason,
        created_by_id=viewer.user_id,
        created_at=clock.now(),
        is_demo=annual.is_demo,
    )
    for line in lines_of(annual):
        write_line(order, line.code, content_of(line), line.position)
    return order


def next_code(annual: AnnualPlan) -> int:
    """A number that no line of this plan or of its published root ever had, as far as the tables know."""
    family = AnnualLine.objects.filter(annual__in=[annual.pk, *filter(None, [annual.revises_id])])
    return (family.aggregate(last=Max("code"))["last"] or 0) + 1


def write_line(annual: AnnualPlan, code: int, said: LineContent, position: int | None = None) -> AnnualLine:
    """Write one line, new or changed. Refused for codes that name nothing."""
    organisations = _by_code(Organisation.objects, [said.lead, *said.participants], "部门或科室")
    items = _by_code(Item.objects, said.items, "抽查事项")
    kinds = _by_code(ObjectKind.objects, said.kinds, "对象类别")
    columns = {
        "title": said.title,
        "lead": organisations[said.lead],
        "targeted": said.targeted,
        "scope": said.scope,
        "month": said.month,
        "day": said.day,
        "quota_number": said.number,
        "quota_permille": said.permille,
        "note": said.note,
        "times": said.times,
        "by_districts": said.by_districts,
    }
    if position is not None:
        columns["position"] = position
    line, _ = AnnualLine.objects.update_or_create(
        annual=annual, code=code, defaults=columns, create_defaults={**columns, "position": position or code}
    )
    line.participants.set(organisations[one] for one in said.participants if one != said.lead)
    line.items.set(items.values())
    line.kinds.set(kinds.values())
    return line


def _by_code(found: "models.Manager[M]", codes: Iterable[str], what: str) -> dict[str, M]:
    wanted = set(codes)
    rows = {str(row.code): row for row in found.filter(code__in=wanted)}  # type: ignore[attr-defined]  # all have one
    missing = sorted(wanted - set(rows))
    if missing:
        raise Refused(f"没有代码为 {'、'.join(missing)} 的{what}。刷新页面，重新选择。")
    return rows
