"""The planning room's place in Django."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "sunlot.planning"
    verbose_name = "计划"
