"""What waits in the catalogue: reviews for the coordinator, returned drafts for those who write. Items and guides alike."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import queries
from .actions.families import GUIDES, ITEMS, Family
from .addresses import ways
from .models import Version
from .policy import WRITERS

MOST = 5
"""So many reviews stand on their own on the home page; more stand together."""

_CALLED = {ITEMS.noun: "抽查事项", GUIDES.noun: "工作指引"}


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Versions to review, but none that this person wrote in; drafts that came back with a comment."""
    if viewer.role not in WRITERS:
        return
    for family in (ITEMS, GUIDES):
        yield from _waiting(viewer, family)


def _waiting(viewer: Viewer, family: Family) -> Iterator[Todo]:
    versions: Any = family.version._default_manager.all()
    called = _CALLED[family.noun]
    if viewer.role == Role.COORDINATOR:
        review = list(queries.not_written_by(queries.own_open(versions, viewer, Version.State.IN_REVIEW), viewer))
        if len(review) > MOST:
            yield Todo(
                title=f"审核 {len(review)} 件{called}",
                reason=f"{'、'.join(version.code for version in review[:MOST])} 等；可以逐件核对，成批生效。",
                url=reverse("catalogue:many" if family is ITEMS else "catalogue:guide-many"),
                button="成批审核",
            )
            review = []
        for version in review:
            yield Todo(
                title=f"审核{called} {version}",
                reason=f"{version.organisation.name}提交的第 {version.number} 版；审核通过后自您定的日期起生效。",
                url=ways(family, version.code).in_force,
                button="审核这一版",
            )
    returned = queries.own_open(versions, viewer, Version.State.DRAFT).exclude(returned_comment="")
    if viewer.role == Role.COORDINATOR:
        returned = returned.filter(created_by=viewer.user_id)
    for version in returned:
        yield Todo(
            title=f"修改{called} {version}",
            reason=f"统筹科室退回：{version.returned_comment}",
            url=ways(family, version.code).edit,
            button="修改草稿",
        )
