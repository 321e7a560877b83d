"""The pages of the archive, of documents and of opinions in a real browser: wide and narrow, and what axe says of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sunlot.archiving import actions
from sunlot.inspecting.actions import documents, invited

from .. import axe
from ..chromium import find_chromium
from ..inspecting.fieldwork import Fieldwork
from .filing import filed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("SUNLOT_TEST_PICTURES")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium for all. Playwright keeps a loop running in this thread, in which Django refuses its database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=30_000)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            yield chromium
            chromium.close()


def test_every_page_fits_a_desk_and_a_phone_and_keeps_nobody_out(
    browser: Browser, live_server: LiveServer, sent: Fieldwork
) -> None:
    second = sent.part("zjj-wuye", 1)
    issued = documents.issue(sent["chen"], second, "site_record")
    asked = invited.Asked(
        "body", "乌海市建设工程质量检测中心有限责任公司", "抽检三号楼二层梁、柱的钢筋和混凝土强度", 15
    )
    _, secret = invited.invite(sent["chen"], second, asked)
    invited.file_opinion(secret, "两组合格，一组复检后合格。", None, "", "127.0.0.1")
    file = filed(sent)
    actions.set_hold(sent["coordinator"], file, "行政诉讼（2026）内03行初3号")
    pages = {
        "files": ("coordinator", reverse("archiving:files")),
        "file": ("coordinator", reverse("archiving:file", args=[file.pk])),
        "retention": ("coordinator", reverse("archiving:retention")),
        "disposals": ("coordinator", reverse("archiving:disposals")),
        "documents": ("chen", reverse("inspecting:documents", args=[second.pk])),
        "opinions": ("chen", reverse("inspecting:opinions", args=[second.pk])),
        "form": ("chen", reverse("inspecting:form", args=[file.form_id])),
        "verified": ("", f"/verify/document/{issued.digest}/"),
        "unknown": ("", f"/verify/document/{'0' * 64}/"),
        "invited": ("", f"/invited/{secret}/"),
    }
    faults = []
    for width in (1280, 390):
        for username in ("", "coordinator", "chen"):
            page = _page(browser, live_server, sent, username, width)
            for name, (whose, address) in pages.items():
                if whose == username:
                    page.goto(live_server.url + address)
                    faults += [f"{name} {width}: {fault}" for fault in axe.faults(page)]
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    faults += [f"{name} {width}: {wide} wide"] if wide > width else []
                    if PICTURES:
                        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
            page.context.close()
    assert faults == []


def _page(browser: Browser, live_server: LiveServer, work: Fieldwork, username: str, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    if username:
        session = work.client(work[username]).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return context.new_page()
