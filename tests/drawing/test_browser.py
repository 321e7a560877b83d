"""The contributor's side and the wall in a real browser, without crypto.subtle, as on a meeting room's network."""

import hashlib
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sunlot import lottery
from sunlot.drawing import actions
from sunlot.drawing.models import Attempt
from sunlot.norms import clock, sm3
from sunlot.organisations.middleware import SESSION_KEY

from ..cast import City
from ..chromium import find_chromium
from .stage import ROLLS, Stage, build_stage, fresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The product must not lean on crypto.subtle: it is not there without HTTPS.
WITHOUT_SUBTLE = (
    "Object.defineProperty(Crypto.prototype, 'subtle', { get() { throw new Error('no crypto.subtle'); } });"
)


@pytest.fixture(autouse=True)
def _playwright_runs_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])


@pytest.fixture
def stage(transactional_db: None, city: City) -> Stage:
    return build_stage(city)


def signed_in(browser: Browser, server: LiveServer, stage: Stage, username: str, **options: Any) -> BrowserContext:
    """A browser of this person's own."""
    context = browser.new_context(locale="zh-CN", **options)
    context.add_init_script(WITHOUT_SUBTLE)
    client = stage.city.client(username)
    session = client.session
    session[SESSION_KEY] = stage[username].membership.pk
    session.save()
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": server.url}])
    return context


def ceremony(server: LiveServer, attempt: Attempt, more: str = "") -> str:
    return f"{server.url}/desk/drawing/{attempt.draw.number}/{more}"


