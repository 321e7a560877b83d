"""The inspecting room's place in Django."""

from django.apps import AppConfig


class InspectingConfig(AppConfig):
    name = "sunlot.inspecting"
    verbose_name = "检查"
