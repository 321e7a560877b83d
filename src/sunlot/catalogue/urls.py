"""Addresses of the catalogue room under /desk/catalogue/."""

from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [
    path("", views.items, name="list"),
    path("new/", views.new_item, name="new"),
    path("<str:code>/", views.item, name="item"),
    path("<str:code>/edit/", views.edit, name="edit"),
    path("<str:code>/submit/", views.submit, name="submit"),
    path("<str:code>/in-force/", views.put_in_force, name="put-in-force"),
    path("<str:code>/return/", views.return_draft, name="return"),
    path("<str:code>/call-off/", views.call_off, name="call-off"),
    path("<str:code>/repeal/", views.repeal, name="repeal"),
]
