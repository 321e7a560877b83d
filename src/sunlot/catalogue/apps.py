"""The catalogue room's place in Django."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "sunlot.catalogue"
    verbose_name = "抽查事项"
