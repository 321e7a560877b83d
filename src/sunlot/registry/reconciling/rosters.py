"""What was decided in favour of the list, written as a roster: the import does the rest, as with any other file."""

from sunlot.catalogue.models import ObjectKind
from sunlot.documents import spreadsheets
from sunlot.norms import regions

from ..imports.fields import OBJECT_FIELDS
from ..models import Reconciliation, ReconciliationLine

_WRITTEN = ("name", "code", "number", "kind", "region", "address", "representative")
_HEADS = {field.name: field.label for field in OBJECT_FIELDS}
_IMPORTED = frozenset({"name", "kind", "region", "address", "representative"})
"""The compared fields that an import brings in; states have an act of their own."""


def roster_of(reconciliation: Reconciliation) -> tuple[bytes, list[int]] | None:
    """An xlsx of the lines to take in, and their keys; None where there are none. What is not taken stays empty, and an
    empty cell changes nothing.
    """
    decided = reconciliation.lines.filter(decision=ReconciliationLine.Decision.TAKE, roster__isnull=True)
    lines = decided.select_related("object__kind").order_by("pk")
    natures = dict(ObjectKind.objects.values_list("code", "nature"))
    names = dict(ObjectKind.objects.values_list("code", "name"))
    only_kind = reconciliation.kinds[0] if len(reconciliation.kinds) == 1 else ""
    only_region = reconciliation.regions[0] if len(reconciliation.regions) == 1 else ""
    rows, keys = [], []
    for line in lines.iterator(chunk_size=2000):
        found = _missing(line, names, only_kind, only_region) if line.object is None else _changed(line)
        if found is None:
            continue
        kind = line.object.kind.code if line.object is not None else line.there.get("kind", "") or only_kind
        is_entity = natures.get(kind, ObjectKind.Nature.ENTITY) == ObjectKind.Nature.ENTITY
        rows.append(found | {"code" if is_entity and len(line.number) == 18 else "number": line.number})
        keys.append(line.pk)
    if not rows:
        return None
    columns = [spreadsheets.Column(_HEADS[name], width=24) for name in _WRITTEN]
    table = ([row.get(name, "") for name in _WRITTEN] for row in rows)
    return spreadsheets.xlsx(columns, table, sheet="名录核对"), keys


def _missing(
    line: ReconciliationLine, kinds: dict[str, str], only_kind: str, only_region: str
) -> dict[str, str] | None:
    """An enterprise that the registry lacks, with all that the list says; kind and district are those compared for,
    where the list does not say and there is only one.
    """
    if line.outcome != ReconciliationLine.Outcome.MISSING:
        return None
    there = line.there
    return {
        "name": line.name,
        "kind": kinds.get(there.get("kind", "") or only_kind, ""),
        "region": regions.NAMES.get(there.get("region", "") or only_region, ""),
        "address": there.get("address", ""),
        "representative": there.get("representative", ""),
    }


def _changed(line: ReconciliationLine) -> dict[str, str] | None:
    """An entry with the fields in which the list is followed; name, kind and district as they are say which it is."""
    entry = line.object
    assert entry is not None  # noqa: S101 -- the caller's branch
    taken = {one["field"]: one["there"] for one in line.differences}
    if line.taken:
        taken = {name: value for name, value in taken.items() if name in line.taken}
    taken = {name: value for name, value in taken.items() if name in _IMPORTED}
    if not taken:
        return None
    return {"name": entry.name, "kind": entry.kind.name, "region": regions.NAMES.get(entry.region_id, "")} | taken
