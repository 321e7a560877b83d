"""Changes of the caps: one person writes a table as a whole, another approves it, and then it is public."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import canonical, clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..models import CapException, CapLine, CapTable
from .queries import lines_of, tables
from .rules import Line

State = CapTable.State
LIST = "年度频次上限"


def content_of(table: CapTable) -> dict[str, Any]:
    """What a table from `queries.tables` says, as it is approved and published; its canonical JSON has the digest."""
    return {
        "region": table.region_id,
        "number": table.number,
        "effective_from": table.effective_from.isoformat(),
        "reason": table.reason,
        "lines": [line.as_json() for line in lines_of(table)],
        "exceptions": [
            {"cause": one.cause, "name": one.get_cause_display(), "basis": one.basis} for one in table.exceptions.all()
        ],
    }


def digest_of(table: CapTable) -> str:
    """SHA-256 of the canonical content."""
    return hashlib.sha256(canonical.dumps(content_of(table))).hexdigest()


@transaction.atomic
def propose_caps(
    viewer: Viewer, lines: Sequence[Line], exceptions: Mapping[str, str], effective_from: date, reason: str
) -> CapTable:
    """Write the caps of the viewer's jurisdiction anew, as a whole; they count for nothing until another approves them.

    `exceptions` are causes with the basis of each. Raises NotAllowed for anybody but a coordinator of the housing
    department; Refused without a reason, a line, for a day in the past, and while another version waits.
    """
    if not policy.may_propose_caps(viewer):
        raise NotAllowed(f"{LIST}由住建部门的统筹科室拟订。")
    if not reason.strip():
        raise Refused("写明制定或调整频次上限的理由。")
    if not lines:
        raise Refused("至少填写一类的次数。不填的一类不设上限。")
    if effective_from < clock.today():
        raise Refused("起用日期不能早于今天。")
    region = viewer.base.region
    if CapTable.objects.filter(region=region, state=State.PROPOSED).exists():
        raise Refused("已有一版频次上限等待批准，先办结它。")
    number = (CapTable.objects.filter(region=region).aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            table = CapTable.objects.create(
                region=region,
                number=number,
                effective_from=effective_from,
                reason=reason.strip(),
                organisation=viewer.base,
                proposed_by=viewer.membership.user,
                proposed_at=clock.now(),
            )
    except IntegrityError:
        raise Refused("另一人刚才也拟订了一版。刷新页面看最新情况。") from None
    kinds = {kind.code: kind for kind in ObjectKind.objects.all()}
    departments = {one.code: one for one in Organisation.objects.filter(code__in={line.department for line in lines})}
    CapLine.objects.bulk_create(
        CapLine(
            table=table,
            risk_class=line.risk_class,
            cap=line.cap,
            kind=kinds[line.kind] if line.kind else None,
            department=departments[line.department] if line.department else None,
        )
        for line in lines
    )
    CapException.objects.bulk_create(
        CapException(table=table, cause=CapException.Cause(cause), basis=basis.strip())
        for cause, basis in exceptions.items()
    )
    said = content_of(tables().get(pk=table.pk))
    record(viewer, events.CAPS_PROPOSED, table.thing, f"拟订{table}：{table.reason}", after=said)
    return table


@transaction.atomic
def decide_caps(viewer: Viewer, table: CapTable, accept: bool, comment: str = "") -> CapTable:
    """Approve a proposed table, which is then public and counts from its day on (from today where that is past); or refuse
    it with the reason. One that is decided already is left as it is.
    """
    if not policy.may_decide_caps(viewer, table):
        raise NotAllowed(f"{LIST}由{table.organisation.name}的分管领导批准。")
    current = CapTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
    if current.state != State.PROPOSED:
        return current
    if current.proposed_by_id == viewer.user_id:
        raise NotAllowed("拟订与批准不能是同一人。")
    if not accept and not comment.strip():
        raise Refused("写明不批准的理由。")
    current.state = State.APPROVED if accept else State.REFUSED
    current.effective_from = max(current.effective_from, clock.today()) if accept else current.effective_from
    current.decided_by, current.decided_at, current.comment = viewer.membership.user, clock.now(), comment.strip()
    if accept:
        whole = tables().get(pk=current.pk)
        whole.effective_from = current.effective_from
        current.digest = digest_of(whole)
    current.save(update_fields=["state", "effective_from", "decided_by", "decided_at", "comment", "digest"])
    words = f"{'批准' if accept else '不批准'}{current}" + (f"：{comment.strip()}" if comment.strip() else "")
    if not accept:
        record(viewer, events.CAPS_REFUSED, current.thing, words)
        return current
    begin = current.effective_from.isoformat()
    record(
        viewer,
        events.CAPS_APPROVED,
        current.thing,
        f"{words}，{begin} 起用",
        after={"digest": current.digest},
        subject=f"caps:{current.region_id}:{current.number}",
        public={"table": current.digest, "from": begin},
    )
    return current
