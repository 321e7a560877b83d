"""Addresses of the catalogue room under /desk/catalogue/."""

from django.urls import URLPattern

app_name = "catalogue"
urlpatterns: list[URLPattern] = []
