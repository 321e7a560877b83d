"""The inspector's phone in a real browser: from the card to the receipt with a thumb, 390 px wide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sunlot.inspecting.models import FormPart
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.trail import files

from .. import axe
from ..cast import PASSWORD, City
from ..chromium import find_chromium
from .fieldwork import NAME, Fieldwork, build_fieldwork

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sent(city: City) -> Fieldwork:
    """A draw of today, dispatched: the browser's clock can't be moved."""
    work = build_fieldwork(city, clock.today())
    work.dispatch()
    return work


@pytest.fixture
def phone(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A phone's browser that nobody has used before."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop running in this thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True
        )
        yield context.new_page()
        chromium.close()


def sign_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk/")


def is_sound(page: Page) -> None:
    """No serious fault by axe, and nothing wider than the screen."""
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")


def draw(page: Page) -> None:
    """A name with the finger."""
    pad = page.get_by_role("img", name="签字框，用手指书写姓名")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    for x, y in ((90, 34), (120, 80), (60, 100), (200, 40)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    page.mouse.up()


def test_a_form_is_filled_signed_and_submitted_with_the_thumb(sent: Fieldwork, phone: Page) -> None:
    part = sent.part()
    sign_in(phone, sent.inspector(part).username)
    phone.goto("/field/?plain=1")
    is_sound(phone)
    phone.goto(f"/field/{part.pk}/")
    phone.get_by_role("button", name="开始检查，记下时间").click()
    item = phone.locator("#item-WY-01")
    item.get_by_role("radio", name="发现问题", exact=True).check()
    item.get_by_label("情况说明").fill("分摊清册未张贴")
    assert not phone.locator("#id_note-WY-02").is_visible()
    is_sound(phone)
    phone.get_by_role("button", name="去签字").click()
    assert "还差" in phone.locator(".pfoot").inner_text()  # never silently submitted
    phone.get_by_role("button", name="其余各项全部未发现问题").click()
    is_sound(phone)
    phone.get_by_role("button", name="确认 1 项未发现问题").click()
    phone.get_by_role("checkbox", name="现场检查", exact=True).check()
    phone.locator("#id_ended_at").fill(phone.locator("#id_began_at").input_value())
    phone.get_by_label("发现问题已责令改正").check()
    phone.get_by_role("button", name="去签字").click()
    phone.wait_for_url("**/inspected/")
    is_sound(phone)
    phone.locator("#id_hand-name").fill(NAME)
    draw(phone)
    phone.get_by_role("button", name="重签").first.click()
    assert phone.locator("[name=hand-strokes]").input_value() == ""
    draw(phone)
    strokes = phone.locator("[name=hand-strokes]").input_value()
    phone.get_by_role("button", name="被检查人签字完毕").click()
    phone.wait_for_url("**/submit/")
    is_sound(phone)
    phone.get_by_label("您的登录密码").fill(PASSWORD)
    phone.get_by_role("button", name="签名并提交复核").click()
    phone.wait_for_url("**/field/")
    assert "已提交，等待复核" in phone.locator("main").inner_text()
    assert sent.again(part).state == FormPart.State.RECORDED
    drawing = Signature.objects.get(thing=part.thing, way=Signature.Way.HAND)
    assert strokes.encode() in files.read(drawing.file_id or "")
    phone.goto(f"/field/{part.pk}/")
    assert phone.get_by_alt_text(f"手写签名：{NAME}").evaluate("image => image.naturalWidth") > 0
    is_sound(phone)


@pytest.mark.looks
def test_the_desks_pages_are_sound_on_the_phone_and_on_the_desk(sent: Fieldwork, phone: Page) -> None:
    part = sent.decided(sent.part(), problem=True)
    waiting = sent.recorded(sent.part(number=1))
    sign_in(phone, "chen")
    addresses = (
        "/desk/inspecting/",
        f"/desk/inspecting/forms/{part.form_id}/",
        f"/desk/inspecting/parts/{waiting.pk}/review/",
        f"/desk/inspecting/dispatch/{sent.attempt.pk}/",
        "/desk/publishing/",
        f"/desk/publishing/parts/{part.pk}/",
    )
    for width in (390, 1280):
        phone.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            phone.goto(address)
            is_sound(phone)
    phone.get_by_role("button", name="公示检查结果").click()
    is_sound(phone)
    assert sent.again(part).state == FormPart.State.PUBLISHED
