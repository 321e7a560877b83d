"""Pairs of a person and an object that must not meet (回避): declared by the inspector, or set by the unit of an inspector or an expert."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations import scans
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.trail.models import StoredFile

from .. import events, policy
from ..models import Avoidance, Expert, InspectionObject, Inspector

State = Avoidance.State
_WHO = "回避由本人申报，或由人员所在单位的经办人或统筹科室登记。"
_WHO_DECIDES = "回避由人员所在单位的经办人或统筹科室核实和解除，不能由本人办理。"


@dataclass(frozen=True)
class Evidence:
    """A scan or photo that shows the ground, and what its file was called."""

    content: bytes
    name: str


@transaction.atomic
def add_avoidance(
    viewer: Viewer,
    person: Inspector | Expert,
    entry: InspectionObject,
    ground: str,
    note: str = "",
    expires: date | None = None,
    *,
    left_on: date | None = None,
    evidence: Evidence | None = None,
) -> Avoidance:
    """Enter that the two must not meet, until `expires` where given: confirmed at once by the unit, declared where the
    inspector says it of himself. It holds from now on in either case. The same pair twice is one entry.

    A former employee stays away for FORMER_YEARS from the day on which he left, unless `expires` says otherwise. The
    reason stays inside: the trail of the object says only that there is one.
    """
    himself = policy.is_self(viewer, person)
    policy.require(viewer, himself or policy.may_avoid(viewer, person), _WHO)
    who = {"expert" if isinstance(person, Expert) else "inspector": person}
    today = clock.today()
    if left_on is not None and left_on > today:
        raise Refused("离职日期不能晚于今天。还在任职的不能作为执法检查人员检查该单位。")
    if ground == Avoidance.Ground.FORMER and expires is None and left_on is not None:
        expires = years_after(left_on, Avoidance.FORMER_YEARS)
    if expires is not None and expires < today:
        raise Refused(
            f"有效期至 {expires.isoformat()}，不能早于今天。" + ("离职已满年限，不用回避。" if left_on else "")
        )
    stored = _stored(evidence)
    found = Avoidance.objects.filter(**who, object=entry, ended_at__isnull=True).first()
    if found is not None:
        return found
    user, now = viewer.membership.user, clock.now()
    try:
        with transaction.atomic():
            avoidance = Avoidance.objects.create(
                **who,
                object=entry,
                ground=ground,
                note=note,
                left_on=left_on,
                expires=expires,
                evidence=stored,
                evidence_name=evidence.name[-255:] if evidence else "",
                state=State.DECLARED if himself else State.CONFIRMED,
                by_himself=himself,
                decided_by=None if himself else user,
                decided_at=None if himself else now,
                created_by=user,
                created_at=now,
            )
    except IntegrityError:  # entered by somebody else at the same moment
        return Avoidance.objects.get(**who, object=entry, ended_at__isnull=True)
    kind = events.AVOIDANCE_DECLARED if himself else events.AVOIDANCE_ADDED
    words = f"{'申报' if himself else '登记'}回避：{entry.name}"
    after = {"object": entry.number, "ground": ground, "expires": expires}
    record(viewer, kind, _thing(avoidance), words, after=after)
    return avoidance


@transaction.atomic
def decide_avoidance(viewer: Viewer, avoidance: Avoidance, confirm: bool, reason: str = "") -> Avoidance:
    """Confirm what an inspector declared, or refuse it with the reason; from then on a refused pair may meet.

    One decided already is left as it is.
    """
    current = _locked(avoidance)
    policy.require(viewer, policy.may_avoid(viewer, current.person), _WHO_DECIDES)
    if current.state != State.DECLARED:
        return current
    if not confirm and not reason.strip():
        raise Refused("写明不成立的理由，本人会看到。")
    _move(viewer, current, State.CONFIRMED if confirm else State.REFUSED, reason)
    words = f"{'确认' if confirm else '不认可'}申报的回避：{current.object.name}"
    words += f"（{reason.strip()}）" if reason.strip() else ""
    after = {"object": current.object.number, "confirmed": confirm, "reason": reason.strip()}
    record(viewer, events.AVOIDANCE_DECIDED, _thing(current), words, after=after)
    return current


@transaction.atomic
def end_avoidance(viewer: Viewer, avoidance: Avoidance, reason: str) -> Avoidance:
    """Lift an avoidance, with the reason; lifted twice is lifted once."""
    current = _locked(avoidance)
    policy.require(viewer, policy.may_avoid(viewer, current.person), _WHO_DECIDES)
    if not reason.strip():
        raise Refused("写明解除回避的理由。")
    if State.LIFTED not in Avoidance.MOVES[current.state]:
        return current
    _move(viewer, current, State.LIFTED, reason)
    words = f"解除回避：{current.object.name}（{reason.strip()}）"
    after = {"object": current.object.number, "reason": reason.strip()}
    record(viewer, events.AVOIDANCE_ENDED, _thing(current), words, after=after)
    return current


@transaction.atomic
def lift_rotation(
    viewer: Viewer, inspector: Inspector, entry: InspectionObject, visited_on: date, reason: str
) -> Avoidance:
    """Let an inspector meet an object again that he inspected the last time, on `visited_on`, with the reason.

    It is about that one visit: once he has inspected the object again, the two are kept apart anew.
    """
    policy.require(viewer, policy.may_avoid(viewer, inspector), _WHO_DECIDES)
    if not reason.strip():
        raise Refused("写明解除轮换回避的理由，如：本单位只有两名持证人员。")
    same = Avoidance.objects.filter(
        inspector=inspector, object=entry, ground=Avoidance.Ground.ROTATION, visited_on=visited_on, state=State.LIFTED
    ).first()
    if same is not None:
        return same
    user, now = viewer.membership.user, clock.now()
    lifted = Avoidance.objects.create(
        inspector=inspector,
        object=entry,
        ground=Avoidance.Ground.ROTATION,
        visited_on=visited_on,
        state=State.LIFTED,
        decided_by=user,
        decided_at=now,
        decision=reason.strip(),
        ended_at=now,
        created_by=user,
        created_at=now,
    )
    words = f"解除轮换回避：{entry.name}（{reason.strip()}）"
    after = {"object": entry.number, "visited_on": visited_on, "reason": reason.strip()}
    record(viewer, events.AVOIDANCE_ENDED, f"inspector:{inspector.pk}", words, after=after)
    return lifted


def years_after(day: date, years: int) -> date:
    """The last day of so many years from `day`; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _stored(evidence: Evidence | None) -> StoredFile | None:
    """The evidence kept, once it is known to be a whole PDF, JPEG or PNG. Raises Refused for anything else."""
    if evidence is None:
        return None
    try:
        scans.kind_of(evidence.content)
    except scans.ScanError as error:
        raise Refused(str(error)) from error
    return files.store(evidence.content)


def _thing(avoidance: Avoidance) -> str:
    """In whose story it stands."""
    return f"expert:{avoidance.expert_id}" if avoidance.expert_id else f"inspector:{avoidance.inspector_id}"


def _locked(avoidance: Avoidance) -> Avoidance:
    people = ("inspector__organisation", "expert__organisation")
    rows = Avoidance.objects.select_for_update(of=("self",)).select_related(*people, "object")
    return rows.get(pk=avoidance.pk)


def _move(viewer: Viewer, avoidance: Avoidance, state: Avoidance.State, reason: str) -> None:
    avoidance.state, avoidance.decision = state, reason.strip()
    avoidance.decided_by, avoidance.decided_at = viewer.membership.user, clock.now()
    if state not in Avoidance.STANDING:
        avoidance.ended_at = avoidance.decided_at
    avoidance.save(update_fields=["state", "decision", "decided_by", "decided_at", "ended_at"])
