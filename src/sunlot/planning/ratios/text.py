"""What a version of a table says, as plain values: from a form or a file on its way in, into the trail, in words."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sunlot.catalogue.models import Item, ObjectKind, Version
from sunlot.norms import canonical
from sunlot.organisations.models import Organisation
from sunlot.registry.models import RiskClass

from ..models import RatioRow, RatioTable, RatioVersion
from ..words import percent_of
from . import rules
from .rules import MarkKind, Rule

NAME = "抽查比例和频次表"


@dataclass(frozen=True)
class RowText:
    """A row: for an item, a kind of object, or all (neither), of one class and one mark or none. Ratios in thousandths."""

    risk_class: str
    mark: str = ""
    item: Item | None = None
    kind: ObjectKind | None = None
    permille: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    times: int | None = None
    tickets: int = 1

    def as_rule(self, row: int) -> Rule:
        """The same as the rules see it, as the `row`-th of its table."""
        return Rule(
            row,
            self.risk_class,
            self.mark,
            self.item.code if self.item else "",
            self.kind.code if self.kind else "",
            self.permille,
            self.minimum,
            self.maximum,
            self.times,
            self.tickets,
        )


@dataclass(frozen=True)
class RatioText:
    """What one version says: its rows in their order; `reason` is why it is made or changed."""

    rows: Sequence[RowText] = ()
    reason: str = ""
    name: str = NAME

    def columns(self) -> dict[str, Any]:
        """What stands in the version's own row."""
        return {"reason": self.reason}

    def write_rows(self, version: Version) -> None:
        """Store the rows in place of what was there."""
        assert isinstance(version, RatioVersion)  # noqa: S101 -- the family of such a text
        version.rows.all().delete()
        RatioRow.objects.bulk_create(
            RatioRow(version=version, position=position, **vars(row)) for position, row in enumerate(self.rows, 1)
        )

    def as_rules(self) -> list[Rule]:
        return [row.as_rule(position) for position, row in enumerate(self.rows, 1)]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"rows": [_as_json(rule) for rule in self.as_rules()], "reason": self.reason}


@dataclass(frozen=True)
class NewTable:
    """A table that does not exist yet: its code and whose it is."""

    code: str
    organisation: Organisation


def text_of(version: RatioVersion) -> RatioText:
    """What a stored version says. Prefetch `rows` with item and kind where there are more of them."""
    return RatioText(rows=[row_text(row) for row in version.rows.all()], reason=version.reason)


def row_text(row: RatioRow) -> RowText:
    return RowText(
        row.risk_class,
        row.mark,
        row.item,
        row.kind,
        row.permille,
        row.minimum,
        row.maximum,
        row.times,
        row.tickets,
    )


def content_of(version: RatioVersion) -> dict[str, Any]:
    """The canonical content of a version, which the public can read: its digest stands in the plans filled from it."""
    table: RatioTable = version.ratio_table
    return {
        "table": table.code,
        "version": version.number,
        "organisation": {"code": table.organisation.code, "name": table.organisation.name},
        "rows": text_of(version).as_json()["rows"],
    }


def canonical_text(version: RatioVersion) -> str:
    return canonical.dumps(content_of(version)).decode()


def digest_of(version: RatioVersion) -> str:
    """SHA-256 of the canonical content."""
    return hashlib.sha256(canonical_text(version).encode()).hexdigest()


def missing_of(version: RatioVersion) -> list[str]:
    """What a version lacks before it can be reviewed or put in force."""
    text = text_of(version)
    if not text.rows:
        return ["还没有一行规则"]
    empty = [
        f"第 {rule.row} 行没有比例，也没有多给签数"
        for rule in text.as_rules()
        if rule.permille is None and rule.tickets < 2
    ]
    return empty + rules.faults_of(text.as_rules())


def lines_of(version: RatioVersion) -> dict[str, list[str]]:
    """What a version says by the labels of the page: a line for each row."""
    said = text_of(version)
    lines: dict[str, list[str]] = {}
    for row in said.rows:
        lines.setdefault(subject_in_words(row), []).append(row_in_words(row))
    return lines


def subject_in_words(row: RowText) -> str:
    """全部对象, 物业服务企业, 事项 WY-01."""
    if row.item is not None:
        return f"事项 {row.item.code}"
    return row.kind.name if row.kind is not None else "全部"


def row_in_words(row: RowText) -> str:
    """“C 类，有投诉举报：40 %（30–100 %），每年至多 2 次，2 签”."""
    said = [] if row.permille is None else [ratio_in_words(row.permille, row.minimum, row.maximum)]
    if row.times is not None:
        said.append(f"每年至多 {row.times} 次")
    if row.tickets > 1:
        said.append(f"{row.tickets} 签")
    return f"{label_of(row.risk_class, row.mark)}：{'，'.join(said) or '—'}"


def ratio_in_words(permille: int, minimum: int | None, maximum: int | None) -> str:
    """“40 %（30–100 %）”."""
    least, most = percent_of(minimum or 0).removesuffix("%").rstrip("\u2009"), percent_of(maximum or 0)
    return f"{percent_of(permille)}（{least}–{most}）"


def label_of(risk_class: str, mark: str) -> str:
    """“C 较高，有投诉举报”; with no mark “C 较高”."""
    label = f"{risk_class} {RiskClass(risk_class).label}"
    return f"{label}，{rules.bearing(MarkKind(mark))}" if mark else label


def _as_json(rule: Rule) -> dict[str, Any]:
    return {
        "row": rule.row,
        "item": rule.item,
        "kind": rule.kind,
        "risk_class": rule.risk_class,
        "mark": rule.mark,
        "permille": rule.permille,
        "minimum": rule.minimum,
        "maximum": rule.maximum,
        "times": rule.times,
        "tickets": rule.tickets,
    }


def ratios_said(version: RatioVersion | None) -> dict[str, Any] | None:
    """A version as a plan's canonical content names it; its digest binds what it says."""
    if version is None:
        return None
    return {"table": version.ratio_table.code, "version": version.number, "digest": digest_of(version)}


def rule_said(version: RatioVersion | None, position: int | None) -> dict[str, Any] | None:
    """The row that rules a stratum, as a plan's canonical content says it."""
    rule = rule_of(version, position)
    if rule is None:
        return None
    return {
        "row": rule.row,
        "permille": rule.permille,
        "minimum": rule.minimum,
        "maximum": rule.maximum,
        "times": rule.times,
    }


def rule_of(version: RatioVersion | None, position: int | None) -> Rule | None:
    """A row of a version by its position."""
    if version is None or position is None:
        return None
    return next((row_text(row).as_rule(row.position) for row in version.rows.all() if row.position == position), None)


def rule_in_words(table: str, rule: Rule) -> str:
    """“规则：60 %（50–100 %），BL-150300 第 3 版第 2 行”."""
    return f"规则：{ratio_in_words(rule.permille or 0, rule.minimum, rule.maximum)}，{table}第 {rule.row} 行"
