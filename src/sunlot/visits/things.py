"""Tables of caps by name, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .caps.queries import tables_seen
from .models import CapTable


def _named(table: CapTable) -> things.Named:
    return things.Named(str(table), f"{reverse('visits:caps')}?region={table.region_id}")


things.register("cap-table", tables_seen, _named)
