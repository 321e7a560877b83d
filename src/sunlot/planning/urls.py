"""Addresses of the planning room under /desk/planning/."""

from django.urls import path

from . import views

app_name = "planning"
urlpatterns = [
    path("", views.plan_list, name="list"),
    path("new/", views.new, name="new"),
    path("<str:number>/", views.detail, name="plan"),
    path("<str:number>/edit/", views.edit, name="edit"),
    path("<str:number>/submit/", views.submit, name="submit"),
    path("<str:number>/answer/", views.answer, name="answer"),
    path("<str:number>/sign/", views.sign, name="sign"),
    path("<str:number>/change/", views.change, name="change"),
    path("<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("<str:number>/versions/<int:version>/", views.version, name="version"),
    path("<str:number>/sheet/", views.printed, name="sheet"),
    path("<str:number>/sheet.pdf", views.pdf, name="pdf"),
]
