"""Forms follow what comes after the draw: the object that came in gets its own, the inspector who came in goes on."""

from pathlib import Path

import pytest
from django.urls import reverse

from sunlot.drawing import actions as drawing
from sunlot.drawing.models import Replacement
from sunlot.inspecting import actions, papers, queries
from sunlot.inspecting.models import Form, FormPart, PartMember
from sunlot.organisations.viewer import Refused
from sunlot.publishing import actions as publishing
from sunlot.publishing.queries import is_anything_left
from sunlot.registry.models import Inspector
from sunlot.visits.models import Visit

from ..cast import City
from ..drawing.shorthanded import EVIDENCE, GONE, SHUT_OUT, build_short_stage, reserve_of, standing, supplemented
from ..drawing.stage import fresh
from ..drawing.test_logged import verify
from ..drawing.test_two_at_once import at_once
from .fieldwork import DAY, Fieldwork, on, sign_record

pytestmark = pytest.mark.django_db(transaction=True)
Cause = Replacement.Cause


def build(city: City, *, shut_out: bool = False, alone: bool = True) -> Fieldwork:
    with on(DAY, 8):
        stage = build_short_stage(city, shut_out=shut_out, alone=alone)
        work = Fieldwork(stage, stage.drawn())
        sign_record(work)
    return work


@pytest.fixture
def work(city: City) -> Fieldwork:
    return build(city)


def replace_object(work: Fieldwork, number: str) -> Replacement:
    proposed = drawing.propose_object(work["chen"], work.attempt, number, Cause.CLOSED, GONE, EVIDENCE)
    return drawing.approve_replacement(work["wuye-head"], proposed)


def replace_inspector(work: Fieldwork, number: str) -> Replacement:
    proposed = drawing.propose_inspector(work["chen"], work.attempt, number, Cause.LEAVE, "住院治疗", EVIDENCE)
    return drawing.approve_replacement(work["wuye-head"], proposed)


def form_of(stratum: str = "C") -> Form:
    return Form.objects.filter(object__risk_class=stratum).order_by("number")[0]


def test_before_dispatch_the_one_that_came_in_is_sent_out_and_the_other_is_not(work: Fieldwork) -> None:
    out = next(one for one in standing(work.attempt).result.strata if one.id == "C").drawn[0].id
    with on(DAY):
        done = replace_object(work, out)
        work.dispatch()
    assert not Form.objects.filter(object__number=out).exists()
    assert Form.objects.get(object__number=done.incoming).team == done.team


def test_one_who_can_not_sign_any_more_is_replaced_after_the_record_was_returned(city: City) -> None:
    work = build(city, alone=False)
    with on(DAY):
        work.dispatch()
        part = work.recorded(work.part())
        out = part.members.all()[1].inspector
        with pytest.raises(Refused, match="按规则更换检查人员后重新提交"):
            actions.review_part(work.reviewer(part), part, True)
        actions.review_part(work.reviewer(part), part, False, "一人已调离，没有签字")
        replace_inspector(work, out.number)
        assert out not in [member.inspector for member in work.again(part).members.all()]
        assert work.decided(work.again(part)).state == FormPart.State.DECIDED


def test_where_the_plan_says_why_one_inspector_goes_alone_one_signature_is_enough(work: Fieldwork) -> None:
    with on(DAY):
        work.dispatch()
        part = work.recorded(work.part("zjj-wuye"))
        assert len(part.members.all()) == 1
        actions.review_part(work.reviewer(part), part, True)
        publishing.publish_part(work.clerk(part), part)
    assert work.again(part).is_published


