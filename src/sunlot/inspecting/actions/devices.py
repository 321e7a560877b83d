"""Phones in the field: known, lost, and which of them a part is checked out to. One at a time; taking over is seen."""

import hashlib
import re
import secrets
from collections.abc import Mapping

from django.db import transaction

from sunlot.norms import canonical, clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import CheckOut, DraftCopy, FieldDevice, FormPart
from .guards import CheckedOut, held_by, own

_NUMBER = re.compile(r"[0-9a-f]{32}")
MAX_DEVICES = 20  # live ones of one person


@transaction.atomic
def greet_device(viewer: Viewer, number: str, name: str) -> FieldDevice:
    """Know a device again, or from now on. Raises Refused for one that is another person's, or was reported lost."""
    if not _NUMBER.fullmatch(number):
        raise Refused("设备编号不对，请重新打开检查应用。")
    now = clock.now()
    known = FieldDevice.objects.select_for_update().filter(number=number).first()
    if known is None:
        if FieldDevice.objects.filter(user_id=viewer.user_id, lost_at__isnull=True).count() >= MAX_DEVICES:
            raise Refused(f"您名下已有 {MAX_DEVICES} 部手机。先在“我的手机”中挂失不用的。")
        known = FieldDevice.objects.create(
            number=number, user_id=viewer.user_id, name=_short(name), unlock=secrets.token_hex(32), first_seen=now,
            last_seen=now,
        )  # fmt: skip
        record(viewer, events.DEVICE_ADDED, f"user:{viewer.user_id}", f"启用检查手机：{known.name}")
        return known
    if known.user_id != viewer.user_id:
        raise NotAllowed("这部手机上的数据属于另一名检查人员。请本人登录，或由本人退出并清除。")
    if known.lost_at is not None:
        raise NotAllowed("这部手机已挂失，不能再用来检查。")
    known.last_seen, known.signed_out_at = now, None
    known.save(update_fields=["last_seen", "signed_out_at"])
    return known


@transaction.atomic
def report_lost(viewer: Viewer, device: FieldDevice) -> FieldDevice:
    """Report one's own phone lost: what is checked out to it becomes free, and it wipes itself at its next contact."""
    known = FieldDevice.objects.select_for_update().get(pk=device.pk)
    if known.user_id != viewer.user_id:
        raise NotAllowed("手机由本人挂失。")
    if known.lost_at is not None:
        return known
    known.lost_at = clock.now()
    known.save(update_fields=["lost_at"])
    held = CheckOut.objects.filter(device=known, ended_at__isnull=True)
    freed = held.update(ended_at=known.lost_at, ended_how=CheckOut.End.LOST)
    record(viewer, events.DEVICE_LOST, f"user:{viewer.user_id}", f"挂失检查手机：{known.name}", after={"freed": freed})
    return known


@transaction.atomic
def note_signed_out(number: str) -> None:
    """Note that the person signed out: the device drops its key at its next contact."""
    FieldDevice.objects.filter(number=number).update(signed_out_at=clock.now())


@transaction.atomic
def note_wiped(number: str) -> None:
    """Note that a lost device says it has wiped itself."""
    FieldDevice.objects.filter(number=number, lost_at__isnull=False, wiped_at__isnull=True).update(wiped_at=clock.now())


@transaction.atomic
def check_out(viewer: Viewer, part: FormPart, device: FieldDevice | None, *, over: bool = False) -> CheckOut | None:
    """Check a part out to a device, or, with None, back to the pages. `over` takes it from the device that has it.

    Raises CheckedOut where another has it and `over` is False. Done twice is done once.
    """
    locked = own(viewer, part)
    held = held_by(locked)
    if held is not None and device is not None and held.device_id == device.pk:
        return held
    if held is not None:
        if not over:
            raise CheckedOut(held)
        held.ended_at, held.ended_how = clock.now(), CheckOut.End.TAKEN_OVER
        held.save(update_fields=["ended_at", "ended_how"])
    taken = None if device is None else CheckOut.objects.create(part=locked, device=device, since=clock.now())
    if held is not None:
        where = "网页" if device is None else f"手机（{device.name}）"
        record(
            viewer,
            events.TAKEN_OVER,
            locked.thing,
            f"接手填写：由{held.device.user.name}的手机（{held.device.name}）转到{viewer.person}的{where}",
            before={"user": held.device.user.username, "device": held.device.name},
            after={"device": device.name if device else ""},
        )
    elif device is not None:
        record(viewer, events.CHECKED_OUT, locked.thing, f"在手机（{device.name}）上填写")
    return taken


@transaction.atomic
def give_back(viewer: Viewer, part: FormPart, device: FieldDevice) -> None:
    """End the device's check-out; nothing happens where it has none."""
    held = CheckOut.objects.select_for_update().filter(part=part, device=device, ended_at__isnull=True).first()
    if held is None or device.user_id != viewer.user_id:
        return
    held.ended_at, held.ended_how = clock.now(), CheckOut.End.GIVEN_BACK
    held.save(update_fields=["ended_at", "ended_how"])
    record(viewer, events.GIVEN_BACK, part.thing, f"手机（{device.name}）填写完毕，交回")


def end_submitted(part: FormPart) -> None:
    """End what is checked out of a part that was submitted; called inside that act."""
    CheckOut.objects.filter(part=part, ended_at__isnull=True).update(
        ended_at=clock.now(), ended_how=CheckOut.End.SUBMITTED
    )


@transaction.atomic
def keep_copy(viewer: Viewer, part: FormPart, device: FieldDevice, texts: Mapping[str, str], why: str) -> DraftCopy:
    """Keep what a device sent too late, to be read by the part's inspectors and its department. Sent twice is kept once."""
    digest = hashlib.sha256(canonical.dumps({"texts": [[key, texts[key]] for key in sorted(texts)]})).hexdigest()
    copy, is_new = DraftCopy.objects.get_or_create(
        part=part,
        device=device,
        digest=digest,
        defaults={"user_id": viewer.user_id, "texts": dict(texts), "why": why[:200], "received_at": clock.now()},
    )
    if is_new:
        record(
            viewer,
            events.COPY_KEPT,
            part.thing,
            f"{viewer.person}的手机（{device.name}）送来的草稿没有采用，已留存：{why}",
        )
    return copy


def _short(name: str) -> str:
    return " ".join(name.split())[:80] or "手机"
