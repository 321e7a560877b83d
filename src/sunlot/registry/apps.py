"""The registry room's place in Django."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "sunlot.registry"
    verbose_name = "名录库"
