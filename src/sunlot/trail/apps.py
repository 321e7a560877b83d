"""The trail's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrailConfig(AppConfig):
    name = "sunlot.trail"
    verbose_name = "留痕"

    def ready(self) -> None:
        from . import checks, guards  # noqa: F401, PLC0415 -- apps must be loaded first; checks register themselves

        # SQLite rebuilds tables in some migrations and drops their triggers with them, so the guards are put
        # up again after every migrate, whatever it did.
        post_migrate.connect(guards.put_up_after_migrate, sender=self, dispatch_uid="trail.guards")
