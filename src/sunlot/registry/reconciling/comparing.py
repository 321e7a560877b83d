"""Laying an authoritative list beside the registry: which enterprises are in both, in one alone, and where they differ."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import regions
from sunlot.organisations.viewer import Refused, Viewer

from .. import queries
from ..imports.columns import guess
from ..imports.fields import AUTHORITY
from ..imports.objects import code_of
from ..imports.preview import Tell, silent
from ..imports.reading import Table
from ..imports.rows import Cursor, Row, Verdict
from ..imports.values import region_of, text_of
from ..models import InspectionObject, Involvement, Reconciliation, ReconciliationLine

Outcome = ReconciliationLine.Outcome
State = InspectionObject.State
PART = 5000

COMPARED = ("name", "kind", "region", "address", "representative", "state")
"""What is compared, and can be taken from the list. The number is the identity itself."""

LABELS = {
    "name": "名称", "kind": "类别", "region": "辖区", "address": "地址", "representative": "法定代表人", "state": "登记状态",
    "number": "统一社会信用代码",
}  # fmt: skip

# How registration authorities write the states; what none of these words is in says nothing.
_STATES = (
    (State.REVOKED, ("吊销", "撤销")),
    (State.DEREGISTERED, ("注销",)),
    (State.MOVED, ("迁出",)),
    (State.SUSPENDED, ("停业", "歇业", "清算")),
    (State.ACTIVE, ("存续", "在业", "在营", "开业", "正常", "登记成立", "在册", "确立")),
)


def state_of(text: str) -> str:
    """The registry's state for a registration state; “吊销未注销” is revoked; empty for words not known."""
    return next((state.value for state, words in _STATES if any(word in text for word in words)), "")


@dataclass(slots=True)
class ListRow(Row):
    """A row of the list. Empty text: the list says nothing about it."""

    code: str = ""
    given_number: str = ""
    kind: str = ""  # code of the kind
    region: str = ""  # code of the district
    address: str = ""
    representative: str = ""
    state: str = ""
    outside: bool = False
    """In another district or of another kind than the list is compared for."""

    @property
    def public_number(self) -> str:
        return self.code or self.given_number


@dataclass
class Reader:
    """Reads rows of the list; `kinds` and `region_codes` are what it is compared for."""

    kinds: Sequence[str]
    region_codes: Sequence[str]
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in ObjectKind.objects.all():
            self._known |= {kind.name: kind.code, kind.code: kind.code}

    def parse(self, number: int, cells: list[Any], columns: Mapping[str, int], behind: Mapping[Any, str]) -> ListRow:
        """What one row says. A fault means that it can't be told which enterprise it is."""
        row = ListRow(number)
        at = Cursor(AUTHORITY, row, cells, columns, behind)
        at.called("name", 120)
        row.code, row.given_number = code_of(at, "code"), at.identifier("number")
        row.address, row.representative = at.text("address", 200), at.text("representative", 40)
        row.state = state_of(text_of(at.raw("status")))
        named = text_of(at.raw("kind"))
        row.kind = self._known.get(named, "")
        row.region, named_region = self._region(text_of(at.raw("region")))
        row.outside = (bool(named) and row.kind not in self.kinds) or (
            named_region and row.region not in self.region_codes
        )
        return row

    @staticmethod
    def _region(text: str) -> tuple[str, bool]:
        """The district's code and whether the list names one; what it can't be read as says nothing."""
        try:
            return (region_of(text).code, True) if text else ("", False)
        except regions.RegionError:
            return "", False


def read_list(reader: Reader, table: Table, tell: Tell = silent) -> list[ListRow]:
    """The rows of the list; a second row about the same enterprise is a fault that names the first.

    Raises Refused where no column says which enterprise a row is about.
    """
    columns = guess(AUTHORITY, table, {})
    places = {name: column for column, name in columns.items()}
    if "name" not in places or not {"code", "number"} & set(places):
        raise Refused("没有找到“名称”和“统一社会信用代码”两列。名单须有这两列，才能与名录库逐户比对。")
    rows: list[ListRow] = []
    first: dict[str, ListRow] = {}
    for place, (number, cells) in enumerate(table.rows):
        row = reader.parse(number, cells, places, {})
        if place % PART == 0:
            tell(place, "读取名单")
        if row.public_number:
            earlier = first.setdefault(row.public_number, row)
            if earlier is not row:
                row.say(Verdict.FAULT, LABELS["number"], row.public_number, f"与第 {earlier.number} 行重复")
        rows.append(row)
    return rows


def compare(
    viewer: Viewer, reconciliation: Reconciliation, rows: Sequence[ListRow], tell: Tell = silent
) -> Iterator[ReconciliationLine]:
    """One line for each enterprise of the list and of the registry, within the kinds and districts compared for.

    Found by number or credit code, else by the same name where the registry has no other with it. Queries do not grow
    with the rows, but by one set for each 5,000.
    """
    scope = (
        queries.objects_seen(viewer)
        .filter(kind__code__in=reconciliation.kinds, region__in=reconciliation.regions)
        .filter(state__in=[State.ACTIVE, State.SUSPENDED])
    )
    kinds = dict(ObjectKind.objects.values_list("code", "name"))
    met: set[int] = set()
    inside = [row for row in rows if not row.outside]
    for start in range(0, len(inside), PART):
        tell(start, "与名录库比对")
        part = inside[start : start + PART]
        held = _held(viewer, [row for row in part if not row.is_faulty])
        for row in part:
            yield _line(reconciliation, row, None if row.is_faulty else held.get(row.number), met, kinds)
    for entry in scope.order_by("pk").iterator(chunk_size=PART):
        if entry.pk not in met:
            yield ReconciliationLine(
                reconciliation=reconciliation,
                outcome=Outcome.GONE,
                object=entry,
                number=entry.number,
                name=entry.name,
                state=State.DEREGISTERED,
            )


