"""The publishing room's place in Django."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "sunlot.publishing"
    verbose_name = "公示"
