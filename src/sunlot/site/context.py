"""What the shell of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sunlot.organisations.models import Membership

# The order of the way, on both sides.
DESK = [
    ("home", "/desk/", "工作台"),
    ("catalogue", "/desk/catalogue/", "事项清单"),
    ("registry", "/desk/registry/objects/", "名录库"),
    ("planning", "/desk/planning/", "计划"),
    ("drawing", "/desk/drawing/", "抽取"),
    ("inspecting", "/desk/inspecting/", "检查"),
    ("publishing", "/desk/publishing/", "公示"),
    ("organisations", "/desk/organisations/", "机构与留痕"),
]
PORTAL = [
    ("portal", "/", "首页"),
    ("items", "/items/", "抽查事项"),
    ("plans", "/plans/", "抽查计划"),
    ("draws", "/draws/", "抽取"),
    ("results", "/results/", "检查结果"),
    ("enterprises", "/enterprises/", "企业查询"),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation with the current place marked, who is acting, and the other roles this person may act in."""
    viewer = getattr(request, "viewer", None)
    on_desk = request.path.startswith(("/desk/", "/field/", "/accounts/"))
    context: dict[str, Any] = {"viewer": viewer, "city": settings.SUNLOT_CITY, "on_desk": on_desk}
    if on_desk and viewer is not None:
        context["navigation"] = [_place(request.path, *entry) for entry in DESK]
        context["roles_held"] = Membership.objects.filter(user_id=viewer.user_id, ended_at__isnull=True).count
    elif not on_desk:
        context["navigation"] = [_place(request.path, *entry) for entry in PORTAL]
    return context


def _place(path: str, _key: str, url: str, label: str) -> dict[str, Any]:
    root = url if url in ("/", "/desk/") else "/".join(url.split("/")[: 3 if url.startswith("/desk/") else 2]) + "/"
    return {"url": url, "label": label, "current": path == url if url in ("/", "/desk/") else path.startswith(root)}
