"""Rosters of inspection objects: what a row says, and how it compares with the registry."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import islice
from typing import TypeVar

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import credit_code, regions, trades
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from .. import policy
from ..coordinates import coordinates_fault
from ..kinds import only_of
from ..models import Entity, Import, InspectionObject, Involvement
from .attributes import attribute_values
from .objects_row import ObjectRow, Unit
from .reading import Cells
from .roster import Roster
from .rows import DEMO_SUFFIX, Cursor, Verdict
from .twins import Twins
from .values import is_lossy, region_of, risk_of, text_of

T = TypeVar("T")
CHUNK = 5000
TARGET = Import.Target.OBJECTS.value
Part = Involvement.Part
_CODE_INSIDE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.ASCII)
_PARTS = {
    "builder": Part.BUILDER,
    "contractor": Part.CONTRACTOR,
    "supervision": Part.SUPERVISION,
    "operator": Part.OPERATOR,
}
_OF_ENTITY = ("address", "representative", "contact", "phone")
_COMPARED = {
    "name": "名称", "code": "统一社会信用代码", "number": "许可证号或项目编号", "region_code": "辖区", "address": "地址",
    "trade": "行业", "attributes": "类别特有内容",
    "risk": "信用风险类别", "representative": "法定代表人", "contact": "联系人", "phone": "联系电话", "units": "各方单位",
}  # fmt: skip


class ObjectRoster(Roster):
    """Reads and compares the rows of one import of objects, for one viewer."""

    target = TARGET
    matters = ("name", "code", "number", "kind", "region", "risk")
    """Fields whose empty cells are worth a second look: an error or a formula may stand behind them."""

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        """`lock` holds what the registry has of these rows until the transaction ends: what is compared is what is written."""
        self._viewer, self._lock = viewer, lock
        kinds = list(ObjectKind.objects.all())
        self._kinds = {kind.name: kind for kind in kinds} | {kind.code: kind for kind in kinds}
        self._regions = set(Region.objects.values_list("code", flat=True))
        self._default_kind = self._kinds.get(defaults.get("kind", ""))
        self._default_region = defaults.get("region", "")
        self._met: dict[int, int] = {}  # object of the registry → number of the row that is about it
        self._twins = Twins(viewer)

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        lacking = [] if "name" in filled else ["名称"]
        lacking += [] if "kind" in filled or self._default_kind else ["类别"]
        return lacking + ([] if "region" in filled or self._default_region else ["辖区"])

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> ObjectRow:
        """What one row says, with all its faults at once."""
        row = ObjectRow(number)
        at = Cursor(TARGET, row, cells, columns, behind)
        at.called("name", 120)
        row.kind = self._kind(at)
        row.region_code = self._region(at)
        row.code = code_of(at, "code")
        row.given_number = at.identifier("number")
        row.address = at.text("address", 200)
        row.trade = _trade(at)
        row.longitude, row.latitude = _coordinates(at)
        row.risk = _risk(at)
        row.risk_reason = at.text("risk_reason", 200)
        row.representative = at.text("representative", 40)
        row.contact = at.text("contact", 40)
        row.phone = at.text("phone", 40, phone=True)
        row.units = [unit for name, part in _PARTS.items() if (unit := _unit(at, name, part))]
        if row.kind is not None:
            _settle_code(at, row)
            row.attributes = attribute_values(at, row.kind, columns)
        return row

    def _kind(self, at: Cursor) -> ObjectKind | None:
        if at.is_broken("kind"):
            return None
        text = text_of(at.raw("kind"))
        if not text:
            if self._default_kind is None:
                at.fault("kind", "没有填写类别", "填写类别，或在“列的对应”下面为全表选定一个类别")
            return self._default_kind
        found = self._kinds.get(text)
        if found is None:
            near = get_close_matches(text, {kind.name for kind in self._kinds.values()}, n=2, cutoff=0.4)
            hint = f"是否指{'或'.join(f'“{one}”' for one in near)}。" if near else ""
            at.fault("kind", f"没有“{text}”这个类别", f"{hint}类别以事项清单中的检查对象为准")
        else:
            at.mended("kind", text)
        return found

    def _region(self, at: Cursor) -> str:
        if at.is_broken("region"):
            return ""
        text = text_of(at.raw("region"))
        if not text:
            if not self._default_region:
                at.fault("region", "没有填写辖区", "填写辖区，或在“列的对应”下面为全表选定一个辖区")
            return self._default_region
        try:
            found = region_of(text)
        except regions.RegionError as error:
            what, _, mend = str(error).partition("。")
            at.fault("region", what, mend)
            return ""
        if found.code not in self._regions:
            at.fault("region", f"本平台没有启用“{found.name}”", "请联系系统管理员")
            return ""
        if not found.code.startswith(self._viewer.region_prefix):
            at.fault("region", f"{found.name}不在您的辖区内", f"由{found.name}的经办人导入，或请市级经办人导入")
            return ""
        return found.code

    def mark(self, rows: Sequence[ObjectRow]) -> None:
        """Find duplicates inside the file; `rows` are all its rows."""
        _mark_duplicates(rows)

    @staticmethod
    def taking_order(rows: Sequence[ObjectRow]) -> list[ObjectRow]:
        """Entities first: a site whose builder is another row of the file must find it in the registry."""
        return sorted(rows, key=lambda row: (not row.is_entity, row.number))

    def compare(self, rows: Sequence[ObjectRow]) -> None:
        """Find what the registry holds already; sets status, changes and further faults. `rows` may be a part of the file."""
        good = [row for row in rows if not row.is_faulty]
        for part in _chunks(good):
            self._find_units(part)
            self._find_existing(part)
            self._find_itself(part)
        met = self._met
        for row in good:
            if row.existing is None:
                row.status = "" if row.is_faulty else "new"
                continue
            earlier = met.setdefault(row.existing.pk, row.number)
            if earlier != row.number:
                row.say(Verdict.FAULT, "名称", row.name, f"与第 {earlier} 行是名录库中的同一对象", "保留一行")
            elif row.existing.state == InspectionObject.State.MERGED:
                row.say(Verdict.FAULT, "名称", row.name, "名录库中这一条已并入另一对象", "改用保留的那一条的编号")
            elif not policy.manages(self._viewer, row.existing):
                keeper = row.existing.manager.name if row.existing.manager else row.existing.region.name
                row.say(Verdict.FAULT, "名称", row.name, f"已在名录库中，由{keeper}管理", f"需要更改的，请联系{keeper}")
            elif not row.is_faulty:
                _set_status(row, row.existing, self._viewer)

    def beware(self, rows: Sequence[ObjectRow]) -> None:
        """Warn of new rows that look like an object of the registry."""
        self._twins.warn(rows)

    def _find_existing(self, rows: Sequence[ObjectRow]) -> None:
        """The registry's object for each row: by number, else by kind, region and name."""
        known = InspectionObject.objects.select_related("kind", "region", "manager").order_by("pk")
        known = known.select_for_update(of=("self",)) if self._lock else known
        by_number = {
            one.number: one for one in known.filter(number__in=[row.public_number for row in rows if row.public_number])
        }
        nameless = [row for row in rows if not row.public_number]
        by_name = {
            (one.kind.code, one.region_id, one.name): one
            for one in known.filter(name__in=[row.name for row in nameless])
        }
        for row in rows:
            row.existing = by_number.get(row.public_number) if row.public_number else by_name.get(row.key)  # type: ignore[arg-type]  # three parts there

    def _find_units(self, rows: Sequence[ObjectRow]) -> None:
        """The registry's entities for the units and codes that the rows name."""
        units = [unit for row in rows for unit in row.units]
        codes = {unit.code for unit in units if unit.code} | {row.code for row in rows if row.code}
        names = {unit.name for unit in units if not unit.code}
        coded = Entity.objects.filter(credit_code__in=codes).select_related("manager", "merged_into__manager")
        by_code = {one.credit_code: one.merged_into or one for one in coded}
        by_name: dict[str, list[Entity]] = {}
        for one in Entity.objects.filter(name__in=names, merged_into__isnull=True):
            by_name.setdefault(one.name, []).append(one)
        for row in rows:
            row.itself = by_code.get(row.code) if row.code and row.is_entity else None
            for unit in row.units:
                found = by_name.get(unit.name, [])
                unit.entity = by_code.get(unit.code) if unit.code else (found[0] if len(found) == 1 else None)
                if not unit.code and len(found) > 1:
                    what = f"名录库中有 {len(found)} 个“{unit.name}”，分不清是哪一个"
                    row.say(Verdict.FAULT, Part(unit.part).label, unit.name, what, "改填统一社会信用代码")

    def _find_itself(self, rows: Sequence[ObjectRow]) -> None:
        """For objects that the registry holds: the entity that they are, and who is involved already."""
        held = {row.existing.pk: row for row in rows if row.existing is not None}
        involved: dict[int, set[tuple[str, int]]] = {key: set() for key in held}
        entities: dict[int, int] = {}
        for key, part, entity in Involvement.objects.filter(object__in=list(held)).values_list(
            "object_id", "part", "entity_id"
        ):
            involved[key].add((part, entity))
            if part == Part.ITSELF:
                entities[key] = entity
        known = Entity.objects.select_related("manager").order_by("pk")
        known = known.select_for_update(of=("self",)) if self._lock else known
        itself = known.in_bulk(list(entities.values()))
        for key, row in held.items():
            row.itself = itself[entities[key]] if key in entities else None
            row.units = [
                unit for unit in row.units if unit.entity is None or (unit.part, unit.entity.pk) not in involved[key]
            ]


