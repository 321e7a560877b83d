"""Visits: entered once, counted without a query per row, shown on the pages of object and entity."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import InspectionObject
from sunlot.visits import actions, queries
from sunlot.visits.caps import queries as caps
from sunlot.visits.models import Visit
from tests.cast import City, load_items
from tests.registry.makers import enterprise


@pytest.fixture
def town(city: City) -> City:
    load_items()
    return city


def planned(town: City, entry: InspectionObject, thing: str) -> actions.Planned:
    return actions.Planned(
        entry, town.organisations["zjj-wuye"], Visit.Source.DRAW, thing, clock.today(), "150300-2026-0007"
    )


def test_the_same_thing_planned_twice_is_one_visit_of_the_entity(town: City) -> None:
    entry = enterprise(1)
    first = actions.plan_visit(planned(town, entry, "form-part:1"))
    assert actions.plan_visit(planned(town, entry, "form-part:1")) == first
    assert first.entity == entry.entities.get()


def test_a_visit_is_done_moved_and_never_done_after_it_was_cancelled(town: City) -> None:
    entry = enterprise(1)
    assert actions.plan_visits(planned(town, entry, f"form-part:{place}") for place in range(3)) == 3
    done = actions.mark_done("form-part:0", date(2026, 3, 1))
    assert (done.state, done.visited_on) == (Visit.State.DONE, date(2026, 3, 1))
    assert actions.mark_done("form-part:0", date(2026, 3, 2)).visited_on == date(2026, 3, 2)
    assert actions.cancel("form-part:0").state == Visit.State.DONE
    assert actions.cancel("form-part:1").state == Visit.State.CANCELLED
    with pytest.raises(Refused, match="已取消"):
        actions.mark_done("form-part:1", date(2026, 3, 1))
    assert actions.mark_failed("form-part:2", date(2026, 3, 1)).state == Visit.State.FAILED
    with pytest.raises(Refused, match="没有列入过"):
        actions.mark_done("form-part:9", date(2026, 3, 1))


def test_only_visits_done_this_year_count_and_many_are_counted_in_one_query(town: City) -> None:
    year = clock.today().year
    objects = [enterprise(serial, name=f"物业{serial}") for serial in range(12)]
    actions.plan_visits(planned(town, entry, f"form-part:{entry.pk}") for entry in objects)
    actions.mark_done(f"form-part:{objects[0].pk}", date(year, 1, 1))
    actions.mark_done(f"form-part:{objects[1].pk}", date(year - 1, 12, 31))
    actions.mark_failed(f"form-part:{objects[2].pk}", date(year, 1, 1))
    with CaptureQueriesContext(connection) as captured:
        counts = queries.visits_this_year(entry.pk for entry in objects)
    assert len(captured) == 1
    assert {key for key, count in counts.items() if count} == {objects[0].pk}
    assert queries.visits_this_year([objects[1].pk], year - 1) == {objects[1].pk: 1}
    entity = objects[0].entities.get()
    assert caps.counts(year, [entity.pk])[entity.pk].done == 1


def test_the_list_of_objects_asks_no_query_for_each_row(town: City) -> None:
    client = town.client("chen")

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/registry/objects/")
        return len(captured)

    enterprise(1)
    few = asked()
    for serial in range(2, 25):
        entry = enterprise(serial, name=f"物业{serial}")
        actions.plan_visit(planned(town, entry, f"form-part:{serial}"))
        actions.mark_done(f"form-part:{serial}", clock.today())
    assert asked() == few


def test_visits_stand_on_the_pages_of_object_and_entity_within_the_viewer_s_scope(town: City) -> None:
    entry = enterprise(1)
    actions.plan_visit(planned(town, entry, "form-part:1"))
    client = town.client("chen")
    for page in (f"objects/{entry.pk}", f"entities/{entry.entities.get().pk}"):
        assert "150300-2026-0007" in client.get(f"/desk/registry/{page}/").content.decode()
    assert queries.visits_of_object(town["chen"], entry).count() == 1
    assert not queries.visits_of_object(town["outsider"], entry).exists()
    assert not queries.visits_of_entity(town["outsider"], entry.entities.get()).exists()
