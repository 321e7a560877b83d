"""The planning room's place in Django."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "sunlot.planning"
    verbose_name = "计划"

    def ready(self) -> None:
        from .together import panel  # noqa: F401, PLC0415 -- apps must be loaded first; it registers itself
