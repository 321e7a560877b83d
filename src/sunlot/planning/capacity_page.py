"""The page of capacity: a chart of all units together, and a table of each beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from sunlot.desk.lists import CSV_TYPE
from sunlot.desk.views import desk_view
from sunlot.documents import spreadsheets
from sunlot.norms import clock
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import NotAllowed, Viewer

from .capacity import LIMIT, MONTHS, Cell, UnitLoad, loads, months_from

MOST_LIMIT = 60


@dataclass(frozen=True)
class Column:
    """One month of the chart, in SVG units: the bar of visits (dispatched below, expected above) and the mark of capacity."""

    label: str
    x: float
    middle: float
    visits_y: float
    visits_height: float
    expected_y: float
    expected_height: float
    possible_y: float
    is_short: bool


@require_GET
@desk_view()
def capacity(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Who can make how many visits, and how many are planned, for the months from the asked one on."""
    if viewer.role in ADMINISTRATORS | {Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED}:
        raise NotAllowed("检查力量由各单位经办人、负责人和统筹科室查看。")
    months = months_from(_asked_month(request), MONTHS)
    limit = _asked_limit(request)
    found = loads(viewer, months, limit)
    if request.GET.get("format") == "csv":
        return _file(found)
    together = found[0].cells if found else ()
    earlier, later = months_from(_back(months[0]), 1)[0], months_from(months[-1], 2)[1]
    context = {
        "units": found,
        "months": months,
        "total": together,
        "chart": _chart(together) if together else None,
        "limit": limit,
        "most_limit": MOST_LIMIT,
        "earlier": f"{earlier:%Y-%m}",
        "later": f"{later:%Y-%m}",
        "from": f"{months[0]:%Y-%m}",
        "lacking": [unit for unit in found if unit.lacks],
    }
    return render(request, "planning/capacity.html", context)


def _asked_month(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(f"{request.GET.get('from', '')}-01")
    except ValueError:
        return clock.today().replace(day=1)


def _asked_limit(request: HttpRequest) -> int:
    asked = request.GET.get("limit", "")
    return min(max(int(asked), 1), MOST_LIMIT) if asked.isascii() and asked.isdecimal() else LIMIT


def _back(month: date) -> date:
    start = month.year * 12 + month.month - 1 - MONTHS
    return date(start // 12, start % 12 + 1, 1)


def _chart(cells: Sequence[Cell]) -> dict[str, Any]:
    """Bars of visits with the mark of what is possible, for a view box 540 wide and 220 high."""
    left, base, height, width = 44.0, 184.0, 164.0, 496.0
    top = max([cell.all_visits for cell in cells] + [cell.possible for cell in cells] + [1])
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if top / size <= 5)
    end = -(-top // step) * step
    room = width / len(cells)

    def tall(value: float) -> float:
        return round(height * value / end, 1)

    columns = [
        Column(
            f"{cell.month.month}月",
            round(left + room * at + room * 0.25, 1),
            round(left + room * at + room * 0.5, 1),
            base - tall(cell.visits),
            tall(cell.visits),
            base - tall(cell.all_visits),
            tall(cell.expected),
            base - tall(cell.possible),
            bool(cell.lacking),
        )
        for at, cell in enumerate(cells)
    ]
    scale = [{"value": value, "y": base - tall(value)} for value in range(0, end + 1, step)]
    return {"columns": columns, "scale": scale, "base": base, "left": left, "right": left + width, "bar": room * 0.5}


def _file(found: Sequence[UnitLoad]) -> StreamingHttpResponse:
    heads = ["单位", "月份", "可用人数", "已派发检查", "待抽取检查", "每人次数", "缺人"]
    rows: Iterator[list[Any]] = (
        [
            row.unit.full_name,
            f"{cell.month:%Y-%m}",
            f"{cell.people:.1f}",
            cell.visits,
            cell.expected,
            "" if cell.each is None else f"{cell.each:.1f}",
            cell.lacking,
        ]
        for row in found
        for cell in row.cells
    )
    columns = [spreadsheets.Column(head) for head in heads]
    response = StreamingHttpResponse(spreadsheets.csv_stream(columns, rows), content_type=CSV_TYPE)
    name = f"检查力量-{clock.today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