def watched(page: Page) -> list[str]:
    """Every address and body that this page sends, as it sends them; a script's fault fails the test."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return sent


def test_our_hashes_agree_with_the_standards_at_every_length(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    page = signed_in(browser, live_server, stage, "chen").new_page()
    page.goto(f"{live_server.url}/desk/drawing/")
    random.seed(7)
    messages = [random.randbytes(length) for length in [*range(130), 1000, 4096]]  # noqa: S311 -- test data
    script = """async ([name, messages]) => {
        const { digest } = await import("/static/sunlot/js/protocol.js");
        return messages.map((bytes) => digest(name, Uint8Array.from(bytes)));
    }"""
    given = [list(message) for message in messages]
    assert page.evaluate(script, ["sha256", given]) == [hashlib.sha256(message).hexdigest() for message in messages]
    assert page.evaluate(script, ["sm3", given]) == [sm3.digest(message).hex() for message in messages]
    nonces = page.evaluate("""async () => {
        const { newNonce } = await import("/static/sunlot/js/protocol.js");
        return Array.from({ length: 200 }, newNonce);
    }""")
    assert len({nonce for nonce in nonces if len(nonce) == 64 and set(nonce) <= set("0123456789abcdef")}) == 200


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_the_secret_number_leaves_the_browser_only_when_its_owner_reveals_it(
    browser: Browser, live_server: LiveServer, stage: Stage, hash_name: str
) -> None:
    attempt = stage.prepare(hash_name=hash_name)
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    sent = watched(page)
    page.goto(ceremony(live_server, attempt))
    page.get_by_role("button", name="生成我的密数").click()
    kept = page.evaluate("JSON.parse(Object.values(localStorage)[0])")
    nonce = kept["nonce"]
    expect(page.locator("[data-show=nonce]")).to_have_text(nonce)
    with page.expect_download() as download:
        page.get_by_role("button", name="存为文件").click()
    assert nonce in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(page.get_by_text("承诺已提交")).to_be_visible()
    own = attempt.contributors.get(code="scjg")
    assert own.commitment == lottery.commitment(attempt.draw.number, 1, "scjg", nonce, hash_name)
    for one in attempt.contributors.exclude(code="scjg"):
        actions.commit(stage.speaker(one), attempt, one.code, stage.commitment(attempt, one.code))
    attempt = stage.thrown(actions.seal(stage["chen"], attempt))
    stage.reveal(attempt, "zjj-wuye", "yjj", "zjj-jijian")
    page.goto(ceremony(live_server, attempt))
    expect(page.get_by_text("本机已核对")).to_be_visible()
    assert not [line for line in sent if nonce in line]
    page.get_by_role("button", name="公开密数").click()
    expect(page.get_by_text("抽取完成", exact=False).first).to_be_visible()
    drawn = fresh(attempt)
    assert drawn.state == Attempt.State.DRAWN
    assert drawn.contributors.get(code="scjg").nonce == nonce


def test_another_browser_takes_the_number_from_the_slip_and_refuses_a_wrong_one(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.thrown()
    page = signed_in(browser, live_server, stage, "yjj-clerk").new_page()
    sent = watched(page)
    page.goto(ceremony(live_server, attempt))
    expect(page.get_by_text("这个浏览器里没有您的密数")).to_be_visible()
    wrong = "ab" * 32
    page.get_by_label("密数，64 位十六进制").fill(wrong)
    page.get_by_role("button", name="公开密数").click()
    expect(page.get_by_text("这个数与您的承诺不符")).to_be_visible()
    assert not [line for line in sent if wrong in line]
    nonce = stage.nonce(attempt, "yjj")
    spaced = " ".join(nonce[at : at + 4] for at in range(0, 64, 4)).upper()
    page.get_by_label("密数，64 位十六进制").fill(spaced)
    page.get_by_role("button", name="公开密数").click()
    expect(page.get_by_text("密数已公开")).to_be_visible()
    assert fresh(attempt).contributors.get(code="yjj").nonce == nonce


def test_a_device_that_saw_another_notice_does_not_reveal(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.thrown()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    page.goto(f"{live_server.url}/desk/drawing/")
    key = f"sunlot.notice/{attempt.draw.number}/1"
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, "ab" * 32])
    page.goto(ceremony(live_server, attempt))
    expect(page.get_by_text("公告与您先前看到的不是同一份")).to_be_visible()
    expect(page.get_by_role("button", name="公开密数")).to_be_disabled()


def test_the_ceremony_page_and_the_wall_follow_what_others_do(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.sealed()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    page.goto(ceremony(live_server, attempt))
    wall = signed_in(browser, live_server, stage, "supervisor", viewport={"width": 1920, "height": 1080}).new_page()
    watched(wall)
    wall.goto(ceremony(live_server, attempt, "wall/"))
    still = signed_in(browser, live_server, stage, "yjj-clerk", reduced_motion="reduce").new_page()
    still.goto(ceremony(live_server, attempt, "wall/"))
    expect(wall.get_by_text("等两人分别录入掷骰结果")).to_be_visible()
    attempt = stage.thrown(attempt)
    expect(page.get_by_role("button", name="公开密数")).to_be_visible(timeout=8000)
    expect(wall.get_by_role("img", name=f"20 次骰子：{ROLLS}")).to_be_visible(timeout=8000)
    stage.reveal(attempt)
    expect(wall.get_by_text("正在抽取")).to_be_visible(timeout=8000)
    expect(wall.get_by_text("已抽 2 / 8")).to_be_visible(timeout=15000)
    assert fresh(attempt).drawn_at <= clock.now() - timedelta(seconds=1)  # type: ignore[operator]  # drawn
    expect(still.get_by_text("抽取完成")).to_be_visible(timeout=8000)
    assert wall.evaluate("document.documentElement.scrollHeight") <= 1080


def test_the_pages_have_no_serious_fault_for_those_who_use_a_screen_reader(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.prepare()
    page = signed_in(browser, live_server, stage, "chen").new_page()
    stops = [
        ("", lambda: None),
        ("settings/", lambda: stage.sealed(attempt)),
        ("", lambda: stage.thrown(fresh(attempt))),
    ]
    stops += [("", lambda: stage.reveal(fresh(attempt))), ("", lambda: None), ("record/", lambda: None)]
    stops += [("wall/?", lambda: None)]
    found: list[str] = []
    for more, then in stops:
        page.goto(ceremony(live_server, attempt, more))
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"{more or 'ceremony'}: {violation['id']} {violation['impact']} {nodes}")
        then()
    assert [line for line in found if " serious " in line or " critical " in line] == []
