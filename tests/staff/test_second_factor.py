"""The second factor: an authenticator with recovery codes, and no page of it in English."""

import re
import time
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City, build_city

# Every page of sign-in and security that a signed-in person can reach.
PAGES = [
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/?next=/accounts/2fa/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]


def code_of(secret: str, ahead: int = 0) -> str:
    """What an authenticator shows now, or `ahead` times thirty seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def prove(client: Client, then: str) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": then})


def enabled(client: Client) -> str:
    """Switch the authenticator on, as its owner does; returns the secret."""
    prove(client, "/accounts/2fa/totp/activate/")
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    spans = re.search(r'aria-labelledby="secret"><code class="code">(.*?)</code>', page)
    assert spans is not None
    secret = "".join(re.findall(r"<span>(.*?)</span>", spans[1]))
    response = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def in_english(page: str) -> list[str]:
    """Words of a page that are neither Chinese nor a name that stays as it is."""
    found = re.search(r"<main[^>]*>(.*)</main>", page, re.DOTALL)
    assert found is not None
    main = re.sub(r"<script.*?</script>", " ", found[1], flags=re.DOTALL)
    text = re.sub(r"<code.*?</code>", " ", main, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    return [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in {"USB", "HTTPS", "chen"}]


@pytest.mark.django_db(transaction=True)
def test_with_an_authenticator_the_password_alone_does_not_sign_in() -> None:
    own = build_city().client("chen")
    secret = enabled(own)
    assert "已启用验证器" in own.get("/accounts/2fa/recovery-codes/").content.decode()
    other = Client()
    response = other.post("/accounts/login/", {"login": "chen", "password": PASSWORD, "next": "/desk/planning/"})
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert other.get("/desk/").status_code == 302
    page = other.get("/accounts/2fa/authenticate/").content.decode()
    assert "两步验证" in page
    assert "安全密钥" not in page  # this person has none
    assert in_english(page) == []
    assert "验证码不对" in other.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    response = other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert response["Location"] == "/desk/planning/"
    types = EventDetail.objects.filter(username="chen").order_by("event_id").values_list("type", flat=True)
    assert list(types).count("access.second_factor_changed") == 2  # the authenticator, and its recovery codes
    assert types.last() == "access.signed_in"


def test_wrong_codes_count_towards_the_lockout(city: City, client: Client) -> None:
    enabled(city.client("chen"))
    client.post("/accounts/login/", {"login": "chen", "password": PASSWORD})
    for _ in range(4):
        assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    fifth = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert fifth.status_code == 429
    assert "登录已锁定" in fifth.content.decode()
    # The right code is not even looked at, and a fresh start from the same address fails at the password.
    assert client.post("/accounts/2fa/authenticate/", {"code": "123456"}).status_code == 429
    assert Client().post("/accounts/login/", {"login": "chen", "password": PASSWORD}).status_code == 429


def test_its_secrets_are_encrypted_at_rest(city: City) -> None:
    secret = enabled(city.client("chen"))
    for kept in Authenticator.objects.all():
        assert secret not in str(kept.data)
        assert all(value.startswith("gAAAA") for value in kept.data.values() if isinstance(value, str))  # Fernet


def test_a_recovery_code_signs_in_once(city: City) -> None:
    own = city.client("chen")
    enabled(own)
    listing = own.get("/accounts/2fa/recovery-codes/").content.decode()
    shown = re.search(r'<ol class="codes.*?<li>(.*?)</li>', listing, re.DOTALL)
    assert shown is not None
    first = "".join(re.findall(r"<span>(.*?)</span>", shown[1]))
    codes = own.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert "与密码分开保管" in codes
    assert first in codes
    for expected in (302, 200):
        client = Client()
        client.post("/accounts/login/", {"login": "chen", "password": PASSWORD})
        assert client.post("/accounts/2fa/authenticate/", {"code": first}).status_code == expected


def test_who_lost_phone_and_codes_is_helped_by_the_system_administrator(city: City, client: Client) -> None:
    enabled(city.client("chen"))
    city.client("sysadmin").post("/desk/organisations/people/chen/access/", {"act": "second-factor"})
    assert client.post("/accounts/login/", {"login": "chen", "password": PASSWORD})["Location"] == "/desk/"


@pytest.mark.parametrize("address", PAGES)
def test_no_page_of_the_account_is_unstyled_or_in_english(city: City, address: str) -> None:
    own = city.client("chen")
    prove(own, "/accounts/2fa/")
    response = own.get(address, follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert "sunlot/base.css" in page
    assert page.count("<h1") == 1
    assert in_english(page) == []


def test_changing_the_second_factor_asks_for_the_password_again(city: City) -> None:
    own = city.client("chen")
    response = own.get("/accounts/2fa/totp/activate/")
    assert response["Location"] == f"/accounts/reauthenticate/?next={quote('/accounts/2fa/totp/activate/', safe='')}"
    wrong = own.post("/accounts/reauthenticate/", {"password": "wrong"}).content.decode()
    assert "密码不对" in wrong


def test_each_way_to_prove_oneself_again_is_offered_under_its_own_name(city: City) -> None:
    own, user = city.client("chen"), city["chen"].membership.user
    enabled(own)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "蓝色密钥"})
    page = own.get("/accounts/reauthenticate/").content.decode()
    assert page.count("用验证码或备用码</a>") == page.count("用安全密钥</a>") == 1


def test_switching_it_off_takes_the_recovery_codes_along(city: City) -> None:
    own = city.client("chen")
    enabled(own)
    assert in_english(own.get("/accounts/2fa/totp/deactivate/").content.decode()) == []
    own.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
