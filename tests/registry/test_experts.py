"""Experts: recommended, reviewed, engaged to their last day, found by field; imported and exported; never an inspector."""

import csv
import io
from typing import Any

import pytest

from sunlot.catalogue.models import Competence
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.registry import actions, queries
from sunlot.registry.models import Expert, Import, Institution
from sunlot.registry.qualifying import qualified_experts
from tests.cast import City

from .files import code, xlsx
from .makers import engaged, enterprise, expert, in_days, inspector

HEADS = ["专家编号", "姓名", "所在单位", "专业领域", "职称", "聘期至", "手机"]
ROW = ["zj-001", "钱教授", "内蒙古燃气研究院", "燃气、消防", "教授级高工", "2030-12-31", "13812341234"]


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
    changed = actions.change_expert(town["chen"], found, fields=list(Competence.objects.filter(code="fire")))
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
        "没有“没有的领域”这个专业领域"
        in town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    )
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/")
    found = Expert.objects.get()
    assert (found.institution.get_kind_display(), found.fields.count()) == ("科研院所、高校", 2)
    answer = town.client("chen").get("/desk/registry/experts/?format=csv")
    again: Import = imported(b"".join(answer.streaming_content), "导出.csv", target="experts")
    assert (again.counts["same"], again.counts["changed"], again.counts["faulty"]) == (1, 0, 0)


def test_experts_and_inspectors_have_one_list_of_fields_and_a_retired_one_stays_with_who_has_it(town: City) -> None:
    found = engaged(town)
    Competence.objects.filter(code="gas").update(is_active=False)
    fresh = town.client("chen").get("/desk/registry/experts/new/").content.decode()
    edit = town.client("chen").get(f"/desk/registry/experts/{found.pk}/edit/").content.decode()
    box = 'name="experts_in" value="{}"'
    assert box.format("fire") in fresh and box.format("gas") not in fresh
    assert box.format("gas") in edit
    page = town.client("chen").get("/desk/registry/experts/").content.decode()
    assert "expert-gas" in page and "expert-fire" not in page, "only what somebody is expert in is a pool"


def test_a_partner_department_does_not_see_the_bureau_s_experts(town: City) -> None:
    found = engaged(town)
    assert town.client("outsider").get(f"/desk/registry/experts/{found.pk}/").status_code == 200, (
        "a district's own city"
    )
    assert town.client("scjg-clerk").get(f"/desk/registry/experts/{found.pk}/").status_code == 404


def test_an_expert_and_an_object_that_must_not_meet_are_kept_apart_until_somebody_says_otherwise(town: City) -> None:
    found, entry = engaged(town), enterprise(1, town["chen"])
    address = f"/desk/registry/experts/{found.pk}/avoid/"
    data = {"object": entry.number, "ground": "shares", "note": "持股", "expires": in_days(2)}
    assert town.client("scjg-clerk").get(address).status_code == 404
    assert town.client("wuye-head").post(address, data).status_code == 403
    assert town.client("chen").post(address, data)["Location"] == f"/desk/registry/experts/{found.pk}/"
    assert town.client("chen").post(address, data).status_code == 302, "said twice is said once"

    def pairs(day: int) -> list[tuple[str, str]]:
        return list(queries.avoidance_pairs([], [entry.pk], in_days(day), [found.pk]))

    assert [pairs(day) for day in (0, 2, 3)] == [[("zj-001", entry.number)]] * 2 + [[]]
    page = town.client("chen").get(f"/desk/registry/experts/{found.pk}/").content.decode()
    assert "持有股份或投资" in page
    assert "登记回避：" in page
    on_object = town.client("wuye-head").get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    assert "钱○授" in on_object
    assert "持股" not in on_object
    end = f"/desk/registry/avoidances/{found.avoidances.get().pk}/end/"
    assert town.client("chen").post(end, {"reason": "已转让股份"})["Location"] == f"/desk/registry/experts/{found.pk}/"
    assert pairs(0) == []


def test_a_testing_body_has_a_page_of_its_own_to_enter_and_change_it(town: City) -> None:
    address, client = "/desk/registry/experts/institutions/", town.client("chen")
    data = {"name": "乌海市建筑工程检测中心", "kind": "testing", "qualification": "CMA 2305", "credit_code": code(7)}
    assert town.client("wuye-head").post(f"{address}new/", data).status_code == 403
    assert client.post(f"{address}new/", data).status_code == 302
    assert client.post(f"{address}new/", data).status_code == 200, "entered already"
    found = Institution.objects.get()
    wrong = client.post(f"{address}{found.pk}/", data | {"credit_code": "91150302", "version": 1})
    assert "应为 18 位" in wrong.content.decode()
    changed = data | {"qualification_expires": in_days(-1), "qualification": "CMA 2306", "version": 1}
    assert client.post(f"{address}{found.pk}/", changed).status_code == 302
    expert(town, institution=Institution.objects.get(qualification="CMA 2306"))
    page = client.get(address).content.decode()
    assert "已过期" in page
    assert f'<a href="/desk/registry/experts/?institution={found.pk}">1</a>' in page
    other = expert(town, number="zj-009").institution
    for institution in (found, other):
        rows = client.get("/desk/registry/experts/", {"institution": institution.pk, "format": "csv"})
        (row,) = csv.DictReader(io.StringIO(rows.getvalue().decode("utf-8-sig")))
        assert row["所在单位"] == institution.name


def test_two_who_edit_one_testing_body_both_see_what_the_other_wrote(town: City) -> None:
    address, client = "/desk/registry/experts/institutions/", town.client("chen")
    data = {"name": "乌海市建筑工程检测中心", "kind": "testing", "qualification": "CMA 2305"}
    client.post(f"{address}new/", data)
    found = Institution.objects.get()
    seen = data | {"version": 1}
    town.client("coordinator").post(
        f"{address}{found.pk}/", seen | {"qualification": "CMA 2306", "credit_code": code(7)}
    )
    answer = client.post(f"{address}{found.pk}/", seen | {"qualification": "CMA 2307"}).content.decode()
    assert "对方已改为“CMA 2306”，您填的是“CMA 2307”" in answer
    assert "已采用对方的" in answer and f'value="{code(7)}"' in answer
    client.post(f"{address}{found.pk}/", seen | {"qualification": "CMA 2307", "credit_code": code(7), "version": 2})
    found.refresh_from_db()
    assert (found.qualification, found.credit_code, found.version) == ("CMA 2307", code(7), 3)
