"""Addresses of the drawing room under /desk/drawing/."""

from django.urls import URLPattern

app_name = "drawing"
urlpatterns: list[URLPattern] = []
