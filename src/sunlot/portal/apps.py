"""The portal room's place in Django."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sunlot.portal"
    verbose_name = "公示网站"
