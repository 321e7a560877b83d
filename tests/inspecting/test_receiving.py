"""Receipt of a dispatch (签收): confirmed once by each unit, overdue at home, implied by the first filling."""

from datetime import date

import pytest
from django.urls import reverse

from sunlot.desk import todo
from sunlot.inspecting import actions
from sunlot.inspecting.models import Dispatch, Form, FormPart, Task
from sunlot.inspecting.receiving import actions as receiving
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed
from sunlot.trail.models import EventDetail

from ..cast import City
from .fieldwork import Fieldwork, on

WITHIN, OVER = date(2026, 9, 3), date(2026, 9, 4)  # dispatched on Tuesday the 1st; two working days


def titles(viewer_titles: list[todo.Todo], beginning: str) -> list[str]:
    return [entry.title for entry in viewer_titles if entry.title.startswith(beginning)]


def receipts(work: Fieldwork, code: str) -> list[Dispatch]:
    return list(Dispatch.objects.filter(organisation__path__startswith=work.city.organisations[code].path))


def test_each_unit_gets_its_own_and_what_the_lead_sends_itself_it_has(sent: Fieldwork) -> None:
    task = Task.objects.get()
    parts = FormPart.objects.select_related("organisation", "dispatch")
    assert {part.dispatch.organisation_id for part in parts if part.dispatch} == {
        part.organisation_id for part in parts
    }
    assert all(part.dispatch and part.dispatch.organisation_id == part.organisation_id for part in parts)
    own = Dispatch.objects.get(organisation__code="zjj-wuye")
    assert (own.task, own.how, own.received_by) == (task, Dispatch.How.OWN, None)
    assert not titles(todo.waiting_for(sent["chen"]), "签收")
    assert all(one.received_at is None for one in [*receipts(sent, "scjg"), *receipts(sent, "yjj")])


def test_one_press_at_home_confirms_all_that_was_sent_to_the_unit(sent: Fieldwork) -> None:
    client, task = sent.city.client("scjg-clerk"), Task.objects.get()
    address = reverse("inspecting:task-receive", args=[task.pk])
    assert f'action="{address}"' in client.get("/desk/").content.decode()
    assert client.get(address).status_code == 405
    page = client.post(address, {"back": "home"}, follow=True)
    assert page.redirect_chain[-1][0] == "/desk/" and "已签收" in page.content.decode()
    assert f'action="{address}"' not in page.content.decode()
    assert {(one.how, one.received_by_id) for one in receipts(sent, "scjg")} == {
        (Dispatch.How.CONFIRMED, sent["scjg-clerk"].user_id)
    }
    assert all(one.received_at is None for one in receipts(sent, "yjj"))
    count = EventDetail.objects.filter(type="inspecting.dispatch_received").count()
    assert count == len(receipts(sent, "scjg"))
    assert "签收过了" in client.post(address, follow=True).content.decode()
    assert EventDetail.objects.filter(type="inspecting.dispatch_received").count() == count


def test_a_district_with_people_of_its_own_receives_its_own(sent: Fieldwork) -> None:
    task = Task.objects.get()
    districts = [one.organisation.code for one in receipts(sent, "scjg") if one.organisation.code != "scjg"]
    assert districts, "the draw gave no part to a district's department"
    clerk = sent.city.add("district", "区经办", districts[0], Role.CLERK)
    receiving.confirm(sent["scjg-clerk"], task)
    waiting = Dispatch.objects.get(organisation__code=districts[0])
    assert waiting.received_at is None
    assert [one.pk for one in receiving.confirm(clerk, task)] == [waiting.pk]


def test_only_the_office_of_a_unit_that_has_a_part_confirms(sent: Fieldwork) -> None:
    task = Task.objects.get()
    address = reverse("inspecting:task", args=[task.pk])
    for stranger in ("outsider", "hbw-clerk", "supervisor", "unit-head"):
        with pytest.raises(NotAllowed, match="签收"):
            receiving.confirm(sent[stranger], task)
    seen = {name: sent.city.client(name).get(address).status_code for name in ("chen", "scjg-clerk", "outsider")}
    assert seen == {"chen": 200, "scjg-clerk": 200, "outsider": 404}
    assert sent.city.client("outsider").post(reverse("inspecting:task-receive", args=[task.pk])).status_code == 404


def test_not_confirmed_in_time_it_is_overdue_at_home_and_with_the_lead(sent: Fieldwork) -> None:
    with on(WITHIN):
        (mine,) = [one for one in todo.waiting_for(sent["scjg-clerk"]) if one.title.startswith("签收")]
        assert (mine.due, mine.is_late) == (WITHIN, False)
        assert not titles(todo.waiting_for(sent["chen"]), "催签收")
    with on(OVER):
        (mine,) = [one for one in todo.waiting_for(sent["scjg-clerk"]) if one.title.startswith("签收")]
        assert mine.is_late
        assert len(titles(todo.waiting_for(sent["chen"]), "催签收")) == 1
        page = sent.city.client("chen").get(reverse("inspecting:dispatch", args=[sent.attempt.pk])).content.decode()
        assert "未签收，逾期 1 个工作日" in page and "本单位派发，不需签收" in page
        receiving.confirm(sent["scjg-clerk"], Task.objects.get())
        receiving.confirm(sent["yjj-clerk"], Task.objects.get())
        assert not titles(todo.waiting_for(sent["chen"]), "催签收")
        assert not titles(todo.waiting_for(sent["scjg-clerk"]), "签收")


def test_each_unit_reads_of_its_own_receipt_alone_the_lead_of_all(sent: Fieldwork) -> None:
    task = Task.objects.get()
    receiving.confirm(sent["yjj-clerk"], task)
    address = reverse("inspecting:task", args=[task.pk])
    assert "应急管理局" in sent.city.client("chen").get(address).content.decode()
    assert "应急管理局签收" not in sent.city.client("scjg-clerk").get(address).content.decode()


def test_the_first_filling_is_the_receipt_where_nobody_confirmed_and_is_never_held_up(sent: Fieldwork) -> None:
    part = sent.part("scjg")
    inspector = sent.inspector(part)
    actions.start_part(inspector, part)
    found = Dispatch.objects.get(pk=part.dispatch_id)
    assert (found.how, found.received_by_id) == (Dispatch.How.BEGUN, inspector.user_id)
    (event,) = EventDetail.objects.filter(type="inspecting.dispatch_received")
    assert "视为签收" in event.whole
    sent.saved(sent.again(part))
    assert EventDetail.objects.filter(type="inspecting.dispatch_received").count() == 1
    page = sent.city.client("chen").get(reverse("inspecting:task", args=[Task.objects.get().pk])).content.decode()
    assert "开始填写即视为签收" in page


def test_what_ended_before_anybody_received_it_waits_for_nobody(sent: Fieldwork) -> None:
    FormPart.objects.filter(organisation__path__startswith="yjj/").update(state=FormPart.State.REPLACED)
    assert not titles(todo.waiting_for(sent["yjj-clerk"]), "签收")


def test_the_pages_of_a_task_stay_flat(sent: Fieldwork, city: City, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]  # pytest-django's own
    client, address = city.client("chen"), reverse("inspecting:task", args=[Task.objects.get().pk])
    assert Form.objects.count() > 3
    client.get(address)
    with django_assert_max_num_queries(20):
        client.get(address)