def code_of(at: Cursor, name: str) -> str:
    """A credit code: a wrong form is a fault, a wrong check character is to be confirmed."""
    if at.is_broken(name):
        return ""
    cell = at.raw(name)
    written = at.written(name) if is_lossy(cell) else text_of(cell)
    if not written:
        return ""
    found = credit_code.check(written)
    if found.faults:
        at.problem(name, found.faults[0], len(found.faults) - 1, Verdict.FAULT)
        return ""
    if found.warnings:
        at.problem(name, found.warnings[0], len(found.warnings) - 1, Verdict.WARNING)
    at.mended(name, found.code)
    return found.code


def _risk(at: Cursor) -> str:
    if at.is_broken("risk"):
        return ""
    text = text_of(at.raw("risk"))
    found = risk_of(text) if text else ""
    if found is None:
        at.fault("risk", f"“{text}”不是信用风险类别", "填写 A、B、C、D 之一")
        return ""
    if found != text:
        at.mended("risk", found)
    return found


def _trade(at: Cursor) -> str:
    if at.is_broken("trade"):
        return ""
    text = text_of(at.raw("trade"))
    try:
        return trades.parse_trade(text) if text else ""
    except trades.TradeError as error:
        what, _, mend = str(error).partition("。")
        at.fault("trade", what, mend)
        return ""


