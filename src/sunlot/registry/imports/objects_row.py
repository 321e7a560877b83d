"""What a row of an object roster holds."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sunlot.catalogue.models import ObjectKind

from ..models import Entity, InspectionObject
from .rows import Row


@dataclass(slots=True)
class Unit:
    """An entity named in a row: by code, by name, or by both."""

    part: str
    code: str
    name: str
    entity: Entity | None = field(default=None, compare=False)


@dataclass(slots=True)
class ObjectRow(Row):
    """A row of an object roster. Empty text: the file says nothing, and what the registry holds stays."""

    code: str = ""
    given_number: str = ""
    kind: ObjectKind | None = None
    region_code: str = ""
    address: str = ""
    trade: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    risk: str = ""
    risk_reason: str = ""
    representative: str = ""
    contact: str = ""
    phone: str = ""
    units: list[Unit] = field(default_factory=list)
    existing: InspectionObject | None = None
    itself: Entity | None = None
    object_changes: dict[str, Any] = field(default_factory=dict)
    entity_changes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_entity(self) -> bool:
        return self.kind is not None and self.kind.nature == ObjectKind.Nature.ENTITY

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two rows the same object."""
        public = (self.code if self.is_entity else "") or self.given_number
        return (public,) if public else (self.kind.code if self.kind else "", self.region_code, self.name)

    @property
    def public_number(self) -> str:
        """Credit code or permit number; empty where the system gives a number."""
        return (self.code if self.is_entity else "") or self.given_number
