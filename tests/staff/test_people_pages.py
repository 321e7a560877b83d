"""The pages of organisations, people and roles: who opens which, and what they do."""

import re

import pytest
from django.test import Client

from sunlot.organisations.models import Membership, Organisation, User
from sunlot.organisations.roles import Role
from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City

BASE = "/desk/organisations/"


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_the_tree_shows_each_what_it_may_see(city: City) -> None:
    everything = text(city.client("sysadmin"), BASE)
    assert "共 41 个机构" in everything
    assert everything.index("乌海市住房和城乡建设局</a>") < everything.index("乌海市公安局</a>")  # ours before partners
    own = text(city.client("outsider"), BASE)
    assert "共 1 个机构" in own
    assert "海勃湾区住房和城乡建设局" not in own


def test_the_tree_is_searched_filtered_and_exported(city: City) -> None:
    admin = city.client("sysadmin")
    found = text(admin, f"{BASE}?q=物业")
    assert "物业科" in found
    assert "法规科" not in found
    assert "没有符合条件的机构" in text(admin, f"{BASE}?q=没有这个")
    exported = b"".join(admin.get(f"{BASE}?format=csv&kind=section").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert exported.splitlines()[0] == "代码,名称,类别,上级,区划,人数,状态"
    assert len(exported.splitlines()) == 1 + 7


def test_an_organisation_shows_its_people_masked_to_all_but_administrators(city: City) -> None:
    assert "陈经办" in text(city.client("secadmin"), f"{BASE}units/zjj-wuye/")
    colleague = text(city.client("coordinator"), f"{BASE}units/zjj-wuye/")
    assert "陈○办" in colleague
    assert "陈经办" not in colleague


def test_another_districts_organisation_is_not_found_and_the_attempt_is_an_event(city: City) -> None:
    outsider = city.client("outsider")
    assert outsider.get(f"{BASE}units/hbw-zjj/").status_code == 404
    assert outsider.get(f"{BASE}units/no-such/").status_code == 404
    refused = EventDetail.objects.get(type="access.refused")
    assert refused.username == "outsider"
    assert refused.contents["after"] == {"thing": "organisation:hbw-zjj"}


def test_an_account_is_made_with_a_password_that_is_shown_once(city: City) -> None:
    admin = city.client("sysadmin")
    where = city.organisations["zjj-wuye"]
    response = admin.post(
        f"{BASE}new-person/", {"name": "王伟", "username": "wangwei", "organisation": where.pk, "phone": ""}
    )
    found = re.search(r'<code class="secret">(.*?)</code>', response.content.decode())
    assert found is not None
    assert "no-store" in response["Cache-Control"]
    user = User.objects.get(username="wangwei")
    assert user.check_password(found[1])
    assert user.must_change_password
    assert found[1] not in text(admin, f"{BASE}people/wangwei/")
    assert all(found[1] not in detail.whole for detail in EventDetail.objects.all())
    assert Client().post("/accounts/login/", {"login": "wangwei", "password": found[1]}).status_code == 302


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"username": "chen"}, "username", "已有人使用"),
        ({"username": "x"}, "username", "3 至 64"),
        ({"username": "王伟伟"}, "username", "字母"),
        ({"name": ""}, "name", "填写姓名。|选定所属机构。"),
        ({"organisation": ""}, "organisation", "填写姓名。|选定所属机构。"),
        ({"phone": "call me"}, "phone", "只含数字"),
    ],
)
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(
    city: City, given: dict[str, str], field: str, message: str
) -> None:
    form = {"name": "王伟", "username": "wangwei", "organisation": str(city.organisations["zjj-wuye"].pk)} | given
    response = city.client("sysadmin").post(f"{BASE}new-person/", form)
    page = response.content.decode()
    assert re.search(rf'id="id_{field}_error">[^<]*({message})', page)
    assert f'<a href="#id_{field}">' in page  # the summary leads there
    if form["name"]:
        assert 'value="王伟"' in page
    assert not User.objects.filter(username="wangwei").exists()


def test_a_password_is_reset_after_asking_once_more(city: City) -> None:
    admin, own = city.client("sysadmin"), Client()
    own.post("/accounts/login/", {"login": "chen", "password": PASSWORD})
    assert "先核对来人身份" in text(admin, f"{BASE}people/chen/password/")
    assert own.get("/desk/").status_code == 200
    page = admin.post(f"{BASE}people/chen/password/").content.decode()
    found = re.search(r'<code class="secret">(.*?)</code>', page)
    assert found is not None
    assert User.objects.get(username="chen").check_password(found[1])
    assert own.get("/desk/").status_code == 302


