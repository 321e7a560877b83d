"""What waits in the catalogue: reviews for the coordinator, returned drafts for those who write."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import queries
from .models import ItemVersion
from .policy import WRITERS


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Versions to review, but none that this person wrote in; drafts that came back with a comment."""
    if viewer.role not in WRITERS:
        return
    own = queries.versions_seen(viewer).filter(item__organisation__path__startswith=viewer.base.path)
    if viewer.role == Role.COORDINATOR:
        review = own.filter(state=ItemVersion.State.IN_REVIEW).exclude(
            Q(created_by=viewer.user_id) | Q(writers=viewer.user_id)
        )
        for version in review:
            yield Todo(
                title=f"审核抽查事项 {version.item.code} {version.name}",
                reason=f"{version.item.organisation.name}提交的第 {version.number} 版；审核通过后自您定的日期起生效。",
                url=reverse("catalogue:put-in-force", args=[version.item.code]),
                button="审核这一版",
            )
    returned = own.filter(state=ItemVersion.State.DRAFT).exclude(returned_comment="")
    if viewer.role == Role.COORDINATOR:
        returned = returned.filter(created_by=viewer.user_id)
    for version in returned:
        yield Todo(
            title=f"修改抽查事项 {version.item.code} {version.name}",
            reason=f"统筹科室退回：{version.returned_comment}",
            url=reverse("catalogue:edit", args=[version.item.code]),
            button="修改草稿",
        )
