"""Changes of risk classes: base classes, marks, rules; and the class that follows, which nothing else writes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, marks, policy
from ..bulk_writing import BATCH, BulkWriting
from ..models import CreditMark, Entity, InspectionObject, RiskClass, RiskRule, RiskRuleSet
from ..risk import Line, numbered
from .common import RECLASSIFIED, change, locked, save, user_of

State = RiskRuleSet.State


def require_keeper_of(actor: Actor, entry: Entity | InspectionObject) -> None:
    """Raise NotAllowed unless the actor's organisation keeps this entry."""
    allowed = isinstance(actor, Viewer) and policy.may_change(actor, entry)
    what = "对象" if isinstance(entry, InspectionObject) else "主体"
    policy.require(actor, allowed, f"这一{what}由其管理单位的经办人或统筹科室修改。")


@transaction.atomic
def set_risk(actor: Actor, entry: InspectionObject, risk_class: str, reason: str) -> InspectionObject:
    """Give an object another base class, with the reason; the one that it has already is left as it is.

    The class that counts follows with the marks and the rules, so marks may keep it at a higher risk.
    """
    current = locked(entry, None)
    require_keeper_of(actor, current)
    if current.risk_base == risk_class:
        return current
    if not reason.strip():
        raise Refused("写明调整信用风险类别的依据。")
    before, after = change(current, {"risk_base": RiskClass(risk_class), "risk_reason": reason.strip()})
    counting = marks.marks_of([current.pk], clock.today()).get(current.pk, [])
    found = marks.classified(risk_class, counting, marks.lines_of(marks.rules_in_force()))
    shown, followed = change(current, {"risk_class": RiskClass(found.risk_class)})
    save(current, actor, [*after, *followed])
    held = f"；{'；'.join(line.words for line in found.lines)}，现为 {found.risk_class}" if found.lines else ""
    words = f"信用风险 {before['risk_base']} → {risk_class}（依据：{reason.strip()}）{held}"
    record(actor, events.OBJECT_RISK, f"object:{current.pk}", words, before=before | shown, after=after | followed)
    return current


@transaction.atomic
def add_mark(
    actor: Actor,
    entry: Entity | InspectionObject,
    *,
    kind: str,
    source: str,
    since: date,
    until: date | None = None,
    reference: str = "",
    note: str = "",
) -> CreditMark:
    """Enter a credit mark of an object or an entity; the classes that it reaches follow at once.

    Raises Refused without a source, for days out of order or in the future, and for a mark entered already.
    """
    require_keeper_of(actor, entry)
    if entry.merged_into_id is not None:
        raise Refused("这一条已经并入另一条，标记登记在保留的那一条上。")
    if not source.strip():
        raise Refused("写明标记的来源，例如“国家企业信用信息公示系统”。")
    if since > clock.today():
        raise Refused("列入日期不能晚于今天。")
    if until is not None and until < since:
        raise Refused("有效期不能早于列入日期。")
    facts = {"kind": kind, "source": source, "since": since, "until": until, "reference": reference, "note": note}
    mark = mark_of(actor, entry, **facts)
    try:
        with transaction.atomic():
            mark.save(force_insert=True)
    except IntegrityError:
        raise Refused("这一标记已经登记过。") from None
    ends = f"，有效期至 {until.isoformat()}" if until else ""
    words = f"登记信用标记：{mark.get_kind_display()}（{since.isoformat()} 起{ends}，来源：{mark.source}）"
    after = {"mark": mark.pk, "kind": mark.kind, "since": since.isoformat(), "until": until and until.isoformat()}
    record(actor, events.MARK_ADDED, _thing(mark), words, after=after | {"source": mark.source})
    settle(actor, marks.reached_by([mark]), f"登记{mark.get_kind_display()}")
    _note_counted([mark])
    return mark