def test_a_replaced_object_ends_its_form_with_a_link_and_the_draft_stays(work: Fieldwork) -> None:
    with on(DAY):
        work.dispatch()
        old = form_of()
        part = work.again(old.parts.get(organisation__path__startswith=work.city.organisations["zjj-wuye"].path))
        work.saved(part, remark="到场时大门紧闭")
        page = work.city.client("chen").get(
            reverse("drawing:replace-object", args=[work.attempt.draw.number, old.object.number])
        )
        assert "已有没提交的草稿：保留可查" in page.content.decode()
        done = replace_object(work, old.object.number)
    old.refresh_from_db()
    new = Form.objects.get(object__number=done.incoming)
    assert (old.state, old.replaced_by_id, new.task_id) == ("replaced", new.pk, old.task_id)
    assert set(old.parts.values_list("state", flat=True)) == {"replaced"}
    assert old.parts.get(pk=part.pk).remark == "到场时大门紧闭"
    assert new.number > old.number and new.parts.count() == old.parts.count()
    team = next(one for one in standing(work.attempt).teams_of(work.attempt) if one.id == done.team)
    members = PartMember.objects.filter(part__form=new).values_list("inspector__number", flat=True)
    assert sorted(members) == sorted(number for _, number in team.members)
    assert set(Visit.objects.filter(object=old.object).values_list("state", flat=True)) == {"cancelled"}
    assert set(Visit.objects.filter(object=new.object).values_list("state", flat=True)) == {"planned"}
    viewer = work.inspector(part)
    assert not queries.to_inspect(viewer).filter(form=old).exists()
    with pytest.raises(Refused, match="因替补已终止"):
        actions.save_part(viewer, work.again(part), work.filled(part))
    shown = work.city.client("chen").get(reverse("inspecting:form", args=[old.pk])).content.decode()
    assert "接替的检查表" in shown and new.number in shown and "到场时大门紧闭" in shown
    assert "已替补" in work.client(viewer).get(reverse("field:part", args=[part.pk])).content.decode()
    printed = {form.pk: papers.document(form, []).facts[-1] for form in Form.objects.filter(pk__in=[old.pk, new.pk])}
    assert printed[old.pk].label == "替补" and f"终止，不再检查：{old.replaced_why}" in printed[old.pk].value
    assert printed[new.pk].label == "接替" and old.number in printed[new.pk].value
    assert work.city.client("chen").get(reverse("inspecting:form-pdf", args=[old.pk])).content.startswith(b"%PDF")


def test_an_object_of_which_a_part_is_submitted_is_not_replaced(work: Fieldwork) -> None:
    with on(DAY):
        work.dispatch()
        number = form_of().object.number
        proposed = drawing.propose_object(work["chen"], work.attempt, number, Cause.CLOSED, GONE, EVIDENCE)
        work.recorded(work.again(form_of().parts.all()[0]))
        with pytest.raises(Refused, match="已提交对它的检查记录"):
            drawing.approve_replacement(work["wuye-head"], proposed)
    assert Form.objects.filter(state="replaced").count() == 0
    assert Replacement.objects.get().state == "proposed"


def test_a_replaced_inspector_hands_over_what_is_open_and_keeps_what_is_submitted(work: Fieldwork) -> None:
    with on(DAY):
        work.dispatch()
        parts = list(
            FormPart.objects.filter(organisation__path__startswith="scjg/", form__team="150302-1").order_by("pk")
        )
        out = parts[0].members.get().inspector.number
        submitted = work.recorded(work.again(parts[0]))
        draft = work.saved(work.again(parts[1]), remark="只查了一半")
        done = replace_inspector(work, out)
    people = {part.pk: part.members.get().inspector.number for part in parts}
    assert people.pop(submitted.pk) == out
    assert set(people.values()) == {done.incoming}
    again = work.again(draft)
    assert again.remark == "只查了一半" and again.version == draft.version + 1
    newcomer = work.inspector(again)
    with on(DAY, 14):
        assert work.recorded(again).recorded_by_id == newcomer.user_id
    assert again.organisation.path == Inspector.objects.get(number=done.incoming).organisation.path


def test_objects_without_a_team_are_settled_before_dispatch_and_sent_out_with_theirs(
    city: City, tmp_path: Path
) -> None:
    work = build(city, shut_out=True)
    root = work.attempt
    waiting = standing(root).unassigned
    with on(DAY):
        with pytest.raises(Refused, match="先补充抽取，再派发"):
            work.dispatch()
        address = reverse("inspecting:dispatch", args=[root.pk])
        assert "先补充抽取，再派发" in city.client("chen").get(address).content.decode()
        assert "补充抽取：" in city.client("chen").get("/desk/").content.decode()
        teams = [supplemented(work.stage, root) for _ in waiting]
        task = work.dispatch()
        assert not Form.objects.filter(task=task, object__number__in=SHUT_OUT, object__number=waiting[0]).exists()
        for found in teams:
            work.attempt = found
            sign_record(work)
            assert work.dispatch().number == found.draw.number
            assert verify(fresh(found), tmp_path).verified
    for found, number in zip(teams, waiting, strict=True):
        form = Form.objects.get(object__number=number)
        assert form.task.attempt_id == found.pk and form.parts.count() == 3
        assert form.task.title.endswith("（补充抽取）")
    page = city.client("chen").get(reverse("drawing:replacements", args=[root.draw.number])).content.decode()
    assert teams[0].draw.number in page


