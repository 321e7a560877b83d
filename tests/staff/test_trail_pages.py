"""The auditor reads the trail of its level and changes nothing."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client

from sunlot.organisations.models import ErasureRequest
from sunlot.organisations.roles import Role
from sunlot.staff.words import field_words, thing_words, value_words
from sunlot.trail import guards
from sunlot.trail.models import EventDetail
from tests.cast import City

TRAIL = "/desk/organisations/trail/"


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def rows(client: Client, query: str) -> list[dict[str, str]]:
    """The trail as its export gives it."""
    response = client.get(f"{TRAIL}?format=csv&{query}")
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streaming answer
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("type=organisations.user_created", 16),
        ("type=organisations.user_created&username=sysadmin", 0),
        ("act=created&organisation=system", 18),
        ("q=建立账号 chen&type=organisations.user_created", 1),
        ("since=2020-01-01&until=2020-12-31", 0),
        ("organisation=zjj-wuye&type=organisations.user_created", 0),
    ],
)
def test_it_is_filtered_by_kind_act_organisation_person_day_and_words(city: City, query: str, count: int) -> None:
    assert len(rows(city.client("auditor"), query)) == count


def test_it_is_filtered_by_thing(city: City) -> None:
    thing = f"user:{city['chen'].user_id}"
    found = rows(city.client("auditor"), f"q={thing}")
    assert [row["内容"] for row in found] == ["授予角色：物业科 经办人", "建立账号 chen"]
    assert {row["对象"] for row in found} == {thing}


def test_taking_it_away_as_a_file_is_itself_an_event(city: City) -> None:
    rows(city.client("auditor"), "q=chen")
    detail = EventDetail.objects.get(type="trail.exported")
    assert (detail.username, detail.contents["after"]) == ("auditor", {"asked": {"format": ["csv"], "q": ["chen"]}})


def test_an_event_shows_what_changed_and_its_evidence(city: City) -> None:
    detail = EventDetail.objects.get(type="organisations.role_granted", thing=f"user:{city['chen'].user_id}")
    shown = page(city.client("auditor"), f"{TRAIL}{detail.event_id}/")
    assert "授予角色：物业科 经办人" in shown
    assert "zjj-wuye" in shown
    assert "明细、条目与哈希相符" in shown
    assert "还没有封入公开日志" in shown
    leaf = bytes(detail.event.leaf_hash).hex()
    assert "".join(f"<span>{leaf[at : at + 4]}</span>" for at in range(0, 64, 4)) in shown


def test_things_and_fields_are_named_in_plain_words_and_what_did_not_change_is_left_out(city: City) -> None:
    detail = EventDetail.objects.get(type="organisations.role_granted", thing=f"user:{city['chen'].user_id}")
    auditor = city.client("auditor")
    assert f"账号 {city['chen'].user_id}" in page(auditor, TRAIL)
    shown = page(auditor, f"{TRAIL}{detail.event_id}/")
    assert '角色<span class="sub">role</span>' in shown
    made = EventDetail.objects.get(type="organisations.user_created", thing=f"user:{city['sysadmin'].user_id}")
    assert all(value is not None for value in made.contents["after"].values()) or "organisation</span>" not in page(
        auditor, f"{TRAIL}{made.event_id}/"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "—"), ("", "—"), (True, "是"), (False, "否"), (0, "0"), (["现场"], '["现场"]'), ("丙", "丙")],
)
def test_values_are_written_for_people(value: object, words: str) -> None:
    assert value_words(value) == words


def test_a_code_that_has_no_words_is_shown_as_it_is() -> None:
    assert (thing_words("moon:3"), field_words("moon")) == ("moon:3", "moon")
    assert (thing_words("trail"), field_words("answer-WY-01")) == ("留痕", "WY-01 检查结果")


def test_an_event_that_was_changed_behind_the_guards_says_so(city: City) -> None:
    detail = EventDetail.objects.earliest("event_id")
    guards.take_down(connection)  # as whoever owns the database could
    EventDetail.objects.filter(pk=detail.pk).update(whole=detail.whole.replace("导入", "删除"))
    guards.put_up(connection)
    assert "与写入时不符，数据库被改动过" in page(city.client("auditor"), f"{TRAIL}{detail.event_id}/")


def test_a_districts_auditor_reads_its_district_alone(city: City) -> None:
    city.client("outsider")
    city.add("wd-audit", "乌审计", "wd-zjj", Role.AUDITOR)
    district = city.client("wd-audit")
    assert {row["机构"] for row in rows(district, "")} == {"wd-zjj"}
    above = EventDetail.objects.filter(organisation="system").earliest("event_id")
    assert district.get(f"{TRAIL}{above.event_id}/").status_code == 404
    assert EventDetail.objects.filter(type="access.refused", username="wd-audit").exists()


def test_erasing_goes_from_the_auditors_page_to_the_system_administrators(city: City) -> None:
    auditor, admin = city.client("auditor"), city.client("sysadmin")
    detail = EventDetail.objects.get(type="organisations.user_created", thing=f"user:{city['chen'].user_id}")
    address = f"{TRAIL}{detail.event_id}/"
    assert 'id="id_reason_error"' in auditor.post(address, {"reason": ""}).content.decode()
    auditor.post(address, {"reason": "本人要求删除"})
    assert "等系统管理员办理" in page(auditor, address)
    asked = ErasureRequest.objects.get()
    home = page(admin, "/desk/")
    assert f"清除第{detail.event_id}条留痕的个人信息" in home
    decision = page(admin, f"/desk/organisations/erasures/{asked.pk}/")
    assert "本人要求删除" in decision
    assert "建立账号 chen" not in decision  # the one who erases does not read what it erases
    assert auditor.post(f"/desk/organisations/erasures/{asked.pk}/", {"act": "erase"}).status_code == 403
    admin.post(f"/desk/organisations/erasures/{asked.pk}/", {"act": "erase"})
    gone = page(auditor, address)
    assert "的明细已清除" in gone
    assert "条目与哈希相符" in gone
    assert f"清除第{detail.event_id}条留痕的个人信息" not in page(admin, "/desk/")


def test_a_request_is_left_with_a_reason(city: City) -> None:
    admin = city.client("sysadmin")
    detail = EventDetail.objects.filter(type="organisations.user_created").earliest("event_id")
    city.client("auditor").post(f"{TRAIL}{detail.event_id}/", {"reason": "本人要求删除"})
    asked = ErasureRequest.objects.get()
    admin.post(f"/desk/organisations/erasures/{asked.pk}/", {"reason": "案件未结"})
    assert "案件未结" in page(city.client("auditor"), f"/desk/organisations/erasures/{asked.pk}/")
    assert EventDetail.objects.filter(pk=detail.pk).exists()
