"""The archiving room's place in Django."""

from django.apps import AppConfig


class ArchivingConfig(AppConfig):
    name = "sunlot.archiving"
    verbose_name = "归档"
