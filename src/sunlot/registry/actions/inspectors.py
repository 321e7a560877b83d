"""Changes to inspectors: recommended by their unit, reviewed by another, on duty, suspended, left (推荐、审核)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..locks import take_registry_lock
from ..models import Expert, Inspector
from ..qualifying import holds_assessment
from .common import change, in_words, inspector_keys, locked, save, user_of

FACTS = (
    "name", "organisation", "certificate", "certificate_issuer", "certificate_expires", "second_certificate",
    "second_certificate_expires", "fields", "post", "rank", "title", "education", "major", "on_post_since", "beat", "phone",
    "user",
)  # fmt: skip
"""What the unit registers of a person and may change."""
VOUCHED_FOR = frozenset({"name", "organisation", "certificate", "certificate_issuer", "certificate_expires"})
"""What a review vouches for: changed, it is reviewed anew."""

State = Inspector.State


@transaction.atomic
def recommend_inspector(
    actor: Actor,
    *,
    number: str,
    name: str,
    organisation: Organisation,
    certificate: str,
    certificate_expires: date,
    recommendation: str,
    is_demo: bool = False,
    **facts: Any,
) -> Inspector:
    """Recommend a person as inspector, with the reason; it waits for review. `facts` are others of FACTS.

    Raises Refused where the number is taken, by an expert too: a draw tells both apart by it.
    """
    _require_recommender(actor, organisation)
    if not recommendation.strip():
        raise Refused("写明推荐理由，审核人据此判断。")
    take_registry_lock()
    if Inspector.objects.filter(number=number).exists() or Expert.objects.filter(number=number).exists():
        raise Refused(f"人员编号 {number} 已有人使用。每人一个编号，请核对。")
    inspector = Inspector(
        number=number,
        name=name,
        organisation=organisation,
        certificate=certificate,
        certificate_expires=certificate_expires,
        recommendation=recommendation.strip(),
        is_demo=is_demo,
        recommended_by=user_of(actor),
        **{key: value for key, value in facts.items() if key in FACTS},
    )
    inspector.fields = list(inspector.fields)
    inspector.search_keys = inspector_keys(name, inspector.fields)
    save(inspector, actor)
    record(
        actor,
        events.INSPECTOR_RECOMMENDED,
        f"inspector:{inspector.pk}",
        f"推荐为执法检查人员（{organisation.name}，执法证有效期至 {certificate_expires.isoformat()}）：{recommendation.strip()}",
        after={"number": number, "organisation": organisation.code, "certificate_expires": certificate_expires},
    )
    return inspector


def needs_new_review(inspector: Inspector, changed: Iterable[str]) -> bool:
    """Whether changing these fields sends the inspector back to review: what a review vouches for, or a return mended."""
    if inspector.state == State.RETURNED:
        return True
    return bool(VOUCHED_FOR & set(changed)) and inspector.state not in (State.RECOMMENDED, State.LEFT)


@transaction.atomic
def change_inspector(actor: Actor, inspector: Inspector, *, version: int | None = None, **changes: Any) -> Inspector:
    """Change an inspector's facts; nothing changed is nothing done.

    What a review vouches for (VOUCHED_FOR), and any change of one that was returned, asks for a new review by another
    person. Raises Stale where `version` is no longer the one in force.
    """
    current = locked(inspector, version)
    _require_recommender(actor, current.organisation)
    if "organisation" in changes:
        _require_recommender(actor, changes["organisation"])
    before, after = change(current, {name: value for name, value in changes.items() if name in FACTS})
    if not after:
        return current
    again = needs_new_review(current, after)
    if again:
        current.state, current.state_reason, current.reviewed_by = State.RECOMMENDED, "", None
    current.recommended_by = user_of(actor)
    if current.reviewed_by_id is not None and current.reviewed_by_id == current.recommended_by_id:
        raise NotAllowed("审核过这名人员的人不能再修改其登记内容，由另一名经办人办理。")
    current.search_keys = inspector_keys(current.name, current.fields)
    save(current, actor, [*after, "search_keys", "state", "state_reason", "reviewed_by", "recommended_by"])
    words = f"变更登记内容：{in_words(Inspector, before, after)}" + ("，重新送审" if again else "")
    record(actor, events.INSPECTOR_CHANGED, f"inspector:{current.pk}", words, before=before, after=after)
    return current


@transaction.atomic
def review_inspector(viewer: Viewer, inspector: Inspector, accept: bool, comment: str = "") -> Inspector:
    """Decide on a recommended inspector: on duty at once if the certificate is valid, or returned with the reason.

    The person who recommended never reviews. An inspector who is not waiting any more is left as it is.
    """
    current = locked(inspector, None)
    if not policy.may_review(viewer, current):
        raise NotAllowed("执法检查人员由统筹科室审核；联合部门的由其科室负责人审核。")
    if current.recommended_by_id == viewer.user_id:
        raise NotAllowed("推荐与审核不能是同一人，请由另一人审核。")
    if current.state != State.RECOMMENDED:
        return current
    if not comment.strip():
        raise Refused("写明审核的理由。" if accept else "写明退回的理由，推荐单位据此改正。")
    if accept:
        _require_assessment(current)
    before = {"state": current.get_state_display()}
    valid = current.certificate_expires >= clock.today()
    current.state = (State.ACTIVE if valid else State.REVIEWED) if accept else State.RETURNED
    current.state_reason = comment.strip()
    current.reviewed_by = viewer.membership.user
    save(current, viewer, ["state", "state_reason", "reviewed_by"])
    outcome = {
        State.ACTIVE: "审核通过，在岗",
        State.REVIEWED: "审核通过，执法证已过期，换证后上岗",
        State.RETURNED: "审核退回",
    }
    words = outcome[State(current.state)] + (f"：{comment.strip()}" if comment.strip() else "")
    after = {"state": current.get_state_display(), "comment": comment.strip()}
    record(viewer, events.INSPECTOR_REVIEWED, f"inspector:{current.pk}", words, before=before, after=after)
    return current


@transaction.atomic
def review_inspectors(viewer: Viewer, inspectors: Iterable[Inspector], accept: bool, comment: str = "") -> int:
    """Decide on several at once, in one transaction; returns how many. One that may not be decided stops all."""
    found = [
        review_inspector(viewer, inspector, accept, comment) for inspector in sorted(inspectors, key=lambda one: one.pk)
    ]
    return len(found)


@transaction.atomic
def set_inspector_state(actor: Actor, inspector: Inspector, state: str, reason: str = "") -> Inspector:
    """Suspend an inspector, bring it back or end its service; the state that it has already is left as it is.

    Recommendation and review are not reached this way, except that one who left may be recommended again.
    Raises Refused for a move that is not in the table, without a reason, or on duty without a valid certificate.
    """
    current = locked(inspector, None)
    allowed = isinstance(actor, Viewer) and policy.may_set_state(actor, current)
    policy.require(actor, allowed, "人员状态由所在单位的经办人或统筹科室变更。")
    wanted = State(state)
    if current.state == wanted:
        return current
    if wanted not in Inspector.MOVES[current.state] or wanted in (State.REVIEWED, State.RETURNED):
        raise Refused(f"不能从“{current.get_state_display()}”改为“{wanted.label}”。")
    if wanted in (State.SUSPENDED, State.LEFT) and not reason.strip():
        raise Refused("写明暂停或离岗的原因。")
    if wanted == State.ACTIVE and current.certificate_expires < clock.today():
        raise Refused(f"执法证已于 {current.certificate_expires.isoformat()} 到期，换证并登记后才能上岗。")
    if wanted == State.ACTIVE:
        _require_assessment(current)
    if wanted == State.RECOMMENDED:
        current.recommended_by, current.reviewed_by = user_of(actor), None
    before = {"state": current.get_state_display()}
    current.state, current.state_reason = wanted, reason.strip()
    save(current, actor, ["state", "state_reason", "recommended_by", "reviewed_by"])
    words = f"状态 {before['state']} → {wanted.label}" + (f"（{reason.strip()}）" if reason.strip() else "")
    after = {"state": wanted.label, "reason": reason.strip()}
    record(actor, events.INSPECTOR_STATE, f"inspector:{current.pk}", words, before=before, after=after)
    return current


def _require_recommender(actor: Actor, organisation: Organisation) -> None:
    allowed = isinstance(actor, Viewer) and policy.may_recommend(actor, organisation)
    policy.require(actor, allowed, f"{organisation.name}的执法检查人员由该单位的经办人推荐和登记。")


def _require_assessment(inspector: Inspector) -> None:
    """Nobody counts who was not trained and tested (业务熟练)."""
    if not holds_assessment(inspector, clock.today()):
        raise Refused(f"{inspector.name}没有有效的培训考核合格记录。由所在单位登记后再办理。")
