"""Addresses of the planning room under /desk/planning/."""

from django.urls import URLPattern

app_name = "planning"
urlpatterns: list[URLPattern] = []
