"""Addresses of imports."""

from django.urls import path

from ..views import accounts, imports

urlpatterns = [
    path("imports/<int:pk>/", imports.preview, name="import"),
    path("imports/<int:pk>/columns/", imports.set_columns, name="import-columns"),
    path("imports/<int:pk>/apply/", imports.apply, name="import-apply"),
    path("imports/<int:pk>/go-on/", imports.go_on, name="import-go-on"),
    path("imports/<int:pk>/finish/", imports.finish, name="import-finish"),
    path("imports/<int:pk>/discard/", imports.discard, name="import-discard"),
    path("imports/<int:pk>/faulty.xlsx", imports.faulty, name="import-faulty"),
    path("imports/<int:pk>/accounts/", accounts.listed, name="import-accounts"),
    path("imports/<int:pk>/accounts/slips.pdf", accounts.slips, name="import-slips"),
    path("imports/<int:pk>/accounts/roles/", accounts.roles, name="import-roles"),
    path("imports/items/reference.xlsx", imports.reference_items, name="reference-items"),
    path("imports/<slug:target>/", imports.upload, name="upload"),
    path("imports/<slug:target>/template.xlsx", imports.template, name="template"),
]
