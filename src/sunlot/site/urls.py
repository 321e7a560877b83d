"""All addresses (docs/architecture.md, Running it)."""

from django.urls import include, path

from sunlot.desk import pages
from sunlot.inspecting import invited_views

from . import views

urlpatterns = [
    path("", include("sunlot.portal.urls")),
    path("desk/", views.home, name="home"),
    path("desk/role/", views.choose_role, name="choose-role"),
    path("desk/reminders/<int:pk>/seen/", views.reminder_seen, name="reminder-seen"),
    path("desk/filters/save/", pages.save_filter, name="filter-save"),
    path("desk/filters/<int:pk>/delete/", pages.delete_filter, name="filter-delete"),
    path("desk/exports/", pages.exports, name="exports"),
    path("desk/exports/<int:pk>/", pages.export_file, name="export-file"),
    path("desk/exports/<int:pk>/delete/", pages.delete_export, name="export-delete"),
    path("desk/jobs/", include("sunlot.desk.urls")),
    path("desk/catalogue/", include("sunlot.catalogue.urls")),
    path("desk/registry/", include("sunlot.registry.urls")),
    path("desk/visits/", include("sunlot.visits.urls")),
    path("desk/planning/", include("sunlot.planning.urls")),
    path("desk/drawing/", include("sunlot.drawing.urls")),
    path("desk/inspecting/", include("sunlot.inspecting.urls")),
    path("desk/publishing/", include("sunlot.publishing.urls")),
    path("desk/archive/", include("sunlot.archiving.urls")),
    path("desk/organisations/", include("sunlot.staff.urls")),
    path("", include("sunlot.inspecting.public_urls")),
    path("field/", include("sunlot.inspecting.field_urls")),
    path("invited/<str:secret>/", invited_views.invited, name="invited"),
    path("accounts/", include("sunlot.staff.account_urls")),
    path("favicon.ico", views.icon),
    path("health/live", views.live),
    path("health/ready", views.ready),
]

handler400 = "sunlot.site.views.bad_request"
handler403 = "sunlot.site.views.forbidden"
handler404 = "sunlot.site.views.not_found"
handler500 = "sunlot.site.views.server_error"
