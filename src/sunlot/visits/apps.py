"""The visits room's place in Django."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "sunlot.visits"
    verbose_name = "检查频次"
