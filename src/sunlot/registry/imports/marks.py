"""Lists of credit marks: what a row says, how it compares with the marks that stand, and entering the good ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from ..actions.risk import enter_marks, mark_of
from ..models import CreditMark, Entity, Import, InspectionObject
from .bearers import Bearers, FactRow, lacking, read_bearer
from .days import day_of
from .reading import Cells
from .roster import Roster
from .rows import Cursor, Verdict
from .values import text_of

TARGET = Import.Target.MARKS.value
PART = 200  # entries asked for in one condition
_KINDS = {kind.label: kind for kind in CreditMark.Kind} | {kind.value: kind for kind in CreditMark.Kind}
_WORDS = (
    (re.compile("严重违法"), CreditMark.Kind.SERIOUS),
    (re.compile("经营异常|异常名录"), CreditMark.Kind.ABNORMAL),
    (re.compile("失信"), CreditMark.Kind.DISHONEST),
    (re.compile("处罚"), CreditMark.Kind.PENALTY),
    (re.compile("投诉|举报"), CreditMark.Kind.COMPLAINT),
    (re.compile("守信|红名单|激励"), CreditMark.Kind.TRUSTED),
)


def kind_named(text: str) -> CreditMark.Kind | None:
    """The kind of mark that some words mean: `列入经营异常名录` → 经营异常名录; None where they mean none."""
    if text in _KINDS:
        return _KINDS[text]
    return next((kind for words, kind in _WORDS if words.search(text)), None)


@dataclass(slots=True)
class MarkRow(FactRow):
    """A row of a list of marks."""

    kind: str = ""
    source: str = ""
    since: date | None = None
    until: date | None = None
    reference: str = ""
    note: str = ""
    standing: CreditMark | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two rows the same mark."""
        return (*self.thing, self.kind, self.since, self.source, self.reference)


class MarkRoster(Roster):
    """Reads and compares the rows of one import of marks, for one viewer."""

    target = TARGET
    matters = ("object", "code", "name", "mark", "since", "until")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._bearers = Bearers(viewer, entities=True)
        self._default_kind, self._default_source = kind_named(defaults.get("mark", "")), defaults.get("source", "")
        self._met: dict[tuple[object, ...], MarkRow] = {}

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        lacks = lacking(filled) + ([] if "since" in filled else ["列入日期"])
        lacks += [] if "mark" in filled or self._default_kind else ["标记"]
        return lacks + ([] if "source" in filled or self._default_source else ["来源"])

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> MarkRow:
        """What one row says, with all its faults at once."""
        row = MarkRow(number)
        at = read_bearer(TARGET, row, cells, columns, behind)
        row.kind = self._kind(at)
        row.source = at.text("source", 120) or self._default_source
        if not row.source:
            at.fault("source", "没有填写来源", "填写从哪里得知，或在“列的对应”下面为全表填写")
        row.since, row.until = day_of(at, "since"), day_of(at, "until")
        if row.since is None and not row.is_faulty:
            at.fault("since", "没有填写列入日期", "按来源填写年月日")
        elif row.since is not None and row.since > clock.today():
            at.fault("since", "列入日期晚于今天", "核对日期")
        elif row.since is not None and row.until is not None and row.until < row.since:
            at.fault("until", "有效期至早于列入日期", "核对两个日期")
        elif row.until is not None and row.until < clock.today():
            at.warn("until", f"已于 {row.until.isoformat()} 到期，登记后不计入", "仍要登记的，勾选确认")
        row.reference, row.note = at.text("reference", 80), at.text("note", 200)
        return row

    def _kind(self, at: Cursor) -> str:
        text = "" if at.is_broken("mark") else text_of(at.raw("mark"))
        if not text:
            if self._default_kind is None and not at.row.is_faulty:
                at.fault("mark", "没有填写标记", "填写是哪一种标记，或在“列的对应”下面为全表选定")
            return str(self._default_kind or "")
        found = kind_named(text)
        if found is None:
            known = "、".join(CreditMark.Kind.labels)
            at.fault("mark", f"看不出“{text}”是哪一种标记", f"填写{known}之一")
            return ""
        return found.value

    def mark(self, rows: Sequence[MarkRow]) -> None:
        """Find rows that say the same of whom they name alike; `rows` are all rows of the file."""
        first: dict[tuple[object, ...], MarkRow] = {}
        for row in rows:
            said = (*row.said_by, row.kind, row.since, row.source, row.reference)
            _refuse_again(row, first.setdefault(said, row))

    def compare(self, rows: Sequence[MarkRow]) -> None:
        """Find whom the rows are about and what is entered already; `rows` may be a part of the file."""
        self._bearers.find(rows)
        found = [row for row in rows if row.bearer is not None and not row.is_faulty]
        standing = _standing([row.bearer for row in found if row.bearer is not None])
        for row in found:
            if _refuse_again(row, self._met.setdefault(row.key, row)):
                continue
            row.standing = standing.get(row.key)
            if row.standing is None:
                row.status = "new"
            else:
                row.status = "same" if row.until in (None, row.standing.until) else "changed"


def _refuse_again(row: MarkRow, earlier: MarkRow) -> bool:
    """Whether an earlier row says the same mark; then this one is faulty."""
    if earlier is not row and not row.is_faulty:
        row.say(Verdict.FAULT, "标记", row.said_by[1], f"与第 {earlier.number} 行重复", "保留一行")
    return earlier is not row


def _standing(bearers: Sequence[InspectionObject | Entity]) -> dict[tuple[object, ...], CreditMark]:
    """The marks of these entries that nobody has taken off."""
    found: dict[tuple[object, ...], CreditMark] = {}
    for name, model in (("object", InspectionObject), ("entity", Entity)):
        keys = sorted({one.pk for one in bearers if isinstance(one, model)})
        parts = [Q(**{f"{name}__in": keys[at : at + PART]}) for at in range(0, len(keys), PART)]
        if parts:
            for one in CreditMark.objects.filter(reduce(or_, parts), ended_on__isnull=True):
                held = getattr(one, f"{name}_id")
                found[(model.__name__, held, one.kind, one.since, one.source, one.reference)] = one
    return found


class MarkTaking:
    """One import's marks, inside its transaction; the classes that they reach follow at the end of it, with one event."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._roster = viewer, roster

    def take(self, rows: Sequence[MarkRow]) -> None:
        """Enter the new marks. One whose last day changed is entered anew, and the earlier one never counted."""
        changed = [row for row in rows if row.status in ("new", "changed")]
        fresh = [self._made(row) for row in changed]
        enter_marks(self._viewer, fresh, [row.standing for row in changed if row.standing is not None])

    def _made(self, row: MarkRow) -> CreditMark:
        assert row.since is not None and row.bearer is not None  # noqa: S101 -- else the row is faulty
        return mark_of(
            self._viewer,
            row.bearer,
            kind=row.kind,
            source=row.source,
            since=row.since,
            until=row.until,
            reference=row.reference,
            note=row.note or (row.standing.note if row.standing else ""),
            roster=self._roster,
        )
