"""The registry room's place in Django."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RegistryConfig(AppConfig):
    name = "sunlot.registry"
    verbose_name = "名录库"

    def ready(self) -> None:
        autodiscover_modules("panels")  # what later rooms show on the registry's pages
