"""Handing a part on (指派): reason, approval, acceptance; the part is the other unit's then, and nothing is lost."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from sunlot.desk import todo
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting import queries
from sunlot.inspecting.actions.closing import close_form
from sunlot.inspecting.extending import actions as extending
from sunlot.inspecting.models import DraftCopy, FormPart, Reassignment
from sunlot.inspecting.reassigning import actions, competence
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.registry import actions as registry
from sunlot.registry.models import Avoidance, InspectionObject, Inspector
from sunlot.trail.models import EventDetail, PublicEntry
from sunlot.visits.models import Visit

from ..cast import PASSWORD, City
from .fieldwork import Fieldwork

WHY, NAMED = "对象在辖区内，由属地单位检查更便于后续监管", "只有这两人分管物业服务"


def district_of(part: FormPart) -> str:
    return {"150302": "hbw-zjj", "150303": "hn-zjj", "150304": "wd-zjj"}[part.form.object.region_id]


@pytest.fixture
def part(sent: Fieldwork) -> FormPart:
    """A part of 物业科 over an object of a district, whose bureau has a head."""
    found = sent.part("zjj-wuye")
    sent.city.add("district-head", "区局长", district_of(found), Role.HEAD)
    sent.city.add("district-clerk", "区经办", district_of(found), Role.CLERK)
    return found


def to_of(part: FormPart) -> Organisation:
    return Organisation.objects.get(code=district_of(part))


def asked(work: Fieldwork, part: FormPart) -> Reassignment:
    return actions.ask(work["chen"], part, to_of(part), WHY)


def approved(work: Fieldwork, part: FormPart) -> Reassignment:
    return actions.approve(work["wuye-head"], asked(work, part), work.proof(work["wuye-head"]), "同意")


def people(part: FormPart, to: Organisation) -> list[int]:
    return [one.pk for one in competence.eligible(part, to)][:2]


def taken(work: Fieldwork, part: FormPart) -> FormPart:
    found = approved(work, part)
    head = work["district-head"]
    made = actions.accept(head, found, work.proof(head), people(part, found.to), NAMED)
    return work.again(made)


def test_asked_approved_and_taken_on_the_pages_the_part_is_the_other_units(sent: Fieldwork, part: FormPart) -> None:
    clerk, head, other = (sent.city.client(name) for name in ("chen", "wuye-head", "district-head"))
    form = reverse("inspecting:form", args=[part.form_id])
    address = reverse("inspecting:hand-on", args=[part.pk])
    assert address in clerk.get(form).content.decode()
    assert clerk.post(address, {"to": district_of(part), "reason": ""}).status_code == 422
    assert "已申请指派" in clerk.post(address, {"to": district_of(part), "reason": WHY}, follow=True).content.decode()
    found = Reassignment.objects.get()
    page = reverse("inspecting:reassignment", args=[found.pk])
    assert page in head.get("/desk/").content.decode() and page not in other.get("/desk/").content.decode()
    signed = {"act": "sign", "digest": found.digest, "password": PASSWORD}
    assert "已同意" in head.post(page, signed, follow=True).content.decode()
    assert sent.again(part).state == FormPart.State.OPEN  # until it is accepted it stays where it is
    assert page in other.get("/desk/").content.decode()
    take = {"act": "take", "digest": found.digest, "password": PASSWORD, "why": NAMED}
    chosen = people(part, to_of(part))
    one_alone = other.post(page, {**take, "inspectors": chosen[:1]})
    assert one_alone.status_code == 422 and "不得少于 2 人" in one_alone.content.decode()
    assert other.post(page, {**take, "inspectors": chosen, "why": ""}).status_code == 422
    assert other.post(page, {**take, "inspectors": chosen, "password": "错的"}).status_code == 422
    assert "已接收" in other.post(page, {**take, "inspectors": chosen}, follow=True).content.decode()
    made = FormPart.objects.get(form=part.form_id, organisation__code=district_of(part))
    assert sorted(made.members.values_list("inspector_id", flat=True)) == sorted(chosen)
    assert [one.version_id for one in made.findings.all()] == [one.version_id for one in part.findings.all()]
    old = sent.again(part)
    assert (old.state, old.is_editable) == (FormPart.State.HANDED, False)
    for client in (clerk, other):
        shown = client.get(form).content.decode()
        assert WHY in shown and NAMED in shown
    assert "已指派给" in clerk.get(form).content.decode()


def test_the_way_goes_on_with_the_new_units_people_and_closes_the_form(sent: Fieldwork, part: FormPart) -> None:
    made = taken(sent, part)
    with pytest.raises(Refused, match="已指派给其他单位"):
        inspecting.start_part(sent.inspector(part), part)
    recorded = sent.countersigned(made)
    inspecting.review_part(sent["district-clerk"], recorded, True)
    for other in sent.again(made).form.parts.exclude(pk__in=[made.pk, part.pk]):
        inspecting.review_part(sent.reviewer(other), sent.countersigned(sent.again(other)), True)
    found = sent.again(made)
    assert (found.state, found.form.state) == (FormPart.State.DECIDED, "recorded")
    visit = Visit.objects.get(thing=made.thing)
    assert (visit.state, visit.organisation.code) == (Visit.State.DONE, district_of(part))
    assert not Visit.objects.filter(thing=part.thing).exists()


def test_public_are_units_and_reason_never_a_person(sent: Fieldwork, part: FormPart) -> None:
    made = taken(sent, part)
    entry = PublicEntry.objects.get(type="inspecting.reassigned")
    text = json.dumps(json.loads(entry.event.entry), ensure_ascii=False)
    assert district_of(part) in text and "zjj-wuye" in text
    names = list(made.members.values_list("inspector__name", "inspector__number"))
    assert not [word for pair in names for word in pair if word in text]
    page = sent.city.client("chen").__class__().get(f"/draws/{sent.attempt.draw.number}/").content.decode()
    assert WHY in page and NAMED in page
    assert not [name for name, _ in names if name in page]


def test_what_lies_in_the_old_teams_phone_is_kept_and_told(sent: Fieldwork, part: FormPart) -> None:
    inspector = sent.inspector(part)
    client, device = sent.client(inspector), {"device": "ab" * 16}
    client.post("/field/api/device/", {**device, "name": "手机"}, content_type="application/json")
    client.post(f"/field/api/parts/{part.pk}/check-out/", device, content_type="application/json")
    texts = client.get("/field/api/day/", device).json()["parts"][0]["texts"]
    taken(sent, part)
    assert part.pk not in [one["id"] for one in client.get("/field/api/day/", device).json()["parts"]]
    late = {**device, "texts": {**texts, "remark": "已看过公示栏"}}
    answer = client.post(f"/field/api/parts/{part.pk}/draft/", late, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["kept"] and answer.json()["closed"] and "已指派给其他单位" in answer.json()["refused"]
    assert DraftCopy.objects.get(part=part).texts["remark"] == "已看过公示栏"
    page = client.get(reverse("field:part", args=[part.pk]))
    assert page.status_code == 200 and "已指派" in page.content.decode()


def test_declined_goes_back_with_words_and_the_unit_goes_on(sent: Fieldwork, part: FormPart) -> None:
    found = approved(sent, part)
    with pytest.raises(Refused, match="写明不接收"):
        actions.decline(sent["district-head"], found, "")
    actions.decline(sent["district-head"], found, "本区人手不足")
    (entry,) = [one for one in todo.waiting_for(sent["chen"]) if one.title.startswith("指派没有办成")]
    assert "本区人手不足" in entry.reason
    assert sent.recorded(part).state == FormPart.State.RECORDED
    assert not [one for one in todo.waiting_for(sent["chen"]) if one.title.startswith("指派没有办成")]


def test_returned_by_the_own_head_or_withdrawn_it_never_went(sent: Fieldwork, part: FormPart) -> None:
    first = asked(sent, part)
    assert actions.ask(sent["chen"], part, to_of(part), WHY) == first
    with pytest.raises(Refused, match="先撤回"):
        actions.ask(sent["chen"], part, to_of(part), "别的理由")
    actions.return_request(sent["wuye-head"], first, "本科室可以检查")
    second = approved(sent, part)
    actions.withdraw(sent["chen"], second)
    with pytest.raises(Refused, match="已撤回"):
        actions.accept(sent["district-head"], second, sent.proof(sent["district-head"]), [], NAMED)
    assert sent.again(part).state == FormPart.State.OPEN


def test_only_a_competent_unit_may_take_it(sent: Fieldwork, part: FormPart) -> None:
    units = {one.code for one in competence.competent_units(part)}
    assert units == {"zjj", district_of(part)}
    for code in ("scjg", "zjj-fangguan", next(c for c in ("hn-zjj", "wd-zjj", "hbw-zjj") if c != district_of(part))):
        with pytest.raises(Refused, match="不能接收"):
            actions.ask(sent["chen"], part, Organisation.objects.get(code=code), WHY)


def test_three_persons_and_the_right_ones(sent: Fieldwork, part: FormPart) -> None:
    for stranger in ("scjg-clerk", "wuye-head", "district-clerk"):
        with pytest.raises(NotAllowed, match="经办人提出"):
            actions.ask(sent[stranger], part, to_of(part), WHY)
    found = asked(sent, part)
    for stranger in ("scjg-head", "chen", "district-head"):
        with pytest.raises(NotAllowed):
            actions.approve(sent[stranger], found, sent.proof(sent[stranger]))
    actions.approve(sent["leader"], found, sent.proof(sent["leader"]))
    for stranger in ("leader", "wuye-head", "scjg-head", "district-clerk"):
        with pytest.raises(NotAllowed, match="负责人办理"):
            actions.accept(sent[stranger], found, sent.proof(sent[stranger]), people(part, found.to), NAMED)


def test_who_sees_the_page_before_and_after(sent: Fieldwork, part: FormPart) -> None:
    page = reverse("inspecting:reassignment", args=[approved(sent, part).pk])
    names = ("chen", "wuye-head", "district-head", "scjg-clerk", "outsider", "sysadmin")
    city = sent.city
    wrong = "wd-zjj" if district_of(part) != "wd-zjj" else "hn-zjj"
    city.add("elsewhere", "别区", wrong, Role.HEAD)
    seen = {name: city.client(name).get(page).status_code for name in (*names, "elsewhere")}
    assert [seen.pop(name) for name in ("chen", "wuye-head", "district-head")] == [200, 200, 200]
    if district_of(part) == "wd-zjj":
        seen.pop("outsider")
    assert set(seen.values()) <= {403, 404}


def test_whom_the_head_may_not_name(sent: Fieldwork, part: FormPart) -> None:
    found = approved(sent, part)
    head, to = sent["district-head"], found.to
    able = competence.eligible(part, to)
    avoiding = able[0]
    obj = InspectionObject.objects.get(pk=part.form.object_id)
    registry.add_avoidance(
        sent["district-clerk"],
        avoiding,
        obj,
        Avoidance.Ground.FORMER,
        "曾任职",
        left_on=clock.today() - timedelta(days=90),
    )
    stranger = Inspector.objects.exclude(organisation__path__startswith=to.path)[0]
    for wrong in ([avoiding.pk, able[1].pk], [able[1].pk, stranger.pk]):
        with pytest.raises(Refused, match="不能检查"):
            actions.accept(head, found, sent.proof(head), wrong, NAMED)


def test_back_to_a_unit_whose_people_were_drawn_these_are_the_inspectors(sent: Fieldwork, part: FormPart) -> None:
    made = taken(sent, part)
    wuye = Organisation.objects.get(code="zjj-wuye")
    back = actions.ask(sent["district-clerk"], made, wuye, "区里案件较多，交回市局检查")
    actions.approve(sent["district-head"], back, sent.proof(sent["district-head"]))
    again = actions.accept(sent["wuye-head"], back, sent.proof(sent["wuye-head"]))
    drawn = [member.inspector_id for member in part.members.all()]
    assert [member.inspector_id for member in again.members.all()] == drawn
    back.refresh_from_db()
    assert (back.by, back.naming_reason) == (Reassignment.By.DRAWN, "")
    assert sent.recorded(sent.again(again)).state == FormPart.State.RECORDED


def test_accepted_twice_is_accepted_once_and_not_after_the_record(sent: Fieldwork, part: FormPart) -> None:
    found = approved(sent, part)
    head = sent["district-head"]
    chosen = people(part, found.to)
    first = actions.accept(head, found, sent.proof(head), chosen, NAMED)
    assert actions.accept(head, found, sent.proof(head), chosen, NAMED) == first
    assert EventDetail.objects.filter(type="inspecting.reassigned").count() == 1
    other = sent.part("zjj-wuye", 1)
    if district_of(other) != district_of(part):
        sent.city.add("second-head", "另区局长", district_of(other), Role.HEAD)
    waiting = approved(sent, other)
    sent.recorded(other)
    taker = sent["district-head" if district_of(other) == district_of(part) else "second-head"]
    with pytest.raises(Refused, match="不能再指派"):
        actions.accept(taker, waiting, sent.proof(taker), people(other, waiting.to), NAMED)


def test_the_extended_day_and_the_draft_of_the_old_unit_stay(sent: Fieldwork, part: FormPart) -> None:
    until = part.inspect_by + timedelta(days=7)
    one = extending.ask(sent["chen"], part, until, "停产检修")
    extending.approve(sent["unit-head"], one, sent.proof(sent["unit-head"]))
    inspecting.save_part(sent.inspector(part), sent.again(part), sent.filled(part, remark="写到一半"))
    made = taken(sent, part)
    assert (made.inspect_by, made.remark) == (until, "")
    assert sent.again(part).remark == "写到一半"
    assert not queries.parts_seen(sent["district-head"]).filter(pk=part.pk).exists()
    assert "写到一半" in sent.city.client("chen").get(reverse("inspecting:form", args=[part.form_id])).content.decode()


def test_the_head_names_somebody_else_when_one_falls_out(sent: Fieldwork, part: FormPart) -> None:
    made = taken(sent, part)
    found, head = Reassignment.objects.get(), sent["district-head"]
    able = [one.pk for one in competence.eligible(made, found.to)]
    page = reverse("inspecting:reassignment", args=[found.pk])
    given = {"act": "name", "inspectors": [able[0], able[2]], "why": "一人休假"}
    assert "已重新指定" in sent.city.client("district-head").post(page, given, follow=True).content.decode()
    assert sorted(sent.again(made).members.values_list("inspector_id", flat=True)) == sorted([able[0], able[2]])
    with pytest.raises(Refused, match="没有变化"):
        actions.name_again(head, found, [able[0], able[2]], "一人休假")
    sent.recorded(sent.again(made))
    with pytest.raises(Refused, match="已提交"):
        actions.name_again(head, found, able[:2], "又换")


def test_an_object_that_is_replaced_ends_the_part_that_was_taken_too(
    sent: Fieldwork, part: FormPart, city: City
) -> None:
    made = taken(sent, part)
    ended = close_form(sent["chen"], sent.again(made).form, "已注销，由候补替补")
    assert made.pk in {one.pk for one in ended}
    assert sent.again(part).state == FormPart.State.HANDED
