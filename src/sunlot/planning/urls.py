"""Addresses of the planning room under /desk/planning/."""

from django.urls import path

from sunlot.catalogue.urls import decided

from . import capacity_page, law_pages, scope_pages, views
from .annual import views as annual
from .ratios import views as ratios
from .together import views as together

app_name = "planning"
urlpatterns = [
    path("", views.plan_list, name="list"),
    path("new/", views.new, name="new"),
    path("annual/", annual.annual_list, name="annual-list"),
    path("annual/new/", annual.new, name="annual-new"),
    path("annual/<str:number>/", annual.detail, name="annual"),
    path("annual/<str:number>/lines/new/", annual.line, name="annual-line-new"),
    path("annual/<str:number>/lines/<int:code>/", annual.line, name="annual-line"),
    path("annual/<str:number>/lines/<int:code>/move/", annual.move, name="annual-move"),
    path("annual/<str:number>/lines/<int:code>/remove/", annual.remove, name="annual-remove"),
    path("annual/<str:number>/submit/", annual.submit, name="annual-submit"),
    path("annual/<str:number>/sign/", annual.sign, name="annual-sign"),
    path("annual/<str:number>/withdraw/", annual.withdraw, name="annual-withdraw"),
    path("annual/<str:number>/change/", annual.change, name="annual-change"),
    path("annual/<str:number>/versions/<int:version>/", annual.version, name="annual-version"),
    path("annual/<str:number>/annex.pdf", annual.pdf, name="annual-pdf"),
    path("annual/<str:number>/annex.xlsx", annual.xlsx, name="annual-xlsx"),
    path("ratios/", ratios.tables, name="ratios"),
    path("ratios/new/", ratios.new, name="ratio-new"),
    path("ratios/<str:code>/", ratios.table, name="ratio-page"),
    path("ratios/<str:code>/edit/", ratios.edit, name="ratio-edit"),
    path("ratios/<str:code>/<int:number>.xlsx", ratios.xlsx, name="ratio-xlsx"),
    *decided("ratio_table", "ratios/", "ratio-"),
    path("capacity/", capacity_page.capacity, name="capacity"),
    path("laws/", law_pages.laws, name="laws"),
    path("merges/<int:pk>/", together.merge, name="merge"),
    path("<str:number>/", views.detail, name="plan"),
    path("<str:number>/together/", together.shared, name="together"),
    path("<str:number>/together/figures/", together.figures, name="together-figures"),
    path("<str:number>/together/<str:other>/", together.ask, name="merge-ask"),
    path("<str:number>/candidates/", scope_pages.candidates, name="candidates"),
    path("<str:number>/edit/", views.edit, name="edit"),
    path("<str:number>/submit/", views.submit, name="submit"),
    path("<str:number>/answer/", views.answer, name="answer"),
    path("<str:number>/sign/", views.sign, name="sign"),
    path("<str:number>/change/", views.change, name="change"),
    path("<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("<str:number>/versions/<int:version>/", views.version, name="version"),
    path("<str:number>/sheet/", views.printed, name="sheet"),
    path("<str:number>/sheet.pdf", views.pdf, name="pdf"),
    path("<str:number>/sheet.xlsx", views.xlsx, name="xlsx"),
]
