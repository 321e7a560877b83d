"""Lists in a certain state that a person keeps under a name, and may share with the colleagues of its unit."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import Resolver404, resolve

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from . import events
from .models import SavedFilter

AT_MOST = 30
"""Filters that one person may keep for one list."""


def saved_for(viewer: Viewer, path: str) -> "QuerySet[SavedFilter]":
    """What the viewer kept for this list, and what colleagues of the same unit share."""
    own = Q(owner=viewer.user_id) | Q(is_shared=True, organisation=viewer.organisation)
    return SavedFilter.objects.filter(own, path=path).select_related("owner")


@transaction.atomic
def save_filter(viewer: Viewer, path: str, query: str, name: str, *, is_shared: bool = False) -> SavedFilter:
    """Keep a list's state; one of the same name is replaced. Raises Refused for what is no list of the desk."""
    called = " ".join(name.split())[:30]
    if not called:
        raise Refused("给这组条件起一个名称。")
    kept = _kept(query)
    if not kept:
        raise Refused("还没有设置条件。先筛选，再保存。")
    if not _is_list(path) or len(kept) > 1000:
        raise Refused("这一页的条件不能保存。")
    own = SavedFilter.objects.select_for_update().filter(owner=viewer.user_id, path=path)
    if own.exclude(name=called).count() >= AT_MOST:
        raise Refused(f"每个列表最多保存 {AT_MOST} 组条件，先删去不用的。")
    found, _ = SavedFilter.objects.update_or_create(
        owner=viewer.membership.user,
        path=path,
        name=called,
        defaults={
            "organisation": viewer.organisation,
            "query": kept,
            "is_shared": is_shared,
            "created_at": clock.now(),
        },
    )
    after = {"path": path, "shared": is_shared}
    record(viewer, events.FILTER_SAVED, f"user:{viewer.user_id}", f"保存常用筛选“{called}”", after=after)
    return found


@transaction.atomic
def delete_filter(viewer: Viewer, pk: int) -> SavedFilter | None:
    """Delete one of the viewer's own; deleted twice is deleted once."""
    found = SavedFilter.objects.select_for_update().filter(owner=viewer.user_id, pk=pk).first()
    if found is not None:
        name = found.name
        SavedFilter.objects.filter(pk=pk).delete()
        record(viewer, events.FILTER_DELETED, f"user:{viewer.user_id}", f"删除常用筛选“{name}”")
    return found


def _kept(query: str) -> str:
    """The query without page and format, and without what is empty."""
    given = QueryDict(query)
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        filled = [value for value in values if value]
        if filled and name not in ("page", "format", "which", "row"):
            kept.setlist(name, filled)
    return kept.urlencode()


def _is_list(path: str) -> bool:
    """Whether the path is a page of the desk, so that no link leads elsewhere."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return path.startswith("/desk/") and len(path) <= 120
