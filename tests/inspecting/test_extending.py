"""Extension (延期): asked for by who inspects, approved by the head of the unit, and then the last day everywhere."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from sunlot.desk import todo
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting import deadlines
from sunlot.inspecting.codes import checking
from sunlot.inspecting.extending import actions
from sunlot.inspecting.extending.queries import latest
from sunlot.inspecting.issuing import KINDS, Frame
from sunlot.inspecting.models import Extension, FieldDevice, Form, FormPart
from sunlot.inspecting.notices.queries import whole
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import EventDetail
from sunlot.visits.calendar.ics import calendar_of
from sunlot.visits.calendar.queries import entries_of
from sunlot.visits.models import Visit

from ..cast import PASSWORD
from .fieldwork import Fieldwork, on

WHY = "企业停产检修，须待恢复运行后核查"


def asked(work: Fieldwork, part: FormPart, days: int = 10) -> Extension:
    return actions.ask(work["chen"], part, part.inspect_by + timedelta(days=days), WHY)


def extended(work: Fieldwork, part: FormPart, days: int = 10) -> FormPart:
    actions.approve(work["unit-head"], asked(work, part, days), work.proof(work["unit-head"]), "同意")
    return work.again(part)


def test_asked_and_approved_on_the_pages_the_part_has_its_new_day_and_both_are_kept(sent: Fieldwork) -> None:
    part = sent.part()
    until = part.inspect_by + timedelta(days=10)
    clerk, head = sent.city.client("chen"), sent.city.client("unit-head")
    form = reverse("inspecting:form", args=[part.form_id])
    address = reverse("inspecting:extension-ask", args=[part.pk])
    assert address in clerk.get(form).content.decode()
    assert clerk.post(address, {"until": until.isoformat(), "reason": ""}).status_code == 422
    assert (
        "已申请延期" in clerk.post(address, {"until": until.isoformat(), "reason": WHY}, follow=True).content.decode()
    )
    (one,) = Extension.objects.all()
    page = reverse("inspecting:extension", args=[one.pk])
    assert page in head.get("/desk/").content.decode()
    given = {"act": "sign", "digest": one.digest, "password": PASSWORD, "comment": "同意"}
    assert head.post(page, {**given, "password": "错的"}).status_code == 422
    assert sent.again(part).extended_to is None
    assert "已批准" in head.post(page, given, follow=True).content.decode()
    found = sent.again(part)
    assert (found.inspect_by, found.form.task.ends_on) == (until, part.inspect_by)
    shown = clerk.get(form).content.decode()
    assert "已批准延期" in shown
    types = set(EventDetail.objects.filter(thing=part.thing).values_list("type", flat=True))
    assert {"inspecting.extension_asked", "inspecting.extension_approved"} <= types


def test_home_phone_list_visit_and_calendar_show_the_new_day(sent: Fieldwork) -> None:
    part = sent.part()
    was = part.inspect_by
    part = extended(sent, part)
    until = part.inspect_by
    inspector = sent.inspector(part)
    (entry,) = [one for one in todo.waiting_for(inspector) if part.form.object.name in one.title]
    assert entry.due == until
    assert Visit.objects.get(thing=part.thing).planned_until == until
    client = sent.client(inspector)
    device = "ab" * 16
    client.post("/field/api/device/", {"device": device, "name": "手机"}, content_type="application/json")
    parts = client.get(f"/field/api/day/?device={device}").json()["parts"]
    (due,) = [one["due"] for one in parts if one["id"] == part.pk]
    assert due == {"what": "检查", "day": until.isoformat(), "late": "", "extended": True}
    listed = sent.city.client("chen").get(reverse("inspecting:forms"), {"format": "csv"})
    exported = b"".join(listed.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streaming response
    assert f"延至 {until}" in exported
    with on(was + timedelta(days=1)):
        due_now = deadlines.due_of(part)
        assert due_now is not None and not due_now.is_late and due_now.was == was
        late = FormPart.objects.filter(deadlines.overdue(), form=part.form)
        assert part.pk not in {one.pk for one in late} and late.exists()  # the other departments' own days stay
        day_page = sent.city.client("chen").get(reverse("inspecting:day")).content.decode()
        assert part.form.object.name in day_page
    with on(until + timedelta(days=1)):
        assert FormPart.objects.filter(deadlines.overdue(), pk=part.pk).exists()


def test_a_subscribed_calendar_moves_the_visit(sent: Fieldwork) -> None:
    part = extended(sent, sent.part())
    entries = [one for one in entries_of(Visit.objects.filter(form=f"form:{part.form_id}")) if part.thing in one.things]
    found = Calendar.from_ical(calendar_of("检查", entries, part.form.task.created_at, "example.test"))
    assert [event["dtstart"].dt for event in found.walk("VEVENT")] == [part.inspect_by]


def test_the_bound_the_last_day_and_who_may_ask(sent: Fieldwork) -> None:
    part = sent.part()
    last = latest(part)
    with pytest.raises(Refused, match="最多延到"):
        actions.ask(sent["chen"], part, last + timedelta(days=1), WHY)
    with pytest.raises(Refused, match="晚于现在"):
        actions.ask(sent["chen"], part, part.inspect_by, WHY)
    for stranger in ("scjg-clerk", "wuye-head", "hbw-clerk"):
        with pytest.raises(NotAllowed, match="经办人申请"):
            actions.ask(sent[stranger], part, last, WHY)
    with on(part.inspect_by + timedelta(days=1)), pytest.raises(Refused, match="事后延期"):
        actions.ask(sent["chen"], part, last, WHY)
    with on(part.inspect_by):
        first = actions.ask(sent.inspector(part), part, last, WHY)
        assert actions.ask(sent["chen"], part, last, WHY) == first
    with pytest.raises(Refused, match="先撤回"):
        actions.ask(sent["chen"], part, last - timedelta(days=1), WHY)


def test_others_get_no_page_of_it(sent: Fieldwork) -> None:
    one = asked(sent, sent.part())
    page = reverse("inspecting:extension", args=[one.pk])
    seen = {
        name: sent.city.client(name).get(page).status_code for name in ("chen", "unit-head", "scjg-clerk", "outsider")
    }
    assert seen == {"chen": 200, "unit-head": 200, "scjg-clerk": 404, "outsider": 404}
    for name in ("leader", "wuye-head", "chen"):
        with pytest.raises(NotAllowed, match="单位负责人"):
            actions.approve(sent[name], one, Proof(sent[name].user_id, one.asked_at))


def test_returned_with_words_the_day_stays_and_it_may_be_asked_anew(sent: Fieldwork) -> None:
    part = sent.part()
    one = asked(sent, part)
    with pytest.raises(Refused, match="写明退回"):
        actions.return_request(sent["unit-head"], one, " ")
    actions.return_request(sent["unit-head"], one, "理由不充分，先查能查的")
    assert sent.again(part).inspect_by == part.inspect_by
    (entry,) = [entry for entry in todo.waiting_for(sent["chen"]) if entry.title.startswith("延期没有批准")]
    assert "理由不充分" in entry.reason
    again = asked(sent, part, 5)
    assert not [entry for entry in todo.waiting_for(sent["chen"]) if entry.title.startswith("延期没有批准")]
    actions.withdraw(sent["chen"], again)
    assert actions.withdraw(sent["chen"], again).state == Extension.State.WITHDRAWN
    with pytest.raises(Refused, match="已撤回"):
        actions.approve(sent["unit-head"], again, sent.proof(sent["unit-head"]))


def test_a_submitted_record_needs_no_extension_and_publication_has_none(sent: Fieldwork) -> None:
    part = sent.part()
    one = asked(sent, part)
    recorded = sent.recorded(part)
    assert not [entry for entry in todo.waiting_for(sent["unit-head"]) if "延期" in entry.title]
    with pytest.raises(Refused, match="不用再延期"):
        actions.approve(sent["unit-head"], one, sent.proof(sent["unit-head"]))
    with pytest.raises(Refused, match="公示的 20 个工作日不能延"):
        actions.ask(sent["chen"], recorded, latest(recorded), WHY)


def test_approved_twice_is_approved_once_and_several_stay_within_the_bound(sent: Fieldwork) -> None:
    part = sent.part()
    one = asked(sent, part)
    for _ in range(2):
        actions.approve(sent["unit-head"], one, sent.proof(sent["unit-head"]))
    assert EventDetail.objects.filter(type="inspecting.extension_approved").count() == 1
    part = sent.again(part)
    second = actions.ask(sent["chen"], part, latest(part), WHY)
    assert (second.due, second.until) == (part.inspect_by, latest(part))
    actions.approve(sent["unit-head"], second, sent.proof(sent["unit-head"]))
    with pytest.raises(Refused, match="不能再延"):
        actions.ask(sent["chen"], sent.again(part), latest(part) + timedelta(days=1), WHY)


def test_the_form_is_given_out_with_both_days_and_the_heads_words(sent: Fieldwork) -> None:
    part = extended(sent, sent.part())
    client = sent.city.client("chen")
    paper = KINDS["extension_form"].build(Frame(part, "试-1", date(2026, 9, 1)))
    assert (paper.due, paper.asked_until, paper.reason) == (part.form.task.ends_on, part.inspect_by, WHY)  # type: ignore[attr-defined]  # the form's own
    assert [one.name for one in paper.opinions] == ["陈经办", "张局长"]  # type: ignore[attr-defined]  # the form's own
    given = client.post(reverse("inspecting:document-issue", args=[part.pk, "extension_form"]), follow=True)
    assert "已出具延期审批表" in given.content.decode()


def test_the_code_holds_until_the_extended_day(sent: Fieldwork) -> None:
    part = extended(sent, sent.part())
    inspecting.greet_device(sent.inspector(part), "cd" * 16, "手机")
    device = FieldDevice.objects.get(number="cd" * 16)
    form = whole(Form.objects.filter(pk=part.form_id)).get()
    for day, verdict in ((part.inspect_by, checking.VALID), (part.inspect_by + timedelta(days=1), checking.OUTSIDE)):
        with on(day):
            assert checking._of_visit(form, device) == verdict  # the code itself is tested elsewhere