def test_a_role_is_granted_and_ended_and_works_no_longer_at_the_next_request(city: City) -> None:
    security, where = city.client("secadmin"), city.organisations["zjj-chengjian"]
    security.post(f"{BASE}people/chen/roles/", {"role": Role.HEAD, "organisation": where.pk})
    granted = Membership.objects.get(role=Role.HEAD, organisation=where)
    own = city.client("chen")
    own.post("/desk/role/", {"membership": granted.pk})
    assert "城建科 · " in text(own, "/desk/")
    assert "科室负责人" in text(own, "/desk/")
    security.post(f"{BASE}people/chen/roles/{granted.pk}/end/")
    assert "物业科 · " in text(own, "/desk/")  # back in the role that is left
    security.post(f"{BASE}people/chen/roles/{city['chen'].membership.pk}/end/")
    assert own.get("/desk/").status_code == 403
    assert "还没有角色" in own.get("/desk/").content.decode()
    assert own.get(f"{BASE}account/").status_code == 200
    assert own.post("/desk/role/", {"membership": granted.pk}).status_code == 404


def test_a_refused_pair_says_why_at_the_field(city: City) -> None:
    response = city.client("secadmin").post(
        f"{BASE}people/supervisor/roles/", {"role": Role.CLERK, "organisation": city.organisations["zjj-wuye"].pk}
    )
    assert response.status_code == 422
    assert "纪检监督人员不得同时办理被监督的业务" in response.content.decode()


@pytest.mark.parametrize(
    ("username", "address", "expected"),
    [
        ("sysadmin", "people/", 200),
        ("secadmin", "people/", 200),
        ("auditor", "people/", 200),
        ("coordinator", "people/", 403),
        ("chen", "people/", 403),
        ("chen", "people/chen/", 403),
        ("secadmin", "new-person/", 403),
        ("auditor", "new-person/", 403),
        ("secadmin", "people/chen/password/", 403),
        ("auditor", "people/chen/change/", 403),
        ("secadmin", "units/zjj-wuye/change/", 403),
        ("chen", "units/zjj-wuye/change/", 403),
        ("sysadmin", "trail/", 403),
        ("secadmin", "trail/", 403),
        ("supervisor", "trail/", 403),
        ("auditor", "trail/", 200),
        ("secadmin", "erasures/", 403),
        ("chen", "erasures/", 403),
        ("sysadmin", "erasures/", 200),
        ("auditor", "erasures/", 200),
        ("chen", "account/", 200),
        ("auditor", "account/", 200),
    ],
)
def test_each_page_opens_for_whom_it_is_for(city: City, username: str, address: str, expected: int) -> None:
    assert city.client(username).get(BASE + address).status_code == expected
    assert Client().get(BASE + address).status_code == 302


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("auditor", "people/chen/access/"),
        ("secadmin", "people/chen/access/"),
        ("chen", "people/chen/access/"),
        ("auditor", "people/chen/roles/"),
        ("sysadmin", "people/chen/roles/"),
        ("chen", "people/chen/roles/"),
    ],
)
def test_posting_by_hand_what_the_page_does_not_offer_is_refused(city: City, username: str, address: str) -> None:
    where = city.organisations["zjj-wuye"].pk
    given = {"act": "disable", "role": Role.HEAD, "organisation": where}
    assert city.client(username).post(BASE + address, given).status_code == 403
    assert User.objects.get(username="chen").is_active
    assert Membership.objects.filter(user__username="chen").count() == 1


def test_acts_are_not_done_by_opening_an_address(city: City) -> None:
    admin, security = city.client("sysadmin"), city.client("secadmin")
    assert admin.get(f"{BASE}people/chen/access/?act=disable").status_code == 405
    assert security.get(f"{BASE}people/chen/roles/").status_code == 405
    assert security.get(f"{BASE}people/chen/roles/{city['chen'].membership.pk}/end/").status_code == 405
    assert city.client("chen").get(f"{BASE}account/sessions/end/").status_code == 405


def test_an_organisation_is_renamed_closed_and_opened_again(city: City) -> None:
    admin, address = city.client("sysadmin"), f"{BASE}units/zjj-wuye/change/"
    admin.post(address, {"name": "物业管理科"})
    assert (Organisation.objects.get(code="zjj-wuye").name, city.client("chen").get("/desk/").status_code) == (
        "物业管理科",
        403,
    )
    admin.post(address, {"name": "物业管理科", "is_active": "on"})
    assert city.client("chen").get("/desk/").status_code == 200
    words = [detail.contents["words"] for detail in EventDetail.objects.filter(type="organisations.changed")]
    assert words == ["变更机构：物业管理科，停用", "变更机构：物业管理科，启用"]


def test_the_administrator_of_a_district_does_not_find_the_others(city: City) -> None:
    city.add("wd-sys", "乌系统", "wd-zjj", Role.SYSTEM_ADMINISTRATOR)
    district = city.client("wd-sys")
    roll = text(district, f"{BASE}people/")
    assert "outsider" in roll
    assert "hbw-clerk" not in roll
    assert district.get(f"{BASE}people/hbw-clerk/").status_code == 404
    assert EventDetail.objects.filter(type="access.refused", username="wd-sys").exists()
