"""Addresses of the registry room under /desk/registry/, by noun."""

from . import experts, imports, inspectors, objects, reconciliations

app_name = "registry"
urlpatterns = [
    *objects.urlpatterns,
    *inspectors.urlpatterns,
    *experts.urlpatterns,
    *imports.urlpatterns,
    *reconciliations.urlpatterns,
]