def _coordinates(at: Cursor) -> tuple[Decimal | None, Decimal | None]:
    """Both or none, and in China; a fault says what is wrong."""
    found: list[Decimal | None] = []
    for name in ("longitude", "latitude"):
        text = "" if at.is_broken(name) else text_of(at.raw(name)).rstrip("°EN")
        try:
            found.append(round(Decimal(text), 6) if text else None)
        except (InvalidOperation, ValueError):
            at.fault(name, f"“{text}”不是坐标", "填写小数形式的度数，如 106.812345")
            return None, None
    fault = coordinates_fault(*found)
    if fault:
        at.fault("longitude", fault.removesuffix("。"))
        return None, None
    return found[0], found[1]


def _unit(at: Cursor, name: str, part: str) -> Unit | None:
    """The unit that a cell names: `名称`, `代码`, or `名称（代码）`."""
    text = at.text(name, 160)
    if not text:
        return None
    inside = _CODE_INSIDE.search(text.upper())
    if inside is None:
        return Unit(part, "", DEMO_SUFFIX.sub("", text)[:120])
    found = credit_code.check(inside[0])
    if found.faults:
        at.problem(name, found.faults[0], len(found.faults) - 1, Verdict.FAULT)
        return None
    if found.warnings:
        at.problem(name, found.warnings[0], len(found.warnings) - 1, Verdict.WARNING)
    called = re.sub(r"[（(]\s*[）)]|[，,;；、\s]+$", "", text[: inside.start()] + text[inside.end() :]).strip()
    return Unit(part, found.code, DEMO_SUFFIX.sub("", called)[:120])


