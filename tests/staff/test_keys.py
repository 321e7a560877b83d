"""Signing with a security key in place of the password, in a real browser with an authenticator that it plays itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sunlot.drawing.models import Attempt
from sunlot.organisations.middleware import SESSION_KEY
from sunlot.organisations.models import Signature

from ..browser.visitors import go
from ..cast import PASSWORD, City
from ..chromium import find_chromium
from ..drawing.stage import Stage, build_stage

# Made, and not sent: kept at the moment at which the form would have gone, whatever the page does next.
KEEP_THE_ANSWER = """() => {
  window.answered = new Promise((resolve) => {
    HTMLFormElement.prototype.requestSubmit = function () {
      resolve(this.querySelector("[name=credential]").value);
    };
  });
}"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])


@pytest.fixture
def stage(transactional_db: None, city: City) -> Stage:
    return build_stage(city)


def signed_in(browser: Browser, server: LiveServer, stage: Stage, username: str) -> Page:
    context = browser.new_context(locale="zh-CN")
    client = stage.city.client(username)
    session = client.session
    session[SESSION_KEY] = stage[username].membership.pk
    session.save()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def with_key(page: Page, server: LiveServer) -> tuple[CDPSession, str]:
    """Give the browser an authenticator with fingerprint, and add it to the account by the account's own pages."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasResidentKey": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{server.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=name]").fill("指纹")
    page.get_by_role("button", name="添加").click()
    page.wait_for_url(lambda url: "add" not in url)
    return session, str(made["authenticatorId"])


def record_page(server: LiveServer, attempt: Attempt) -> str:
    return server.url + reverse("drawing:record", args=[attempt.draw.number])


def signed(attempt: Attempt) -> int:
    return Signature.objects.filter(thing=f"attempt:{attempt.pk}").count()


def test_a_record_is_signed_with_a_key_that_asked_for_the_fingerprint_and_not_without(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.drawn()
    page = signed_in(browser, live_server, stage, "chen")
    go(page, record_page(live_server, attempt))
    expect(page.get_by_role("button", name="签署抽取记录")).to_be_visible()
    expect(page.get_by_role("button", name="用安全密钥签署")).to_have_count(0)  # without a key there is no button
    session, key = with_key(page, live_server)
    go(page, record_page(live_server, attempt))
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="用安全密钥签署").click()
    expect(page.get_by_text("或这把密钥没有设置 PIN")).to_be_visible()
    assert signed(attempt) == 0
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="用安全密钥签署").click()
    expect(page.get_by_text("已签署抽取记录")).to_be_visible()
    assert signed(attempt) == 1
    assert Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).last_used_at is not None


def test_an_answer_counts_once_for_its_own_challenge_and_person(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.drawn()
    page = signed_in(browser, live_server, stage, "chen")
    with_key(page, live_server)
    go(page, record_page(live_server, attempt))
    page.evaluate(KEEP_THE_ANSWER)
    page.get_by_role("button", name="用安全密钥签署").click()
    answer = page.evaluate("() => window.answered")
    assert answer
    form = {"act": "sign", "digest": attempt.result_digest}
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()

    def post(credential: str) -> str:
        sent = {**form, "credential": credential, "csrfmiddlewaretoken": token}
        return page.request.post(record_page(live_server, attempt), form=sent, headers={"Referer": page.url}).text()

    stranger = stage.city.client("supervisor")
    assert (
        "安全密钥没有验证通过"
        in stranger.post(
            reverse("drawing:record", args=[attempt.draw.number]), {**form, "credential": answer}
        ).content.decode()
    )
    assert "安全密钥没有验证通过" in post("{}")  # the challenge is spent with the first answer
    assert "安全密钥没有验证通过" in post(answer)
    assert signed(attempt) == 0
