"""Attempts by the name of their plan, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import Attempt
from .queries import attempts_seen


def _named(attempt: Attempt) -> things.Named:
    draw = attempt.draw
    return things.Named(f"{draw.round.plan} {draw.number}", reverse("drawing:ceremony", args=[draw.number]))


things.register("attempt", attempts_seen, _named)
