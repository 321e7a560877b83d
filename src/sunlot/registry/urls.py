"""Addresses of the registry room under /desk/registry/."""

from django.urls import URLPattern

app_name = "registry"
urlpatterns: list[URLPattern] = []
