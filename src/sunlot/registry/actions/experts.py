"""Changes to experts: recommended by the unit that engages them, reviewed by another, engaged, suspended, dismissed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from sunlot.catalogue.models import Competence
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..locks import take_registry_lock
from ..models import Expert, Inspector, Institution
from .common import change, in_words, inspector_keys, locked, save, user_of

FACTS = ("name", "institution", "title", "post", "phone", "engaged_from", "engaged_until", "organisation", "user")
VOUCHED_FOR = frozenset({"name", "institution", "organisation", "fields"})
"""What a review vouches for: changed, it is reviewed anew."""

State = Expert.State


@transaction.atomic
def recommend_expert(
    actor: Actor,
    *,
    number: str,
    name: str,
    organisation: Organisation,
    institution: Institution,
    fields: Iterable[Competence],
    engaged_until: date,
    recommendation: str,
    is_demo: bool = False,
    **facts: Any,
) -> Expert:
    """Recommend a person as expert, with the reason; it waits for review. Raises Refused where the number is taken."""
    _require_engager(actor, organisation)
    wanted = list(fields)
    if not recommendation.strip():
        raise Refused("写明推荐理由，审核人据此判断。")
    if not wanted:
        raise Refused("至少选一个专业领域，专家按领域抽取。")
    take_registry_lock()
    if Expert.objects.filter(number=number).exists() or Inspector.objects.filter(number=number).exists():
        raise Refused(f"编号 {number} 已有人使用。每人一个编号，专家与执法检查人员也不能相同。")
    expert = Expert(
        number=number,
        name=name,
        organisation=organisation,
        institution=institution,
        engaged_until=engaged_until,
        recommendation=recommendation.strip(),
        recommended_by=user_of(actor),
        is_demo=is_demo,
        search_keys=inspector_keys(name, [institution.name, *(one.name for one in wanted)]),
        **{key: value for key, value in facts.items() if key in FACTS},
    )
    save(expert, actor)
    expert.fields.set(wanted)
    words = f"推荐为专家（{institution.name}，{_named(wanted)}，聘期至 {engaged_until.isoformat()}）：{recommendation.strip()}"
    after = {"number": number, "fields": [one.code for one in wanted], "engaged_until": engaged_until}
    record(actor, events.EXPERT_RECOMMENDED, f"expert:{expert.pk}", words, after=after)
    return expert


@transaction.atomic
def change_expert(
    actor: Actor,
    expert: Expert,
    *,
    version: int | None = None,
    fields: Sequence[Competence] | None = None,
    **changes: Any,
) -> Expert:
    """Change an expert's facts; nothing changed is nothing done. What a review vouches for asks for a new one.

    Raises Stale where `version` is no longer the one in force.
    """
    current = locked(expert, version)
    _require_engager(actor, current.organisation)
    if "organisation" in changes:
        _require_engager(actor, changes["organisation"])
    before, after = change(current, {name: value for name, value in changes.items() if name in FACTS})
    had = list(current.fields.all())
    wanted = had if fields is None else list(fields)
    words = in_words(Expert, before, after)
    if {one.pk for one in wanted} != {one.pk for one in had}:
        before["fields"], after["fields"] = [one.name for one in had], [one.name for one in wanted]
        words = "；".join(filter(None, [words, f"专业领域 {_named(had)} → {_named(wanted)}"]))
    if not after:
        return current
    again = current.state == State.RETURNED or (
        bool(VOUCHED_FOR & set(after)) and current.state not in (State.RECOMMENDED, State.LEFT)
    )
    if again:
        current.state, current.state_reason, current.reviewed_by = State.RECOMMENDED, "", None
    current.recommended_by = user_of(actor)
    if current.reviewed_by_id is not None and current.reviewed_by_id == current.recommended_by_id:
        raise NotAllowed("审核过这名专家的人不能再修改其登记内容，由另一名经办人办理。")
    current.search_keys = inspector_keys(current.name, [current.institution.name, *(one.name for one in wanted)])
    written = [name for name in after if name != "fields"]
    save(current, actor, [*written, "search_keys", "state", "state_reason", "reviewed_by", "recommended_by"])
    current.fields.set(wanted)
    words = f"变更登记内容：{words}" + ("，重新送审" if again else "")
    record(actor, events.EXPERT_CHANGED, f"expert:{current.pk}", words, before=before, after=after)
    return current


@transaction.atomic
def review_expert(viewer: Viewer, expert: Expert, accept: bool, comment: str) -> Expert:
    """Decide on a recommended expert, with the reason. The person who recommended never reviews."""
    current = locked(expert, None)
    policy.require(
        viewer, policy.may_review_expert(viewer, current), "专家由统筹科室审核；联合部门的由其科室负责人审核。"
    )
    if current.recommended_by_id == viewer.user_id:
        raise NotAllowed("推荐与审核不能是同一人，请由另一人审核。")
    if current.state != State.RECOMMENDED:
        return current
    if not comment.strip():
        raise Refused("写明审核的理由。")
    before = {"state": current.get_state_display()}
    current.state = State.ACTIVE if accept else State.RETURNED
    current.state_reason, current.reviewed_by = comment.strip(), viewer.membership.user
    save(current, viewer, ["state", "state_reason", "reviewed_by"])
    words = f"{'审核通过，在聘' if accept else '审核退回'}：{comment.strip()}"
    after = {"state": current.get_state_display(), "comment": comment.strip()}
    record(viewer, events.EXPERT_REVIEWED, f"expert:{current.pk}", words, before=before, after=after)
    return current


@transaction.atomic
def set_expert_state(viewer: Viewer, expert: Expert, state: str, reason: str = "") -> Expert:
    """Suspend an expert, bring it back, end its engagement; the state that it has already is left as it is."""
    current = locked(expert, None)
    policy.require(viewer, policy.may_keep_expert(viewer, current), "专家状态由聘请单位的经办人或统筹科室变更。")
    wanted = State(state)
    if current.state == wanted:
        return current
    reviewing = wanted == State.RETURNED or (wanted == State.ACTIVE and current.state == State.RECOMMENDED)
    if wanted not in Expert.MOVES[current.state] or reviewing:
        raise Refused(f"不能从“{current.get_state_display()}”改为“{wanted.label}”。")
    if wanted in (State.SUSPENDED, State.LEFT) and not reason.strip():
        raise Refused("写明暂停或解聘的原因。")
    if wanted == State.RECOMMENDED:
        current.recommended_by, current.reviewed_by = user_of(viewer), None
    before = {"state": current.get_state_display()}
    current.state, current.state_reason = wanted, reason.strip()
    save(current, viewer, ["state", "state_reason", "recommended_by", "reviewed_by"])
    words = f"状态 {before['state']} → {wanted.label}" + (f"（{reason.strip()}）" if reason.strip() else "")
    after = {"state": wanted.label, "reason": reason.strip()}
    record(viewer, events.EXPERT_STATE, f"expert:{current.pk}", words, before=before, after=after)
    return current


def _named(fields: Iterable[Competence]) -> str:
    return "、".join(one.name for one in fields) or "（空）"


def _require_engager(actor: Actor, organisation: Organisation) -> None:
    allowed = isinstance(actor, Viewer) and policy.may_engage(actor, organisation)
    policy.require(actor, allowed, f"{organisation.name}聘请的专家由该单位的经办人推荐和登记。")
