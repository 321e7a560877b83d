"""Sending a signed draw out: one form for each object, a part for each department (notice, part 4 (2))."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from sunlot.drawing.queries import outcome
from sunlot.inspecting import actions, queries
from sunlot.inspecting.drawn import assignments
from sunlot.inspecting.models import Finding, Form, FormPart, PartMember, Task
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions as planning
from sunlot.planning.content import Seat, content_of
from sunlot.planning.models import Plan
from sunlot.planning.queries import with_parts
from sunlot.planning.together.overlap import overlap_of
from sunlot.trail.models import EventDetail
from sunlot.visits.models import Visit

from ..cast import City
from ..drawing.stage import build_stage
from .fieldwork import DAY, Fieldwork, build_fieldwork, on


def test_a_signed_draw_becomes_one_form_for_each_object_with_a_part_for_each_department(work: Fieldwork) -> None:
    drawn = outcome(work.attempt)
    task = work.dispatch()
    forms = list(Form.objects.select_related("object").order_by("number"))
    assert [form.number for form in forms] == [f"{work.attempt.draw.number}-{n:04d}" for n in range(1, len(forms) + 1)]
    assert {form.object.number: form.team for form in forms} == {
        number: team.id for team in drawn.teams for number in team.objects
    }
    assert FormPart.objects.count() == 3 * len(forms)
    for form in forms:
        members = PartMember.objects.filter(part__form=form).values_list("inspector__number", flat=True)
        team = drawn.team_named(form.team)
        assert team is not None
        assert sorted(members) == sorted(number for _, number in team.members)
    assert (task.number, task.starts_on, task.ends_on) == (
        work.attempt.draw.number,
        work.stage.plan.starts_on,
        work.stage.plan.ends_on,
    )
    part = work.part("zjj-wuye")
    assert [finding.version.item.code for finding in part.findings.all()] == ["WY-01", "WY-02"]
    assert (
        Visit.objects.filter(state=Visit.State.PLANNED, planned_until=task.ends_on).count() == FormPart.objects.count()
    )


def test_a_part_belongs_to_the_district_department_where_all_its_inspectors_are_of_it(sent: Fieldwork) -> None:
    for part in FormPart.objects.prefetch_related("members__inspector__organisation").select_related("organisation"):
        codes = {member.inspector.organisation.code for member in part.members.all()}
        if len(codes) == 1:
            assert part.organisation.code in codes
        else:
            assert all(
                member.inspector.organisation.path.startswith(part.organisation.path) for member in part.members.all()
            )


def test_dispatching_twice_makes_one_task(work: Fieldwork) -> None:
    assert work.dispatch() == work.dispatch()
    assert (Task.objects.count(), EventDetail.objects.filter(type="inspecting.dispatched").count()) == (1, 1)


def test_nothing_is_dispatched_before_the_record_is_signed(city: City) -> None:
    work = build_fieldwork(city, signed=False)
    with on(DAY), pytest.raises(Refused, match="签署后才能派发"):
        work.dispatch()
    with on(DAY):
        page = city.client("chen").get(reverse("inspecting:dispatch", args=[work.attempt.pk]))
    assert "还没有签署" in page.content.decode()
    assert b'<form method="post">' not in page.content.split(b"<main")[1]


@pytest.mark.parametrize("username", ["wuye-head", "scjg-clerk", "supervisor", "hbw-clerk"])
def test_only_the_leads_clerk_dispatches(work: Fieldwork, username: str) -> None:
    with pytest.raises(NotAllowed, match="经办人派发"):
        actions.dispatch(work[username], work.attempt)


def test_an_object_to_which_no_item_of_a_department_applies_gets_no_part_of_it(work: Fieldwork) -> None:
    work.stage.plan.items.filter(participant__organisation__code="yjj").delete()
    work.dispatch()
    assert FormPart.objects.filter(organisation__path__startswith="yjj/").count() == 0
    assert FormPart.objects.count() == 2 * Form.objects.count() == 2 * len(assignments(work.attempt).objects)
    assert not FormPart.objects.exclude(pk__in=Finding.objects.values("part")).exists()


def test_the_page_says_what_will_happen_and_the_button_does_it(work: Fieldwork) -> None:
    client = work.city.client("chen")
    address = reverse("inspecting:dispatch", args=[work.attempt.pk])
    button = f'href="{address}"'
    assert button in client.get("/desk/").content.decode()
    count = len(assignments(work.attempt).objects)
    assert f"派发 {count} 份检查表" in client.get(address).content.decode()
    assert Task.objects.count() == 0
    page = client.post(address, follow=True).content.decode()
    assert "已派发" in page
    assert f"派发 {count} 份检查表" not in page
    assert button not in client.get("/desk/").content.decode()
    assert client.post(address).status_code == 302
    assert Task.objects.count() == 1


def test_who_may_open_the_dispatch_page(work: Fieldwork) -> None:
    address = reverse("inspecting:dispatch", args=[work.attempt.pk])
    seen = {
        name: work.city.client(name).get(address).status_code
        for name in ("chen", "wuye-head", "scjg-clerk", "outsider")
    }
    assert seen == {"chen": 200, "wuye-head": 403, "scjg-clerk": 404, "outsider": 404}
    assert work.city.client("chen").delete(address).status_code == 405
    assert work.city.client("chen").__class__().get(address).url.startswith("/accounts/")  # nobody signed in


def test_departments_see_their_own_parts_the_lead_every_state_the_district_its_own(sent: Fieldwork) -> None:
    count = Form.objects.count()
    assert queries.forms_seen(sent["chen"]).count() == count
    assert set(queries.parts_seen(sent["chen"]).values_list("organisation__code", flat=True)) == {"zjj-wuye"}
    assert all(part.organisation.department_code == "scjg" for part in queries.parts_seen(sent["scjg-clerk"]))
    assert queries.parts_seen(sent["scjg-clerk"]).count() == count
    for stranger in ("outsider", "hbw-clerk", "sysadmin", "auditor"):
        assert not queries.forms_seen(sent[stranger]).exists()
        assert not queries.parts_seen(sent[stranger]).exists()
    assert queries.parts_seen(sent["supervisor"]).count() == 3 * count  # 纪检 reads everything of its level


def test_inspectors_see_the_forms_that_they_are_members_of_alone(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    mine = set(PartMember.objects.filter(inspector__user_id=viewer.user_id).values_list("part_id", flat=True))
    assert set(queries.parts_seen(viewer).values_list("pk", flat=True)) == mine
    assert 0 < queries.forms_seen(viewer).count() == len(mine) < Form.objects.count()


def test_the_draws_page_says_that_its_forms_are_on_their_way(work: Fieldwork) -> None:
    address = f"/desk/drawing/{work.attempt.draw.number}/"
    client = work.city.client("supervisor")
    before = client.get(address).content.decode()
    assert "等物业科派发检查任务" in before
    work.dispatch()
    after = client.get(address).content.decode()
    assert "检查任务已派发" in after and 'aria-current="step"' not in after
    assert "检查任务已派发" in client.get("/desk/drawing/").content.decode()


def plan_beside(city: City, plan: Plan) -> Plan:
    """Another section's draft of the same objects and time."""
    clerk = city.add("fangguan", "房经办", "zjj-fangguan", Role.CLERK)
    content = replace(content_of(plan), title="同期另一计划", seats=(Seat("zjj-fangguan"),))
    return with_parts(Plan.objects.filter(pk=planning.create_plan(clerk, content).pk)).get()


def shared(city: City, draft: Plan) -> tuple[int, bool, int]:
    """What it shares with the drawn plan: how many objects, whether they are named, and how many its list shows."""
    found = overlap_of(city["fangguan"], draft)
    (other,) = found.others
    return other.objects, other.is_named, found.rows().count()


def test_what_is_drawn_counts_for_other_plans_before_and_after_it_is_sent_out(work: Fieldwork) -> None:
    drawn = len(outcome(work.attempt).objects)
    draft = plan_beside(work.city, work.stage.plan)
    assert shared(work.city, draft) == (drawn, True, drawn)
    work.dispatch()
    assert shared(work.city, draft) == (drawn, True, drawn)


def test_what_is_drawn_and_held_back_is_counted_and_named_to_nobody_who_may_not_know(city: City) -> None:
    stage = build_stage(city, release_on=clock.today() + timedelta(days=7))
    drawn = len(outcome(stage.drawn()).objects)
    draft = plan_beside(city, Plan.objects.get(pk=stage.plan.pk))
    assert shared(city, draft) == (drawn, False, 0)
