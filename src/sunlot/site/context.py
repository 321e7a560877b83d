"""What the shell of every page needs."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sunlot.desk import reminders
from sunlot.organisations.models import Membership
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer

# Who works for others by invitation or on the phone, and meets only its own forms.
_GUESTS = frozenset({Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED})
_BUSINESS = frozenset(Role) - ADMINISTRATORS - _GUESTS
_EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: where it leads, every path that belongs to it, and whose it is."""

    url: str
    label: str
    within: str | tuple[str, ...]
    roles: frozenset[Role] = _EVERYBODY

    def is_current(self, path: str) -> bool:
        if self.url in ("/", "/desk/"):
            return path == self.url
        return path.startswith(self.within)


# The order of the way, on both sides.
DESK = [
    Place("/desk/", "工作台", "/desk/"),
    Place("/desk/catalogue/", "事项清单", "/desk/catalogue/", _BUSINESS),
    Place("/desk/registry/objects/", "名录库", "/desk/registry/", _BUSINESS),
    Place("/desk/registry/me/", "我的登记", "/desk/registry/", frozenset({Role.INSPECTOR})),
    Place("/desk/planning/", "计划", ("/desk/planning/", "/desk/visits/caps/"), _BUSINESS),
    Place("/desk/drawing/", "抽取", "/desk/drawing/", _BUSINESS),
    Place("/desk/visits/calendar/", "检查日历", "/desk/visits/calendar/", frozenset({Role.INSPECTOR})),
    Place("/desk/inspecting/", "检查", ("/desk/inspecting/", "/desk/visits/calendar/"), _BUSINESS | _GUESTS),
    Place("/desk/publishing/", "公示", "/desk/publishing/", _BUSINESS),
    Place("/desk/archive/", "归档", "/desk/archive/", _BUSINESS),
    Place("/desk/organisations/trail/", "留痕", "/desk/organisations/trail/", frozenset({Role.AUDITOR})),
    Place("/desk/organisations/", "机构与人员", "/desk/organisations/", ADMINISTRATORS),
    Place("/desk/organisations/", "机构", "/desk/organisations/", _BUSINESS),
]
# One's own account and the papers of all rooms stand in no place of the way.
_NOWHERE = (
    "/desk/exports/",
    "/desk/jobs/",
    "/desk/organisations/account/",
    "/desk/organisations/delegations/",
    "/desk/organisations/papers/",
    "/desk/organisations/signatures/",
)
PORTAL = [
    Place("/", "首页", "/"),
    Place("/items/", "抽查事项", ("/items/", "/guides/")),
    Place("/plans/", "抽查计划", ("/plans/", "/annual-plans/", "/ratios/", "/caps/")),
    Place("/draws/", "抽取", "/draws/"),
    Place("/results/", "检查结果", "/results/"),
    Place("/enterprises/", "企业查询", "/enterprises/"),
    Place("/log/", "留痕日志", "/log/"),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation with the current place marked, who is acting, and the other roles this person may act in."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    on_desk = request.path.startswith(("/desk/", "/accounts/"))
    context: dict[str, Any] = {"viewer": viewer, "city": settings.SUNLOT_CITY, "on_desk": on_desk}
    if on_desk and viewer is not None:
        must_change = viewer.membership.user.must_change_password
        places = [] if must_change else [place for place in DESK if viewer.role in place.roles]
        context["navigation"] = _marked(places, request.path)
        context["reminders"] = reminders.open_for(viewer.user_id)
        context["roles_held"] = (
            Membership.objects.held().filter(user_id=viewer.user_id, organisation__is_active=True).count
        )
    elif not on_desk:
        context["navigation"] = _marked(PORTAL, request.path)
    return context


def _marked(places: list[Place], path: str) -> list[dict[str, Any]]:
    """The entries, the first that the path belongs to marked as the present one."""
    current = None
    if not path.startswith(_NOWHERE):
        current = next((place for place in places if place.is_current(path)), None)
    return [{"url": place.url, "label": place.label, "current": place is current} for place in places]
