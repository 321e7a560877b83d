"""What follows on an import of accounts: the slips with passwords, and the roles that the list asks for."""

from collections.abc import Collection

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import actions as accounts
from sunlot.organisations.issuing import Issued, issue_passwords
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import Import, ImportedAccount
from .common import user_of

State = ImportedAccount.State


def print_slips(viewer: Viewer, roster: Import) -> list[Issued]:
    """A new one-time password for every account of the list whose owner has set none yet; the slips of before are void.

    Nothing keeps the passwords: whoever calls this shows them once. Raises Refused where there is nobody left.
    """
    if viewer.role != Role.SYSTEM_ADMINISTRATOR:
        raise NotAllowed("一次性密码由系统管理员发放。")
    users = [one.user for one in roster.accounts.select_related("user__organisation", "organisation__parent")]
    with transaction.atomic():
        made = issue_passwords(viewer, users)
        if not made:
            raise Refused("名单中的人都已设置本人的密码，没有要打印的账号条。个别人忘记密码的，在其页面重置。")
        record(
            viewer, events.IMPORT_SLIPS, f"import:{roster.pk}", f"打印 {len(made)} 张账号条", after={"slips": len(made)}
        )
    return made


@transaction.atomic
def decide_roles(viewer: Viewer, roster: Import, chosen: Collection[int], *, grant: bool) -> tuple[int, list[str]]:
    """Give the chosen accounts the roles that the list asks for, or dismiss them. What was decided before stays as it is.

    Returns how many accounts were decided on, and of those left waiting whom and why.
    """
    if viewer.role != Role.SECURITY_ADMINISTRATOR:
        raise NotAllowed("角色由安全管理员授予。")
    waiting = ImportedAccount.objects.select_for_update(of=("self",)).filter(
        roster=roster, pk__in=chosen, state=State.WAITING
    )
    done, left = 0, []
    for one in waiting.select_related("user__organisation", "organisation"):
        try:
            with transaction.atomic():
                _decide(viewer, one, grant=grant)
            done += 1
        except Refused as refused:
            left.append(f"{one.user.name}：{refused}")
    if done:
        words = f"按名单{'授予' if grant else '不予授予'} {done} 人的角色"
        record(viewer, events.IMPORT_ROLES, f"import:{roster.pk}", words, after={"accounts": done, "granted": grant})
    return done, left


def _decide(viewer: Viewer, one: ImportedAccount, *, grant: bool) -> None:
    if one.user_id == viewer.user_id:
        raise NotAllowed("不能为自己办理，由另一位安全管理员办理。")
    if grant:
        for code in one.roles:
            accounts.grant_role(viewer, one.user, one.organisation, Role(code))
    one.state, one.decided_by, one.decided_at = (
        State.GRANTED if grant else State.DISMISSED,
        user_of(viewer),
        clock.now(),
    )
    one.save(update_fields=["state", "decided_by", "decided_at"])
