"""The inspecting room's place in Django."""

from django.apps import AppConfig


class InspectingConfig(AppConfig):
    name = "sunlot.inspecting"
    verbose_name = "检查"

    def ready(self) -> None:
        from . import checks, following  # noqa: F401, PLC0415 -- apps must be loaded first; they register themselves
