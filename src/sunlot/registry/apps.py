"""The registry room's place in Django."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class RegistryConfig(AppConfig):
    name = "sunlot.registry"
    verbose_name = "名录库"

    def ready(self) -> None:
        autodiscover_modules("panels")  # what later rooms show on the registry's pages
        post_migrate.connect(_put_up_indexes, sender=self, dispatch_uid="registry.searching")


def _put_up_indexes(using: str, **_: Any) -> None:
    """SQLite makes tables anew in some migrations and drops their triggers with them: the indexes of the search are put
    up again after every migrate, whatever it did.
    """
    from .models import Entity, InspectionObject  # noqa: PLC0415 -- apps must be loaded first
    from .searching import put_up  # noqa: PLC0415

    for model in (Entity, InspectionObject):
        put_up(connections[using], model)
