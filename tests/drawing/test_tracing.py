"""A frozen roster stays what it was, and can be traced to the registry of its moment."""

from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.registry import actions as registry
from sunlot.registry.models import CreditMark, InspectionObject
from sunlot.registry.past import Moment, moment_of, records_then
from sunlot.trail import files

from .stage import Stage


def test_an_object_that_moves_district_after_freezing_is_drawn_where_it_was(stage: Stage) -> None:
    entry = InspectionObject.objects.get(number="150302-D-000")
    registry.change_object(stage["chen"], entry, address="滨河大道1号")
    sealed = stage.sealed()
    registry.change_object(stage["chen"], entry, region=Region.objects.get(code="150304"))
    frozen = drawing_rows(sealed)
    assert frozen["150302-D-000"] == ["150302-D-000", "D", "150302"]
    assert sealed.sealed_at is not None
    moment = moment_of(sealed.sealed_at.isoformat())
    assert isinstance(moment, Moment)
    then = records_then(InspectionObject, moment).get(number="150302-D-000")
    assert (then.region_id, then.risk_class) == ("150302", "D")
    entry.refresh_from_db()
    assert entry.region_id == "150304"
    page = stage.city.client("chen").get(
        f"/desk/registry/objects/?asof={sealed.sealed_at:%Y-%m-%dT%H:%M:%S.%f}%2B00:00"
    )
    assert page.status_code == 200


def drawing_rows(sealed: Attempt) -> dict[str, list[str]]:
    """Number → number, stratum and zone of the frozen roster of objects."""
    parts = sealed.parts.filter(roster="objects").order_by("number")
    rows = [line.split(",") for part in parts for line in files.read(part.file_id).decode().splitlines()[1:]]
    return {row[0]: row[:3] for row in rows}


def test_a_mark_whose_last_day_is_over_counts_for_no_roster_though_no_worker_ran(stage: Stage) -> None:
    entry = InspectionObject.objects.get(number="150302-B-000")
    InspectionObject.objects.filter(pk=entry.pk).update(risk_base="B", risk_class="D")
    yesterday = clock.today().replace(year=clock.today().year - 1)
    CreditMark.objects.create(
        object=entry, kind="dishonest", source="法院", since=yesterday, until=yesterday, counted=True
    )
    assert drawing_rows(stage.sealed())["150302-B-000"][1] == "B"
