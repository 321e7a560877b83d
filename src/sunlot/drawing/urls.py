"""Addresses of the drawing room under /desk/drawing/."""

from django.urls import path

from . import acts, record_pages, replacement_pages, simulation_pages, views, wall_page, wall_stream

app_name = "drawing"
urlpatterns = [
    path("", views.draws, name="list"),
    path("prepare/<int:plan_id>/", acts.prepare, name="prepare"),
    path("simulations/<str:number>/", simulation_pages.simulation, name="simulation"),
    path("simulations/<str:number>/start/", simulation_pages.start, name="simulate"),
    path("replacements/<int:pk>/", replacement_pages.replacement, name="replacement"),
    path("replacements/<int:pk>/evidence/<int:file>/", replacement_pages.evidence, name="replacement-evidence"),
    path("<str:number>/", views.ceremony, name="ceremony"),
    path("<str:number>/replacements/", replacement_pages.replacements, name="replacements"),
    path("<str:number>/replace/object/<str:object>/", replacement_pages.replace_object, name="replace-object"),
    path(
        "<str:number>/replace/inspector/<str:inspector>/", replacement_pages.replace_inspector, name="replace-inspector"
    ),
    path("<str:number>/supplement/", replacement_pages.supplement, name="supplement"),
    path("<str:number>/withdraw/", acts.withdraw, name="withdraw"),
    path("<str:number>/settings/", acts.settings, name="settings"),
    path("<str:number>/again/", acts.again, name="again"),
    path("<str:number>/wall/", wall_page.wall, name="wall"),
    path("<str:number>/wall/now/", wall_page.part, name="wall-now"),
    path("<str:number>/wall/live/", wall_stream.stream, name="wall-live"),
    path("<str:number>/record/", record_pages.record, name="record"),
    path("<str:number>/record/by-hand/", record_pages.by_hand, name="record-by-hand"),
    path("<str:number>/record/file/", record_pages.file_record, name="record-file"),
    path("<str:number>/record.pdf", record_pages.record_pdf, name="record-pdf"),
    path("<str:number>/<int:attempt>/", views.ceremony, name="attempt"),
    path("<str:number>/<int:attempt>/pulse/", views.pulse, name="pulse"),
    path("<str:number>/<int:attempt>/commit/", acts.commit, name="commit"),
    path("<str:number>/<int:attempt>/seal/", acts.seal, name="seal"),
    path("<str:number>/<int:attempt>/beacon/", acts.beacon, name="beacon"),
    path("<str:number>/<int:attempt>/reveal/", acts.reveal, name="reveal"),
    path("<str:number>/<int:attempt>/notice.json", views.notice, name="notice"),
    path("<str:number>/<int:attempt>/proof.json", views.proof, name="proof"),
    path("<str:number>/<int:attempt>/bundle.zip", views.bundle, name="bundle"),
    path("<str:number>/<int:attempt>/<str:name>-<int:part>.csv", views.roster, name="roster"),
]
