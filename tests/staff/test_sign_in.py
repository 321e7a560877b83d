"""Signing in and out through the front door: lockout, one-time passwords, sessions that end, `next`."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpResponse
from django.test import Client, override_settings

from sunlot.organisations import actions, receivers
from sunlot.organisations.models import User
from sunlot.organisations.passwords import Hashed, one_time_password
from sunlot.site import settings as product
from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City

NEW = "一句只有我自己知道的话-七月"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": username, "password": password, **more})


def kinds(username: str = "") -> list[str]:
    found = EventDetail.objects.filter(type__startswith="access.").order_by("event_id")
    return list((found.filter(username=username) if username else found).values_list("type", flat=True))


def test_signing_in_leads_to_the_home_page_and_is_an_event(city: City, client: Client) -> None:
    response = sign_in(client, "chen")
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200
    assert kinds("chen") == ["access.signed_in"]


def test_signing_out_is_an_event_and_ends_the_session(city: City, client: Client) -> None:
    sign_in(client, "chen")
    assert "退出登录" in client.get("/accounts/logout/").content.decode()
    assert client.get("/desk/").status_code == 200  # asking is not leaving
    client.post("/accounts/logout/")
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"
    assert kinds("chen") == ["access.signed_in", "access.signed_out"]


def test_a_wrong_password_says_what_happens_next_and_tells_nobody_which_was_wrong(city: City, client: Client) -> None:
    wrong = sign_in(client, "chen", "wrong").content.decode()
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    for page in (wrong, unknown):
        assert "用户名或密码不对。连续输错 5 次，将锁定 15 分钟。" in page
        assert 'role="alert"' in page
    assert 'value="chen"' in wrong  # what was typed stays, but for the password
    assert "wrong" not in wrong


def test_the_fourth_failure_leaves_the_door_open_and_the_fifth_closes_it(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(4):
            assert sign_in(client, "chen", "wrong").status_code == 200
        assert sign_in(client, "chen").status_code == 302  # and forgets the four
        client.post("/accounts/logout/")
        for _ in range(4):
            sign_in(client, "chen", "wrong")
        fifth = sign_in(client, "chen", "wrong")
        assert fifth.status_code == 429
        page = fifth.content.decode()
        assert "登录已锁定" in page
        assert "15 分钟后可以再试" in page
        assert "由本单位的系统管理员" in page
        assert sign_in(client, "chen").status_code == 429  # the right password too
    assert kinds("chen")[-2:] == ["access.sign_in_failed", "access.locked_out"]


def test_the_lock_lasts_fifteen_minutes_and_trying_does_not_prolong_it(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            sign_in(client, "chen", "wrong")
        clock.shift(timedelta(minutes=15))
        assert sign_in(client, "chen").status_code == 429
        clock.shift(timedelta(seconds=1))
        assert sign_in(client, "chen").status_code == 302


def test_attempts_while_locked_write_nothing_more(city: City, client: Client) -> None:
    for _ in range(5):
        sign_in(client, "chen", "wrong")
    before = kinds()
    for _ in range(3):
        sign_in(client, "chen", "wrong")
    assert kinds() == before


def test_the_lock_is_of_one_account_from_one_address(city: City, client: Client) -> None:
    for _ in range(5):
        sign_in(client, "chen", "wrong")
    assert sign_in(Client(), "coordinator").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.1.2.3"), "chen").status_code == 302


def test_twenty_failures_from_many_addresses_lock_the_account_everywhere(city: City, client: Client) -> None:
    def guess(at: int) -> HttpResponse:
        return sign_in(Client(REMOTE_ADDR=f"10.1.2.{at // 4}"), "chen", "wrong")

    with time_machine.travel(NOW, tick=False) as clock:
        assert [guess(at).status_code for at in range(19)] == [200] * 19
        assert guess(19).status_code == 429
        assert sign_in(client, "chen").status_code == 429  # from an address that never failed
        assert "登录锁定到" in city.client("sysadmin").get("/desk/organisations/people/chen/").content.decode()
        clock.shift(timedelta(minutes=15, seconds=1))
        assert sign_in(client, "chen").status_code == 302


def test_a_one_time_password_opens_the_account_for_seven_days(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        shown = city.client("sysadmin").post("/desk/organisations/people/chen/password/").content.decode()
        found = re.search(r'class="secret">([^<]+)<', shown)
        assert found is not None
        assert "12月1日 09:00</time>，过期未改的须重新生成" in shown
        clock.shift(timedelta(days=7) - timedelta(seconds=1))
        assert sign_in(client, "chen", found[1])["Location"] == "/accounts/password/change/"
        clock.shift(timedelta(seconds=1))
        late = Client()
        page = sign_in(late, "chen", found[1]).content.decode()
        assert "一次性密码超过 7 天没有改，已失效。联系本单位的系统管理员重置密码。" in page
        assert late.get("/desk/").status_code == 302
        assert kinds("chen")[-1] == "access.sign_in_failed"
        assert "一次性，" in city.client("sysadmin").get("/desk/organisations/people/chen/").content.decode()


def test_a_password_of_ones_own_does_not_run_out(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        password = actions.reset_password(city.viewers["sysadmin"], User.objects.get(username="chen"))
        sign_in(client, "chen", password)
        client.post("/accounts/password/change/", {"oldpassword": password, "password1": NEW, "password2": NEW})
        clock.shift(timedelta(days=400))
        assert sign_in(Client(), "chen", NEW)["Location"] == "/desk/"


def test_names_that_do_not_exist_are_locked_like_others_and_never_kept(city: City, client: Client) -> None:
    for _ in range(4):
        sign_in(client, "mein-geheimes-passwort", "x")
    assert sign_in(client, "mein-geheimes-passwort", "x").status_code == 429
    written = EventDetail.objects.filter(type__startswith="access.")
    assert written.count() == 6
    assert all("geheimes" not in detail.whole for detail in written)


def test_the_system_administrator_unlocks(city: City, client: Client) -> None:
    for _ in range(5):
        sign_in(client, "chen", "wrong")
    admin = city.client("sysadmin")
    assert "登录锁定到" in admin.get("/desk/organisations/people/chen/").content.decode()
    admin.post("/desk/organisations/people/chen/access/", {"act": "unlock"})
    assert sign_in(client, "chen").status_code == 302


def test_the_logs_hold_no_name_and_no_password(city: City, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(6):
            sign_in(client, "chen", "geheim")
        sign_in(Client(), "coordinator")
    written = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    for word in ("chen", "陈经办", "geheim", "coordinator", PASSWORD, "127.0.0.1"):
        assert word not in written


def test_what_axes_keeps_of_a_failure_shows_no_password(city: City, client: Client) -> None:
    sign_in(client, "chen", "geheim")
    own = city.client("chen")
    own.post("/accounts/password/change/", {"oldpassword": "geheim", "password1": "neuneuneuneu", "password2": NEW})
    kept = AccessAttempt.objects.filter(username="chen")
    assert sum(attempt.failures_since_start for attempt in kept) == 2
    for attempt in kept:
        assert "geheim" not in attempt.post_data
        assert "neuneu" not in attempt.post_data


def test_the_first_sign_in_leads_nowhere_but_to_the_change_of_password(city: City, client: Client) -> None:
    password = actions.reset_password(city["sysadmin"], city["chen"].membership.user)
    sign_in(client, "chen", password)
    for address in ("/desk/", "/desk/role/", "/desk/organisations/account/", "/desk/planning/", "/accounts/2fa/"):
        assert client.get(address)["Location"] == "/accounts/password/change/", address
    page = client.get("/accounts/password/change/").content.decode()
    assert "设置本人的密码" in page
    assert "主导航" not in page
    changed = {"oldpassword": password, "password1": NEW, "password2": NEW}
    response = client.post("/accounts/password/change/", changed)
    assert response["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert "access.password_changed" in kinds("chen")


def test_somebody_with_a_one_time_password_can_leave(city: City, client: Client) -> None:
    password = actions.reset_password(city["sysadmin"], city["chen"].membership.user)
    sign_in(client, "chen", password)
    assert client.post("/accounts/logout/")["Location"] == "/"


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (PASSWORD, NEW, NEW + "x", "密码"),
        (PASSWORD, PASSWORD, PASSWORD, "与现在的密码相同"),
        (PASSWORD, "elf zeichen", "elf zeichen", "12"),  # 11 of them
        (PASSWORD, "1q2w3e4r5t6y", "1q2w3e4r5t6y", "常见|常用"),  # of the 20,000 that are tried first
    ],
)
def test_a_password_that_will_not_do_is_refused_at_its_field(
    city: City, old: str, new: str, again: str, message: str
) -> None:
    own = city.client("chen")
    response = own.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": again})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'aria-invalid="true"' in page
    faults = [part.split("</p>")[0] for part in page.split('<p class="fault"')[1:]]
    assert any(re.search(message, fault) for fault in faults), faults
    assert User.objects.get(username="chen").check_password(PASSWORD)


def test_twelve_characters_of_any_kind_will_do(city: City) -> None:
    own = city.client("chen")
    response = own.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "zwoelfelfen8", "password2": "zwoelfelfen8"},
    )
    assert response.status_code == 302


def test_a_changed_password_ends_every_other_session(city: City) -> None:
    here, there = Client(), Client()
    sign_in(here, "chen")
    sign_in(there, "chen")
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


def test_a_session_ends_after_eight_hours_however_busy(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in(client, "chen")
        for hour in range(7):
            clock.shift(timedelta(hours=1))
            assert client.get("/desk/").status_code == 200
            session = client.session
            session["touched"] = hour  # Django would count its age anew
            session.save()
        clock.shift(timedelta(minutes=59, seconds=59))
        assert client.get("/desk/").status_code == 200
        clock.shift(timedelta(seconds=1))
        response = client.get("/desk/planning/")
        assert response["Location"] == "/accounts/login/?ended=1&next=/desk/planning/"
        assert "登录已满 8 小时" in client.get(response["Location"]).content.decode()
    last = EventDetail.objects.filter(type="access.signed_out").latest("event_id")
    assert last.contents["words"] == "登录满 8 小时，自动退出"


def test_the_cookie_ends_with_the_browser_and_no_script_reads_it(city: City, client: Client) -> None:
    cookie = sign_in(client, "chen").cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_one_can_end_all_other_sessions(city: City) -> None:
    here, there = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/120 Edg/120")
    sign_in(here, "chen")
    sign_in(there, "chen")
    page = here.get("/desk/organisations/account/").content.decode()
    assert "Windows上的 Edge" in page
    here.post("/desk/organisations/account/sessions/end/")
    assert there.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 200
    assert "access.session_ended" in kinds("chen")


def test_a_disabled_account_is_signed_out_at_the_next_request(city: City, client: Client) -> None:
    sign_in(client, "chen")
    actions.disable_user(city["sysadmin"], city["chen"].membership.user)
    assert client.get("/desk/").status_code == 302
    assert "用户名或密码不对" in sign_in(client, "chen").content.decode()
    actions.enable_user(city["sysadmin"], city["chen"].membership.user)
    assert sign_in(client, "chen").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/desk/planning/", "/desk/planning/"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("https:evil.example", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
        ("\\\\evil.example", "/desk/"),
        ("http://testserver@evil.example/", "/desk/"),
    ],
)
def test_next_leads_to_our_own_pages_only(city: City, client: Client, wanted: str, leads_to: str) -> None:
    assert sign_in(client, "chen", next=wanted)["Location"] == leads_to


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/inactive/"])
def test_nobody_signs_up(city: City, client: Client, address: str) -> None:
    assert "账号由系统管理员建立" in client.get(address).content.decode()
    client.post(address, {"username": "neu", "password1": NEW})
    assert not User.objects.filter(username="neu").exists()


@override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS)
def test_passwords_are_hashed_with_argon2_but_for_those_that_chance_made() -> None:
    assert make_password("自己选定的密码-2026").startswith("argon2")
    assert Hashed.of("自己选定的密码-2026").encoded.startswith("argon2")
    once = one_time_password()
    assert Hashed.one_time(once).encoded.startswith("one_time_pbkdf2_sha256$1000$")
    assert check_password(once, Hashed.one_time(once).encoded)
    assert not check_password(one_time_password(), Hashed.one_time(once).encoded)


def test_names_that_no_account_has_do_not_make_the_trail_grow_without_end(city: City, client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        for number in range(receivers.UNKNOWN_NAMES + 5):
            sign_in(client, f"nobody-{number}", "wrong")
    told = EventDetail.objects.filter(thing=receivers.SIGN_IN).order_by("event_id")
    assert told.count() == receivers.UNKNOWN_NAMES
    assert "不再逐次记录" in told[receivers.UNKNOWN_NAMES - 1].contents["words"]
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        sign_in(client, "nobody-else", "wrong")
        sign_in(client, "chen", "wrong")
    assert told.count() == receivers.UNKNOWN_NAMES + 1
    assert kinds("chen") == ["access.sign_in_failed"]
