"""Addresses of reconciliations."""

from django.urls import path, re_path

from ..views import reconciliations

urlpatterns = [
    path("reconciliations/", reconciliations.reconciliations, name="reconciliations"),
    path("reconciliations/<int:pk>/", reconciliations.reconciliation, name="reconciliation"),
    path("reconciliations/<int:pk>/decide/", reconciliations.decide, name="reconciliation-decide"),
    path("reconciliations/<int:pk>/take-in/", reconciliations.take_in, name="reconciliation-take-in"),
    path("reconciliations/<int:pk>/file/", reconciliations.file_report, name="reconciliation-file"),
    path("reconciliations/<int:pk>/sign/", reconciliations.sign, name="reconciliation-sign"),
    re_path(
        r"^reconciliations/(?P<pk>\d+)/report\.(?P<form>pdf|xlsx)$",
        reconciliations.report,
        name="reconciliation-report",
    ),
]
