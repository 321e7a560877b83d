"""What forms tell of inspectors: who inspected an object last stays away from it, and what he achieved."""

from datetime import date, timedelta

from sunlot.registry import actions, queries
from sunlot.registry.models import InspectionObject, Inspector
from sunlot.registry.people import achievements

from .fieldwork import DAY, Fieldwork, on


def pairs(people: list[Inspector], entry: InspectionObject, day: date) -> list[str]:
    found = queries.avoidance_pairs([one.pk for one in people], [entry.pk], day)
    return sorted(inspector for inspector, _ in found)


def test_who_inspected_an_object_the_last_time_stays_away_until_his_unit_lifts_it(sent: Fieldwork) -> None:
    part = sent.part()
    members = [member.inspector for member in part.members.all()]
    entry = part.form.object
    with on(DAY):
        before = pairs(members, entry, DAY)
        sent.recorded(part)
        assert set(pairs(members, entry, DAY)) == {one.number for one in members}
        assert pairs(members, entry, DAY - timedelta(days=1)) == before, "only from the day of the visit on"
        page = sent.city.client("chen").get(f"/desk/registry/inspectors/{members[0].pk}/").content.decode()
        assert "上次检查过同一对象" in page
        assert entry.name in page
        lift = f"/desk/registry/inspectors/{members[0].pk}/rotation/{entry.pk}/lift/"
        assert sent.city.client("chen").post(lift, {"reason": ""}).status_code == 409
        sent.city.client("chen").post(lift, {"reason": "本科室持证人员少"})
        assert set(pairs(members, entry, DAY)) == {one.number for one in members[1:]} | set(before)
        again = queries.rotations_of([members[1].pk], DAY)[0]
        lifted = actions.lift_rotation(sent["chen"], members[1], entry, again.visited_on, "同上")
        assert lifted == actions.lift_rotation(sent["chen"], members[1], entry, again.visited_on, "同上")


def test_achievements_count_visits_problems_and_results_in_time(sent: Fieldwork) -> None:
    first, second = sent.part(), sent.part(number=1)
    person = first.members.all()[0].inspector
    with on(DAY):
        sent.recorded(first, problem=True)
        shared = person.pk in {member.inspector_id for member in second.members.all()}
        sent.recorded(second)
        found = achievements([person], DAY, DAY)[person.pk]
        visits = 2 if shared else 1
        assert (found.visits, found.with_problems, found.problems, found.due) == (visits, 1, 1, 0)
        assert achievements([person], DAY - timedelta(days=9), DAY - timedelta(days=1))[person.pk].visits == 0
    with on(DAY + timedelta(days=60)):
        late = achievements([person], DAY, DAY)[person.pk]
        assert (late.due, late.in_time, late.timeliness) == (visits, 0, 0)
