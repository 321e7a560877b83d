"""The staff's pages of the catalogue, through the browser's eyes."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sunlot.catalogue import actions
from sunlot.catalogue.models import ItemVersion, ObjectKind
from sunlot.catalogue.texts import text_of
from sunlot.desk.todo import waiting_for
from sunlot.norms import clock
from sunlot.trail.models import EventDetail
from tests.cast import City, load_items

LIST = "/desk/catalogue/"
ROWS = ("bases", "sub_items", "materials", "findings", "frequencies")


@pytest.fixture
def catalogue(city: City) -> City:
    load_items()
    return city


def next_version_of(city: City, code: str, **changes: Any) -> ItemVersion:
    """A draft of the next version, written by 物业科."""
    version = ItemVersion.objects.get(item__code=code)
    text = text_of(version)
    return actions.draft_version(
        city["chen"], version.item, type(text)(**{**vars(text), "reason": "条例修订", **changes})
    )


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "code": "WY-09",
        "organisation": "",
        "name": "电梯维护费用公示检查",
        "category": "key",
        "kinds": [ObjectKind.objects.get(name="物业服务企业").pk],
        "content": "是否公示",
        "modes": ["on-site"],
        "reason": "改",
        **{f"{rows}-{count}_FORMS": "0" for rows in ROWS for count in ("TOTAL", "INITIAL")},
        "bases-TOTAL_FORMS": "2",
        "bases-0-law": "《物业管理条例》",
        "bases-0-article": "第五条",
        "bases-0-text": "",
        "bases-1-law": "",
        "bases-1-article": "",
        "bases-1-text": "",
        **changes,
    }


def codes(client: Client, query: str) -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [version.item.code for version in response.context["listing"].page]


def test_the_list_finds_by_name_code_and_initials_and_filters(catalogue: City) -> None:
    client = catalogue.client("chen")
    assert codes(client, "?q=物业服务") == ["WY-01"]
    assert codes(client, "?q=wy-0") == ["WY-01", "WY-02", "WY-03"]
    assert codes(client, "?q=ＷＹ-03") == ["WY-03"]
    assert codes(client, "?q=wyfwqy") == ["WY-01"]
    assert codes(client, "?organisation=zjj-wuye&category=key") == ["WY-02"]
    assert codes(client, "?kind=gas&sort=-code") == ["YJJ-01", "SCJG-01", "RSJ-01", "CJ-01"]
    assert codes(client, "?q=没有这个事项") == []


def test_the_list_as_of_a_day_shows_what_was_in_force_that_day(catalogue: City) -> None:
    today = clock.today()
    version = actions.submit(catalogue["chen"], next_version_of(catalogue, "WY-01", name="物业服务检查"))
    actions.put_in_force(catalogue["coordinator"], version, today + timedelta(days=10))
    client = catalogue.client("chen")
    assert codes(client, "?day=2025-12-31") == []
    assert len(client.get(f"{LIST}?day={today}").context["listing"].rows) == 36
    names = {
        day: client.get(f"{LIST}?day={day}&q=WY-01").context["listing"].page[0].name
        for day in (today, today + timedelta(days=10))
    }
    assert list(names.values()) == ["物业服务企业检查", "物业服务检查"]


def test_the_list_costs_the_same_whatever_its_length(
    catalogue: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = catalogue.client("chen")
    with django_assert_max_num_queries(14):
        client.get(LIST)


def test_the_list_is_exported_as_filtered(catalogue: City) -> None:
    response = catalogue.client("chen").get(f"{LIST}?organisation=zjj-wuye&format=csv")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streaming answer
    assert body.splitlines()[0].startswith("编号,事项名称,科室（单位）,类别")
    assert "《物业管理条例》第五十三条、第六十条；《住宅专项维修资金管理办法》" in body
    assert len(list(csv.reader(io.StringIO(body)))) == 4


def test_an_item_goes_the_whole_way_through_the_pages(catalogue: City) -> None:
    chen, coordinator = catalogue.client("chen"), catalogue.client("coordinator")
    wuye = catalogue.organisations["zjj-wuye"].pk
    response = chen.post(reverse("catalogue:new"), a_form(organisation=wuye), follow=True)
    assert "提交统筹科室审核" in response.content.decode()
    version = ItemVersion.objects.get(item__code="WY-09")
    assert [str(basis) for basis in version.bases.all()] == ["《物业管理条例》第五条"]
    chen.post(reverse("catalogue:submit", args=["WY-09"]))

    todo = [entry for entry in waiting_for(catalogue["coordinator"]) if "WY-09" in entry.title]
    assert [(entry.button, entry.url) for entry in todo] == [
        ("审核这一版", reverse("catalogue:put-in-force", args=["WY-09"]))
    ]
    coordinator.post(reverse("catalogue:return", args=["WY-09"]), {"comment": "写明公示期限"})
    returned = [entry for entry in waiting_for(catalogue["chen"]) if "WY-09" in entry.title]
    assert returned[0].reason == "统筹科室退回：写明公示期限"

    changed = a_form(organisation=wuye, content="是否按季公示", **{"bases-1-law": "住宅专项维修资金管理办法"})
    chen.post(reverse("catalogue:edit", args=["WY-09"]), changed)
    chen.post(reverse("catalogue:submit", args=["WY-09"]))
    page = coordinator.get(reverse("catalogue:put-in-force", args=["WY-09"])).content.decode()
    assert "是否按季公示" in page and "《住宅专项维修资金管理办法》" in page
    coordinator.post(reverse("catalogue:put-in-force", args=["WY-09"]), {"effective_from": clock.today().isoformat()})
    version.refresh_from_db()
    assert (version.state, version.content) == ("in-force", "是否按季公示")
    on = clock.today() + timedelta(days=2)
    coordinator.post(reverse("catalogue:repeal", args=["WY-09"]), {"on": on.isoformat(), "reason": "并入 WY-01"})
    version.refresh_from_db()
    assert (version.state, version.effective_to) == ("repealed", on - timedelta(days=1))
    assert "并入 WY-01" in chen.get(reverse("catalogue:item", args=["WY-09"])).content.decode()


def test_a_row_more_keeps_everything_typed_and_stores_nothing(catalogue: City) -> None:
    form = a_form(
        organisation=catalogue.organisations["zjj-wuye"].pk, name="", **{"bases-1-text": "条文", "more-rows": "bases"}
    )
    response = catalogue.client("chen").post(reverse("catalogue:new"), form)
    page = response.content.decode()
    assert 'name="bases-2-law"' in page and "《物业管理条例》" in page and "条文" in page and 'value="WY-09"' in page
    assert 'class="fault"' not in page  # not judged yet
    assert not ItemVersion.objects.filter(item__code="WY-09").exists()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": "WY-01"}, "编号 WY-01 已有事项使用"),
        ({"code": "9"}, "事项编号由大写字母"),
        ({"bases-1-article": "第六条"}, "写明法律法规规章的名称"),
        ({"name": ""}, "事项名称"),
        ({"kinds": ["999999"]}, "检查对象类别"),
    ],
)
def test_a_faulty_form_says_where_and_keeps_what_was_typed(
    catalogue: City, changes: dict[str, Any], fault: str
) -> None:
    form = a_form(organisation=catalogue.organisations["zjj-wuye"].pk, **changes)
    page = catalogue.client("chen").post(reverse("catalogue:new"), form).content.decode()
    assert fault in page and "是否公示" in page
    assert not ItemVersion.objects.filter(item__code="WY-09").exists()


def test_a_draft_that_was_submitted_meanwhile_is_not_written_over_and_nothing_typed_is_lost(catalogue: City) -> None:
    version = next_version_of(catalogue, "WY-01")
    client = catalogue.client("wuye-head")
    assert client.get(reverse("catalogue:edit", args=["WY-01"])).status_code == 200
    actions.submit(catalogue["chen"], version)
    page = client.post(reverse("catalogue:edit", args=["WY-01"]), a_form(content="晚了一步")).content.decode()
    assert "只有草稿可以修改" in page and "晚了一步" in page
    version.refresh_from_db()
    assert version.content != "晚了一步"


def test_what_changed_between_two_versions_is_shown(catalogue: City) -> None:
    next_version_of(catalogue, "WY-01", content="新内容")
    page = (
        catalogue.client("chen")
        .get(reverse("catalogue:item", args=["WY-01"]) + "?version=2&against=1")
        .content.decode()
    )
    assert "<ins>新内容</ins>" in page and "<del>合同履约；" in page


@pytest.mark.parametrize("username", ["outsider", "scjg-clerk"])
def test_a_stranger_does_not_find_another_unit_s_draft_and_the_attempt_is_on_record(
    catalogue: City, username: str
) -> None:
    client = catalogue.client("chen")
    client.post(reverse("catalogue:new"), a_form(organisation=catalogue.organisations["zjj-wuye"].pk))
    stranger = catalogue.client(username)
    for name in ("item", "edit", "put-in-force", "return", "repeal"):
        assert stranger.get(reverse(f"catalogue:{name}", args=["WY-09"])).status_code == 404
    assert stranger.post(reverse("catalogue:submit", args=["WY-09"])).status_code == 404
    assert "WY-09" not in stranger.get(f"{LIST}?state=draft").content.decode()
    assert EventDetail.objects.filter(type="access.refused", username=username).exists()


@pytest.mark.parametrize(
    ("username", "status"), [("supervisor", 403), ("leader", 403), ("scjg-clerk", 403), ("chen", 200)]
)
def test_only_the_own_unit_opens_the_form_of_a_next_version(catalogue: City, username: str, status: int) -> None:
    assert catalogue.client(username).get(reverse("catalogue:edit", args=["WY-01"])).status_code == status


@pytest.mark.parametrize("username", ["chen", "wuye-head", "leader", "supervisor", "scjg-clerk"])
def test_deciding_pages_refuse_everybody_but_the_coordinator(catalogue: City, username: str) -> None:
    actions.submit(catalogue["chen"], next_version_of(catalogue, "WY-01"))
    client = catalogue.client(username)
    for name, data in [
        ("put-in-force", {"effective_from": clock.today()}),
        ("repeal", {"on": clock.today(), "reason": "停用"}),
    ]:
        response = client.post(reverse(f"catalogue:{name}", args=["WY-01"]), data)
        assert response.status_code in (403, 404)
    assert ItemVersion.objects.get(item__code="WY-01", number=1).state == "in-force"


def test_nobody_sees_the_catalogue_without_signing_in_and_a_button_is_no_link(catalogue: City) -> None:
    for address in (LIST, reverse("catalogue:item", args=["WY-01"]), reverse("catalogue:new")):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
    assert catalogue.client("chen").get(reverse("catalogue:submit", args=["WY-01"])).status_code == 405


def test_a_scheduled_version_has_its_button_to_call_it_off_for_the_coordinator_alone(catalogue: City) -> None:
    version = next_version_of(catalogue, "WY-01", content="新的检查内容")
    actions.put_in_force(
        catalogue["coordinator"], actions.submit(catalogue["chen"], version), clock.today() + timedelta(days=3)
    )
    address = f"{LIST}WY-01/call-off/"
    assert address not in catalogue.client("chen").get(f"{LIST}WY-01/").content.decode()
    coordinator = catalogue.client("coordinator")
    assert address in coordinator.get(f"{LIST}WY-01/").content.decode()
    assert "第 1 版继续在用" in coordinator.get(address).content.decode()
    assert "填写撤销理由。" in coordinator.post(address, {"reason": ""}).content.decode()
    page = coordinator.post(address, {"reason": "条例推迟施行"}, follow=True).content.decode()
    assert "已撤销 WY-01 第 2 版的生效" in page
    assert "条例推迟施行" in page
    assert coordinator.get(address).status_code == 409


@pytest.mark.parametrize(
    ("act", "data", "kept"),
    [
        ("in-force", {"effective_from": "2020-01-01"}, 'value="2020-01-01"'),
        ("repeal", {"on": "2020-01-01", "reason": "条例已废止"}, "条例已废止"),
    ],
)
def test_a_day_that_is_refused_is_told_at_its_field_and_nothing_typed_is_lost(
    catalogue: City, act: str, data: dict[str, str], kept: str
) -> None:
    if act == "in-force":
        actions.submit(catalogue["chen"], next_version_of(catalogue, "WY-01", content="新的检查内容"))
    page = catalogue.client("coordinator").post(f"{LIST}WY-01/{act}/", data).content.decode()
    assert 'aria-invalid="true"' in page
    assert "已经过去" in page
    assert kept in page
