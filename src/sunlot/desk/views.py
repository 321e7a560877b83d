"""Helpers of the rooms' views: who acts, the thing within what it may see, and the printed answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail.actions import record

from .events import ACCESS_REFUSED

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)
View = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]


def desk_view(*roles: Role) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Make a view of the staff's side: signed in, acting in a role, in one of `roles` where some are named.

    The view is called with the request and its viewer. What the viewer may see of one thing is for
    `visible_or_404`; what it may do is for the action's policy.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            viewer = viewer_of(request)
            if roles and viewer.role not in roles:
                who = "、".join(role.label for role in roles)
                raise NotAllowed(f"这一页由{who}使用。您现在以“{viewer.role.label}”身份登录。")
            return view(request, viewer, *args, **kwargs)

        return wrapped

    return decorate


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a signed-in request. Raises NotAllowed for an account without any role."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        raise NotAllowed("您的账号还没有角色。请联系本单位的安全管理员授予。")
    return viewer


def visible_or_404(viewer: Viewer, visible: "models.QuerySet[M]", **lookup: Any) -> M:
    """The one thing of `visible` (a scoped query) that matches, else 404.

    An address typed by hand that names an existing thing outside the viewer's scope is written to the trail, and
    answered exactly like one that names nothing.
    """
    found = visible.filter(**lookup).first()
    if found is not None:
        return found
    if visible.model._default_manager.filter(**lookup).exists():
        name = visible.model._meta.model_name
        key = ",".join(str(value) for value in lookup.values())
        with transaction.atomic():
            record(
                viewer,
                ACCESS_REFUSED,
                f"user:{viewer.user_id}",
                f"试图打开不在其范围内的{visible.model._meta.verbose_name}",
                after={"thing": f"{name}:{key}"},
            )
    raise Http404


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A printed document, shown in the browser and saved there as `name`."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    return response
