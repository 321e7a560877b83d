"""Plans and tables of ratios by name, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import Plan, RatioTable
from .queries import plans_seen
from .ratios.queries import tables_seen


def _named(plan: Plan) -> things.Named:
    return things.Named(str(plan), reverse("planning:plan", args=[plan.number]))


things.register("plan", plans_seen, _named)


def _named_table(table: RatioTable) -> things.Named:
    return things.Named(table.code, reverse("planning:ratio-page", args=[table.code]))


things.register("ratiotable", tables_seen, _named_table)