def test_with_the_reserve_used_up_a_whole_new_team_takes_over_what_is_not_submitted(city: City) -> None:
    work = build(city)
    with on(DAY):
        work.dispatch()
        team = standing(work.attempt).teams_of(work.attempt)[0]
        mine = "zjj-wuye"  # its people roam: those in reserve elsewhere may be drawn here
        seen = []
        while True:
            out = next(
                n
                for t in standing(work.attempt).teams_of(work.attempt)
                if t.id == team.id
                for c, n in t.members
                if c == mine
            )
            proposed = drawing.propose_inspector(work["chen"], work.attempt, out, Cause.LEAVE, "请假", EVIDENCE)
            if not seen:
                form = Form.objects.filter(team=team.id).order_by("number")[0]
                done = work.recorded(work.again(form.parts.get(organisation__path__startswith="scjg/")))
            seen.append(drawing.approve_replacement(work["wuye-head"], proposed))
            if seen[-1].is_exhausted:
                break
        assert Replacement.objects.filter(entry__isnull=True).get() == seen[-1]
        now = standing(work.attempt)
        short = next(one for one in now.teams_of(work.attempt) if one.id == team.id)
        assert short.is_short and fresh(work.attempt).waiting == len(short.objects)
        page = city.client("chen").get(reverse("drawing:replacements", args=[work.attempt.draw.number]))
        assert "缺员" in page.content.decode() and "准备补充抽取" in page.content.decode()
        root, found = work.attempt, supplemented(work.stage, work.attempt)
        assert set(found.draw.covers) == set(short.objects)
        work.attempt = found
        sign_record(work)
        task = work.dispatch()
    assert standing(root).teams_of(root)[0].objects == ()
    assert fresh(root).waiting == 0
    kept = FormPart.objects.get(pk=done.pk)
    assert kept.state == "recorded" and kept.form.state != "replaced"
    new = Form.objects.get(task=task, object=kept.form.object)
    assert kept.form.replaced_by_id == new.pk
    assert new.parts.count() == 2 and not new.parts.filter(organisation__path__startswith="scjg/").exists()
    others = Form.objects.filter(task__attempt=root, team=team.id).exclude(pk=kept.form_id)
    assert set(others.values_list("state", flat=True)) == {"replaced"}
    assert all(form.replaced_by is not None and form.replaced_by.task_id == task.pk for form in others)


def test_a_replacement_and_the_dispatch_at_once_send_out_who_stands_today(work: Fieldwork) -> None:
    with on(DAY):
        stratum = next(one for one in standing(work.attempt).result.strata if one.id == "C")
        proposed = drawing.propose_object(work["chen"], work.attempt, stratum.drawn[0].id, Cause.CLOSED, GONE, EVIDENCE)
        found = at_once(lambda: drawing.approve_replacement(work["wuye-head"], proposed), work.dispatch)
    assert not [one for one in found if isinstance(one, Refused)], found
    now = standing(work.attempt)
    held = {number for team in now.teams_of(work.attempt) for number in team.objects}
    assert set(Form.objects.exclude(state="replaced").values_list("object__number", flat=True)) == held


def test_a_plan_is_completed_without_what_was_replaced(work: Fieldwork) -> None:
    with on(DAY):
        work.dispatch()
        replace_object(work, form_of().object.number)
        for form in Form.objects.exclude(state="replaced"):
            for part in form.parts.all():
                whole = work.decided(work.again(part))
                publishing.publish_part(work.clerk(whole), whole)
    work.stage.plan.refresh_from_db()
    assert not is_anything_left(work.stage.plan)
    assert work.stage.plan.state == "completed"
    assert reserve_of(work.attempt)