def mark_of(actor: Actor, entry: Entity | InspectionObject, **facts: Any) -> CreditMark:
    """A mark of this entry, not yet written."""
    texts = {name: facts.pop(name).strip() for name in ("source", "reference", "note")}
    return CreditMark(
        object=entry if isinstance(entry, InspectionObject) else None,
        entity=entry if isinstance(entry, Entity) else None,
        kind=CreditMark.Kind(facts.pop("kind")),
        created_by=user_of(actor),
        **texts,
        **facts,
    )


def enter_marks(actor: Actor, fresh: Sequence[CreditMark], replaced: Sequence[CreditMark]) -> None:
    """Write marks that an import brings, inside its transaction; the classes that they reach follow with one event.

    Those `replaced` had another last day in the earlier list: they end on their first day, so that no day counts both.
    """
    for mark in replaced:
        mark.ended_on, mark.ended_reason, mark.ended_by = mark.since, "有效期更正，重新登记", user_of(actor)
        mark.counted = False
    CreditMark.objects.bulk_update(replaced, ["ended_on", "ended_reason", "ended_by", "counted"], batch_size=BATCH)
    for mark in fresh:
        mark.counted = _counts(mark)
    CreditMark.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)  # a clerk may just enter the same
    if fresh:
        settle(actor, marks.reached_by(fresh), "导入信用标记")


@transaction.atomic
def end_mark(actor: Actor, mark: CreditMark, reason: str, on: date | None = None) -> CreditMark:
    """Take a mark off, from today unless another day is given; it stays on record. Taken off twice is once."""
    current = CreditMark.objects.select_for_update(of=("self",)).select_related("object", "entity").get(pk=mark.pk)
    entry = current.object or current.entity
    assert entry is not None  # noqa: S101 -- the database holds it so
    require_keeper_of(actor, entry)
    if current.ended_on is not None:
        return current
    if not reason.strip():
        raise Refused("写明移出的原因，例如“已补报年报，移出经营异常名录”。")
    day = on or clock.today()
    if day < current.since or day > clock.today():
        raise Refused(f"移出日期在 {current.since.isoformat()} 与今天之间。")
    current.ended_on, current.ended_reason, current.ended_by = day, reason.strip(), user_of(actor)
    current.save(update_fields=["ended_on", "ended_reason", "ended_by"])
    words = f"移出信用标记：{current.get_kind_display()}（{day.isoformat()}，{reason.strip()}）"
    record(actor, events.MARK_ENDED, _thing(current), words, after={"mark": current.pk, "ended_on": day.isoformat()})
    settle(actor, marks.reached_by([current]), f"移出{current.get_kind_display()}")
    _note_counted([current])
    return current


@transaction.atomic
def lapse_marks() -> int:
    """Let the marks whose last day is over stop counting; returns how many objects changed class. Safe at any time.

    The worker does it every hour, and a draw before it freezes its roster: the day decides, not the worker.
    """
    over = list(CreditMark.objects.select_for_update(of=("self",)).filter(counted=True, until__lt=clock.today()))
    if not over:
        return 0
    changed = settle(SYSTEM, marks.reached_by(over), "信用标记到期")
    _note_counted(over)
    return changed


def settle(actor: Actor, object_ids: Iterable[int], why: str) -> int:
    """Give these objects the class that follows today, with history and one event; returns how many changed."""
    ids, today = sorted(set(object_ids)), clock.today()
    lines, found = marks.lines_of(marks.rules_in_force()), marks.marks_of(ids, today)
    changed: list[InspectionObject] = []
    moved: dict[str, list[str]] = {}
    for at in range(0, len(ids), marks.CHUNK):
        part = ids[at : at + marks.CHUNK]
        for entry in InspectionObject.objects.select_for_update().filter(pk__in=part).order_by("pk"):
            follows = marks.classified(entry.risk_base, found.get(entry.pk, []), lines).risk_class
            if follows != entry.risk_class:
                moved[entry.number] = [entry.risk_class, follows]
                entry.risk_class = follows
                entry.version += 1
                entry.updated_at = clock.now()
                changed.append(entry)
    if changed:
        writing = BulkWriting(user_of(actor), f"{RECLASSIFIED}{why}", clock.now())
        writing.update(InspectionObject, changed, ["risk_class", "version", "updated_at"])
        words = f"{why}：{len(changed)} 个对象的信用风险类别随之变化"
        record(actor, events.RISK_FOLLOWED, "registry:risk", words, after={"objects": moved})
    return len(changed)


