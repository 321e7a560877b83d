"""Changes to inspection objects and to who is involved in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..kinds import only_of
from ..locks import take_registry_lock
from ..models import Entity, InspectionObject, Involvement, RiskClass
from ..numbering import Numbering
from .common import change, in_words, keys_of, locked, manager_of, save
from .entities import change_entity, checked_code, create_entity, refuse_merged, require_writer
from .risk import settle

CHANGEABLE = frozenset(
    {"name", "kind", "region", "address", "contact", "phone", "trade", "longitude", "latitude", "attributes"}
)
State = InspectionObject.State


@transaction.atomic
def create_object(
    actor: Actor,
    *,
    name: str,
    kind: ObjectKind,
    region: Region,
    number: str = "",
    credit_code: str = "",
    address: str = "",
    risk_class: str = RiskClass.B,
    risk_reason: str = "",
    representative: str = "",
    contact: str = "",
    phone: str = "",
    parts: Mapping[str, Entity] | None = None,
    is_demo: bool = False,
    accept_wrong_check: bool = False,
    **facts: Any,
) -> InspectionObject:
    """Enter an inspection object.

    Where the kind is a market entity the object is that entity: its number is the credit code, and the entity is made
    or found by it. Else `number` is the permit or project number; without one it is `<region>-<kind>-<serial>`.
    `parts` says which entity builds, contracts, supervises or operates it; `facts` are trade, longitude, latitude and the
    kind's own attributes.

    Raises Refused where the number is taken or the code is wrong.
    """
    require_writer(actor, region)
    take_registry_lock()
    is_entity = kind.nature == ObjectKind.Nature.ENTITY
    code = checked_code(credit_code, accept_wrong_check=accept_wrong_check) if is_entity else None
    facts["attributes"] = only_of(kind, facts.get("attributes", {}))
    facts |= {} if is_entity else {"contact": contact, "phone": phone}
    number = _free(code or number or Numbering().next(region.code, kind))
    entry = InspectionObject(
        number=number,
        name=name,
        kind=kind,
        region=region,
        address=address,
        risk_class=risk_class,
        risk_base=risk_class,
        risk_reason=risk_reason,
        is_demo=is_demo,
        manager=manager_of(actor),
        search_keys=keys_of(name),
        **facts,
    )
    save(entry, actor)
    words = f"新增检查对象（{kind.name}，{region.name}，信用风险 {risk_class}）"
    after = {"number": number, "name": name, "kind": kind.code, "region": region.code, "risk_class": str(risk_class)}
    record(actor, events.OBJECT_CREATED, f"object:{entry.pk}", words, after=after)
    if is_entity:
        entity = _entity_itself(actor, code, name, region, address, representative, contact, phone, is_demo)
        involve(actor, entry, entity, Involvement.Part.ITSELF)
    for part, other in (parts or {}).items():
        involve(actor, entry, other, part)
    return entry


def _free(number: str) -> str:
    """The number, if no object has it."""
    if InspectionObject.objects.filter(number=number).exists():
        raise Refused(f"编号 {number} 已在名录库中，不能再次新增。请在名录库中查找后修改。")
    return number


def _entity_itself(
    actor: Actor,
    code: str | None,
    name: str,
    region: Region,
    address: str,
    representative: str,
    contact: str,
    phone: str,
    is_demo: bool,
) -> Entity:
    """The entity that the object is: the one with this code, else a new one."""
    found = Entity.objects.filter(credit_code=code).select_related("merged_into").first() if code else None
    if found is not None:
        return found.merged_into or found
    return create_entity(
        actor,
        name=name,
        region=region,
        credit_code=code or "",
        address=address,
        representative=representative,
        contact=contact,
        phone=phone,
        is_demo=is_demo,
        accept_wrong_check=True,  # looked at already
    )


def require_keeper(actor: Actor, entry: InspectionObject) -> None:
    """Raise NotAllowed unless the actor's organisation keeps this object."""
    allowed = isinstance(actor, Viewer) and policy.may_change(actor, entry)
    policy.require(actor, allowed, "这一对象由其管理单位的经办人或统筹科室修改。")


