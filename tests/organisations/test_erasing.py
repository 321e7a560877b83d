"""Erasing from the trail takes two: the auditor asks, the system administrator does it."""

import pytest
from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations import actions, erasing
from sunlot.organisations.models import ErasureRequest
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import EventDetail
from tests.cast import City, viewer_of

State = ErasureRequest.State


@pytest.fixture
def event_id(city: City) -> int:
    return EventDetail.objects.filter(type="organisations.user_created").latest("event_id").event_id


def test_the_auditor_asks_and_the_system_administrator_erases(city: City, event_id: int) -> None:
    asked = erasing.ask(city["auditor"], event_id, "本人要求删除")
    assert erasing.ask(city["auditor"], event_id, "再问一次") == asked
    done = erasing.carry_out(city["sysadmin"], asked)
    assert (done.state, done.decided_by) == (State.ERASED, city["sysadmin"].membership.user)
    assert not EventDetail.objects.filter(event_id=event_id).exists()
    kinds = EventDetail.objects.filter(type__startswith="trail.").order_by("event_id").values_list("type", "username")
    assert list(kinds) == [("trail.erasure_asked", "auditor"), ("trail.erased", "sysadmin")]


def test_carried_out_twice_is_carried_out_once(city: City, event_id: int) -> None:
    asked = erasing.ask(city["auditor"], event_id, "本人要求删除")
    erasing.carry_out(city["sysadmin"], asked)
    erasing.carry_out(city["sysadmin"], asked)
    assert EventDetail.objects.filter(type="trail.erased").count() == 1


def test_dismissed_with_a_reason_the_detail_stays(city: City, event_id: int) -> None:
    asked = erasing.ask(city["auditor"], event_id, "本人要求删除")
    with pytest.raises(Refused, match="写明不予清除的理由"):
        erasing.dismiss(city["sysadmin"], asked, " ")
    erasing.dismiss(city["sysadmin"], asked, "仍在办案期限内")
    assert EventDetail.objects.filter(event_id=event_id).exists()
    with pytest.raises(Refused, match="已经办结"):
        erasing.carry_out(city["sysadmin"], asked)


def test_nobody_else_asks_and_nobody_else_erases(city: City, event_id: int) -> None:
    for username in ("sysadmin", "secadmin", "coordinator", "supervisor"):
        with pytest.raises(NotAllowed, match="由审计管理员办理"):
            erasing.ask(city[username], event_id, "本人要求删除")
    asked = erasing.ask(city["auditor"], event_id, "本人要求删除")
    for username in ("auditor", "secadmin", "coordinator", "supervisor"):
        with pytest.raises(NotAllowed, match="由系统管理员办理"):
            erasing.carry_out(city[username], asked)


def test_a_districts_administrators_ask_and_erase_nothing(city: City, event_id: int) -> None:
    auditor = city.add("wd-audit", "乌审", "wd-zjj", Role.AUDITOR)
    with pytest.raises(NotAllowed, match="市级审计管理员"):
        erasing.ask(auditor, event_id, "本人要求删除")
    asked = erasing.ask(city["auditor"], event_id, "本人要求删除")
    with pytest.raises(NotAllowed, match="市级系统管理员"):
        erasing.carry_out(city.add("wd-sys", "乌系", "wd-zjj", Role.SYSTEM_ADMINISTRATOR), asked)


def test_who_asked_does_not_decide_even_after_changing_roles(city: City, event_id: int) -> None:
    auditor = city["auditor"]
    asked = erasing.ask(auditor, event_id, "本人要求删除")
    city.add("auditor2", "审二", "zjj", Role.AUDITOR)
    actions.end_role(city["secadmin"], auditor.membership)
    role, where = Role.SYSTEM_ADMINISTRATOR, city.organisations["zjj"]
    now_system = viewer_of(actions.grant_role(city["secadmin"], auditor.membership.user, where, role).pk)
    with pytest.raises(NotAllowed, match="申请人不能办理自己的申请"):
        erasing.carry_out(now_system, asked)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database refuses it too
        ErasureRequest.objects.filter(pk=asked.pk).update(
            state=State.ERASED, decided_by=auditor.user_id, decided_at=clock.now()
        )


def test_the_record_of_an_erasing_is_not_erased(city: City, event_id: int) -> None:
    erasing.carry_out(city["sysadmin"], erasing.ask(city["auditor"], event_id, "本人要求删除"))
    record = EventDetail.objects.get(type="trail.erased")
    with pytest.raises(Refused, match="永久保存"):
        erasing.ask(city["auditor"], record.event_id, "再清除")
    with pytest.raises(Refused, match="已经清除"):
        erasing.ask(city["auditor"], event_id, "再清除")
