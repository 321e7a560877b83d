"""Accounts: made, closed, opened and reset by the system administrator; the installation never loses its three."""

import pytest
from django.contrib.auth.password_validation import validate_password

from sunlot.organisations import actions, wuhai
from sunlot.organisations.models import Membership, Organisation, User
from sunlot.organisations.passwords import one_time_password
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City, viewer_of


def test_the_three_first_administrators_are_made_once_with_passwords_of_their_own(db: None) -> None:
    wuhai.load(SYSTEM)
    made = actions.make_first_administrators(SYSTEM)
    assert [(username, role) for username, role, _ in made] == [
        ("sysadmin", "系统管理员"),
        ("secadmin", "安全管理员"),
        ("auditor", "审计管理员"),
    ]
    assert len({password for *_, password in made}) == 3
    for username, _, password in made:
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert user.must_change_password
    assert set(Membership.objects.values_list("role", flat=True)) == ADMINISTRATORS
    with pytest.raises(Refused, match="已有账号"):
        actions.make_first_administrators(SYSTEM)


def test_without_organisations_there_is_nowhere_to_put_administrators(db: None) -> None:
    with pytest.raises(Refused, match="还没有机构"):
        actions.make_first_administrators(SYSTEM)
    assert not User.objects.exists()


def test_one_time_passwords_satisfy_the_rules_and_hold_no_sign_that_is_mistaken() -> None:
    seen = {one_time_password() for _ in range(200)}
    assert len(seen) == 200
    for password in seen:
        validate_password(password)
        assert not set(password) & set("01iloIO")


@pytest.mark.parametrize("taken", ["chen", "CHEN"])
def test_a_user_name_that_is_taken_is_refused_whatever_its_case(city: City, taken: str) -> None:
    with pytest.raises(Refused, match="已有人使用"):
        actions.create_user(city["sysadmin"], taken, "另一人", PASSWORD, organisation=city.organisations["zjj-wuye"])


@pytest.mark.parametrize("username", ["secadmin", "auditor", "coordinator", "chen"])
def test_nobody_but_the_system_administrator_keeps_accounts(city: City, username: str) -> None:
    viewer, person = city[username], city["wuye-head"].membership.user
    acts = [
        lambda: actions.create_user(viewer, "neu", "新", PASSWORD, organisation=city.organisations["zjj-wuye"]),
        lambda: actions.reset_password(viewer, person),
        lambda: actions.disable_user(viewer, person),
        lambda: actions.enable_user(viewer, person),
        lambda: actions.unlock_user(viewer, person),
        lambda: actions.reset_second_factor(viewer, person),
        lambda: actions.change_user(viewer, person, name="吴", phone="", organisation=person.organisation),
        lambda: actions.change_organisation(viewer, city.organisations["zjj-wuye"], name="物业", is_active=True),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="由系统管理员办理"):
            act()


def test_a_districts_system_administrator_keeps_its_districts_accounts_alone(city: City) -> None:
    district = city.add("wd-sys", "乌系统", "wd-zjj", Role.SYSTEM_ADMINISTRATOR)
    actions.reset_password(district, city["outsider"].membership.user)
    with pytest.raises(NotAllowed, match="所属机构的系统管理员"):
        actions.reset_password(district, city["hbw-clerk"].membership.user)
    with pytest.raises(NotAllowed, match="该机构的系统管理员"):
        actions.create_user(district, "neu", "新", PASSWORD, organisation=city.organisations["hbw-zjj"])


def test_the_administrators_at_the_top_keep_the_partner_departments_too(city: City) -> None:
    user = actions.create_user(city["sysadmin"], "neu", "新人", PASSWORD, organisation=city.organisations["yjj"])
    assert actions.grant_role(city["secadmin"], user, city.organisations["yjj"], Role.LEADER)


def test_an_administrator_does_not_close_its_own_account(city: City) -> None:
    with pytest.raises(NotAllowed, match="不能为自己停用账号"):
        actions.disable_user(city["sysadmin"], city["sysadmin"].membership.user)


@pytest.mark.parametrize("last", ["secadmin", "auditor"])
def test_the_last_administrator_of_a_kind_can_not_be_closed(city: City, last: str) -> None:
    with pytest.raises(Refused, match="就没有可用的"):
        actions.disable_user(city["sysadmin"], city[last].membership.user)
    assert User.objects.get(username=last).is_active


def test_the_last_role_of_an_administrator_can_not_be_ended(city: City) -> None:
    with pytest.raises(Refused, match="就没有可用的审计管理员"):
        actions.end_role(city["secadmin"], city["auditor"].membership)
    city.add("auditor2", "审二", "zjj", Role.AUDITOR)
    actions.end_role(city["secadmin"], city["auditor"].membership)
    assert Membership.objects.get(pk=city["auditor"].membership.pk).ended_at


def test_the_department_of_the_administrators_can_not_be_closed(city: City) -> None:
    with pytest.raises(Refused, match="就没有可用的"):
        actions.change_organisation(city["sysadmin"], city.organisations["zjj"], name="住建局", is_active=False)
    assert Organisation.objects.get(code="zjj").is_active


def test_each_change_of_an_account_is_an_event_and_none_holds_a_password(city: City) -> None:
    admin, person = city["sysadmin"], city["chen"].membership.user
    where = city.organisations["zjj-wuye"]
    password = actions.reset_password(admin, person)
    actions.change_user(admin, person, name="陈新名", phone="13800001234", organisation=where)
    actions.change_user(admin, person, name="陈新名", phone="13800001234", organisation=where)
    actions.disable_user(admin, person)
    actions.disable_user(admin, person)
    actions.enable_user(admin, person)
    actions.enable_user(admin, person)
    written = EventDetail.objects.filter(thing=f"user:{person.pk}", username="sysadmin").order_by("event_id")
    assert [detail.type.removeprefix("organisations.") for detail in written] == [
        "password_reset",
        "user_changed",
        "user_disabled",
        "user_enabled",
    ]
    assert all(password not in detail.whole for detail in written)


def test_a_role_held_in_a_section_sees_the_whole_department_where_it_acts_for_it(city: City) -> None:
    assert city["coordinator"].base.code == "zjj"
    assert city["chen"].base.code == "zjj-wuye"
    section = city.add("fagui-audit", "法审", "zjj-fagui", Role.AUDITOR)
    assert section.base.code == "zjj"
    assert section.administers_everything
    assert not city.add("wd-audit", "乌审", "wd-zjj", Role.AUDITOR).administers_everything
    assert not city.add("yjj-audit", "应审", "yjj", Role.AUDITOR).administers_everything
    assert not viewer_of(city["leader"].membership.pk).administers_everything
