"""Changes to market entities."""

from typing import Any

from django.db import transaction

from sunlot.norms import credit_code as codes
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..locks import take_registry_lock
from ..models import Entity
from .common import change, in_words, keys_of, locked, manager_of, save

CHANGEABLE = frozenset({"credit_code", "name", "kind", "region", "address", "representative", "contact", "phone"})


def checked_code(text: str, *, accept_wrong_check: bool) -> str | None:
    """The code as it is stored, None for none. Raises Refused for a wrong form, and for a wrong check character that
    nobody compared with the licence.
    """
    if not text.strip():
        return None
    found = codes.check(text)
    if found.faults:
        raise Refused(" ".join(str(fault) for fault in found.faults))
    if found.warnings and not accept_wrong_check:
        raise Refused(" ".join(str(warning) for warning in found.warnings))
    return found.code


@transaction.atomic
def create_entity(
    actor: Actor,
    *,
    name: str,
    region: Region,
    credit_code: str = "",
    kind: str = Entity.Kind.ENTERPRISE,
    address: str = "",
    representative: str = "",
    contact: str = "",
    phone: str = "",
    is_demo: bool = False,
    accept_wrong_check: bool = False,
) -> Entity:
    """Enter a market entity. Raises Refused where its code is taken or wrong."""
    require_writer(actor, region)
    code = checked_code(credit_code, accept_wrong_check=accept_wrong_check)
    take_registry_lock()
    if code and Entity.objects.filter(credit_code=code).exists():
        raise Refused(f"代码 {code} 已在名录库中，不能再次新增。请在名录库中查找后修改。")
    entity = Entity(
        credit_code=code,
        name=name,
        region=region,
        kind=kind,
        address=address,
        representative=representative,
        contact=contact,
        phone=phone,
        is_demo=is_demo,
        manager=manager_of(actor),
        search_keys=keys_of(name),
    )
    save(entity, actor)
    record(
        actor, events.ENTITY_CREATED, f"entity:{entity.pk}", "新增市场主体", after={"name": name, "credit_code": code}
    )
    return entity


@transaction.atomic
def change_entity(
    actor: Actor, entity: Entity, *, version: int | None = None, accept_wrong_check: bool = False, **changes: Any
) -> Entity:
    """Change an entity's facts; nothing changed is nothing done.

    Raises Stale where `version` is no longer the one in force, Refused for a taken or wrong code.
    """
    current = locked(entity, version)
    policy.require(
        actor,
        isinstance(actor, Viewer) and policy.may_change(actor, current),
        "这一主体由其管理单位的经办人或统筹科室修改。",
    )
    refuse_merged(current)
    if "credit_code" in changes:
        given = str(changes["credit_code"] or "")
        if given != (current.credit_code or ""):
            changes["credit_code"] = checked_code(given, accept_wrong_check=accept_wrong_check)
            taken = Entity.objects.filter(credit_code=changes["credit_code"]).exclude(pk=current.pk)
            if changes["credit_code"] and taken.exists():
                raise Refused(f"代码 {given} 属于名录库中的另一主体。请按营业执照核对。")
        else:
            changes["credit_code"] = current.credit_code
    before, after = change(current, {name: value for name, value in changes.items() if name in CHANGEABLE})
    if not after:
        return current
    current.search_keys = keys_of(current.name)
    save(current, actor, [*after, "search_keys"])
    words = f"变更市场主体：{in_words(Entity, before, after)}"
    record(actor, events.ENTITY_CHANGED, f"entity:{current.pk}", words, before=before, after=after)
    return current


def refuse_merged(entity: Entity) -> None:
    """Raise Refused for an entity that was merged into another."""
    if entity.merged_into_id is not None:
        raise Refused("这一主体已并入另一主体。请打开保留的那一条处理。")


def require_writer(actor: Actor, region: Region) -> None:
    """Raise NotAllowed unless the actor may enter something that lies in `region`."""
    allowed = isinstance(actor, Viewer) and policy.may_write(actor) and region.code.startswith(actor.region_prefix)
    policy.require(actor, allowed, "名录库由本辖区的经办人或统筹科室录入。")
