"""The contributor's side and the wall in a real browser, without crypto.subtle, as on a meeting room's network."""

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sunlot import lottery
from sunlot.drawing import actions, wall_stream
from sunlot.drawing.models import Attempt
from sunlot.norms import clock, sm3
from sunlot.trail.log import sealing
from sunlot.trail.models import Sealer

from .. import axe
from ..browser.visitors import go
from ..cast import City
from ..chromium import find_chromium
from .browsing import WITH_CAMERA, WITHOUT_SUBTLE, ceremony, scan, signed_in, watched
from .shorthanded import build_short_stage, drawn_object
from .stage import ROLLS, Stage, build_stage, fresh, soon
from .test_replacing import member, propose, propose_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


def test_our_hashes_agree_with_the_standards_at_every_length(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    page = signed_in(browser, live_server, stage, "chen").new_page()
    go(page, f"{live_server.url}/desk/drawing/")
    random.seed(7)
    messages = [random.randbytes(length) for length in [*range(130), 1000, 4096]]  # noqa: S311 -- test data
    script = """async ([name, messages]) => {
        const { digest } = await import("/static/sunlot/js/hashing.js");
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


def test_the_code_on_the_slip_is_the_one_that_the_standard_gives(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    page = signed_in(browser, live_server, stage, "chen").new_page()
    go(page, f"{live_server.url}/desk/drawing/")
    texts = ["A", "0" * 90, *(hashlib.sha256(b"%d" % number).hexdigest().upper() for number in range(20))]
    script = """async (texts) => {
        const { qr } = await import("/static/sunlot/js/qr.js");
        return texts.map((text) => qr(text).map((row) => row.map(Number)));
    }"""
    for text, found in zip(texts, page.evaluate(script, texts), strict=True):
        code = segno.make(text, version=4, error="m", mask=0, boost_error=False, mode="alphanumeric", micro=False)
        assert found == [list(row) for row in code.matrix]


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_the_secret_number_leaves_the_browser_only_when_its_owner_reveals_it(
    browser: Browser, live_server: LiveServer, stage: Stage, hash_name: str
) -> None:
    attempt = stage.prepare(hash_name=hash_name)
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    sent = watched(page)
    go(page, ceremony(live_server, attempt))
    page.get_by_role("button", name="生成我的密数").click()
    key = f"sunlot.number/{attempt.draw.number}/1/scjg"
    kept = page.evaluate("(key) => JSON.parse(localStorage.getItem(key))[0]", key)
    nonce = kept["nonce"]
    expect(page.locator("[data-show=nonce]")).to_have_text(nonce)
    expect(page.get_by_role("img", name="密数的二维码")).to_be_visible()
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
    go(page, ceremony(live_server, attempt))
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
    go(page, ceremony(live_server, attempt))
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


def test_a_contributor_without_a_device_makes_a_slip_offline_and_scans_it(
    browser: Browser, live_server: LiveServer, stage: Stage, tmp_path: Path
) -> None:
    attempt = stage.prepare(hash_name="sm3")
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    sent = watched(page)
    go(page, ceremony(live_server, attempt))
    page.get_by_text("在别处生成密数，填写或扫描承诺").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="密数页").click()
    file = tmp_path / "密数页.html"
    download.value.save_as(file)

    elsewhere = browser.new_context(locale="zh-CN", offline=True)
    elsewhere.add_init_script(WITHOUT_SUBTLE)
    offline = elsewhere.new_page()
    asked = watched(offline)
    offline.goto(file.as_uri())
    assert axe.faults(offline) == []
    offline.get_by_label("参与方代码").fill("")
    offline.get_by_role("button", name="生成密数").click()
    expect(offline.get_by_text("照抽取页面填写参与方代码")).to_be_visible()
    offline.get_by_label("参与方代码").fill("scjg")
    offline.get_by_role("button", name="生成密数").click()
    expect(offline.get_by_role("img", name="承诺的二维码")).to_be_visible()
    nonce, commitment = (
        offline.locator(f"[data-show={name}]").text_content() or "" for name in ("nonce", "commitment")
    )
    assert commitment == lottery.commitment(attempt.draw.number, 1, "scjg", nonce, "sm3")
    assert axe.faults(offline) == []
    assert [line for line in asked if not line.startswith(("file:", "blob:"))] == []

    scan(page, "承诺，64 位十六进制", f"NONCE:{nonce.upper()}")
    expect(page.get_by_text("这是密数，不是承诺，没有发出")).to_be_visible()
    assert not [line for line in sent if nonce in line.lower()]
    scan(page, "承诺，64 位十六进制", f"COMMITMENT:{commitment.upper()}")
    expect(page.get_by_text("承诺已提交")).to_be_visible()
    for one in attempt.contributors.exclude(code="scjg"):
        actions.commit(stage.speaker(one), attempt, one.code, stage.commitment(attempt, one.code))
    attempt = stage.thrown(actions.seal(stage["chen"], attempt))
    go(page, ceremony(live_server, attempt))
    expect(page.get_by_text("本机已核对")).to_be_visible()
    scan(page, "密数，64 位十六进制", f"COMMITMENT:{commitment.upper()}")
    expect(page.get_by_text("这是承诺，不是密数")).to_be_visible()
    scan(page, "密数，64 位十六进制", f"NONCE:{nonce.upper()}")
    expect(page.get_by_text("密数已公开")).to_be_visible()
    assert fresh(attempt).contributors.get(code="scjg").nonce == nonce


def test_a_camera_that_reads_codes_fills_the_field_and_is_switched_off(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.thrown()
    context = signed_in(browser, live_server, stage, "yjj-clerk")
    context.add_init_script(WITH_CAMERA)
    page = context.new_page()
    watched(page)
    go(page, ceremony(live_server, attempt))
    page.get_by_role("button", name="用摄像头扫码").click()
    expect(page.get_by_role("dialog", name="扫码")).to_be_visible()
    nonce = stage.nonce(attempt, "yjj")
    page.evaluate("(text) => { globalThis.seen = text; }", f"NONCE:{nonce.upper()}")
    expect(page.get_by_role("dialog", name="扫码")).to_have_count(0)
    expect(page.get_by_label("密数，64 位十六进制")).to_have_value(f"NONCE:{nonce.upper()}")
    assert page.evaluate("globalThis.stream.getTracks().map((track) => track.readyState)") == ["ended"]
    page.get_by_role("button", name="公开密数").click()
    expect(page.get_by_text("密数已公开")).to_be_visible()


def test_two_tabs_share_one_number_and_a_dead_network_half_way_loses_nothing(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.prepare()
    context = signed_in(browser, live_server, stage, "scjg-clerk")
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        go(tab, ceremony(live_server, attempt))
    shown = []
    for tab in tabs:
        tab.get_by_role("button", name="生成我的密数").click()
        shown.append(tab.locator("[data-show=nonce]").text_content())
    assert shown[0] == shown[1]
    first, second = tabs
    context.set_offline(True)
    first.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(first.get_by_text("网络不通，本页每 2 秒重试")).to_be_visible()
    expect(first.locator("[data-show=nonce]").first).to_have_text(shown[0] or "")
    context.set_offline(False)
    expect(first.get_by_text("网络不通，本页每 2 秒重试")).to_be_hidden(timeout=8000)
    go(second, second.url)
    second.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(second.get_by_text("承诺已提交")).to_be_visible()
    for one in attempt.contributors.exclude(code="scjg"):
        actions.commit(stage.speaker(one), attempt, one.code, stage.commitment(attempt, one.code))
    attempt = stage.thrown(actions.seal(stage["chen"], attempt))
    second.route("**/proof.json", lambda route: route.abort())
    go(second, ceremony(live_server, attempt))
    expect(second.get_by_text("网络不通，透明日志的证明读不到。恢复后自动再核对。")).to_be_visible()
    expect(second.get_by_role("button", name="公开密数")).to_be_disabled()
    second.unroute("**/proof.json")
    expect(second.get_by_text("本机已核对")).to_be_visible()
    second.get_by_role("button", name="公开密数").click()
    expect(second.get_by_text("密数已公开")).to_be_visible()
    assert fresh(attempt).contributors.get(code="scjg").nonce == shown[0]


def test_the_slip_can_be_printed_again_and_a_lost_number_replaced_until_the_sealing(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.prepare()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    go(page, ceremony(live_server, attempt))
    page.get_by_role("button", name="生成我的密数").click()
    first = page.locator("[data-show=nonce]").first.text_content()
    page.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(page.get_by_text("密数保存在这个浏览器里")).to_be_visible()
    page.get_by_text("再看、再打印密数条").click()
    expect(page.locator("[data-act=keep] [data-show=nonce]")).to_have_text(first or "")

    elsewhere = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    sent = watched(elsewhere)
    go(elsewhere, ceremony(live_server, attempt))
    expect(elsewhere.get_by_text("密数不在这个浏览器里")).to_be_visible()
    elsewhere.get_by_text("密数丢失或被人看见").click()
    elsewhere.get_by_role("button", name="生成新的密数").click()
    second = elsewhere.locator("[data-act=commit] [data-show=nonce]").text_content() or ""
    elsewhere.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(elsewhere.get_by_text("密数保存在这个浏览器里")).to_be_visible()
    assert not [line for line in sent if second in line]
    expected = lottery.commitment(attempt.draw.number, 1, "scjg", second, "sha256")
    assert attempt.contributors.get(code="scjg").commitment == expected
    go(page, page.url)
    expect(page.get_by_text("密数不在这个浏览器里")).to_be_visible()


def test_what_is_typed_for_the_beacon_is_checked_as_it_is_typed(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.sealed()
    page = signed_in(browser, live_server, stage, "chen").new_page()
    sent = watched(page)
    go(page, ceremony(live_server, attempt))
    field, said = page.get_by_label("20 次点数"), page.locator("[data-part=count]")
    for typed, words in [("36154 2", "已录入 6 / 20 次"), ("36750", "第 3 个是“7”"), (ROLLS + "1", "只掷 20 次")]:
        field.fill(typed)
        expect(said).to_contain_text(words)
    field.fill(ROLLS[:19])
    page.get_by_role("button", name="录入掷骰结果").click()
    expect(field).to_be_focused()
    assert not [line for line in sent if "/beacon/" in line]
    field.fill("３６１５４" + ROLLS[5:])  # as an input method types them
    page.get_by_role("button", name="录入掷骰结果").click()
    expect(page.get_by_text("已录入。等第二人独立录入")).to_be_visible()


def test_a_page_that_refused_a_form_goes_on_without_sending_it_again(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.thrown()
    page = signed_in(browser, live_server, stage, "scjg-clerk", java_script_enabled=False).new_page()
    go(page, ceremony(live_server, attempt))
    page.get_by_label("密数，64 位十六进制").fill("ab" * 32)
    page.get_by_role("button", name="公开密数").click()
    expect(page.get_by_text("这个数与承诺不符")).to_be_visible()
    address = page.locator("[data-address]").get_attribute("data-address")
    assert go(page, f"{live_server.url}{address}").status == 200  # type: ignore[union-attr]  # an answer came


def test_a_device_that_saw_another_notice_does_not_reveal(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.thrown()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    go(page, f"{live_server.url}/desk/drawing/")
    key = f"sunlot.notice/{attempt.draw.number}/1"
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, "ab" * 32])
    go(page, ceremony(live_server, attempt))
    expect(page.get_by_text("公告与您先前看到的不是同一份")).to_be_visible()
    expect(page.get_by_role("button", name="公开密数")).to_be_disabled()


def test_a_device_reveals_only_once_the_notice_is_in_the_log(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    committed = stage.commit_all(stage.prepare())
    Sealer.objects.update_or_create(pk=1, defaults={"holder": "another", "held_until": 2**40})
    attempt = stage.thrown(actions.seal(stage["chen"], committed))
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    watched(page)
    go(page, ceremony(live_server, attempt))
    expect(page.get_by_text("公告等待入链")).to_be_visible()
    expect(page.get_by_role("button", name="公开密数")).to_be_disabled()
    Sealer.objects.update(held_until=0)
    assert sealing.seal()
    expect(page.get_by_text("并已入链")).to_be_visible()
    expect(page.get_by_text("由 127.0.0.1:8000/log+")).to_be_visible()
    expect(page.get_by_role("button", name="公开密数")).to_be_enabled()


def another_key(said: dict[str, Any]) -> None:
    said["vkey"] = "127.0.0.1:8000/log+00000000+AQ=="


def another_entry(said: dict[str, Any]) -> None:
    said["notice"]["entry"] = said["notice"]["entry"].replace("zjj", "xjj")


def another_root(said: dict[str, Any]) -> None:
    lines = said["checkpoint"].split("\n")
    lines[2] = "A" * 43 + "="
    said["checkpoint"] = "\n".join(lines)


@pytest.mark.parametrize(
    ("lie", "words"),
    [(another_key, "与这个浏览器先前见到的不同"), (another_entry, "不在签名的检查点里"), (another_root, "签名不符")],
)
def test_a_device_that_is_lied_to_about_the_log_does_not_reveal(
    browser: Browser, live_server: LiveServer, stage: Stage, lie: Callable[[dict[str, Any]], None], words: str
) -> None:
    attempt = stage.thrown()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()

    def told(route: Route) -> None:
        said = route.fetch().json()
        lie(said)
        route.fulfill(json=said)

    go(page, ceremony(live_server, attempt))  # the first visit pins the key
    expect(page.get_by_text("并已入链")).to_be_visible()
    page.route("**/proof.json", told)
    go(page, page.url)
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_role("button", name="公开密数")).to_be_disabled()


def test_the_ceremony_page_and_the_wall_follow_what_others_do(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.sealed()
    page = signed_in(browser, live_server, stage, "scjg-clerk").new_page()
    go(page, ceremony(live_server, attempt))
    wall = signed_in(browser, live_server, stage, "supervisor", viewport={"width": 1920, "height": 1080}).new_page()
    watched(wall)
    go(wall, ceremony(live_server, attempt, "wall/"))
    still = signed_in(browser, live_server, stage, "yjj-clerk", reduced_motion="reduce").new_page()
    go(still, ceremony(live_server, attempt, "wall/"))
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


def test_a_wall_without_a_seat_at_the_stream_asks_instead_and_shows_the_same(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.sealed()
    walls = []
    for _ in range(wall_stream.SEATS + 1):
        wall = signed_in(browser, live_server, stage, "supervisor").new_page()
        walls.append((wall, watched(wall)))
        go(wall, ceremony(live_server, attempt, "wall/"))
        wall.wait_for_timeout(300)
    stage.thrown(attempt)
    for wall, _ in walls:
        expect(wall.get_by_role("img", name=f"20 次骰子：{ROLLS}")).to_be_visible(timeout=8000)
    asked = [any("/wall/now/" in line for line in sent) for _, sent in walls]
    assert asked == [False] * wall_stream.SEATS + [True]


def test_a_wall_whose_stream_is_held_back_on_the_way_asks_instead_and_listens_again_when_it_can(
    browser: Browser, live_server: LiveServer, stage: Stage
) -> None:
    attempt = stage.sealed()
    wall = signed_in(browser, live_server, stage, "supervisor").new_page()
    sent = watched(wall)
    wall.route("**/wall/live/**", lambda route: route.abort())
    go(wall, ceremony(live_server, attempt, "wall/"))
    stage.thrown(attempt)
    expect(wall.get_by_role("img", name=f"20 次骰子：{ROLLS}")).to_be_visible(timeout=20_000)
    wall.unroute("**/wall/live/**")
    wall.wait_for_timeout(4000)
    asked = [line for line in sent if "/wall/now/" in line]
    assert asked
    wall.wait_for_timeout(4000)
    assert [line for line in sent if "/wall/now/" in line] == asked
    expect(wall.get_by_text("与服务器的连接断了")).to_be_hidden()


@pytest.mark.looks
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
        go(page, ceremony(live_server, attempt, more))
        found += [f"{more or 'ceremony'}: {one}" for one in axe.faults(page)]
        then()
    assert found == []


@pytest.mark.looks
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_what_comes_after_a_draw_are_sound_at_both_widths(
    browser: Browser, live_server: LiveServer, city: City, width: int
) -> None:
    stage = build_short_stage(city, shut_out=True)
    root = stage.drawn()
    proposed = propose(stage, root, drawn_object(root))
    actions.approve_replacement(stage["wuye-head"], propose_member(stage, root, member(root)))
    size: dict[str, Any] = {"viewport": {"width": width, "height": 844}}
    clerk = signed_in(browser, live_server, stage, "chen", **size).new_page()
    head = signed_in(browser, live_server, stage, "wuye-head", **size).new_page()
    found: list[str] = []

    def look(page: Page, more: str, words: str) -> None:
        watched(page)
        go(page, ceremony(live_server, root, more))
        expect(page.get_by_text(words, exact=False).first).to_be_visible()
        found.extend(f"{more}: {one}" for one in axe.faults(page))
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{more}: {wide} px wide")

    look(clerk, "replacements/", "现在的检查组")
    look(clerk, f"replace/object/{drawn_object(root, at=1)}/", "提交，等第二人批准")
    look(clerk, f"replace/inspector/{member(root)}/", "提交，等第二人批准")
    look(head, f"../replacements/{proposed.pk}/", "下一步：由您批准")
    look(clerk, "supplement/", "准备补充抽取，取得编号")
    prepared = actions.prepare_supplement(stage["chen"], root, "dice", soon())
    look(clerk, f"../{prepared.draw.number}/", "撤回这次补充抽取")
    clerk.get_by_text("撤回这次补充抽取").click()
    clerk.get_by_label("理由（公开）").fill("彩票期号写错")
    clerk.get_by_role("button", name="撤回", exact=True).click()
    expect(clerk.get_by_text("没有封存，已撤回")).to_be_visible()
    look(clerk, f"../{prepared.draw.number}/", "没有封存，已撤回")
    assert found == []
