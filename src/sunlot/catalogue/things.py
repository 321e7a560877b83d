"""Items by code, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import Item
from .queries import items_seen


def _named(item: Item) -> things.Named:
    return things.Named(item.code, reverse("catalogue:item", args=[item.code]))


things.register("item", items_seen, _named)
