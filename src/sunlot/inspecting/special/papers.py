"""The 行政检查审批表 of a request."""

from datetime import datetime

from django.conf import settings

from sunlot.documents.inspection_approval import InspectionApproval, inspection_approval
from sunlot.documents.parts import ItemLine, Name, Officer, Opinion, Party
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.registry.models import InspectionObject

from ..models import CheckRequest
from . import checks, policy


def party_of(entry: InspectionObject) -> Party:
    """The inspected as documents name it: the entity's code and representative where the object is one, or is run by one.

    Prefetch `involvements__entity` where there are many.
    """
    ties = {tie.part: tie.entity for tie in entry.involvements.all()}
    entity = ties.get("itself") or ties.get("operator")
    return Party(
        name=Name(entry.name, demo=entry.is_demo),
        number=(entity.credit_code if entity else None) or entry.number,
        address=entry.address,
        person=entity.representative if entity else entry.contact,
        phone=entry.phone or (entity.phone if entity else ""),
    )


def approval_pdf(request: CheckRequest) -> bytes:
    """The form as PDF. Needs `queries.whole`."""
    return inspection_approval(approval_of(request))


def approval_of(request: CheckRequest) -> InspectionApproval:
    """The form as it stands; what is not decided yet leaves lines for the hand. Needs `queries.whole`."""
    entries = list(request.objects_named.all())
    standings = [one.standing for one in checks.counted(entries, request.organisation, request.starts_on)]
    visits = [f"{one.count.total} 次" for one in standings if one is not None]
    frequency = "、".join(visits) if len(visits) == 1 else (f"最多 {max(visits)}" if visits else "")
    exceeding = (
        f"超出频次上限的事由：{request.get_cap_cause_display()}，{request.cap_reason}" if request.cap_cause else ""
    )
    return InspectionApproval(
        authority=request.organisation.department.name,
        file_number=request.number,
        day=request.asked_at.astimezone(clock.SHANGHAI).date(),
        address=f"{settings.SUNLOT_PUBLIC_URL}/log/",
        task=request.title,
        source=f"{request.get_source_display()}：{request.basis}",
        parties=tuple(party_of(one) for one in entries),
        items=tuple(
            ItemLine(code=one.item.code, name=one.name, basis="；".join(str(basis) for basis in one.bases.all()))
            for one in request.items.all()
        ),
        mode=request.get_mode_display(),
        period=f"{request.starts_on.isoformat()} 至 {request.ends_on.isoformat()}",
        officers=tuple(
            Officer(name=Name(one.name, demo=one.is_demo), certificate=one.certificate, unit=one.organisation.name)
            for one in request.inspectors.all()
        ),
        place=entries[0].address if len(entries) == 1 else "",
        frequency=frequency,
        reason="\n".join(filter(None, [request.reason, exceeding])),
        opinions=_opinions(request),
    )


def _opinions(request: CheckRequest) -> tuple[Opinion, ...]:
    asked = Opinion(
        role="承办人意见",
        text="拟按以上内容检查，请审批。",
        name=request.asked_by.name,
        given_at=_when(request.asked_at),
    )
    good = Signature.objects.filter(
        thing=request.thing, capacity=policy.UNIT_HEAD, digest=request.digest, state=Signature.State.SIGNED
    ).first()
    if good is None:
        return asked, Opinion(role="行政机关\n负责人意见")
    text = good.comment or "同意。"
    return asked, Opinion(role="行政机关\n负责人意见", text=text, name=good.name, given_at=_when(good.signed_at))


def _when(moment: datetime) -> str:
    local = moment.astimezone(clock.SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
