"""Entries of the registries by name, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from . import queries


def _named(page: str) -> things.Naming:
    return lambda entry: things.Named(str(entry), reverse(page, args=[entry.pk]))


things.register("object", queries.objects_seen, _named("registry:object"))
things.register("entity", queries.entities_seen, _named("registry:entity"))
things.register("inspector", queries.inspectors_seen, _named("registry:inspector"))
things.register("expert", queries.experts_seen, _named("registry:expert"))
things.register("import", queries.imports_seen, _named("registry:import"))
things.register("reconciliation", queries.reconciliations_seen, _named("registry:reconciliation"))
