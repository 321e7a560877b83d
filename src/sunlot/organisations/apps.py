"""The organisations' place in Django."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "sunlot.organisations"
    verbose_name = "机构与人员"
