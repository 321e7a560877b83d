"""The organisations' place in Django."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "sunlot.organisations"
    verbose_name = "机构与人员"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415 -- they connect themselves, once all apps are loaded
