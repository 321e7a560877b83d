"""One value for many objects at once, looked at before and taken back afterwards."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from sunlot.norms import clock, trades
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..bulk_writing import BulkWriting
from ..kinds import ATTRIBUTES, attributes_of
from ..models import BulkEdit, InspectionObject, RiskClass
from .common import BULK_EDITED, user_of
from .duplicates import forget_keys_of
from .risk import settle

LIMIT = 5000
"""Objects in one edit: more are an import's work."""

ATTR = "attr_"
State = InspectionObject.State
_FIELDS = [
    "trade", "region", "risk_base", "risk_reason", "state", "state_since", "state_source", "attributes", "version", "updated_at",
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What becomes of one object: before and after in words, or why it stays as it is."""

    entry: InspectionObject
    before: str
    after: str
    refusal: str = ""


@dataclass
class Preview:
    """What an edit would do: `changes` are made, `refused` stay with the reason, `same` hold the value already."""

    changes: list[Line] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)
    same: int = 0


def held(entry: InspectionObject, name: str) -> Any:
    """What an object holds of a field, as a BulkEdit keeps it."""
    if name == "region":
        return entry.region_id
    if name == "risk_base":
        return [entry.risk_base, entry.risk_reason]
    if name == "state":
        return [entry.state, entry.state_since and entry.state_since.isoformat(), entry.state_source]
    if name.startswith(ATTR):
        return entry.attributes.get(name.removeprefix(ATTR))
    return getattr(entry, name)


def give(entry: InspectionObject, name: str, value: Any) -> None:
    """The opposite of `held`."""
    if name == "region":
        entry.region_id = value
    elif name == "risk_base":
        entry.risk_base, entry.risk_reason = value
    elif name == "state":
        entry.state, since, entry.state_source = value
        entry.state_since = InspectionObject._meta.get_field("state_since").to_python(since)
    elif name.startswith(ATTR):
        kept = {key: one for key, one in entry.attributes.items() if key != name.removeprefix(ATTR)}
        entry.attributes = kept if value is None else kept | {name.removeprefix(ATTR): value}
    else:
        setattr(entry, name, value)


def shown(name: str, value: Any, regions: Mapping[str, str]) -> str:
    """A held value as people read it."""
    if name == "region":
        return regions.get(value, value)
    if name == "risk_base":
        return f"{value[0]} {RiskClass(value[0]).label}"
    if name == "state":
        return State(value[0]).label
    if name == "trade":
        return f"{value} {trades.name_of(value)}" if value else "（空）"
    return ATTRIBUTES[name.removeprefix(ATTR)].shown(value) or "（空）"


def label_of(name: str) -> str:
    """What a field is called."""
    if name.startswith(ATTR):
        return ATTRIBUTES[name.removeprefix(ATTR)].label
    return {"trade": "行业", "region": "辖区", "risk_base": "评定类别", "state": "状态"}[name]


def preview_bulk(viewer: Viewer, ids: Iterable[int], name: str, value: Any) -> Preview:
    """What giving this value to these objects would do now. Raises Refused for more than LIMIT."""
    return _look(viewer, _chosen(ids), name, value)


def _chosen(ids: Iterable[int], *, lock: bool = False) -> list[InspectionObject]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > LIMIT:
        raise Refused(f"一次最多修改 {LIMIT} 个对象，选中的有 {len(wanted)} 个。先筛选缩小范围，或用导入。")
    found = InspectionObject.objects.filter(pk__in=wanted).order_by("pk")
    if lock:
        return list(found.select_for_update(of=("self",)).select_related("kind", "manager"))
    return list(found.select_related("kind", "manager"))


def _look(viewer: Viewer, entries: Iterable[InspectionObject], name: str, value: Any) -> Preview:
    regions = dict(Region.objects.values_list("code", "name"))
    said, found = shown(name, value, regions), Preview()
    for entry in entries:
        before = held(entry, name)
        line = Line(entry, shown(name, before, regions), said, _refusal(viewer, entry, name, value))
        if _is_same(name, before, value):
            found.same += 1
        elif line.refusal:
            found.refused.append(line)
        else:
            found.changes.append(line)
    return found


def _is_same(name: str, before: Any, value: Any) -> bool:
    return bool(before[0] == value[0] if name in ("state", "risk_base") else before == value)


def _refusal(viewer: Viewer, entry: InspectionObject, name: str, value: Any) -> str:
    """Why this object can't be given the value; empty where it can."""
    if not policy.may_change(viewer, entry):
        return f"由{entry.manager.name if entry.manager else '所在辖区住建部门'}管理"
    if entry.state == State.MERGED:
        return "已并入另一对象"
    if name == "region" and not value.startswith(viewer.region_prefix):
        return "不在您的辖区内"
    if name == "state" and value[0] not in InspectionObject.MOVES[entry.state]:
        return f"不能从“{entry.get_state_display()}”改为“{State(value[0]).label}”"
    if name.startswith(ATTR) and name.removeprefix(ATTR) not in {one.name for one in attributes_of(entry.kind)}:
        return f"“{entry.kind.name}”没有这一项"
    return ""


@transaction.atomic
def apply_bulk(viewer: Viewer, ids: Iterable[int], name: str, value: Any, reason: str) -> BulkEdit:
    """Give the value to those of the objects that can have it; the others stay as they are.

    Raises Refused without a reason, and where nothing would change: an edit sent twice is made once.
    """
    if not policy.may_write(viewer):
        raise NotAllowed("批量修改由经办人或统筹科室办理。")
    if not reason.strip():
        raise Refused("写明批量修改的理由。")
    entries = _chosen(ids, lock=True)
    found = _look(viewer, entries, name, value)
    if not found.changes:
        raise Refused("没有需要修改的对象：都已是这个内容，或不能由您修改。")
    changed = [line.entry for line in found.changes]
    rows = {str(entry.pk): held(entry, name) for entry in changed}
    words = f"{label_of(name)}改为 {found.changes[0].after}"
    edit = BulkEdit.objects.create(
        organisation=viewer.organisation, field=name, value=value, words=words[:300], reason=reason.strip(), rows=rows,
        made_by=viewer.membership.user, made_at=clock.now(),
    )  # fmt: skip
    _write(viewer, changed, name, lambda _: value, f"{words}，{reason.strip()}")
    after = {"edit": edit.pk, "field": name, "value": value, "objects": [entry.number for entry in changed]}
    record(viewer, events.BULK_EDITED, f"bulk-edit:{edit.pk}", f"{len(changed)} 个对象{words}", after=after)
    return edit


def _write(
    viewer: Viewer, entries: list[InspectionObject], name: str, value_of: Callable[[InspectionObject], Any], why: str
) -> None:
    """Give each object its value, with history; the risk class follows."""
    now = clock.now()
    for entry in entries:
        give(entry, name, value_of(entry))
        entry.version += 1
        entry.updated_at = now
    BulkWriting(user_of(viewer), f"{BULK_EDITED}{why}", now).update(InspectionObject, entries, _FIELDS)
    if name == "region":
        forget_keys_of(entries)
    if name == "risk_base":
        settle(viewer, [entry.pk for entry in entries], "批量评定后重新分类")


@transaction.atomic
def undo_bulk(viewer: Viewer, edit: BulkEdit) -> tuple[int, int]:
    """Take an edit back. Returns how many objects went back, and how many stay because somebody changed them since.

    Undone twice is undone once: then nothing went back.
    """
    current = BulkEdit.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=edit.pk)
    if not (policy.may_write(viewer) and viewer.covers(current.organisation)):
        raise NotAllowed("批量修改由办理单位的经办人或统筹科室撤销。")
    if current.undone_at is not None:
        return 0, 0
    entries = _chosen(map(int, current.rows), lock=True)
    back = [
        entry for entry in entries if held(entry, current.field) == current.value and policy.may_change(viewer, entry)
    ]
    if back:
        _write(viewer, back, current.field, lambda one: current.rows[str(one.pk)], f"撤销“{current.words}”")
    current.undone_by, current.undone_at = viewer.membership.user, clock.now()
    current.save(update_fields=["undone_by", "undone_at"])
    left = len(current.rows) - len(back)
    words = f"撤销批量修改“{current.words}”：{len(back)} 个恢复" + (f"，{left} 个后来又改过，保持不变" if left else "")
    after = {"edit": current.pk, "objects": [entry.number for entry in back]}
    record(viewer, events.BULK_UNDONE, f"bulk-edit:{current.pk}", words, after=after)
    return len(back), left
