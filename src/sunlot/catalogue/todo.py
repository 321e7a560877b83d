"""What waits in the catalogue: reviews for those who decide, returned drafts for those who write. All families alike."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import queries
from .actions.families import Family, families
from .addresses import places_of, ways
from .models import Item, Version

MOST = 5
"""So many reviews stand on their own on the home page; more stand together."""


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Versions to review, but none that this person wrote in; drafts that came back with a comment."""
    for family in families():
        if family.may_decide(viewer, viewer.base):
            yield from _reviews(viewer, family)
        if family.may_write(viewer, viewer.base):
            yield from _returned(viewer, family)


@provider
def no_items_yet(viewer: Viewer) -> Iterator[Todo]:
    """A department without a single item: nothing can be planned before there is one."""
    if (
        viewer.role == Role.COORDINATOR
        and not Item.objects.filter(organisation__path__startswith=viewer.base.path).exists()
    ):
        yield Todo(
            title="编制随机抽查事项清单",
            reason="清单还是空的。可以下载参考清单，改好后导入为草稿，也可以逐项起草；审核生效后才能编制计划。",
            url=reverse("registry:upload", args=["items"]),
            button="导入事项清单",
        )


def _reviews(viewer: Viewer, family: Family) -> Iterator[Todo]:
    versions: Any = family.version._default_manager.all()
    places = places_of(family)
    review = list(queries.not_written_by(queries.own_open(versions, viewer, Version.State.IN_REVIEW), viewer))
    if len(review) > MOST and places.many:
        yield Todo(
            title=f"审核 {len(review)} 件{places.called}",
            reason=f"{'、'.join(version.code for version in review[:MOST])} 等；可以逐件核对，成批生效。",
            url=reverse(places.many),
            button="成批审核",
        )
        return
    for version in review:
        yield Todo(
            title=f"审核{places.called} {version}",
            reason=f"{version.organisation.name}提交的第 {version.number} 版；审核通过后自您定的日期起生效。",
            url=ways(family, version.code).in_force,
            button="审核这一版",
        )


def _returned(viewer: Viewer, family: Family) -> Iterator[Todo]:
    versions: Any = family.version._default_manager.all()
    returned = queries.own_open(versions, viewer, Version.State.DRAFT).exclude(returned_comment="")
    if viewer.role == Role.COORDINATOR:
        returned = returned.filter(created_by=viewer.user_id)
    for version in returned:
        yield Todo(
            title=f"修改{places_of(family).called} {version}",
            reason=f"{family.decider}退回：{version.returned_comment}",
            url=ways(family, version.code).edit,
            button="修改草稿",
        )
