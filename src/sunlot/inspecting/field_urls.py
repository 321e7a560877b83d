"""Addresses of the inspector's phone pages under /field/."""

from django.urls import path

from . import evidence_views as evidence
from . import field_views as views
from . import phone_views as phone
from .notices import views as notices
from .written import views as written

app_name = "field"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("app/", phone.shell, name="app"),
    path("sw.js", phone.service_worker, name="worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("devices/", phone.devices, name="devices"),
    path("api/hello/", phone.hello, name="hello"),
    path("api/wiped/", phone.wiped, name="wiped"),
    path("api/device/", phone.greet, name="greet"),
    path("api/day/", phone.day, name="day"),
    path("api/parts/<int:pk>/check-out/", phone.check_out, name="check-out"),
    path("api/parts/<int:pk>/draft/", phone.draft, name="draft"),
    path("api/parts/<int:pk>/signature/", phone.signature, name="signature"),
    path("api/parts/<int:pk>/written/", phone.written, name="send-written"),
    path("api/parts/<int:pk>/obstacle/", phone.obstacle, name="send-obstacle"),
    path("api/parts/<int:pk>/evidence/", phone.begin_evidence, name="begin-evidence"),
    path("api/parts/<int:pk>/evidence/<slug:digest>/", phone.add_evidence, name="add-evidence"),
    path("api/parts/<int:pk>/evidence/<slug:digest>/leave-out/", phone.leave_out, name="leave-out"),
    path("api/parts/<int:pk>/evidence/<slug:digest>/include/", phone.include, name="include"),
    path("<int:pk>/", views.part, name="part"),
    path("<int:pk>/evidence/", evidence.page, name="evidence"),
    path("<int:pk>/evidence/<int:evidence>/", evidence.change, name="evidence-change"),
    path("<int:pk>/written/", written.listing, name="written-list"),
    path("<int:pk>/written/<int:written>/", written.written, name="written"),
    path("<int:pk>/written/<int:written>/void/", written.void, name="written-void"),
    path("<int:pk>/obstacle/", views.obstacle, name="obstacle"),
    path("<int:pk>/take-over/", views.take_over, name="take-over"),
    path("<int:pk>/take-back/", views.take_back, name="take-back"),
    path("<int:pk>/unreachable/", notices.unreachable, name="unreachable"),
    path("<int:pk>/start/", views.start, name="start"),
    path("<int:pk>/all-fine/", views.all_fine, name="all-fine"),
    path("<int:pk>/inspected/", views.inspected, name="inspected"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/sign/", views.sign, name="sign"),
]
