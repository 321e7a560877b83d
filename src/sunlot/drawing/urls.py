"""Addresses of the drawing room under /desk/drawing/."""

from django.urls import path

from . import acts, record_pages, views, wall_page

app_name = "drawing"
urlpatterns = [
    path("", views.draws, name="list"),
    path("prepare/<int:plan_id>/", acts.prepare, name="prepare"),
    path("<str:number>/", views.ceremony, name="ceremony"),
    path("<str:number>/settings/", acts.settings, name="settings"),
    path("<str:number>/again/", acts.again, name="again"),
    path("<str:number>/wall/", wall_page.wall, name="wall"),
    path("<str:number>/wall/now/", wall_page.part, name="wall-now"),
    path("<str:number>/record/", record_pages.record, name="record"),
    path("<str:number>/record.pdf", record_pages.record_pdf, name="record-pdf"),
    path("<str:number>/<int:attempt>/", views.ceremony, name="attempt"),
    path("<str:number>/<int:attempt>/pulse/", views.pulse, name="pulse"),
    path("<str:number>/<int:attempt>/commit/", acts.commit, name="commit"),
    path("<str:number>/<int:attempt>/seal/", acts.seal, name="seal"),
    path("<str:number>/<int:attempt>/beacon/", acts.beacon, name="beacon"),
    path("<str:number>/<int:attempt>/reveal/", acts.reveal, name="reveal"),
    path("<str:number>/<int:attempt>/notice.json", views.notice, name="notice"),
    path("<str:number>/<int:attempt>/bundle.zip", views.bundle, name="bundle"),
    path("<str:number>/<int:attempt>/<str:name>-<int:part>.csv", views.roster, name="roster"),
]
