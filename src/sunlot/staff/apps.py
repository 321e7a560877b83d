"""The staff's place in Django."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "sunlot.staff"
    verbose_name = "机构、人员与留痕"
