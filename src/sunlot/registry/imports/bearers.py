"""Whose mark or licence a row is about: the registry's object or entity, by number, by code, or by name alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sunlot.organisations.viewer import Viewer

from .. import policy
from ..models import Entity, InspectionObject, Involvement
from .objects import code_of
from .reading import Cells
from .rows import Cursor, Row, Verdict

R = TypeVar("R", bound="FactRow")
E = TypeVar("E", Entity, InspectionObject)
CHUNK = 5000
COLUMNS = ("object", "code", "name")
"""The fields by which a row says whom it is about."""

_BY = {"object": "对象编号", "code": "统一社会信用代码", "name": "名称"}


@dataclass(slots=True)
class FactRow(Row):
    """A row about an entry of the registry. `bearer` is that entry once it was found."""

    given_number: str = ""
    code: str = ""
    bearer: InspectionObject | Entity | None = None

    @property
    def thing(self) -> tuple[str, int]:
        """Which entry it is, to compare rows by."""
        assert self.bearer is not None  # noqa: S101 -- asked of rows whose entry was found
        return type(self.bearer).__name__, self.bearer.pk

    @property
    def said_by(self) -> tuple[str, str]:
        """The column that says whom the row is about, and what stands in it."""
        name = "object" if self.given_number else "code" if self.code else "name"
        return _BY[name], self.given_number or self.code or self.name


def lacking(filled: set[str]) -> list[str]:
    """What to ask for where no column says whom the rows are about."""
    return [] if filled & set(COLUMNS) else ["统一社会信用代码"]


def read_bearer(
    target: str, row: R, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
) -> Cursor:
    """Read whom the row is about; a cursor for the rest of it."""
    at = Cursor(target, row, cells, columns, behind)
    row.given_number = at.identifier("object")
    row.code = code_of(at, "code")
    row.name = at.text("name", 120)
    if not (row.given_number or row.code or row.name or row.is_faulty):
        named = next((one for one in COLUMNS if one in columns), "name")
        at.fault(named, "看不出是哪一户", "填写统一社会信用代码、对象编号或名称")
    return at


class Bearers:
    """Finds the entries of many rows. `entities`: a code or a name means the market entity first, else the object."""

    def __init__(self, viewer: Viewer, *, entities: bool) -> None:
        self._viewer, self._entities = viewer, entities

    def find(self, rows: Sequence[FactRow]) -> None:
        """Set each row's bearer, or say why there is none. A fixed number of queries for each 5,000 rows."""
        good = [row for row in rows if not row.is_faulty]
        for start in range(0, len(good), CHUNK):
            part = good[start : start + CHUNK]
            held = _Held(part)
            for row in part:
                self._settle(row, list(self._candidates(row, held)))

    def _candidates(self, row: FactRow, held: "_Held") -> Iterator[InspectionObject | Entity]:
        if row.given_number:
            yield from held.by_number.get(row.given_number, [])
            return
        if row.code:
            entity = held.by_code.get(row.code)
            objects = held.by_number.get(row.code) or held.of_code.get(row.code, [])
        else:
            found = held.named(held.entities_by_name, row, self._viewer)
            entity = found[0] if len(found) == 1 else None
            objects = held.named(held.objects_by_name, row, self._viewer)
        if self._entities and entity is not None:
            yield entity
        else:
            yield from objects

    def _settle(self, row: FactRow, found: list[InspectionObject | Entity]) -> None:
        column, said = row.said_by
        if not found:
            row.say(Verdict.FAULT, column, said, "名录库中没有这一户", "核对后改填，或先把它加入名录库")
        elif len(found) > 1:
            what = f"名录库中有 {len(found)} 个这样的对象，分不清是哪一个"
            row.say(Verdict.FAULT, column, said, what, "增加“对象编号”一列写明")
        elif getattr(found[0], "state", "") == InspectionObject.State.MERGED:
            row.say(Verdict.FAULT, column, said, "名录库中这一条已并入另一对象", "改用保留的那一条的编号")
        elif not policy.manages(self._viewer, found[0]):
            keeper = found[0].manager.name if found[0].manager else found[0].region.name
            row.say(Verdict.FAULT, column, said, f"由{keeper}管理，不能由您登记", f"请联系{keeper}")
        else:
            row.bearer = found[0]
            if row.name and row.name != found[0].name:
                what = f"名录库中{'这个编号' if row.given_number else '这个代码'}的名称是“{found[0].name}”"
                row.say(Verdict.WARNING, "名称", row.name, what, "确是同一户的，勾选确认")
            row.name, row.is_demo = found[0].name, found[0].is_demo


class _Held:
    """What the registry has under the numbers, codes and names of some rows."""

    def __init__(self, rows: Sequence[FactRow]) -> None:
        numbers = {row.given_number or row.code for row in rows} - {""}
        codes = {row.code for row in rows if not row.given_number} - {""}
        names = {row.name for row in rows if not (row.given_number or row.code)} - {""}
        known = InspectionObject.objects.select_related("manager", "region")
        held = Entity.objects.select_related("manager", "region", "merged_into__manager", "merged_into__region")
        self.by_number = {one.number: [one] for one in known.filter(number__in=numbers)}
        self.by_code = {one.credit_code or "": one.merged_into or one for one in held.filter(credit_code__in=codes)}
        self.of_code: dict[str, list[InspectionObject]] = {}
        ties = Involvement.objects.filter(part=Involvement.Part.OPERATOR, entity__credit_code__in=codes)
        for tie in ties.select_related("object__manager", "object__region", "entity"):
            self.of_code.setdefault(tie.entity.credit_code or "", []).append(tie.object)
        self.objects_by_name: dict[str, list[InspectionObject]] = {}
        for one in known.filter(name__in=names).exclude(state=InspectionObject.State.MERGED):
            self.objects_by_name.setdefault(one.name, []).append(one)
        self.entities_by_name: dict[str, list[Entity]] = {}
        for entity in held.filter(name__in=names, merged_into__isnull=True):
            self.entities_by_name.setdefault(entity.name, []).append(entity)

    @staticmethod
    def named(found: Mapping[str, list[E]], row: FactRow, viewer: Viewer) -> list[E]:
        """Those of the row's name, of the viewer's own jurisdiction where there are any."""
        every = found.get(row.name, [])
        return [one for one in every if one.region_id.startswith(viewer.region_prefix)] or every
