"""Which roles one person may not hold together (docs/architecture.md, Roles)."""

import itertools

import pytest

from sunlot.organisations import actions
from sunlot.organisations.models import Membership
from sunlot.organisations.roles import ADMINISTRATORS, Role, conflict
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import EventDetail
from tests.cast import City

WATCHED = set(Role) - ADMINISTRATORS - {Role.SUPERVISOR, Role.STEERING}
EXCLUSIVE = {frozenset(pair) for pair in itertools.combinations(ADMINISTRATORS, 2)} | {
    frozenset({Role.SUPERVISOR, role}) for role in WATCHED
}


@pytest.mark.parametrize(("held", "wanted"), list(itertools.permutations(Role, 2)))
def test_exactly_two_administrators_and_a_supervisor_with_what_it_watches_exclude_each_other(
    held: Role, wanted: Role
) -> None:
    assert (conflict({held}, wanted) is not None) == (frozenset({held, wanted}) in EXCLUSIVE)


def test_the_same_role_again_is_no_conflict() -> None:
    assert all(conflict({role}, role) is None for role in Role)


def test_a_refused_pair_leaves_no_role_and_no_event(city: City) -> None:
    person = city["supervisor"].membership.user
    before = EventDetail.objects.count()
    with pytest.raises(Refused, match="不能授予“经办人”：纪检监督人员不得同时办理被监督的业务"):
        actions.grant_role(city["secadmin"], person, city.organisations["zjj-wuye"], Role.CLERK)
    assert Membership.objects.filter(user=person).count() == 1
    assert EventDetail.objects.count() == before


def test_a_role_that_was_ended_excludes_nothing_any_more(city: City) -> None:
    membership = city["supervisor"].membership
    actions.end_role(city["secadmin"], membership)
    actions.grant_role(city["secadmin"], membership.user, city.organisations["zjj-wuye"], Role.CLERK)
    assert Membership.objects.get(user=membership.user, ended_at__isnull=True).role == Role.CLERK


def test_granted_twice_is_granted_once(city: City) -> None:
    person, where = city["chen"].membership.user, city.organisations["zjj-chengjian"]
    first = actions.grant_role(city["secadmin"], person, where, Role.HEAD)
    assert actions.grant_role(city["secadmin"], person, where, Role.HEAD) == first
    assert EventDetail.objects.filter(type="organisations.role_granted", thing=f"user:{person.pk}").count() == 2


def test_ended_twice_is_ended_once(city: City) -> None:
    membership = city["chen"].membership
    actions.end_role(city["secadmin"], membership)
    actions.end_role(city["secadmin"], membership)
    assert EventDetail.objects.filter(type="organisations.role_ended").count() == 1


@pytest.mark.parametrize("username", ["sysadmin", "auditor", "coordinator", "leader", "chen"])
def test_nobody_but_the_security_administrator_grants_or_ends_roles(city: City, username: str) -> None:
    person, where = city["wuye-head"].membership.user, city.organisations["zjj-wuye"]
    with pytest.raises(NotAllowed, match="由安全管理员办理"):
        actions.grant_role(city[username], person, where, Role.CLERK)
    with pytest.raises(NotAllowed, match="由安全管理员办理"):
        actions.end_role(city[username], city["wuye-head"].membership)


def test_a_security_administrator_grants_nothing_to_itself(city: City) -> None:
    me = city["secadmin"]
    with pytest.raises(NotAllowed, match="不能为自己授予角色"):
        actions.grant_role(me, me.membership.user, city.organisations["zjj-wuye"], Role.CLERK)


def test_a_districts_security_administrator_grants_within_its_district_alone(city: City) -> None:
    district = city.add("wd-sec", "乌安全", "wd-zjj", Role.SECURITY_ADMINISTRATOR)
    own = city["outsider"].membership.user
    assert actions.grant_role(district, own, city.organisations["wd-zjj"], Role.HEAD)
    with pytest.raises(NotAllowed, match="所属机构的安全管理员"):
        actions.grant_role(district, city["hbw-clerk"].membership.user, city.organisations["wd-zjj"], Role.HEAD)
    with pytest.raises(NotAllowed, match="它自己的安全管理员"):
        actions.grant_role(district, own, city.organisations["hbw-zjj"], Role.HEAD)
