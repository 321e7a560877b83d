"""Inspectors: recommended by their unit, reviewed by another, qualified only with a valid certificate; avoidance."""

import pytest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.todo import waiting_for
from sunlot.organisations import actions as people
from sunlot.organisations.models import User
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.registry import actions, queries
from sunlot.registry.models import Avoidance, Inspector
from sunlot.registry.qualifying import qualified_inspectors
from tests.cast import City, viewer_of

from .makers import enterprise, in_days, inspector, on_duty, with_test

State = Inspector.State
NEW = {
    "number": "wy-009",
    "name": "李静",
    "certificate": "15030200999",
    "certificate_expires": "2029-05-31",
    "fields_": "燃气、消防",
    "recommendation": "从事燃气执法五年",
}


def test_a_person_recommended_by_the_page_waits_for_review_and_is_then_on_duty(town: City) -> None:
    organisation = town.organisations["zjj-wuye"].pk
    town.client("chen").post("/desk/registry/inspectors/new/", NEW | {"organisation": organisation})
    found = Inspector.objects.get()
    assert (found.state, found.fields) == (State.RECOMMENDED, ["燃气", "消防"])
    assert "审核 1 名执法检查人员" in [todo.title for todo in waiting_for(town["coordinator"])]
    decision = {"row": [found.pk], "decision": "accept", "comment": "核对无误"}
    refused = town.client("coordinator").post("/desk/registry/inspectors/review/", decision)
    assert refused.status_code == 409
    assert "没有有效的培训考核合格记录" in refused.content.decode()
    town.client("chen").post(
        f"/desk/registry/inspectors/{found.pk}/test/", {"subject": "燃气", "tested_on": in_days(-3), "passed": "1"}
    )
    town.client("coordinator").post("/desk/registry/inspectors/review/", decision)
    found.refresh_from_db()
    assert (found.state, found.reviewed_by) == (State.ACTIVE, town["coordinator"].membership.user)


def test_recommendation_and_review_are_never_the_same_person(town: City) -> None:
    both = User.objects.get(username="chen")
    membership = people.grant_role(SYSTEM, both, town.organisations["zjj-fagui"], Role.COORDINATOR)
    found = inspector(town, "wy-001")
    with pytest.raises(NotAllowed, match="推荐与审核不能是同一人"):
        actions.review_inspector(viewer_of(membership.pk), found, accept=True, comment="好")
    assert not queries.waiting_for_review(viewer_of(membership.pk)).exists()


def test_several_are_returned_at_once_with_the_reason_and_come_back_mended(town: City) -> None:
    found = [inspector(town, f"wy-00{place}") for place in range(3)]
    client = town.client("coordinator")
    data = {"row": [one.pk for one in found], "decision": "return"}
    assert client.post("/desk/registry/inspectors/review/", data).status_code == 409, "no reason, no return"
    client.post("/desk/registry/inspectors/review/", data | {"comment": "补交培训证明"})
    assert set(Inspector.objects.values_list("state", flat=True)) == {State.RETURNED}
    assert "改正 3 名被退回的执法检查人员" in [todo.title for todo in waiting_for(town["chen"])]
    assert "补交培训证明" in town.client("chen").get(f"/desk/registry/inspectors/{found[0].pk}/").content.decode()
    assert actions.change_inspector(town["chen"], found[0], post="一线").state == State.RECOMMENDED


def test_a_partner_department_s_people_are_reviewed_by_its_head(town: City) -> None:
    found = with_test(town, inspector(town, "sc-001", "scjg-clerk"), "scjg-clerk")
    with pytest.raises(NotAllowed):
        actions.review_inspector(town["coordinator"], found, accept=True, comment="好")
    with pytest.raises(NotAllowed):
        actions.review_inspector(town["wuye-head"], inspector(town, "wy-001"), accept=True, comment="好")
    assert actions.review_inspector(town["scjg-head"], found, accept=True, comment="好").state == State.ACTIVE


def test_what_the_review_vouched_for_is_reviewed_anew_when_it_changes(town: City) -> None:
    found = on_duty(town, "wy-001")
    assert actions.change_inspector(town["chen"], found, phone="13900000000").state == State.ACTIVE
    changed = actions.change_inspector(town["chen"], found, certificate="15030200777")
    assert (changed.state, changed.reviewed_by) == (State.RECOMMENDED, None)


