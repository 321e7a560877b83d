"""What every act on a part asks first: the part locked, by one of its inspectors, while it may be written, and here."""

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import policy, queries
from ..models import CheckOut, FieldDevice, FormPart, PartMember
from ..receiving.actions import begun


class CheckedOut(Refused):
    """The part is filled on another device. `held` says which, since when, and by whom."""

    def __init__(self, held: CheckOut) -> None:
        since = held.since.astimezone(clock.SHANGHAI)
        super().__init__(
            f"这一部分正在{held.device.user.name}的手机（{held.device.name}）上填写，"
            f"从 {since.month}月{since.day}日 {since:%H:%M} 起。要在这里填，先接手。"
        )
        self.held = held


def locked_part(part: FormPart) -> FormPart:
    """The part, locked, with what the record consists of. Inside a transaction alone."""
    assert transaction.get_connection().in_atomic_block  # noqa: S101 -- a lock that ends at once guards nothing
    FormPart.objects.select_for_update().get(pk=part.pk)
    return reloaded(part)


def reloaded(part: FormPart) -> FormPart:
    """The part as it is now, with what the record consists of."""
    return queries.whole(FormPart.objects.filter(pk=part.pk)).get()


def member_of(viewer: Viewer, part: FormPart) -> PartMember:
    """The viewer as a member of the part's team. Raises NotAllowed for everybody else."""
    if policy.is_member(viewer, part):
        return next(member for member in part.members.all() if member.inspector.user_id == viewer.user_id)
    names = "、".join(member.inspector.name for member in part.members.all())
    raise NotAllowed(f"这一部分由抽取产生的检查人员（{names}）填写和签字。")


def locked_for_member(viewer: Viewer, part: FormPart) -> FormPart:
    """The part, locked, for a member, in whatever state it is."""
    locked = locked_part(part)
    member_of(viewer, locked)
    return locked


def own(viewer: Viewer, part: FormPart) -> FormPart:
    """The part, locked, for a member who may still write it."""
    locked = locked_for_member(viewer, part)
    if not locked.is_editable:
        raise Refused(locked.why_closed)
    return locked


def own_here(viewer: Viewer, part: FormPart, device: FieldDevice | None) -> FormPart:
    """The same, where it is not filled on another device; None stands for the pages, which are none."""
    locked = own(viewer, part)
    require_here(locked, device)
    return locked


def held_by(part: FormPart) -> CheckOut | None:
    """Where the part is checked out to now."""
    return CheckOut.objects.filter(part=part, ended_at__isnull=True).select_related("device__user").first()


def require_here(part: FormPart, device: FieldDevice | None) -> None:
    """Raises CheckedOut where the part is filled on another device."""
    held = held_by(part)
    if held is not None and (device is None or held.device_id != device.pk):
        raise CheckedOut(held)


def touch(viewer: Viewer, part: FormPart, fields: list[str]) -> None:
    """Save these fields of a draft as its next version. Whoever writes has received the task."""
    begun(viewer, part)
    part.version += 1
    part.saved_by_id, part.saved_at = viewer.user_id, clock.now()
    part.save(update_fields=[*fields, "version", "saved_by", "saved_at"])
