"""Experts: recommended, reviewed, engaged to their last day, found by field; imported and exported; never an inspector."""

from typing import Any

import pytest

from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.registry import actions
from sunlot.registry.models import Expert, ExpertField, Import
from sunlot.registry.qualifying import qualified_experts
from tests.cast import City

from .files import xlsx
from .makers import in_days, inspector

HEADS = ["专家编号", "姓名", "所在单位", "专业领域", "职称", "聘期至", "手机"]
ROW = ["zj-001", "钱教授", "内蒙古燃气研究院", "燃气、消防", "教授级高工", "2030-12-31", "13812341234"]


def gas() -> ExpertField:
    return ExpertField.objects.get(code="gas")


def expert(town: City, number: str = "zj-001", user: str = "chen", **changes: Any) -> Expert:
    values = {
        "name": "钱教授",
        "organisation": town[user].organisation,
        "institution": actions.institution_named("内蒙古燃气研究院", "institute"),
        "fields": [gas()],
        "engaged_until": in_days(300),
        "recommendation": "燃气行业二十年",
    }
    return actions.recommend_expert(town[user], number=number, **(values | changes))


def engaged(town: City, number: str = "zj-001", **changes: Any) -> Expert:
    return actions.review_expert(town["coordinator"], expert(town, number, **changes), accept=True, comment="资历相符")


def test_an_expert_recommended_by_the_page_is_reviewed_and_then_in_the_pool_of_its_field(town: City) -> None:
    data = {
        "number": "zj-001", "name": "钱教授", "institution_name": "内蒙古燃气研究院", "institution_kind": "institute",
        "experts_in": ["gas", "fire"], "engaged_until": in_days(10), "organisation": town["chen"].organisation.pk,
        "recommendation": "燃气行业二十年",
    }  # fmt: skip
    assert town.client("chen").post("/desk/registry/experts/new/", data).status_code == 302
    found = Expert.objects.get()
    assert not qualified_experts(in_days(0), "gas").exists()
    review = f"/desk/registry/experts/{found.pk}/review/"
    assert town.client("wuye-head").post(review, {"decision": "accept", "comment": "好"}).status_code == 403
    assert town.client("coordinator").post(review, {"decision": "accept"}).status_code == 409, "the reason is missing"
    town.client("coordinator").post(review, {"decision": "accept", "comment": "资历相符"})
    assert [list(qualified_experts(in_days(day), "gas")) for day in (0, 10, 11)] == [[found], [found], []]
    assert not qualified_experts(in_days(0), "heating").exists()
    page = town.client("chen").get("/desk/registry/experts/?field=gas&available=yes").content.decode()
    assert "钱教授" in page
    assert "expert-gas" in page


def test_recommendation_and_review_of_an_expert_are_never_the_same_person(town: City) -> None:
    found = expert(town)
    Expert.objects.filter(pk=found.pk).update(recommended_by=town["coordinator"].user_id)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        actions.review_expert(town["coordinator"], found, accept=True, comment="好")


def test_a_number_is_given_once_among_experts_and_inspectors(town: City) -> None:
    inspector(town, "wy-001")
    expert(town, "zj-001")
    with pytest.raises(Refused):
        expert(town, "wy-001")
    with pytest.raises(Refused):
        inspector(town, "zj-001")


def test_another_field_is_reviewed_anew_and_a_phone_is_not(town: City) -> None:
    found = engaged(town)
    assert actions.change_expert(town["chen"], found, phone="13900000000").state == Expert.State.ACTIVE
    changed = actions.change_expert(town["chen"], found, fields=list(ExpertField.objects.filter(code="fire")))
    assert changed.state == Expert.State.RECOMMENDED
    story = town.client("chen").get(f"/desk/registry/experts/{found.pk}/").content.decode()
    assert "专业领域 燃气 → 消防" in story


def test_two_clerks_who_edit_one_expert_both_see_what_the_other_wrote(town: City) -> None:
    found = engaged(town)
    form = {
        "name": found.name, "institution_name": found.institution.name, "institution_kind": "institute",
        "experts_in": ["fire"], "engaged_until": found.engaged_until, "organisation": found.organisation_id,
        "title": "高工", "version": found.version,
    }  # fmt: skip
    actions.change_expert(town["chen"], found, title="教授")
    answer = town.client("chen").post(f"/desk/registry/experts/{found.pk}/edit/", form).content.decode()
    assert "对方已改为“教授”，您填的是“高工”" in answer
    assert "名录库现在是“燃气”" in answer


def test_experts_are_imported_exported_and_the_export_read_back_changes_nothing(town: City, imported: Any) -> None:
    faulty = ["zj-002", "孙工", "某公司", "没有的领域", "", "2030-12-31", ""]
    roster: Import = imported(xlsx([HEADS, ROW, faulty]), target="experts")
    assert (roster.counts["new"], roster.counts["faulty"]) == (1, 1)
    assert (
        "没有“没有的领域”这个专家领域"
        in town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    )
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/")
    found = Expert.objects.get()
    assert (found.institution.get_kind_display(), found.fields.count()) == ("科研院所、高校", 2)
    answer = town.client("chen").get("/desk/registry/experts/?format=csv")
    again: Import = imported(b"".join(answer.streaming_content), "导出.csv", target="experts")
    assert (again.counts["same"], again.counts["changed"], again.counts["faulty"]) == (1, 0, 0)


def test_the_coordinator_adds_a_field_and_nobody_else(town: City) -> None:
    data = {"name": "电梯", "code": "lift"}
    assert town.client("chen").post("/desk/registry/experts/fields/", data).status_code == 403
    assert town.client("coordinator").post("/desk/registry/experts/fields/", data).status_code == 302
    assert ExpertField.objects.get(code="lift").pool == "expert-lift"
    assert town.client("coordinator").post("/desk/registry/experts/fields/", data).status_code == 409


def test_a_partner_department_does_not_see_the_bureau_s_experts(town: City) -> None:
    found = engaged(town)
    assert town.client("outsider").get(f"/desk/registry/experts/{found.pk}/").status_code == 200, (
        "a district's own city"
    )
    assert town.client("scjg-clerk").get(f"/desk/registry/experts/{found.pk}/").status_code == 404