def test_only_people_on_duty_with_a_valid_certificate_are_qualified(town: City) -> None:
    good = on_duty(town, "wy-001", certificate_expires=in_days(0))
    expired = on_duty(town, "wy-002", certificate_expires=in_days(-1))
    suspended = on_duty(town, "wy-003")
    inspector(town, "wy-004")
    actions.set_inspector_state(town["chen"], suspended, State.SUSPENDED, "产假")
    assert expired.state == State.REVIEWED
    assert list(qualified_inspectors("zjj/", in_days(0))) == [good]
    assert list(qualified_inspectors("zjj/", in_days(1))) == []
    assert list(qualified_inspectors("scjg/", in_days(0))) == []
    with pytest.raises(Refused, match="换证并登记后才能上岗"):
        actions.set_inspector_state(town["chen"], expired, State.ACTIVE)


def test_a_suspension_needs_its_reason_and_the_state_moves_by_its_table(town: City) -> None:
    found = on_duty(town, "wy-001")
    client = town.client("chen")
    assert client.post(f"/desk/registry/inspectors/{found.pk}/state/", {"state": "suspended"}).status_code == 200
    answer = client.post(f"/desk/registry/inspectors/{found.pk}/state/", {"state": "suspended", "reason": "产假"})
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.state, found.state_reason) == (State.SUSPENDED, "产假")
    with pytest.raises(Refused, match="不能从"):
        actions.set_inspector_state(town["chen"], found, State.REVIEWED)
    assert actions.set_inspector_state(town["chen"], found, State.LEFT, "调离").state == State.LEFT


def test_certificates_are_warned_of_sixty_and_thirty_days_before(town: City) -> None:
    for place, days in enumerate((61, 60, 31, 30, 0)):
        on_duty(town, f"wy-00{place}", certificate_expires=in_days(days))
    late = on_duty(town, "wy-009")
    Inspector.objects.filter(pk=late.pk).update(certificate_expires=in_days(-1))
    titles = {todo.title: todo for todo in waiting_for(town["chen"])}
    assert titles["1 人的执法证已过期"].is_late
    assert titles["2 人的执法证 30 天内到期"].due == in_days(0)
    assert titles["2 人的执法证 60 天内到期"].due == in_days(31)
    page = town.client("chen").get("/desk/registry/inspectors/?certificate=expired").content.decode()
    assert "wy-009" in page
    assert "wy-000" not in page


def test_an_avoidance_is_entered_listed_for_the_draw_and_ended(town: City) -> None:
    entry, other = enterprise(1), enterprise(2, name="石榴籽物业")
    found = on_duty(town, "wy-001")
    client = town.client("chen")
    address = f"/desk/registry/inspectors/{found.pk}/avoid/"
    assert "没有这个检查对象" in client.post(address, {"object": "没有的公司", "ground": "family"}).content.decode()
    for _ in range(2):
        client.post(address, {"object": entry.number, "ground": "family"})
    actions.add_avoidance(town["chen"], found, other, "former", expires=in_days(1))
    avoidance = Avoidance.objects.get(object=entry)

    def pairs(day: int) -> list[tuple[str, str]]:
        return list(queries.avoidance_pairs([found.pk], [entry.pk, other.pk], in_days(day)))

    assert pairs(1) == [("wy-001", entry.number), ("wy-001", other.number)]
    assert pairs(2) == [("wy-001", entry.number)]
    assert list(queries.avoidance_pairs([found.pk], [other.pk], in_days(2))) == []
    assert client.post(f"/desk/registry/avoidances/{avoidance.pk}/end/", {"reason": ""}).status_code == 409
    client.post(f"/desk/registry/avoidances/{avoidance.pk}/end/", {"reason": "已满三年"})
    assert pairs(2) == []


def test_candidates_are_active_in_the_region_and_covered_by_an_item_in_force(town: City) -> None:
    uncovered = ObjectKind.objects.create(code="kiosk", name="报刊亭", nature="facility")
    here, there, gone = enterprise(1), enterprise(2, region="150304"), enterprise(3)
    enterprise(4, kind="kiosk", credit_code="")
    actions.set_object_state(town["chen"], gone, "deregistered", since=in_days(-9), source="登记机关")
    kinds = [here.kind_id, uncovered.pk]
    assert set(queries.candidates(kinds, ["150300"], in_days(0))) == {here, there}
    assert set(queries.candidates(kinds, ["150302"], in_days(0))) == {here}
    assert set(queries.candidates([uncovered.pk], ["150300"], in_days(0))) == set()
    assert set(queries.candidates(kinds, ["150300"], in_days(-2000))) == set(), "no item was in force then"