@dataclass
class Held:
    """An entry of the registry, with what is compared, as values and as people read them."""

    entry: InspectionObject
    representative: str
    by_name: bool = False

    def value(self, name: str) -> str:
        if name == "kind":
            return self.entry.kind.code
        if name == "region":
            return self.entry.region_id
        return self.representative if name == "representative" else str(getattr(self.entry, name))


def _held(viewer: Viewer, rows: Sequence[ListRow]) -> dict[int, Held]:
    """The registry's entry for each row (by its number in the file), whatever its kind, district and state."""
    seen = queries.objects_seen(viewer)
    numbers = {row.public_number for row in rows} | {row.given_number for row in rows}
    found = {one.number: one for one in seen.filter(number__in=numbers - {""})}
    of_entity = Involvement.objects.filter(
        part=Involvement.Part.ITSELF, entity__credit_code__in=[row.code for row in rows if row.code]
    )
    itself = dict(of_entity.values_list("entity__credit_code", "object_id"))
    by_entity = seen.in_bulk(list(itself.values()))
    names = Counter(row.name for row in rows)
    namesakes: dict[str, list[InspectionObject]] = {}
    for one in seen.filter(name__in=list(names)):
        namesakes.setdefault(one.name, []).append(one)
    held: dict[int, Held] = {}
    for row in rows:
        entry = found.get(row.public_number) or found.get(row.given_number) or by_entity.get(itself.get(row.code, 0))
        same_name = namesakes.get(row.name, [])
        by_name = entry is None and len(same_name) == names[row.name] == 1
        entry = same_name[0] if by_name else entry
        if entry is not None:
            held[row.number] = Held(entry, "", by_name)
    people = Involvement.objects.filter(
        part=Involvement.Part.ITSELF, object__in=[one.entry.pk for one in held.values()]
    ).values_list("object_id", "entity__representative")
    named = dict(people)
    for found_one in held.values():
        found_one.representative = named.get(found_one.entry.pk, "")
    return held


def _line(
    reconciliation: Reconciliation, row: ListRow, held: Held | None, met: set[int], kinds: Mapping[str, str]
) -> ReconciliationLine:
    line = ReconciliationLine(reconciliation=reconciliation, row=row.number, number=row.public_number, name=row.name)
    line.there = {name: value for name in COMPARED if (value := getattr(row, name))}
    if row.is_faulty or (held is not None and held.entry.pk in met):
        faults = [one for one in row.findings if one.verdict == Verdict.FAULT]
        line.outcome = Outcome.UNCLEAR
        line.note = f"{faults[0].column}：{faults[0].what}" if faults else "与另一行是名录库中的同一对象"
        return line
    if held is None:
        return _missing(line, row)
    met.add(held.entry.pk)
    line.object, line.number = held.entry, held.entry.number
    line.differences = _differences(row, held, kinds)
    names = [one["field"] for one in line.differences]
    line.fields = f",{','.join(names)}," if names else ""
    line.outcome = Outcome.DIFFERS if names else Outcome.SAME
    line.state = row.state if "state" in names else ""
    line.note = "按名称找到" if held.by_name else ""
    if not names:
        line.decision = ReconciliationLine.Decision.NONE
    return line


def _missing(line: ReconciliationLine, row: ListRow) -> ReconciliationLine:
    """Not in the registry. What the list itself calls ended is rightly not there."""
    line.outcome = Outcome.MISSING
    if row.state in (State.DEREGISTERED, State.REVOKED, State.MOVED):
        line.outcome, line.decision = Outcome.SAME, ReconciliationLine.Decision.NONE
        line.note = f"名单上已{State(row.state).label}，名录库没有"
    return line


def _differences(row: ListRow, held: Held, kinds: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields about which both say something, and not the same."""
    found = []
    if held.by_name and row.code and row.code != held.entry.number:
        found.append({"field": "number", "label": LABELS["number"], "here": held.entry.number, "there": row.code})
    for name in COMPARED:
        here, there = held.value(name), str(getattr(row, name))
        if there and there != here:
            found.append(
                {
                    "field": name,
                    "label": LABELS[name],
                    "here": shown(name, here, kinds),
                    "there": shown(name, there, kinds),
                }
            )
    return found


def shown(name: str, value: str, kinds: Mapping[str, str]) -> str:
    """A compared value as people read it; `kinds` is code → name."""
    if name == "kind":
        return kinds.get(value, value)
    if name == "region" and value:
        return regions.NAMES.get(value, value)
    if name == "state" and value:
        return State(value).label
    return value
