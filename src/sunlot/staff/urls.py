"""Addresses of organisations, people, the trail, papers and one's own account under /desk/organisations/."""

from django.urls import path

from .views import account, delegations, erasures, organisations, papers, people, trail, wordings

urlpatterns = [
    path("", organisations.tree, name="organisations"),
    path("new-unit/", organisations.create, name="organisation-new"),
    path("units/<str:code>/", organisations.one, name="organisation"),
    path("units/<str:code>/change/", organisations.change, name="organisation-change"),
    path("people/", people.roll, name="people"),
    path("new-person/", people.create, name="person-new"),
    path("people/<str:username>/", people.one, name="person"),
    path("people/<str:username>/change/", people.change, name="person-change"),
    path("people/<str:username>/password/", people.reset_password, name="person-password"),
    path("people/<str:username>/access/", people.access, name="person-access"),
    path("people/<str:username>/roles/", people.grant, name="person-grant"),
    path("people/<str:username>/roles/<int:pk>/end/", people.end, name="person-role-end"),
    path("trail/", trail.browse, name="trail"),
    path("trail/<int:pk>/", trail.one, name="trail-event"),
    path("erasures/", erasures.waiting, name="erasures"),
    path("erasures/<int:pk>/", erasures.decide, name="erasure"),
    path("papers/<str:kind>/<str:key>/", papers.on_paper, name="paper"),
    path("papers/<str:kind>/<str:key>/sheet.pdf", papers.sheet, name="paper-sheet"),
    path("signatures/<int:pk>/", papers.compare, name="signature"),
    path("signatures/<int:pk>/file/", papers.scan, name="signature-file"),
    path("delegations/", delegations.listed, name="delegations"),
    path("delegations/new/", delegations.new, name="delegation-new"),
    path("delegations/<int:pk>/", delegations.one, name="delegation"),
    path("wordings/", wordings.listed, name="wordings"),
    path("wordings/<str:code>/<str:document>/", wordings.one, name="wording"),
    path("wordings/<str:code>/<str:document>/preview.pdf", wordings.preview, name="wording-preview"),
    path("account/", account.own, name="account"),
    path("account/key-challenge/", account.key_challenge, name="key-challenge"),
    path("account/sessions/end/", account.end_sessions, name="account-end-sessions"),
]
