"""Addresses of the inspecting room under /desk/inspecting/."""

from django.urls import URLPattern

app_name = "inspecting"
urlpatterns: list[URLPattern] = []
