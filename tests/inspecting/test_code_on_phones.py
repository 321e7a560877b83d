"""The inspection code on a real phone: drawn without a network, changing, and opened on another phone; the public pages."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import qrcode
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

from sunlot.inspecting.models import Task
from sunlot.norms import clock

from ..cast import City
from .fieldwork import Fieldwork, build_fieldwork
from .phones import Phone, phones

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sent(city: City, monkeypatch: pytest.MonkeyPatch) -> Fieldwork:
    """A draw of today, dispatched, whose visits begin today: the browser's clock can't be moved."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    work = build_fieldwork(city, clock.today())
    work.dispatch()
    Task.objects.update(starts_on=clock.today())
    return work


@pytest.fixture
def two(live_server: LiveServer, sent: Fieldwork, settings: object) -> Iterator[list[Phone]]:
    settings.SUNLOT_PUBLIC_URL = live_server.url  # type: ignore[attr-defined]
    with phones(live_server.url, 2) as found:
        yield found


def test_a_code_drawn_without_a_network_is_opened_by_whoever_is_inspected(sent: Fieldwork, two: list[Phone]) -> None:
    ours, theirs = two
    part = sent.part()
    ours.sign_in(sent.inspector(part).username)
    ours.offline()
    page = ours.page
    page.locator(".cards a", has_text=part.form.object.name).first.click()
    page.get_by_role("link", name="出示检查码").click()
    expect(page.get_by_role("img", name="检查码")).to_be_visible()
    ours.is_sound()
    address = page.locator(".qr").get_attribute("data-address")
    assert address is not None
    expect(page.locator(".qr")).not_to_have_attribute("data-address", address)  # within half a minute it is another
    address = page.locator(".qr").get_attribute("data-address")

    theirs.page.goto(str(address))
    expect(theirs.page.get_by_role("heading", name="本次检查合法有效")).to_be_visible()
    theirs.is_sound()
    theirs.page.get_by_role("link", name="反映问题").click()
    theirs.is_sound()
    theirs.page.get_by_label("反映的情况").fill("没有出示执法证")
    theirs.page.keyboard.press("Tab")
    theirs.page.keyboard.press("Tab")
    theirs.page.keyboard.press("Enter")  # by the keyboard alone
    expect(theirs.page.get_by_role("heading", name="已转纪检监督")).to_be_visible()


@pytest.mark.looks
@pytest.mark.parametrize("length", [20, 84, 85, 106, 107, 122, 180, 181, 213])
def test_the_phone_draws_what_another_encoder_draws(two: list[Phone], length: int) -> None:
    text = ("https://sunlot.example/c/" + "Ab3-_." * 40)[:length]
    two[0].page.goto("/c/")
    drawn = two[0].page.evaluate(
        "async (text) => { const { qr } = await import('/static/inspecting/app/qr.js'); return qr(text); }", text
    )
    other = qrcode.QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=drawn["mask"], border=0)
    other.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE), optimize=0)
    other.make(fit=True)
    assert drawn["version"] == other.version
    assert drawn["rows"] == other.get_matrix()


@pytest.mark.looks
def test_the_pages_of_a_notice_are_sound_on_a_phone_and_wide(sent: Fieldwork, two: list[Phone]) -> None:
    form = sent.form()
    day = max(clock.today(), form.task.starts_on) + timedelta(days=1)
    told = {
        "visit_on": day.isoformat(),
        "starts_at": "09:30",
        "ends_at": "11:00",
        "place": "滨河大街",
        "recipient": "李",
    }
    answer = Client()
    answer.force_login(sent["chen"].membership.user, backend="django.contrib.auth.backends.ModelBackend")
    sent_page = answer.post(f"/desk/inspecting/forms/{form.pk}/notice/", told).content.decode()
    link = re.search(r"/notice/[\w-]+/", sent_page).group()  # type: ignore[union-attr]
    page = two[0].page
    page.goto(link)
    two[0].is_sound()
    page.get_by_text("申请回避", exact=True).click()
    two[0].is_sound()
    page.get_by_label("您的姓名").first.fill("李强")
    page.get_by_label("身份").fill("负责人")
    page.get_by_role("button", name="确认收到告知书").click()
    expect(page.get_by_role("status").first).to_contain_text("确认收到")
    page.set_viewport_size({"width": 1280, "height": 900})
    two[0].is_sound()
    page.set_viewport_size({"width": 390, "height": 844})
    viewer = sent.inspector(sent.part())
    two[1].sign_in(viewer.username)
    two[1].page.goto(f"/field/{sent.part().pk}/unreachable/")
    two[1].is_sound()
