"""The annexed 年度抽查工作计划 as PDF and as xlsx, its eight columns, from what was frozen or is written now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from sunlot.documents import spreadsheets
from sunlot.documents.annual_plan import AnnualLine, annual_plan
from sunlot.documents.annual_plan import AnnualPlan as Sheet
from sunlot.documents.parts import Evidence
from sunlot.documents.parts import Signature as Line
from sunlot.norms import clock
from sunlot.organisations.models import Signature

from ..content import canonical_text, digest_of
from ..models import AnnualPlan
from ..page import signature_of
from .content import rows_of
from .policy import LEADER, STEERING

COLUMNS = (
    spreadsheets.Column("序号", 6, number=True),
    spreadsheets.Column("抽查计划名称", 28),
    spreadsheets.Column("抽查事项", 40),
    spreadsheets.Column("抽查类型", 28),
    spreadsheets.Column("抽查对象范围", 28),
    spreadsheets.Column("抽取日期", 12),
    spreadsheets.Column("抽查对象数量或比例", 20),
    spreadsheets.Column("备注", 20),
)


def pdf(annual: AnnualPlan, said: dict[str, Any], signatures: Sequence[Signature]) -> bytes:
    """The annex as PDF; what is not signed yet has lines for the hand."""
    digest = digest_of(canonical_text(said))
    return annual_plan(
        Sheet(
            authority=annual.department.name,
            file_number=str(said["annual_plan"]),
            day=clock.today(),
            year=annual.year,
            lines=tuple(_line(row.cells, annual.is_demo) for row in rows_of(said)),
            signatures=tuple(_sign(capacity, signatures, digest) for capacity in (LEADER, STEERING)),
            evidence=Evidence(digest, f"{settings.SUNLOT_PUBLIC_URL}/annual-plans/{said['annual_plan']}/"),
            version=f"第 {said['version']} 版" if said["version"] > 1 else "",
        )
    )


def xlsx(annual: AnnualPlan, said: dict[str, Any]) -> bytes:
    """The annex as a table to calculate with."""
    rows: list[spreadsheets.Row] = [(number, *row.cells) for number, row in enumerate(rows_of(said), 1)]
    return spreadsheets.xlsx(COLUMNS, rows, sheet=f"{annual.year}年度抽查工作计划")


def _line(cells: tuple[str, ...], demo: bool) -> AnnualLine:
    name, items, kind, objects, draw_date, quantity, remark = cells
    return AnnualLine(name, items, kind, objects, draw_date, quantity, remark, demo)


def _sign(capacity: str, signatures: Sequence[Signature], digest: str) -> Line:
    found = signature_of(signatures, capacity, digest)
    if found is None or found.way != Signature.Way.ACCOUNT:
        return Line(capacity)
    at: datetime = found.signed_at.astimezone(clock.SHANGHAI)
    return Line(capacity, found.signed_as, f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}")
