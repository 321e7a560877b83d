"""What of the caps waits for a person."""

from collections.abc import Iterator

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import policy
from .caps.queries import tables_seen
from .models import CapTable


@provider
def caps_to_decide(viewer: Viewer) -> Iterator[Todo]:
    """A proposed table for the leader who approves it."""
    if viewer.role != Role.LEADER:
        return
    for table in tables_seen(viewer).filter(state=CapTable.State.PROPOSED):
        if policy.may_decide_caps(viewer, table):
            url = f"{reverse('visits:caps')}?region={table.region_id}"
            reason = f"{table.reason}。批准后向社会公布。"
            yield Todo(f"批准{table}", reason, url, "查看并批准", due=table.effective_from)