def _note_counted(found: Iterable[CreditMark]) -> None:
    """Remember which marks the stored classes count, so that the worker finds those that run out."""
    for mark in found:
        mark.counted = _counts(mark)
        mark.save(update_fields=["counted"])


def _counts(mark: CreditMark) -> bool:
    """Whether a mark counts today: `marks.counting` for one that is loaded."""
    today = clock.today()
    standing = mark.ended_on is None or mark.ended_on > today
    return standing and mark.since <= today and (mark.until is None or mark.until >= today)


def _thing(mark: CreditMark) -> str:
    return f"object:{mark.object_id}" if mark.object_id else f"entity:{mark.entity_id}"


@transaction.atomic
def propose_rules(viewer: Viewer, lines: Sequence[Line], reason: str) -> RiskRuleSet:
    """Propose the table “mark → class” anew, as a whole. It counts for nothing until another person approves it."""
    if not policy.may_propose_rules(viewer):
        raise NotAllowed("信用风险规则由市住建局统筹科室拟订。")
    if not reason.strip():
        raise Refused("写明制定或调整规则的理由。")
    if not lines:
        raise Refused("至少写一条规则。")
    if RiskRuleSet.objects.filter(state=State.PROPOSED).exists():
        raise Refused("已有一版规则等待批准，先办结它。")
    number = (RiskRuleSet.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    rules = RiskRuleSet.objects.create(
        number=number,
        reason=reason.strip(),
        organisation=viewer.organisation,
        proposed_by=viewer.membership.user,
        proposed_at=clock.now(),
    )
    RiskRule.objects.bulk_create(
        RiskRule(rules=rules, mark=one.mark, at_least=one.at_least, risk_class=one.risk_class) for one in lines
    )
    after: dict[str, Any] = {"number": number, "lines": numbered(lines)}
    record(viewer, events.RULES_PROPOSED, f"risk-rules:{number}", f"拟订信用风险规则第 {number} 版", after=after)
    return rules


@transaction.atomic
def decide_rules(viewer: Viewer, rules: RiskRuleSet, accept: bool, comment: str = "") -> RiskRuleSet:
    """Approve proposed rules, which then take the place of those before and reclassify at once; or refuse them.

    Rules decided already are left as they are. Raises Refused for a refusal without a reason.
    """
    if not policy.may_decide_rules(viewer):
        raise NotAllowed("信用风险规则由分管领导批准。")
    current = RiskRuleSet.objects.select_for_update().get(pk=rules.pk)
    if current.state != State.PROPOSED:
        return current
    if current.proposed_by_id == viewer.user_id:
        raise NotAllowed("拟订与批准不能是同一人。")
    if not accept and not comment.strip():
        raise Refused("写明不批准的理由。")
    now = clock.now()
    if accept:
        RiskRuleSet.objects.filter(state=State.IN_FORCE).update(state=State.SUPERSEDED, superseded_at=now)
    current.state = State.IN_FORCE if accept else State.REFUSED
    current.decided_by, current.decided_at, current.comment = viewer.membership.user, now, comment.strip()
    current.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    words = f"{'批准' if accept else '不批准'}信用风险规则第 {current.number} 版"
    words += f"：{comment.strip()}" if comment.strip() else ""
    record(viewer, events.RULES_DECIDED, f"risk-rules:{current.number}", words, after={"accepted": accept})
    if accept:
        settle(viewer, marks.objects_with_marks(), f"信用风险规则第 {current.number} 版生效")
    return current
