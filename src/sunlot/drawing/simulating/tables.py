"""A simulation's figures as tables with their charts: the page shows them, the exports write them, from the same rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sunlot.documents import charts, spreadsheets

Rows = Sequence[Mapping[str, Any]]

TEXT, RANGE, COUNT, MEAN, TIMES, PERCENT = "text", "range", "count", "mean", "times", "percent"


@dataclass(frozen=True)
class Head:
    """A column: what it is called, where its value stands, and how it is written."""

    label: str
    value: Callable[[Mapping[str, Any]], Any]
    kind: str = COUNT

    @property
    def is_number(self) -> bool:
        """Whether a file holds it as a number."""
        return self.kind not in (TEXT, RANGE)

    @property
    def is_right(self) -> bool:
        return self.kind != TEXT

    def written(self, row: Mapping[str, Any]) -> str:
        """The cell on the page: numbers with thin spaces, shares in per cent."""
        value = self.value(row)
        if self.kind == COUNT:
            return f"{value:,}".replace(",", "\u2009")
        if self.kind == MEAN:
            return f"{value:,.1f}".replace(",", "\u2009")
        if self.kind == TIMES:
            return f"{value:.2f}"
        if self.kind == PERCENT:
            return f"{value * 100:.1f}\u2009%"
        return str(value)

    def exported(self, row: Mapping[str, Any]) -> Any:
        """The cell in a file: a share as a number of per cent, as the head says there."""
        value = self.value(row)
        return (
            round(value * 100, 3) if self.kind == PERCENT else round(value, 3) if self.kind in (MEAN, TIMES) else value
        )


@dataclass(frozen=True)
class Table:
    """A table with a word on how to read it, and its chart where a picture helps to decide."""

    key: str
    title: str
    hint: str
    heads: Sequence[Head]
    rows: Rows
    chart: str = field(default="", repr=False)

    @property
    def lines(self) -> list[list[tuple[Head, str]]]:
        """The rows as written cells, each with its head."""
        return [[(head, head.written(row)) for head in self.heads] for row in self.rows]

    def columns(self) -> list[spreadsheets.Column]:
        """The heads of an export."""
        return [
            spreadsheets.Column(f"{head.label}（%）" if head.kind == PERCENT else head.label, number=head.is_number)
            for head in self.heads
        ]

    def cells(self) -> list[list[Any]]:
        """The rows of an export."""
        return [[head.exported(row) for head in self.heads] for row in self.rows]


def _at(*path: str) -> Callable[[Mapping[str, Any]], Any]:
    def value(row: Mapping[str, Any]) -> Any:
        found: Any = row
        for name in path:
            found = found[name]
        return found

    return value


def _usual(*path: str) -> Callable[[Mapping[str, Any]], str]:
    """Nine cases in ten, as 5–11."""
    low, high = _at(*path, "low"), _at(*path, "high")
    return lambda row: f"{low(row)}–{high(row)}" if low(row) != high(row) else str(low(row))


def _share(row: Mapping[str, Any]) -> float:
    return float(row["mean"] / row["candidates"]) if row["candidates"] else 0.0


def _covered(label: str) -> list[Head]:
    return [
        Head(label, _at("name"), TEXT),
        Head("候选（户）", _at("candidates")),
        Head("平均抽中（户）", _at("mean"), MEAN),
        Head("九成情形（户）", _usual(), RANGE),
        Head("最少", _at("least")),
        Head("最多", _at("most")),
        Head("平均覆盖率", _share, PERCENT),
    ]


def _bars(name: str, rows: Rows, limit: int = 15) -> str:
    """Means with nine cases in ten as whiskers; the first rows where there are many."""
    shown = [charts.Bar(row["name"], row["mean"], row["low"], row["high"]) for row in rows[:limit]]
    return charts.bars(name, shown) if len(shown) > 1 else ""


def coverage(figures: Mapping[str, Any]) -> list[Table]:
    """How the drawn objects fall on districts, classes, trades and items."""
    found = figures["coverage"]
    usual = "横条为平均，细线为九成情形：每 20 次模拟有 18 次落在其间。"
    trades = sorted(found["trade"], key=lambda row: -row["mean"])
    items = sorted(found["item"], key=lambda row: -row["mean"])
    tables = [
        Table(
            "regions",
            "各区",
            usual,
            _covered("辖区"),
            found["region"],
            _bars("各区平均抽中户数和九成情形", found["region"]),
        ),
        Table("strata", "信用风险分类", "每类的抽取数由计划确定，次次相同。", _covered("分类"), found["stratum"]),
        Table(
            "trades",
            "行业",
            f"按国民经济行业分类（GB/T 4754）。{usual}",
            _covered("行业"),
            trades,
            _bars("各行业平均抽中户数和九成情形", trades),
        ),
        Table(
            "items",
            "抽查事项",
            f"一户适用几个事项就计入几个。{usual}",
            _covered("事项"),
            items,
            _bars("各事项平均查到的户数和九成情形", items),
        ),
    ]
    return [table for table in tables if table.rows]


def enterprises(figures: Mapping[str, Any]) -> list[Table]:
    """How often an enterprise is visited by one draw, and how much is checked at one visit."""
    visits = figures["visits"]
    times = [
        Head("一次抽取中被查", lambda row: f"{row['times']} 次", TEXT),
        Head("平均（户）", _at("mean"), MEAN),
        Head("九成情形（户）", _usual(), RANGE),
        Head("最多（户）", _at("most")),
    ]
    merged = [
        Head("一次进门查的事项", lambda row: f"{row['items']} 项", TEXT),
        Head("参加的部门", lambda row: f"{row['departments']} 个", TEXT),
        Head("候选对象（户）", _at("objects")),
    ]
    return [
        Table("times", "企业被查次数", "同一企业名下有几个对象的，可能一次抽中几个。", times, visits["times"]),
        Table("merged", "一次进门查几项", "各部门的事项合并在一次检查里，不分头上门。", merged, visits["merged"]),
    ]


def people(figures: Mapping[str, Any]) -> list[Table]:
    """The load of teams and of people; nothing where people are too few to be drawn."""
    if not figures["zones"]:
        return []
    zones = [
        Head("辖区", _at("name"), TEXT),
        Head("检查组", _at("teams")),
        Head("最忙的组（户）", _at("busiest", "mean"), MEAN),
        Head("九成情形", _usual("busiest"), RANGE),
        Head("最多", _at("busiest", "most")),
        Head("最闲的组（户）", _at("idlest", "mean"), MEAN),
        Head("无户可查（组）", _at("idle", "mean"), MEAN),
    ]
    cap = figures.get("visit_cap")
    if cap is not None:
        zones.append(Head(f"超过每人 {cap} 户（次模拟）", _at("over")))
    departments = [
        Head("部门", _at("name"), TEXT),
        Head("可抽取（人）", _at("people")),
        Head("每次入组（人）", _at("needed")),
        Head("平均检查（户）", _at("mean"), MEAN),
        Head("九成情形（户）", _usual(), RANGE),
        Head("最多（户）", _at("most")),
        Head("从未入组（人）", _at("unused")),
    ]
    loads = [Head("检查户数", lambda row: f"{row['visits']} 户", TEXT), Head("占入组人次", _at("share"), PERCENT)]
    pairs = [
        charts.Bar(f"{row['name']}{word}", row[which]["mean"], row[which]["low"], row[which]["high"])
        for row in figures["zones"]
        for which, word in (("busiest", "最忙的组"), ("idlest", "最闲的组"))
    ]
    shares = [charts.Bar(str(row["visits"]), row["share"] * 100) for row in figures["loads"]]
    return [
        Table("teams", "检查组的负担", "每次模拟各区最忙和最闲的组各查几户：平均、最忙组的九成情形和最多，以及平均几组无户可查。", zones, figures["zones"], charts.bars("各区最忙和最闲的检查组平均检查户数", pairs)),
        Table("departments", "检查人员的负担", "入组人员每人检查的户数；从未入组的是各次模拟都没有抽中的人。", departments, figures["departments"], _bars("各部门入组人员平均检查户数", figures["departments"])),
        Table("loads", "每人检查户数的分布", "横轴为一人检查的户数，纵轴为占全部入组人次的百分比。", loads, figures["loads"], charts.columns("入组人员检查户数的分布，百分比", shares) if len(shares) > 1 else ""),
    ]  # fmt: skip


def year(figures: Mapping[str, Any], number: int) -> list[Table]:
    """How likely an enterprise of each class is to be drawn in the year, and by what."""
    classes = [
        Head("分类", _at("name"), TEXT),
        Head("企业（户）", _at("enterprises")),
        Head("最低", _at("least"), PERCENT),
        Head("平均", _at("mean"), PERCENT),
        Head("最高", _at("most"), PERCENT),
        Head("预计被查（次/户）", _at("visits"), TIMES),
    ]
    sources = [
        Head("抽取", _at("name"), TEXT),
        Head("抽取日期", _at("day"), TEXT),
        Head("涉及本计划的对象（户）", _at("objects")),
        Head("平均抽中其中（户）", _at("expected"), MEAN),
    ]
    bars = [
        charts.Bar(row["name"], row["mean"] * 100, row["least"] * 100, row["most"] * 100)
        for row in figures["year"]["classes"]
    ]
    hint = (
        f"{number} 年内至少被抽中一次的机会：本计划、已公布的各项计划和年度计划中尚未编制的项目合在一起，1 − ∏(1 − p)。"
        "横条为平均，细线从最低到最高。"
    )
    chart = charts.bars("各类企业一年内被抽中的机会，百分比", bars, top=100) if bars else ""
    return [
        Table("year", "一年内被抽中的机会", hint, classes, figures["year"]["classes"], chart),
        Table(
            "sources",
            "计入的抽取",
            "已经抽过的按当时的机会计；年度计划项目没有分类，各户机会均等。",
            sources,
            figures["year"]["sources"],
        ),
    ]


def rounds(figures: Mapping[str, Any]) -> list[Table]:
    """How much the rounds of the plan cover together; nothing for a plan with one."""
    rows = figures.get("rounds") or []
    columns = [
        Head("批次", lambda row: f"第 {row['round']} 批", TEXT),
        Head("抽取日期", _at("day"), TEXT),
        Head("候选（户）", _at("candidates")),
        Head("抽取（户）", _at("drawn")),
        Head("累计查到（户）", _at("covered"), MEAN),
        Head("累计覆盖", _at("share"), PERCENT),
    ]
    hint = "后批按现在的名录库预计；不重复的，前批抽中的不再列入，比例按余下的计算。其他各表是下一批的。"
    return [Table("rounds", "各批抽取", hint, columns, rows)] if rows else []


def infeasible(figures: Mapping[str, Any]) -> list[Table]:
    """The seats that are short, and the objects that find no team with some seeds."""
    found = figures["infeasible"]
    short = [
        Head("辖区", _at("zone"), TEXT),
        Head("部门", _at("department"), TEXT),
        Head("需要（人）", _at("need")),
        Head("可派（人）", _at("available")),
        Head("缺（人）", lambda row: row["need"] - row["available"]),
    ]
    objects = [
        Head("对象", _at("name"), TEXT),
        Head("编号", _at("number"), TEXT),
        Head("辖区", _at("region"), TEXT),
        Head("须回避", _at("avoided"), TEXT),
        Head("无组可派（次）", _at("seeds")),
    ]
    tables = [
        Table("short", "缺人的席位", "补足以前，用哪个种子都抽不出检查组。", short, found["short"]),
        Table(
            "unassigned",
            "有时无组可派的对象",
            "各组都有人与它回避。抽取后须补充抽取检查组；增补人员或增加检查组可以减少。",
            objects,
            found["objects"],
        ),
    ]
    return [table for table in tables if table.rows]
