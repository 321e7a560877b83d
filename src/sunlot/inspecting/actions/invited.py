"""Asking an expert or a commissioned body for an opinion by a link, and what they file under it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from sunlot.norms import canonical, clock
from sunlot.organisations import scans
from sunlot.organisations.viewer import NotAllowed, Refused, Stranger, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Form, FormExpert, FormPart, Invitation, Opinion
from .guards import locked_part

MOST_DAYS = 60
MOST_TEXT = 4000
MOST_OPINIONS = 20
"""Of one link: whoever has more to say is asked anew."""


@dataclass(frozen=True)
class Asked:
    """Who is asked for what. `expert_id` is one of the form's experts, whose name then counts."""

    kind: str
    name: str
    asks: str
    days: int
    expert_id: int | None = None


@transaction.atomic
def invite(viewer: Viewer, part: FormPart, asked: Asked) -> tuple[Invitation, str]:
    """Make a link for one expert or body; returns it with its secret, which is shown once and kept nowhere.

    Raises NotAllowed for whoever neither inspects nor works for the department, Refused for a finished form.
    """
    locked = locked_part(part)
    _require(viewer, locked)
    if locked.form.state in (*Form.FINISHED, Form.State.REPLACED):
        raise Refused("检查表已完成或已替补，不能再请人出具意见。")
    if not asked.asks.strip():
        raise Refused("写明请其查明的事项。")
    if not 1 <= asked.days <= MOST_DAYS:
        raise Refused(f"链接有效 1 至 {MOST_DAYS} 天。")
    expert = None
    if asked.expert_id is not None:
        joined = FormExpert.objects.filter(form=locked.form_id, expert=asked.expert_id).select_related("expert").first()
        if joined is None:
            raise Refused("这位专家没有抽入这个检查组。其他专家填写姓名和单位。")
        expert = joined.expert
    name = expert.name if expert else asked.name.strip()
    if not name:
        raise Refused("写明专家姓名或机构名称。")
    secret = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        part=locked, kind=Invitation.Kind.EXPERT if expert else asked.kind, expert=expert, name=name[:80],
        asks=asked.asks.strip(), secret_digest=_digest(secret), made_by_id=viewer.user_id, made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=asked.days),
    )  # fmt: skip
    record(
        viewer,
        events.INVITED,
        locked.thing,
        f"请{made.name}出具{made.get_kind_display()}",
        after={"invitation": made.pk},
    )
    return made, secret


@transaction.atomic
def revoke(viewer: Viewer, invitation: Invitation) -> Invitation:
    """Take a link back; what was filed under it stays. Done twice is done once."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    part = locked_part(locked.part)
    _require(viewer, part)
    if locked.revoked_at is None:
        locked.revoked_at = clock.now()
        locked.save(update_fields=["revoked_at"])
        record(
            viewer, events.INVITATION_REVOKED, part.thing, f"收回给{locked.name}的链接", after={"invitation": locked.pk}
        )
    return locked


def by_secret(secret: str) -> Invitation | None:
    """The open invitation that this link leads to; None for one that has ended or never was."""
    found = (
        Invitation.objects.select_related("part__form__task", "part__form__object", "part__organisation__parent")
        .filter(secret_digest=_digest(secret))
        .first()
    )
    return found if found is not None and found.is_open(clock.now()) else None


@transaction.atomic
def note_opened(invitation: Invitation, address: str) -> None:
    """Note that a link was opened for the first time."""
    if Invitation.objects.filter(pk=invitation.pk, opened_at__isnull=True).update(opened_at=clock.now()):
        record(Stranger(address), events.INVITATION_OPENED, invitation.part.thing, f"{invitation.name}首次打开链接")


@transaction.atomic
def file_opinion(secret: str, text: str, content: bytes | None, name: str, address: str) -> Opinion:
    """File an opinion under a link: words, a PDF (told by its content), or both. The same one twice is one.

    Raises Refused for a link that has ended, a form that is finished, and a file that is no whole PDF.
    """
    found = by_secret(secret)
    if found is None:
        raise Refused("链接已失效，请与发出链接的单位联系。")
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("part__form").get(pk=found.pk)
    if locked.part.form.state in (*Form.FINISHED, Form.State.REPLACED):
        raise Refused("检查已经办结，不能再提交。请与发出链接的单位联系。")
    words = text.strip()
    if len(words) > MOST_TEXT:
        raise Refused(f"意见有 {len(words)} 字，超过 {MOST_TEXT} 字，长的写进 PDF。")
    if not words and not content:
        raise Refused("写出意见，或选择 PDF 报告。")
    stored = files.store(_pdf(content)) if content else None
    digest = hashlib.sha256(canonical.dumps({"text": words, "file": stored.digest if stored else None})).hexdigest()
    earlier = list(locked.opinions.all())
    same = next((one for one in earlier if one.digest == digest), None)
    if same is not None:
        return same
    if len(earlier) >= MOST_OPINIONS:
        raise Refused("这个链接提交的次数太多，请与发出链接的单位联系。")
    made = Opinion.objects.create(
        invitation=locked, number=len(earlier) + 1, text=words, file=stored, digest=digest, filed_at=clock.now(),
        file_name=name[:120] if stored else "",
    )  # fmt: skip
    record(
        Stranger(address), events.OPINION_FILED, locked.part.thing,
        f"{locked.name}提交{locked.get_kind_display()}（第 {made.number} 次）", after={"digest": digest},
    )  # fmt: skip
    return made


def _pdf(content: bytes) -> bytes:
    try:
        kind = scans.kind_of(content)
    except scans.ScanError as error:
        raise Refused(str(error)) from None
    if kind != scans.PDF:
        raise Refused("报告只收 PDF。照片和 Word 文件请先转成 PDF。")
    return content


def _require(viewer: Viewer, part: FormPart) -> None:
    if not policy.may_issue(viewer, part):
        raise NotAllowed(f"由检查人员或{part.organisation.name}的经办人、负责人办理。")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
