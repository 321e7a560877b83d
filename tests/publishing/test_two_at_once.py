"""Two people at the same form at the same moment, each on a connection of its own."""

from collections.abc import Iterator

import pytest
import time_machine

from sunlot.inspecting import actions as inspecting
from sunlot.inspecting import queries
from sunlot.inspecting.models import Form, FormPart, Task
from sunlot.inspecting.records import Answered, PartData, data_of, flat
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused
from sunlot.planning.models import Plan
from sunlot.publishing import actions
from sunlot.publishing.models import Publication
from sunlot.trail.models import EventDetail

from ..cast import City
from ..catalogue.test_two_at_once import both
from ..inspecting.fieldwork import DAY, Fieldwork, at, build_fieldwork

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(city: City) -> Iterator[Fieldwork]:
    built = build_fieldwork(city)
    with time_machine.travel(at(DAY, 10)):
        yield built


def test_two_clerks_dispatching_make_one_task(work: Fieldwork) -> None:
    second = work.city.add("chen2", "程经办", "zjj-wuye", Role.CLERK)
    first, other = both(work.dispatch, lambda: inspecting.dispatch(second, work.attempt))
    assert first == other == Task.objects.get()
    assert EventDetail.objects.filter(type="inspecting.dispatched").count() == 1
    assert Form.objects.count() == len(set(Form.objects.values_list("object", flat=True)))


def test_two_inspectors_saving_different_items_lose_nothing(work: Fieldwork) -> None:
    work.dispatch()
    part = work.part()
    people = [work.inspector(part, n) for n in (0, 1)]
    base = flat(data_of(part))

    def save(n: int) -> object:
        answers = {code: Answered("fine" if at == n else "") for at, code in enumerate(("WY-01", "WY-02"))}
        return inspecting.save_part(people[n], part, PartData(findings=answers), version=part.version, base=base)

    assert not any(isinstance(found, Refused) for found in both(lambda: save(0), lambda: save(1)))
    saved = data_of(work.again(part))
    assert {code: found.answer for code, found in saved.findings.items()} == {"WY-01": "fine", "WY-02": "fine"}


def test_both_inspectors_submitting_submit_one_record_that_both_may_sign(work: Fieldwork) -> None:
    work.dispatch()
    part = work.signed(work.part())
    digest = work.digest(part)
    people = [work.inspector(part, n) for n in (0, 1)]
    both(*[lambda one=one: inspecting.record_part(one, part, digest, work.proof(one)) for one in people])
    assert work.again(part).state == FormPart.State.RECORDED
    assert EventDetail.objects.filter(type="inspecting.part_recorded").count() == 1
    recorder = work.again(part).recorded_by_id
    assert list(Signature.objects.filter(thing=part.thing, user__isnull=False).values_list("user", flat=True)) == [
        recorder
    ]


def test_accepting_and_returning_at_once_is_one_decision(work: Fieldwork) -> None:
    work.dispatch()
    part = work.countersigned(work.part())
    outcomes = both(
        lambda: inspecting.review_part(work["wuye-head"], part, True),
        lambda: inspecting.review_part(work["chen"], part, False, "不清楚"),
    )
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    kinds = EventDetail.objects.filter(
        thing=part.thing, type__in=["inspecting.part_accepted", "inspecting.part_returned"]
    )
    assert kinds.count() == 1


def test_two_clerks_publishing_publish_once(work: Fieldwork) -> None:
    work.dispatch()
    part = work.decided(work.part())
    second = work.city.add("chen2", "程经办", "zjj-wuye", Role.CLERK)
    first, other = both(lambda: actions.publish_part(work["chen"], part), lambda: actions.publish_part(second, part))
    assert first == other == Publication.objects.get()


def test_the_last_two_parts_published_at_once_close_the_form_and_complete_the_plan(work: Fieldwork) -> None:
    work.dispatch()
    last = Form.objects.order_by("number")[0]
    for number in range(1, Form.objects.count()):
        for department in ("zjj-wuye", "scjg", "yjj"):
            part = work.decided(work.part(department, number))
            actions.publish_part(work.clerk(part), part)
    own = work.decided(work.part("zjj-wuye"))
    actions.publish_part(work["chen"], own)
    two = [work.decided(work.part(code)) for code in ("scjg", "yjj")]
    both(*[lambda part=part: actions.publish_part(work.clerk(part), part) for part in two])
    last.refresh_from_db()
    assert last.state == Form.State.CLOSED
    assert Plan.objects.get(pk=work.stage.plan.pk).state == Plan.State.COMPLETED
    assert EventDetail.objects.filter(type="inspecting.form_closed", thing=f"form:{last.pk}").count() == 1
    assert queries.forms_seen(work["chen"]).exclude(state=Form.State.CLOSED).count() == 0
