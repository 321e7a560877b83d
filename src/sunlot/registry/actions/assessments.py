"""Training and tests of inspectors (培训考核): recorded by the unit or the coordinator; a wrong record is voided."""

from datetime import date

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..models import Assessment, Inspector
from .common import user_of

_WHO = "培训考核由人员所在单位的经办人或统筹科室登记。"


@transaction.atomic
def record_assessment(
    actor: Actor,
    inspector: Inspector,
    *,
    subject: str,
    tested_on: date,
    passed: bool = True,
    valid_until: date | None = None,
    provider: str = "",
    hours: int | None = None,
    score: str = "",
) -> Assessment:
    """Enter a test with its training; the same subject on the same day twice is one entry."""
    allowed = (
        isinstance(actor, Viewer) and policy.may_set_state(actor, inspector) and not policy.is_self(actor, inspector)
    )
    policy.require(actor, allowed, _WHO)
    if tested_on > clock.today():
        raise Refused("考核日期不能晚于今天。")
    if valid_until is not None and valid_until < tested_on:
        raise Refused("有效期至不能早于考核日期。")
    try:
        with transaction.atomic():
            found = Assessment.objects.create(
                inspector=inspector,
                subject=subject.strip() or Assessment.GENERAL,
                tested_on=tested_on,
                passed=passed,
                valid_until=valid_until,
                provider=provider,
                hours=hours,
                score=score,
                recorded_by=user_of(actor),
                recorded_at=clock.now(),
            )
    except IntegrityError:  # the same test
        return Assessment.objects.get(
            inspector=inspector,
            subject=subject.strip() or Assessment.GENERAL,
            tested_on=tested_on,
            voided_at__isnull=True,
        )
    until = f"，有效期至 {valid_until.isoformat()}" if valid_until else ""
    words = f"培训考核：{found.subject} {tested_on.isoformat()} {'合格' if passed else '不合格'}{until}"
    after = {"subject": found.subject, "tested_on": tested_on, "passed": passed, "valid_until": valid_until}
    record(actor, events.ASSESSMENT_RECORDED, f"inspector:{inspector.pk}", words, after=after)
    return found


@transaction.atomic
def void_assessment(viewer: Viewer, assessment: Assessment, reason: str) -> Assessment:
    """Say that a record is wrong, with the reason; it stays readable and counts no more. Voided twice is voided once."""
    inspector = assessment.inspector
    policy.require(viewer, policy.may_set_state(viewer, inspector) and not policy.is_self(viewer, inspector), _WHO)
    if not reason.strip():
        raise Refused("写明作废的理由。")
    changed = Assessment.objects.filter(pk=assessment.pk, voided_at__isnull=True).update(
        voided_at=clock.now(), voided_reason=reason.strip()
    )
    assessment.refresh_from_db()
    if changed:
        words = f"作废培训考核：{assessment.subject} {assessment.tested_on.isoformat()}（{reason.strip()}）"
        after = {"subject": assessment.subject, "tested_on": assessment.tested_on, "reason": reason.strip()}
        record(viewer, events.ASSESSMENT_VOIDED, f"inspector:{inspector.pk}", words, after=after)
    return assessment
