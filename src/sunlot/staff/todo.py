"""What waits for a person: papers to compare, requests to erase, accounts without a role."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.timezone import localdate

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.models import Delegation, ErasureRequest, Membership, User
from sunlot.organisations.queries import erasures_seen, people_seen
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.trail.log import reading

from .papers import waiting

_EACH = 5  # so many accounts without a role are named each
LONGEST_WAIT = timedelta(minutes=5)  # sealing takes seconds: an event that waits so long says that nothing seals


@provider
def papers_to_compare(viewer: Viewer) -> Iterator[Todo]:
    """Scans that somebody else uploaded."""
    for signature, thing in waiting(viewer):
        yield Todo(
            title=f"核对纸质签署件：{thing.title}",
            reason=f"{signature.capacity}{signature.name}在纸上签字，扫描件已上传，须由第二人与原件核对。",
            url=reverse("signature", args=[signature.pk]),
            button="核对签署件",
        )


@provider
def erasures_to_decide(viewer: Viewer) -> Iterator[Todo]:
    """Requests of the auditor, for the system administrator."""
    if viewer.role != Role.SYSTEM_ADMINISTRATOR:
        return
    for asked in erasures_seen(viewer).filter(state=ErasureRequest.State.OPEN).exclude(asked_by=viewer.user_id):
        yield Todo(
            title=f"清除第{asked.event_id}条留痕的个人信息",
            reason=f"审计管理员申请，理由：{asked.reason}",
            url=reverse("erasure", args=[asked.pk]),
            button="办理申请",
        )


@provider
def delegations_to_answer(viewer: Viewer) -> Iterator[Todo]:
    """Who is asked to sign for somebody on leave, in whatever role."""
    asked = Delegation.objects.filter(
        receiver=viewer.user_id, state=Delegation.State.ASKED, ends__gte=clock.today()
    ).select_related("giver__user")
    for one in asked:
        yield Todo(
            title=f"答复{one.giver.user.name}的代签委托",
            reason=f"{one.starts.isoformat()} 至 {one.ends.isoformat()} {one.reason}，请您代{one.giver.get_role_display()}签署。",
            url=reverse("delegation", args=[one.pk]),
            button="答复委托",
            due=max(one.starts, clock.today()),
        )


@provider
def accounts_without_role(viewer: Viewer) -> Iterator[Todo]:
    """New accounts, for the security administrator."""
    if viewer.role != Role.SECURITY_ADMINISTRATOR:
        return
    held = Membership.objects.held()
    without = people_seen(viewer).filter(is_active=True).exclude(pk__in=held.values("user")).order_by("created_at")
    people = list(without[: _EACH + 1])
    if len(people) > _EACH:  # a list of accounts was brought in
        yield Todo(
            title=f"授予角色：{without.count()} 个账号",
            reason="还没有角色，不能办理任何事。",
            url=f"{reverse('people')}?role=none&state=on",
            button="查看账号",
        )
        return
    for person in people:
        where = person.organisation.name if person.organisation else "没有所属机构"
        yield Todo(
            title=f"授予角色：{person.name}",
            reason=f"{where}的账号 {person.username} 还没有角色，不能办理任何事。",
            url=reverse("person", args=[person.username]),
            button="授予角色",
        )


@provider
def first_accounts(viewer: Viewer) -> Iterator[Todo]:
    """In a new installation, where nobody but the administrators has an account: where the way begins."""
    if viewer.role != Role.SYSTEM_ADMINISTRATOR or not viewer.administers_everything:
        return
    administrators = Membership.objects.filter(role__in=ADMINISTRATORS)
    if not User.objects.exclude(pk__in=administrators.values("user")).exists():
        yield Todo(
            title="核对机构，建立第一批账号",
            reason="先核对机构，缺少的新建；再为法规科、各科室和联合部门的人员建立账号。角色由安全管理员授予。",
            url=reverse("organisations"),
            button="核对机构",
        )


@provider
def log_stands_still(viewer: Viewer) -> Iterator[Todo]:
    """A log that takes nothing in: for the one who can mend it, and for those who must know of it."""
    if viewer.role not in (Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR, Role.SUPERVISOR):
        return
    sealer, since = reading.state(), reading.waiting_since()
    if sealer is not None and sealer.stopped_at is not None:
        yield Todo(
            title="留痕日志已停止入链",
            reason=f"{sealer.stopped_why}。",
            url=reverse("portal:log"),
            button="看怎样恢复",
            due=localdate(sealer.stopped_at),
        )
    elif since is not None and since < clock.now() - LONGEST_WAIT:
        yield Todo(
            title="留痕日志没有在入链",
            reason="有留痕等了五分钟以上。后台任务可能没有运行，或磁盘已满；服务的运行记录里有原因。",
            url=reverse("portal:log"),
            button="看日志的状况",
            due=localdate(since),
        )