def _settle_code(at: Cursor, row: ObjectRow) -> None:
    """Whose code it is. Of an enterprise its own; of a facility its operator's; of a site that of the building unit."""
    if row.is_entity:
        if not row.code and not row.is_faulty:
            at.warn("code", "没有统一社会信用代码，将由系统编号", "按营业执照补上；确实没有的，勾选确认")
        return
    if not row.code:
        return
    part = Part.BUILDER if row.kind and row.kind.nature == ObjectKind.Nature.SITE else Part.OPERATOR
    unit = next((one for one in row.units if one.part == part), None)
    if unit is not None:
        if not unit.code:
            unit.code = row.code
        return
    if part == Part.BUILDER:
        at.fault("code", "工程项目本身没有信用代码，看不出这是哪个单位的", "增加“建设单位”一列写明单位名称")
        return
    row.units.append(Unit(part, row.code, row.name))


def _mark_duplicates(rows: Sequence[ObjectRow]) -> None:
    """A later row about the same object is a fault that names the earlier one and says what differs."""
    first: dict[tuple[str, ...], ObjectRow] = {}
    for row in rows:
        if not row.name and not row.public_number:
            continue
        earlier = first.setdefault(row.key, row)
        if earlier is row:
            continue
        column = (
            "统一社会信用代码" if row.code and row.is_entity else "许可证号或项目编号" if row.given_number else "名称"
        )
        differing = [
            label
            for name, label in _COMPARED.items()
            if getattr(row, _attribute(name)) != getattr(earlier, _attribute(name))
        ]
        mend = f"保留一行；两行内容不同处：{'、'.join(differing)}" if differing else "两行内容相同，删去一行"
        row.say(Verdict.FAULT, column, row.public_number or row.name, f"与第 {earlier.number} 行重复", mend)


def _attribute(name: str) -> str:
    return "given_number" if name == "number" else name


def _set_status(row: ObjectRow, old: InspectionObject, viewer: Viewer) -> None:
    """Changed or same; and what a person should look at before an existing entry is changed."""
    wanted = {
        "name": row.name,
        "kind": row.kind,
        "region_id": row.region_code,
        "address": row.address,
        "trade": row.trade,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "risk_base": row.risk,
    }
    if not row.is_entity:
        wanted |= {"contact": row.contact, "phone": row.phone}
    row.object_changes = {name: value for name, value in wanted.items() if value and getattr(old, name) != value}
    if "risk_base" in row.object_changes:
        row.object_changes["risk_reason"] = row.risk_reason
    if row.kind is not None and (row.attributes or "kind" in row.object_changes):
        attributes = only_of(row.kind, old.attributes | row.attributes)
        if attributes != old.attributes:
            row.object_changes["attributes"] = attributes
    if row.itself is not None and policy.manages(viewer, row.itself):
        facts = {"name": row.name} | {name: getattr(row, name) for name in _OF_ENTITY}
        row.entity_changes = {
            name: value for name, value in facts.items() if value and getattr(row.itself, name) != value
        }
    if "kind" in row.object_changes and row.kind is not None:
        row.say(Verdict.WARNING, "类别", row.kind.name, f"名录库中的类别是“{old.kind.name}”", "确要更改的，勾选确认")
    if "name" in row.object_changes and row.public_number:
        row.say(Verdict.WARNING, "名称", row.name, f"名录库中这个编号的名称是“{old.name}”", "确已更名的，勾选确认")
    if old.state != InspectionObject.State.ACTIVE:
        what = f"名录库中的状态是“{old.get_state_display()}”；导入只更新内容，不恢复在册"
        row.say(Verdict.WARNING, "名称", row.name, what, "仍要更新的，勾选确认")
    row.status = "changed" if row.object_changes or row.entity_changes or row.units else "same"


def _chunks(rows: Sequence[T]) -> Iterator[list[T]]:
    remaining = iter(rows)
    while part := list(islice(remaining, CHUNK)):
        yield part
