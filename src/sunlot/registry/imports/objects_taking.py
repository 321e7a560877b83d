"""Writing the good rows of an object roster: entities, objects, involvements and their histories, all in bulk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .. import marks
from ..actions import settle
from ..actions.common import keys_of, manager_of, user_of
from ..bulk_writing import BATCH, BulkWriting
from ..models import CreditMark, Entity, Import, InspectionObject, Involvement, RiskClass
from ..numbering import Numbering
from .objects_row import ObjectRow, Unit

_OBJECT_FIELDS = [
    "name",
    "kind",
    "region",
    "address",
    "trade",
    "longitude",
    "latitude",
    "attributes",
    "risk_class",
    "risk_base",
    "risk_reason",
    "contact",
    "phone",
    "search_keys",
    "search_grams",
    "version",
    "updated_at",
]
_ENTITY_FIELDS = [
    "name",
    "address",
    "representative",
    "contact",
    "phone",
    "search_keys",
    "search_grams",
    "version",
    "updated_at",
]


class ObjectTaking:
    """One import's writing, inside its transaction and under the registry lock."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._now = viewer, clock.now()
        self._write = BulkWriting(user_of(viewer), roster.why, self._now)

    def take(self, rows: Sequence[ObjectRow]) -> None:
        """Write the rows; they were compared in this transaction and none is faulty."""
        made = self._new_entities(rows)
        self._change_entities(rows)
        self._new_objects([row for row in rows if row.status == "new"])
        self._change_objects([row for row in rows if row.object_changes])
        self._involve(rows, made)
        self._settle([row for row in rows if row.existing is not None])

    def _new_entities(self, rows: Sequence[ObjectRow]) -> dict[str, Entity]:
        """Make the entities that the rows name and the registry lacks; returned by code, or by name where there is none."""
        wanted: dict[str, Entity] = {}
        for row in rows:
            if row.status == "new" and row.is_entity and row.itself is None:
                row.itself = wanted.setdefault(row.code or f"row {row.number}", self._entity_of(row))
        named = {entity.name: entity for entity in wanted.values()}
        for row in rows:
            for unit in row.units:
                key = unit.code or unit.name
                if unit.entity is None and key not in wanted:
                    same = named.get(unit.name) if not unit.code else None  # a row of this very file, by name
                    wanted[key] = same or self._entity_named(unit, row)
        fresh = list({id(entity): entity for entity in wanted.values()}.values())
        self._write.create(Entity, fresh)
        return wanted

    def _entity_of(self, row: ObjectRow) -> Entity:
        """The enterprise that an object is."""
        return Entity(
            credit_code=row.code or None,
            name=row.name,
            kind=_kind_of(row.code),
            region_id=row.region_code,
            address=row.address,
            representative=row.representative,
            contact=row.contact,
            phone=row.phone,
            is_demo=row.is_demo,
            manager=manager_of(self._viewer),
            search_keys=keys_of(row.name),
            created_at=self._now,
            updated_at=self._now,
        )

    def _entity_named(self, unit: Unit, row: ObjectRow) -> Entity:
        """A unit of which the file says no more than name and code."""
        name = unit.name or unit.code
        return Entity(
            credit_code=unit.code or None,
            name=name,
            kind=_kind_of(unit.code),
            region_id=row.region_code,
            is_demo=row.is_demo,
            manager=manager_of(self._viewer),
            search_keys=keys_of(name),
            created_at=self._now,
            updated_at=self._now,
        )

    def _change_entities(self, rows: Iterable[ObjectRow]) -> None:
        changed: dict[int, Entity] = {}
        for row in rows:
            if row.entity_changes and row.itself is not None:
                _set(row.itself, row.entity_changes, self._now)
                changed[row.itself.pk] = row.itself
        self._write.update(Entity, list(changed.values()), _ENTITY_FIELDS)

    def _new_objects(self, rows: Sequence[ObjectRow]) -> None:
        numbering, fresh = Numbering(), []
        for row in rows:
            assert row.kind is not None  # noqa: S101 -- a row without a kind is faulty
            row.existing = InspectionObject(
                number=row.public_number or numbering.next(row.region_code, row.kind),
                name=row.name,
                kind=row.kind,
                region_id=row.region_code,
                address=row.address,
                trade=row.trade,
                longitude=row.longitude,
                latitude=row.latitude,
                attributes=row.attributes,
                risk_class=row.risk or RiskClass.B,
                risk_base=row.risk or RiskClass.B,
                risk_reason=row.risk_reason,
                contact="" if row.is_entity else row.contact,
                phone="" if row.is_entity else row.phone,
                is_demo=row.is_demo,
                manager=manager_of(self._viewer),
                search_keys=keys_of(row.name),
                created_at=self._now,
                updated_at=self._now,
            )
            fresh.append(row.existing)
        self._write.create(InspectionObject, fresh)

    def _change_objects(self, rows: Sequence[ObjectRow]) -> None:
        changed = []
        for row in rows:
            if row.existing is not None:
                _set(row.existing, row.object_changes, self._now)
                changed.append(row.existing)
        rerated = [row.existing for row in rows if row.existing is not None and "risk_base" in row.object_changes]
        counting = marks.marks_of([one.pk for one in rerated], clock.today())
        lines = marks.lines_of(marks.rules_in_force())
        for one in rerated:
            one.risk_class = marks.classified(one.risk_base, counting.get(one.pk, []), lines).risk_class
        self._write.update(InspectionObject, changed, _OBJECT_FIELDS)

    def _settle(self, rows: Sequence[ObjectRow]) -> None:
        """Let the class of new objects follow where their entity bears marks already."""
        if CreditMark.objects.filter(entity__isnull=False).exists():
            fresh = [row.existing.pk for row in rows if row.existing is not None and row.status == "new"]
            settle(self._viewer, fresh, "导入后重新分类")

    def _involve(self, rows: Iterable[ObjectRow], made: dict[str, Entity]) -> None:
        """Tie objects and entities; a tie that stands already is left."""
        wanted = []
        for row in rows:
            if row.existing is None:
                continue
            if row.status == "new" and row.itself is not None:
                wanted.append(Involvement(object=row.existing, entity=row.itself, part=Involvement.Part.ITSELF))
            for unit in row.units:
                entity = unit.entity or made[unit.code or unit.name]
                wanted.append(Involvement(object=row.existing, entity=entity, part=unit.part))
        Involvement.objects.bulk_create(wanted, batch_size=BATCH, ignore_conflicts=True)


def _set(entry: Entity | InspectionObject, changes: dict[str, Any], now: datetime) -> None:
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.search_keys = keys_of(entry.name)
    entry.version += 1
    entry.updated_at = now


def _kind_of(code: str) -> str:
    """What kind of body a code names by its first two characters (GB 32100-2015, table 1)."""
    if code.startswith("92"):
        return Entity.Kind.SELF_EMPLOYED
    if code.startswith("12"):
        return Entity.Kind.INSTITUTION
    return Entity.Kind.ENTERPRISE if not code or code.startswith(("91", "93")) else Entity.Kind.OTHER
