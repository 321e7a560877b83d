"""What an annual plan says, as plain data: what a line's form sends, what is signed, what two versions differ in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from sunlot.organisations.models import Organisation

from ..checks import kind_of
from ..models import AnnualLine, AnnualPlan, Plan
from ..words import percent_of

Said = dict[str, Any]

BY_DISTRICTS = "由各区分别编制计划、抽取"


@dataclass(frozen=True)
class LineContent:
    """One line: organisations, items and kinds by their codes; at most one of `number` and `permille`."""

    title: str
    lead: str
    participants: tuple[str, ...] = ()
    targeted: bool = False
    items: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scope: str = ""
    month: int = 1
    day: int | None = None
    number: int | None = None
    permille: int | None = None
    note: str = ""
    times: int = 1
    """How often in the year it is drawn."""
    by_districts: bool = False
    """Whether each district makes and draws a plan of its own within this line."""

    def in_order(self) -> "LineContent":
        """The same with what has no order of its own sorted."""
        sets = {name: tuple(sorted(getattr(self, name))) for name in ("participants", "items", "kinds")}
        return LineContent(**{**self.__dict__, **sets})


def line_parts() -> tuple[str | Prefetch, ...]:
    """What reading lines needs, to be prefetched together."""
    return (
        Prefetch("participants", Organisation.objects.select_related("parent").order_by("path")),
        Prefetch("items"),
        Prefetch("kinds"),
    )


def lines_of(annual: AnnualPlan) -> list[AnnualLine]:
    """The lines in their order with all their parts. Five queries."""
    return list(annual.lines.select_related("lead__parent", "annual__department").prefetch_related(*line_parts()))


def content_of(line: AnnualLine) -> LineContent:
    """What a line says now."""
    return LineContent(
        title=line.title,
        lead=line.lead.code,
        participants=tuple(one.code for one in line.participants.all()),
        targeted=line.targeted,
        items=tuple(item.code for item in line.items.all()),
        kinds=tuple(kind.code for kind in line.kinds.all()),
        scope=line.scope,
        month=line.month,
        day=line.day,
        number=line.quota_number,
        permille=line.quota_permille,
        note=line.note,
        times=line.times,
        by_districts=line.by_districts,
    ).in_order()


def kind_in_words(line: AnnualLine) -> str:
    """抽查类型: 部门联合，定向."""
    kind = kind_of([line.lead, *line.participants.all()])
    return f"{kind.label}，{'定向' if line.targeted else '不定向'}"


def rules(annual: AnnualPlan, lines: Sequence[AnnualLine], names: dict[str, str]) -> Said:
    """The canonical content: what is signed. `names` are the items' names by code, as they are today."""
    number, version = annual.number, annual.version
    if annual.revises is not None and annual.base_version is not None:
        number, version = annual.revises.number, annual.base_version + 1
    return {
        "annual_plan": number,
        "version": version,
        "year": annual.year,
        "department": {"code": annual.department.code, "name": annual.department.name},
        "lines": [_line(line, names) for line in lines],
    }


def _line(line: AnnualLine, names: dict[str, str]) -> Said:
    said = content_of(line)
    participants = {one.code: one.full_name for one in line.participants.all()}
    kinds = {kind.code: kind.name for kind in line.kinds.all()}
    return {
        "line": line.code,
        "title": said.title,
        "kind": str(kind_of([line.lead, *line.participants.all()]).value),
        "targeted": said.targeted,
        "lead": {"code": said.lead, "name": line.lead.full_name},
        "participants": [{"code": code, "name": participants[code]} for code in said.participants],
        "items": [{"code": code, "name": names.get(code, code)} for code in said.items],
        "kinds": [{"code": code, "name": kinds[code]} for code in said.kinds],
        "scope": said.scope,
        "month": said.month,
        "day": said.day,
        "number": said.number,
        "permille": said.permille,
        "note": said.note,
        # Left out where it does not say anything, so that what was signed before lines had it keeps its digest.
        **({"by_districts": True} if said.by_districts else {}),
        **({"times": said.times} if said.times > 1 else {}),
    }


@dataclass(frozen=True)
class Row:
    """A line in the annex's columns, in words; of a comparison also what became of it and what it said before."""

    code: int
    cells: tuple[str, ...]
    """抽查计划名称、抽查事项、抽查类型、抽查对象范围、抽取日期、抽查对象数量或比例、备注."""
    change: str = ""
    """"", "新增", "修改" or "删去"."""
    before: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each cell with what it said before, empty where that is the same."""
        before = self.before or self.cells
        return [(now, was if was != now else "") for now, was in zip(self.cells, before, strict=True)]


def rows_of(said: Said, against: Said | None = None) -> list[Row]:
    """The lines of a version in words; with what differs from another version, whose lost lines come last."""
    old = {line["line"]: cells_of(line) for line in against["lines"]} if against is not None else None
    rows = []
    for line in said["lines"]:
        cells = cells_of(line)
        before = old.get(line["line"]) if old is not None else cells
        change = "" if before == cells else "修改" if before else "新增"
        rows.append(Row(line["line"], cells, change, before or ()))
    kept = {row.code for row in rows}
    rows += [Row(code, cells, "删去") for code, cells in (old or {}).items() if code not in kept]
    return rows


def cells_of(line: Said) -> tuple[str, ...]:
    """The seven cells after the number, as the annex has them."""
    targeted = "定向" if line["targeted"] else "不定向"
    with_whom = "、".join(one["name"] for one in line["participants"])
    title = line["title"]
    kind = f"{Plan.Kind(line['kind']).label}，{targeted}"
    who = f"牵头：{line['lead']['name']}" + (f"；参与：{with_whom}" if with_whom else "")
    return (
        title,
        "；".join(f"{item['code']} {item['name']}" for item in line["items"]),
        f"{kind}。{who}",
        scope_in_words(line["scope"], [kind["name"] for kind in line["kinds"]]),
        when(line["month"], line["day"], line.get("times", 1)),
        quantity(line["number"], line["permille"]),
        "；".join(filter(None, (BY_DISTRICTS if line.get("by_districts") else "", line["note"]))),
    )


def scope_in_words(scope: str, kinds: Iterable[str]) -> str:
    """抽查对象范围: the kinds of object, and what was added by hand."""
    return "；".join(filter(None, ("、".join(kinds), scope)))


def when(month: int, day: int | None, times: int = 1) -> str:
    """抽取日期: 5月, or 5月12日; 5月起，全年 2 次."""
    first = f"{month}月" if day is None else f"{month}月{day}日"
    return first if times == 1 else f"{first}起，全年 {times} 次"


def quantity(number: int | None, permille: int | None) -> str:
    """抽查对象数量或比例: 20 户, 5 %, or by the rules of risk."""
    if number is not None:
        return f"{number} 户"
    return percent_of(permille) if permille is not None else "按风险分类比例"
