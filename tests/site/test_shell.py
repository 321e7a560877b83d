"""What every page of the staff shows: the navigation of the role, who acts, what waits, and whom a wall stops."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from sunlot.desk import todo
from sunlot.desk.todo import Todo
from sunlot.norms import clock
from sunlot.organisations import actions
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import EventKind
from sunlot.trail.models import EventDetail
from tests.cast import City

BUSINESS_EVENT = EventKind("testing.shell", "试办")
BUSINESS = ["工作台", "事项清单", "名录库", "计划", "抽取", "检查", "公示", "归档", "机构"]
PAGES_OF_BUSINESS = [
    "/desk/catalogue/",
    "/desk/registry/objects/",
    "/desk/planning/",
    "/desk/drawing/",
    "/desk/inspecting/",
    "/desk/publishing/",
    "/desk/archive/",
    "/field/",
]


def navigation(client: Client) -> list[str]:
    page = client.get("/desk/").content.decode()
    found = re.search(r'<nav class="nav".*?</nav>', page, re.DOTALL)
    assert found is not None
    return re.findall(r">([^<>\s]+)</a>", found[0])


def heading(client: Client) -> str:
    return client.get("/desk/").content.decode().split("<h1>")[1].split("</h1>")[0]


@pytest.mark.parametrize(
    ("username", "places"),
    [
        ("sysadmin", ["工作台", "机构与人员"]),
        ("secadmin", ["工作台", "机构与人员"]),
        ("auditor", ["工作台", "留痕", "机构与人员"]),
        ("coordinator", BUSINESS),
        ("chen", BUSINESS),
        ("leader", BUSINESS),
        ("supervisor", BUSINESS),
    ],
)
def test_the_navigation_holds_what_the_role_can_use(city: City, username: str, places: list[str]) -> None:
    assert navigation(city.client(username)) == places


def test_an_inspector_finds_its_forms(city: City) -> None:
    city.add("inspector", "检查员", "zjj-wuye", Role.INSPECTOR)
    assert navigation(city.client("inspector")) == ["工作台", "我的登记", "检查日历", "检查"]


@pytest.mark.parametrize("username", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("address", PAGES_OF_BUSINESS)
def test_no_administrator_opens_a_business_page_and_the_attempt_is_an_event(
    city: City, username: str, address: str
) -> None:
    response = city.client(username).get(address)
    assert response.status_code == 403
    assert "不查看业务数据" in response.content.decode()
    detail = EventDetail.objects.get(type="access.administrator_refused")
    assert (detail.username, detail.contents["after"]) == (username, {"path": address})


def test_the_system_administrators_home_tells_nothing_of_the_business(city: City) -> None:
    record(city["chen"], BUSINESS_EVENT, "plan:1", "新建计划：秘密的抽查")
    assert "秘密的抽查" in city.client("leader").get("/desk/").content.decode()
    for username in ("sysadmin", "secadmin", "auditor"):
        assert "秘密的抽查" not in city.client(username).get("/desk/").content.decode()


def test_every_page_says_in_which_role_one_acts_and_the_trail_names_it(city: City) -> None:
    chen = city["chen"].membership.user
    head = actions.grant_role(city["secadmin"], chen, city.organisations["zjj-chengjian"], Role.HEAD)
    own = city.client("chen")
    assert re.search(r'class="acting".*物业科 · .*经办人', own.get("/desk/").content.decode())
    choice = own.get("/desk/role/").content.decode()
    assert choice.count("以此身份办理</button>") == 1
    own.post("/desk/role/", {"membership": head.pk})
    assert re.search(r'class="acting".*城建科 · .*科室负责人', own.get("/desk/organisations/").content.decode())
    detail = EventDetail.objects.get(type="access.role_chosen")
    assert detail.contents["words"] == "换身份：城建科 科室负责人"
    own.get("/desk/organisations/units/scjg/")  # out of scope: the event names the role that acted
    assert EventDetail.objects.get(type="access.refused").contents["role"] == "head"


@pytest.mark.parametrize("wanted", ["", "x", "999999"])
def test_nobody_acts_in_a_role_that_is_not_held(city: City, wanted: str) -> None:
    own = city.client("chen")
    assert own.post("/desk/role/", {"membership": wanted}).status_code == 404
    assert own.post("/desk/role/", {"membership": city["leader"].membership.pk}).status_code == 404


def test_the_name_in_the_bar_is_masked(city: City) -> None:
    bar = city.client("chen").get("/desk/").content.decode().split("</header>")[0]
    assert "陈○办" in bar
    assert "陈经办" not in bar


def test_what_waits_is_counted_and_ordered_first_late_rest(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()

    def waiting(viewer: Viewer) -> list[Todo]:
        return [
            Todo("无期限", "理由", "/desk/a/", "办理甲"),
            Todo("明天到期", "理由", "/desk/b/", "办理乙", due=today + timedelta(days=1)),
            Todo("昨天到期", "理由", "/desk/c/", "办理丙", due=today - timedelta(days=1)),
            Todo("今天开始", "理由", "/desk/d/", "办理丁", due=today, starts="09:30 开始"),
        ]

    monkeypatch.setattr(todo, "_PROVIDERS", [waiting])
    own = city.client("chen")
    page = own.get("/desk/").content.decode()
    assert heading(own) == "今天有 4 件事等您办"
    order = [page.index(word) for word in ("今天开始", "昨天到期", "明天到期", "无期限")]
    assert order == sorted(order)
    assert page.count("next-step") == 1  # one amber button a page
    assert "<b>今天</b>09:30 开始" in page
    assert page.count('<li class="late">') == 1
    assert "没有期限" in page


def test_what_is_late_says_by_how_many_working_days(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    friday = date(2026, 11, 20)
    monkeypatch.setattr(todo, "_PROVIDERS", [lambda viewer: [Todo("公示结果", "理由", "/desk/a/", "公示", due=friday)]])
    for now, words in (("2026-11-21", "<b>逾期</b>"), ("2026-11-24", "<b>逾期 2 个工作日</b>")):
        with time_machine.travel(f"{now} 09:00+08:00", tick=False):
            assert words in city.client("chen").get("/desk/").content.decode()


def test_what_is_due_before_the_next_working_day_says_so(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    saturday = date(2026, 11, 21)
    monkeypatch.setattr(todo, "_PROVIDERS", [lambda viewer: [Todo("派发", "理由", "/desk/a/", "派发", due=saturday)]])
    for now, words in (
        ("2026-11-19", "还剩 1 个工作日"),
        ("2026-11-20", "到期前没有工作日"),
        ("2026-11-21", "今天到期"),
    ):
        with time_machine.travel(f"{now} 09:00+08:00", tick=False):
            assert words in city.client("chen").get("/desk/").content.decode()


def test_nothing_waiting_says_so(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "_PROVIDERS", [])
    page = city.client("chen").get("/desk/").content.decode()
    assert heading(city.client("chen")) == "没有事情等您办"
    assert "都办完了" in page


@pytest.mark.parametrize(
    ("username", "address"), [("chen", "/desk/planning/new/"), ("coordinator", "/desk/planning/new/"), ("leader", "")]
)
def test_who_may_begin_a_plan_begins_it_from_the_home_page(city: City, username: str, address: str) -> None:
    page = city.client(username).get("/desk/").content.decode()
    assert ("新建抽查计划" in page) == bool(address)
    assert address in page


def test_a_stranger_is_sent_to_the_sign_in_with_the_way_back(db: None, client: Client) -> None:
    for address in ("/desk/", "/desk/organisations/", "/desk/role/"):
        assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_an_unknown_address_answers_like_one_out_of_scope(city: City) -> None:
    page = city.client("chen").get("/desk/no-such-page/")
    assert page.status_code == 404
    assert "内容不在您可以查看的范围内" in page.content.decode()


def test_a_form_without_its_token_is_explained(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "chen", "password": "x"})
    assert response.status_code == 403
    assert "返回上一页，刷新后再办理" in response.content.decode()


def test_the_address_of_a_button_leads_back_to_its_page(city: City) -> None:
    client = city.client("chen")
    response = client.get("/desk/drawing/150300-2026-0001/1/seal/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    page = response.content.decode()
    assert "没有改变任何东西" in page
    assert 'href="/desk/drawing/150300-2026-0001/1/"' in page
    assert "没有改变任何东西" in client.get("/field/12/start/").content.decode()
