"""A contributor's browser as the meeting room has it: without crypto.subtle, signed in, watched for what it sends."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from sunlot.drawing.models import Attempt
from sunlot.organisations.middleware import SESSION_KEY

from .stage import Stage

# The product must not lean on crypto.subtle: it is not there without HTTPS.
WITHOUT_SUBTLE = (
    "Object.defineProperty(Crypto.prototype, 'subtle', { get() { throw new Error('no crypto.subtle'); } });"
)

# A camera and a detector as Chromium on a phone has them; headless browsers have neither.
WITH_CAMERA = """
    navigator.mediaDevices ??= {};
    navigator.mediaDevices.getUserMedia = async () => {
        const canvas = document.createElement("canvas");
        const picture = canvas.getContext("2d");
        setInterval(() => picture.fillRect(0, 0, Math.random(), 1), 50);
        return globalThis.stream = canvas.captureStream();
    };
    globalThis.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code"]; }
        async detect() { return globalThis.seen ? [{ rawValue: globalThis.seen }] : []; }
    };
"""


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


def scan(page: Page, label: str, text: str) -> None:
    """What a handheld scanner does: it types into the field that has the focus, and ends with Enter."""
    page.get_by_label(label).fill("")
    page.get_by_label(label).press_sequentially(text)
    page.keyboard.press("Enter")
