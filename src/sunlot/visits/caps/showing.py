"""A table of caps as people read it: one row for each department and kind, a column for each class."""

from dataclasses import dataclass

from sunlot.catalogue.vocabulary import RiskClass

from ..models import CapTable
from .forms import CLASSES
from .queries import lines_of


@dataclass(frozen=True)
class ShownRow:
    """“各部门合计”, “所有类别”, and the cap of each class; None where there is none."""

    whose: str
    kind: str
    caps: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Shown:
    table: CapTable
    rows: list[ShownRow]


def shown(table: CapTable) -> Shown:
    """A table from `queries.tables`, in rows."""
    rows: dict[tuple[str, str], dict[str, int]] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for line in lines_of(table):
        place = (line.path, line.kind)
        rows.setdefault(place, {})[line.risk_class] = line.cap
        names[place] = (line.whose, line.kind_name or ("其他类别" if not line.kind else ""))
    special = {path for path, kind in rows if kind}
    for (path, kind), caps in rows.items():
        if kind:  # a class that the kind's row leaves open has the cap of every kind
            caps.update({risk: cap for risk, cap in rows.get((path, ""), {}).items() if risk not in caps})
    return Shown(
        table,
        [
            ShownRow(
                names[place][0],
                names[place][1] if place[1] or place[0] in special else "所有类别",
                tuple((f"{risk} {RiskClass(risk).label}", caps.get(risk)) for risk in CLASSES),
            )
            for place, caps in sorted(rows.items(), key=lambda row: (row[0][0], not row[0][1], row[0][1]))
        ],
    )
