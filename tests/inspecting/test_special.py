"""Checks outside of the random plans: asked for with basis and reason, approved by the unit's head, then forms (R2)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from sunlot.catalogue.models import ItemVersion
from sunlot.inspecting.models import CheckRequest, Form, FormPart, Task
from sunlot.inspecting.special import actions
from sunlot.inspecting.special.content import RequestContent
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.publishing import actions as publishing
from sunlot.registry.models import Avoidance, InspectionObject, Inspector
from sunlot.visits.caps.rules import Line
from sunlot.visits.models import Visit

from ..cast import PASSWORD, City
from ..drawing.stage import Stage
from ..planning.town import Town, build_town, item
from ..visits.test_caps import entity_of, in_force, visited
from .fieldwork import DAY, Fieldwork, on

LIST, NEW = "/desk/inspecting/requests/", "/desk/inspecting/requests/new/"


@pytest.fixture
def town(city: City) -> Iterator[Town]:
    with on(DAY):
        yield build_town(city)


def content(**changes: Any) -> RequestContent:
    """A complaint about one object, to be looked into by two people of 物业科."""
    entry = InspectionObject.objects.get(number="150302-B-000")
    people = Inspector.objects.filter(organisation__code="zjj-wuye").order_by("number")[:2]
    found = RequestContent(
        source="complaint",
        title="维修资金公示情况核查",
        basis="12345 热线工单 2026-0831",
        reason="业主反映维修资金使用未公示",
        mode="on-site",
        starts_on=clock.today(),
        ends_on=clock.today() + timedelta(days=10),
        objects=(entry.pk,),
        items=(item("WY-01"),),
        inspectors=tuple(sorted(one.pk for one in people)),
    )
    return replace(found, **changes)


def approved(town: Town, **changes: Any) -> Task:
    asked = actions.ask(town["chen"], content(**changes))
    return actions.approve(town["unit-head"], asked, Proof(town["unit-head"].user_id, clock.now()))


def typed(found: RequestContent, **changes: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    names = ("source", "title", "basis", "reason", "mode", "objects", "items", "inspectors", "cap_cause", "cap_reason")
    days = {"starts_on": found.starts_on.isoformat(), "ends_on": found.ends_on.isoformat()}
    return {name: getattr(found, name) for name in names} | days | changes


def test_a_request_is_written_approved_with_the_password_and_becomes_a_form(town: Town) -> None:
    clerk, head = town.city.client("chen"), town.city.client("unit-head")
    wanted = content()
    looked = clerk.post(NEW, typed(wanted, objects=[], find="B0物业", look="1")).content.decode()
    assert "150302B0物业" in looked and wanted.title in looked and 'role="alert"' not in looked
    address = clerk.post(NEW, typed(wanted)).url
    assert address in head.get("/desk/").content.decode()
    assert Task.objects.count() == 0
    page = head.get(address).content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest is not None
    wrong = head.post(address, {"act": "sign", "digest": digest[1], "password": "不对"})
    assert (wrong.status_code, Task.objects.count()) == (422, 0)
    assert head.post(address, {"act": "sign", "digest": digest[1], "password": PASSWORD}).status_code == 302
    task = Task.objects.get()
    form = Form.objects.get()
    part = FormPart.objects.get()
    assert (task.source, form.number, part.organisation.code) == ("complaint", f"{task.number}-0001", "zjj-wuye")
    assert [one.inspector_id for one in part.members.all()] == list(wanted.inspectors)
    visit = Visit.objects.get()
    assert (visit.source, visit.state, visit.thing) == ("complaint", Visit.State.PLANNED, part.thing)
    shown = clerk.get(reverse("inspecting:form", args=[form.pk])).content.decode()
    assert "投诉举报" in shown and "审批" in shown and "抽取" not in shown.split("<ol")[1].split("</ol>")[0]
    assert clerk.get(f"{address}approval.pdf").content.startswith(b"%PDF")


def test_the_form_goes_the_whole_way_to_the_public_like_a_drawn_one(town: Town) -> None:
    approved(town)
    work = Fieldwork(Stage(town, None), None)  # type: ignore[arg-type]  # nothing was drawn
    part = work.again(FormPart.objects.get())
    decided = work.decided(part)
    publishing.publish_part(town["chen"], decided)
    form = Form.objects.get()
    assert form.state == Form.State.CLOSED
    public = town.city.client("chen").get(f"/results/{form.number}/zjj-wuye/").content.decode()
    assert "维修资金公示情况核查" in public
    assert "12345" not in public and "业主反映" not in public  # the complaint itself stays inside
    for inspector in part.members.all():
        assert inspector.inspector.name not in public
    page = town.city.client("unit-head").get("/desk/inspecting/share/").content.decode()
    assert "随机检查占比" in page and "WY-01" in page
    share = town.city.client("unit-head").get("/desk/inspecting/share/?format=csv")
    lines = b"".join(share.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].endswith(",1,0,0,1,0.0%") and lines[1].split(",")[1] == "0"


def test_nobody_but_the_units_head_approves_and_never_who_asked(town: Town) -> None:
    asked = actions.ask(town["chen"], content())
    for who in ("chen", "wuye-head", "leader", "supervisor", "scjg-head", "outsider"):
        with pytest.raises(NotAllowed):
            actions.approve(town[who], asked, Proof(town[who].user_id, clock.now()))
    for who in ("outsider", "scjg-clerk"):
        assert town.city.client(who).get(f"{LIST}{asked.number}/").status_code == 404
    with pytest.raises(NotAllowed):
        actions.ask(town["wuye-head"], content())
    assert Task.objects.count() == 0


def test_a_returned_request_is_changed_and_approved_over_its_new_digest(town: Town) -> None:
    asked = actions.ask(town["chen"], content())
    with pytest.raises(Refused, match="写明退回的理由"):
        actions.return_request(town["unit-head"], asked, " ")
    actions.return_request(town["unit-head"], asked, "依据不清")
    clerk = town.city.client("chen")
    assert "审批退回：依据不清" in clerk.get("/desk/").content.decode()
    edit = f"{LIST}{asked.number}/edit/"
    assert "依据不清" in clerk.get(edit).content.decode()
    clerk.post(edit, typed(content(basis="市局交办〔2026〕12号", source="assigned")))
    again = CheckRequest.objects.get()
    assert (again.state, again.source, again.comment) == ("asked", "assigned", "")
    assert again.digest != asked.digest
    task = actions.approve(town["unit-head"], again, Proof(town["unit-head"].user_id, clock.now()))
    twice = actions.approve(town["unit-head"], again, Proof(town["unit-head"].user_id, clock.now()))
    assert task == twice and Form.objects.count() == 1
    assert Signature.objects.filter(state="signed").get().digest == again.digest
    with pytest.raises(Refused, match="已批准"):
        actions.withdraw(town["chen"], again, "不查了")


def test_a_withdrawn_request_can_not_be_approved(town: Town) -> None:
    asked = actions.ask(town["chen"], content())
    address = f"{LIST}{asked.number}/withdraw/"
    town.city.client("chen").post(address, {"reason": "投诉人撤回"})
    with pytest.raises(Refused, match="已撤回"):
        actions.approve(town["unit-head"], asked, Proof(town["unit-head"].user_id, clock.now()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"basis": " "}, "填写任务依据"),
        ({"inspectors": ()}, "不得少于 2 人"),
        ({"items": ()}, "没有法定依据的，不得检查"),
        ({"objects": ()}, "至少选一户"),
        ({"source": "draw"}, "由计划抽取产生"),
        ({"source": "recheck"}, "从原来那份检查表上提出"),
    ],
)
def test_what_the_law_asks_for_must_be_there(town: Town, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        actions.ask(town["chen"], content(**changes))


def test_items_not_in_force_and_people_who_may_not_inspect_are_refused_at_approval_too(town: Town) -> None:
    with pytest.raises(Refused, match="不是本部门的"):
        actions.ask(town["chen"], content(items=(item("WY-01"), item("SCJG-01"))))
    asked = actions.ask(town["chen"], content())
    proof = Proof(town["unit-head"].user_id, clock.now())
    Inspector.objects.filter(pk=content().inspectors[0]).update(state=Inspector.State.SUSPENDED)
    with pytest.raises(Refused, match="不能检查"):
        actions.approve(town["unit-head"], asked, proof)
    page = town.city.client("unit-head").get(f"{LIST}{asked.number}/").content.decode()
    assert "现在不能批准" in page and "批准并派发" not in page
    Inspector.objects.filter(pk=content().inspectors[0]).update(state=Inspector.State.ACTIVE)
    ItemVersion.objects.filter(item__code="WY-01").update(
        state="repealed", effective_to=clock.today() - timedelta(days=1)
    )
    with pytest.raises(Refused, match="不在施行"):
        actions.approve(town["unit-head"], asked, proof)


def test_who_must_avoid_an_object_is_not_sent_there(town: Town) -> None:
    said = content()
    Avoidance.objects.create(
        inspector_id=said.inspectors[0], object_id=said.objects[0], ground=Avoidance.Ground.FAMILY, state="confirmed",
        created_by=town["chen"].membership.user,
    )  # fmt: skip
    with pytest.raises(Refused, match="须回避"):
        actions.ask(town["chen"], said)


def test_beyond_the_yearly_cap_only_for_a_cause_that_the_table_names(town: Town) -> None:
    in_force(town, [Line("B", 1)])
    entry, _ = entity_of("150302-B-000")
    visited(town, entry, 1, "yjj", on=DAY - timedelta(days=30))
    with pytest.raises(Refused, match="已达年度频次上限"):
        actions.ask(town["chen"], content())
    with pytest.raises(Refused, match="没有把这一事由列为"):
        actions.ask(town["chen"], content(cap_cause="special", cap_reason="上级部署"))
    asked = actions.ask(town["chen"], content(cap_cause="complaint", cap_reason="12345 工单须当日核实"))
    assert "已达上限" in town.city.client("unit-head").get(f"{LIST}{asked.number}/").content.decode()


def test_objects_of_another_district_are_not_found_and_not_taken(town: Town) -> None:
    other = InspectionObject.objects.get(number="150302-B-001")
    client = town.city.client("outsider")
    sent = typed(content(), objects=[other.pk], look="1", find="150302-B-001")
    page = client.post(NEW, sent).content.decode()
    assert other.name not in page
    assert client.post(NEW, typed(content(), objects=[other.pk])).status_code == 422
    assert CheckRequest.objects.count() == 0


def test_the_lists_are_scoped_and_exported_with_formulas_as_text(town: Town) -> None:
    actions.ask(town["chen"], content(title="=1+1"))
    listed = b"".join(town.city.client("unit-head").get(f"{LIST}?format=csv").streaming_content).decode("utf-8-sig")
    assert "'=1+1" in listed
    assert "=1+1" not in town.city.client("outsider").get(LIST).content.decode()


def test_a_re_inspection_is_asked_for_from_the_form_of_what_was_found(sent: Fieldwork) -> None:
    part = sent.decided(sent.part("zjj-wuye"), problem=True)
    # the draw may have given the part to a district's organisation of the department
    clerk = sent.client(sent.city.add("part-clerk", "部分经办", part.organisation.code, Role.CLERK))
    page = clerk.get(f"{NEW}?recheck={part.pk}").content.decode()
    assert f'name="rechecks" value="{part.pk}"' in page
    assert part.form.object.name in page and "复查" in page


def test_forms_of_a_check_that_nobody_approved_are_refused_by_the_database(town: Town) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(number="x", title="x", source="daily", starts_on=DAY, ends_on=DAY, created_at=clock.now())
