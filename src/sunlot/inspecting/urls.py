"""Addresses of the inspecting room under /desk/inspecting/."""

from django.urls import path

from . import day_views, document_views, evidence_views, invited_views, views
from .codes import views as codes
from .extending import views as extending
from .followups import views as followups
from .notices import views as notices
from .ratings import views as ratings
from .reassigning import views as reassigning
from .receiving import views as receiving
from .special import views as special
from .written import views as written

app_name = "inspecting"
urlpatterns = [
    path("", views.forms_list, name="forms"),
    path("day/", day_views.page, name="day"),
    path("day/forms.pdf", day_views.pdf, name="day-pdf"),
    path("forms/<int:pk>/", views.form_page, name="form"),
    path("forms/<int:pk>/form.pdf", views.form_pdf, name="form-pdf"),
    path("parts/<int:pk>/review/", views.review, name="review"),
    path("parts/<int:pk>/signatures/<int:signature>/", views.signature_file, name="signature-file"),
    path("parts/<int:pk>/evidence/<int:evidence>/", evidence_views.file, name="evidence-file"),
    path("parts/<int:pk>/copies/<int:copy>/", evidence_views.draft_copy, name="draft-copy"),
    path("parts/<int:pk>/extension/", extending.ask, name="extension-ask"),
    path("extensions/<int:pk>/", extending.detail, name="extension"),
    path("parts/<int:pk>/hand-on/", reassigning.ask, name="hand-on"),
    path("reassignments/<int:pk>/", reassigning.detail, name="reassignment"),
    path("parts/<int:pk>/order/", followups.write_order, name="order-write"),
    path("parts/<int:pk>/hand-over/", followups.write_handover, name="handover-write"),
    path("orders/<int:pk>/", followups.order, name="order"),
    path("orders/<int:pk>/<str:form>", followups.order_paper, name="order-paper"),
    path("hand-overs/<int:pk>/", followups.handover, name="handover"),
    path("hand-overs/<int:pk>/<str:form>", followups.handover_paper, name="handover-paper"),
    path("written/<int:written>/", written.desk, name="written"),
    path("written/<int:written>/record.pdf", written.pdf, name="written-pdf"),
    path("written/<int:written>/issue/", written.issue, name="written-issue"),
    path("written/<int:written>/signatures/<int:signature>/", written.signature_file, name="written-signature"),
    path("requests/", special.request_list, name="requests"),
    path("requests/new/", special.new, name="request-new"),
    path("requests/<str:number>/", special.detail, name="request"),
    path("requests/<str:number>/edit/", special.edit, name="request-edit"),
    path("requests/<str:number>/withdraw/", special.withdraw, name="request-withdraw"),
    path("requests/<str:number>/approval.pdf", special.pdf, name="request-pdf"),
    path("share/", special.share, name="share"),
    path("parts/<int:pk>/documents/", document_views.documents, name="documents"),
    path("parts/<int:pk>/documents/<int:document>/", document_views.issued, name="document-issued"),
    path("parts/<int:pk>/documents/<slug:kind>.pdf", document_views.preview, name="document-preview"),
    path("parts/<int:pk>/documents/<slug:kind>/issue/", document_views.issue, name="document-issue"),
    path("parts/<int:pk>/opinions/", invited_views.opinions, name="opinions"),
    path("parts/<int:pk>/opinions/<int:opinion>.pdf", invited_views.opinion_file, name="opinion-file"),
    path("parts/<int:pk>/invitations/<int:invitation>/revoke/", invited_views.revoke, name="opinion-revoke"),
    path("forms/<int:pk>/notice/", notices.send, name="notice-send"),
    path("notices/outbox/", notices.outbox, name="outbox"),
    path("notices/<int:pk>/notice.pdf", notices.paper, name="notice-paper"),
    path("notices/<int:pk>/resend/", notices.resend, name="notice-resend"),
    path("notices/<int:pk>/revoke/", notices.revoke, name="notice-revoke"),
    path("notices/materials/<int:pk>/", notices.material, name="notice-material"),
    path("avoidance/<int:pk>/", notices.avoidance, name="avoidance"),
    path("uncoded/", codes.uncoded, name="uncoded"),
    path("ratings/", ratings.ratings, name="ratings"),
    path("complaints/", codes.complaints, name="complaints"),
    path("complaints/<int:pk>/", codes.complaint, name="complaint"),
    path("tasks/<int:pk>/", receiving.task, name="task"),
    path("tasks/<int:pk>/receive/", receiving.receive, name="task-receive"),
    path("dispatch/<int:pk>/", views.dispatch, name="dispatch"),
]
