"""A real chromium against a live server. Everybody works in a browser of their own; nothing leaves this machine."""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ..chromium import find_chromium
from .visitors import PATIENCE, Visitors

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium for the tests of a file.

    Playwright keeps an event loop running in this thread, in which Django refuses its database; the tests' own use of it
    is as synchronous as everywhere else.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            yield chromium
            chromium.close()


@pytest.fixture
def visitors(browser: Browser, live_server: LiveServer) -> Iterator[Visitors]:
    """People at their browsers. What a browser complained of during the test fails it at the end."""
    everybody = Visitors(browser, live_server.url)
    yield everybody
    everybody.leave()
    assert everybody.faults == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test leaves a picture of every open page, and says where."""
    report = yield
    visitors = getattr(item, "funcargs", {}).get("visitors")
    if report.when == "call" and report.failed and visitors is not None:
        folder = Path(tempfile.mkdtemp(prefix="sunlot-browser-"))
        report.sections.append(("pages at the failure", "\n".join(visitors.photograph(folder))))
        report.sections.append(("what the browsers complained of", "\n".join(visitors.faults)))
    return report
