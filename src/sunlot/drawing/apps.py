"""The drawing room's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DrawingConfig(AppConfig):
    name = "sunlot.drawing"
    verbose_name = "抽取"

    def ready(self) -> None:
        from . import expected, guards  # noqa: F401, PLC0415 -- apps must be loaded first; both register themselves

        post_migrate.connect(guards.put_up_after_migrate, sender=self, dispatch_uid="drawing.guards")
