"""A day's visits: several plans merged by enterprise, on a map with its list beside it, printed in one go."""

from datetime import timedelta

from sunlot.inspecting.day import map_of, stops
from sunlot.inspecting.models import Form
from sunlot.registry.models import InspectionObject

from .fieldwork import DAY, Fieldwork

ADDRESS = "/desk/inspecting/day/"
NEXT = DAY + timedelta(days=1)


def test_a_unit_sees_its_day_and_an_inspector_his_own_and_both_print_all(sent: Fieldwork) -> None:
    part = sent.part()
    InspectionObject.objects.filter(pk=part.form.object_id).update(latitude="39.655300", longitude="106.794300")
    whole = sent.city.client("unit-head").get(f"{ADDRESS}?day={NEXT.isoformat()}")
    listed = whole.context["stops"]
    assert sorted(one.parts[0].form_id for one in listed) == sorted(Form.objects.values_list("pk", flat=True))
    assert "<svg" in whole.content.decode() and "没有坐标的不在图上" in whole.content.decode()
    me = sent.inspector(part)
    own = sent.client(me).get(f"{ADDRESS}?day={NEXT.isoformat()}")
    mine = {one.pk for stop in own.context["stops"] for one in stop.parts}
    assert part.pk in mine and len(mine) < len(listed) * 3
    assert all(
        any(m.inspector.user_id == me.user_id for m in one.members.all())
        for s in own.context["stops"]
        for one in s.parts
    )
    printed = sent.client(me).get(f"{ADDRESS}forms.pdf?day={NEXT.isoformat()}")
    assert printed.content.startswith(b"%PDF")


def test_before_the_plan_begins_there_is_nothing_to_go_to_and_a_day_that_is_none_is_today(sent: Fieldwork) -> None:
    client = sent.city.client("unit-head")
    assert "没有要去的检查" in client.get(f"{ADDRESS}?day={DAY.isoformat()}").content.decode()
    assert client.get(f"{ADDRESS}?day=9999-99-99").context["day"] == DAY
    assert client.get(f"{ADDRESS}forms.pdf?day={DAY.isoformat()}").status_code == 409


def test_the_map_keeps_every_stop_inside_and_north_above(sent: Fieldwork) -> None:
    for at, entry in enumerate(InspectionObject.objects.filter(forms__isnull=False).order_by("pk")[:3]):
        InspectionObject.objects.filter(pk=entry.pk).update(latitude=39.5 + at / 10, longitude=106.8 - at / 50)
    listed, _ = stops(sent["unit-head"], NEXT)
    drawn = map_of(listed)
    assert drawn is not None and len(drawn.dots) == 3
    assert all(0 < one.x < drawn.width and 0 < one.y < drawn.height for one in drawn.dots)
    places = {stop.number: stop.place for stop in listed}
    by_north = sorted(drawn.dots, key=lambda one: -(places[one.number] or (0, 0))[0])
    assert [one.y for one in by_north] == sorted(one.y for one in drawn.dots)
