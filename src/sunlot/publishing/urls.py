"""Addresses of the publishing room under /desk/publishing/."""

from django.urls import URLPattern

app_name = "publishing"
urlpatterns: list[URLPattern] = []