@transaction.atomic
def change_object(
    actor: Actor, entry: InspectionObject, *, version: int | None = None, **changes: Any
) -> InspectionObject:
    """Change an object's facts; nothing changed is nothing done. Number, risk class and state have acts of their own.

    A renamed object that is itself an entity renames the entity. Raises Stale where `version` is no longer the one in
    force, Refused for a region outside the actor's jurisdiction.
    """
    current = locked(entry, version)
    require_keeper(actor, current)
    if current.state == State.MERGED:
        raise Refused("这一对象已并入另一对象，请打开保留的那一条修改。")
    region = changes.get("region", current.region)
    if isinstance(actor, Viewer) and not region.code.startswith(actor.region_prefix):
        raise Refused(f"{region.name}不在您的辖区内。移交其他辖区由上级住建部门的经办人办理。")
    if "attributes" in changes or "kind" in changes:
        changes["attributes"] = only_of(
            changes.get("kind", current.kind), changes.get("attributes", current.attributes)
        )
    before, after = change(current, {name: value for name, value in changes.items() if name in CHANGEABLE})
    if not after:
        return current
    current.search_keys = keys_of(current.name)
    save(current, actor, [*after, "search_keys"])
    words = f"变更检查对象：{in_words(InspectionObject, before, after)}"
    record(actor, events.OBJECT_CHANGED, f"object:{current.pk}", words, before=before, after=after)
    if "name" in after:
        itself = Entity.objects.filter(involvements__object=current, involvements__part=Involvement.Part.ITSELF).first()
        if itself is not None and (not isinstance(actor, Viewer) or policy.may_change(actor, itself)):
            change_entity(actor, itself, name=current.name)
    return current


@transaction.atomic
def set_object_state(
    actor: Actor, entry: InspectionObject, state: str, *, since: date, source: str
) -> InspectionObject:
    """Move an object to another state, with the day since when and where that is known from.

    The state that it has already is left as it is. Raises Refused for a move that is not in the table.
    """
    current = locked(entry, None)
    require_keeper(actor, current)
    if current.state == state:
        return current
    wanted = State(state)
    if State.MERGED in (current.state, wanted):
        raise Refused("已合并的对象，在对象页上撤销合并；要合并，用“与另一对象合并”。")
    if wanted not in InspectionObject.MOVES[current.state]:
        raise Refused(f"不能从“{current.get_state_display()}”改为“{wanted.label}”。")
    if not source.strip():
        raise Refused("写明状态变化的来源，例如“市场监督管理局登记信息”。")
    before, after = change(current, {"state": state, "state_since": since, "state_source": source.strip()})
    save(current, actor, list(after))
    words = f"状态 {before['state']} → {wanted.label}（{since.isoformat()} 起，来源：{source.strip()}）"
    record(actor, events.OBJECT_STATE, f"object:{current.pk}", words, before=before, after=after)
    return current


@transaction.atomic
def involve(actor: Actor, entry: InspectionObject, entity: Entity, part: str, since: date | None = None) -> Involvement:
    """Say how an entity stands to an object, and since when if that is known; said twice is said once."""
    require_keeper(actor, entry)
    refuse_merged(entity)
    wanted = Involvement.Part(part)
    if wanted == Involvement.Part.ITSELF:
        other = (
            Involvement.objects.filter(object=entry, part=wanted)
            .exclude(entity=entity)
            .select_related("entity")
            .first()
        )
        if other is not None:
            raise Refused(f"这一对象本身已对应“{other.entity.name}”，先解除原来的关系。")
    involvement, made = Involvement.objects.get_or_create(
        object=entry, entity=entity, part=wanted, defaults={"since": since}
    )
    if made:
        record(
            actor,
            events.INVOLVEMENT_CHANGED,
            f"object:{entry.pk}",
            f"{wanted.label}：{entity.name}" + (f"（{since.isoformat()} 起）" if since else ""),
            after={"entity": entity.pk, "part": wanted.value},
        )
        settle(actor, [entry.pk], f"登记{wanted.label}")
    return involvement


@transaction.atomic
def end_involvement(actor: Actor, involvement: Involvement, until: date | None = None) -> None:
    """Say that an entity's part in an object has ended, today unless another day is given; it stays in the story.

    Ended twice is ended once. Raises Refused for a day before it began.
    """
    require_keeper(actor, involvement.object)
    current = Involvement.everything.select_for_update().get(pk=involvement.pk)
    if current.until is not None:
        return
    day = until or clock.today()
    if current.since is not None and day < current.since:
        raise Refused(f"结束日期不能早于开始的 {current.since.isoformat()}。")
    current.until = day
    current.save(update_fields=["until"])
    part, entity = Involvement.Part(involvement.part), involvement.entity
    record(
        actor,
        events.INVOLVEMENT_CHANGED,
        f"object:{involvement.object_id}",
        f"解除{part.label}：{entity.name}（至 {day.isoformat()}）",
        before={"entity": entity.pk, "part": part.value},
        after={"until": day.isoformat()},
    )
    settle(actor, [involvement.object_id], f"解除{part.label}")
