"""The site's place in Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "sunlot.site"
    label = "sunlot_site"
    verbose_name = "阳光摇号"
