"""Addresses of the registry room under /desk/registry/, by noun."""

from . import imports, inspectors, objects

app_name = "registry"
urlpatterns = [*objects.urlpatterns, *inspectors.urlpatterns, *imports.urlpatterns]
