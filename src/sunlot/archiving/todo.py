"""What waits: finished forms for the clerk who files, lists for who decides."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import policy, queries
from .models import Disposal


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """One row for all finished forms, one for each list to decide."""
    count = queries.to_file(viewer).count()
    if count:
        yield Todo(
            title=f"{count} 份检查表已完成，待归档",
            reason="各部门的结果都已公示。归档后形成案卷和可核验的归档包。",
            url=reverse("archiving:files"),
            button="查看并归档",
        )
    if not viewer.has(Role.LEADER, Role.UNIT_HEAD):
        return
    lists = queries.disposals_seen(viewer).filter(state=Disposal.State.PROPOSED).exclude(proposed_by__in=viewer.people)
    for one in lists[:10]:
        if policy.may_decide(viewer, one.organisation):
            yield Todo(
                title="审批案卷销毁清单",
                reason=f"{one.proposed_by.name}提出：{one.reason[:60]}",
                url=reverse("archiving:disposal", args=[one.pk]),
                button="查看清单",
            )
