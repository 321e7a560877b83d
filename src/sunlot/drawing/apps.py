"""The drawing room's place in Django."""

from django.apps import AppConfig


class DrawingConfig(AppConfig):
    name = "sunlot.drawing"
    verbose_name = "抽取"
