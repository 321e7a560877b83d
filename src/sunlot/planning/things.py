"""Plans by name, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import Plan
from .queries import plans_seen


def _named(plan: Plan) -> things.Named:
    return things.Named(str(plan), reverse("planning:plan", args=[plan.number]))


things.register("plan", plans_seen, _named)
