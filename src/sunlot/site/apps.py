"""The site's place in Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "sunlot.site"
    label = "sunlot_site"
    verbose_name = "阳光摇号"

    def ready(self) -> None:
        """Declare the demonstration's kind of event, so that its label is known to every process that shows the trail."""
        from .demo import events  # noqa: F401, PLC0415 -- declares by being imported
