"""People at their browsers: each signs in through the sign-in page and keeps a browser of its own."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response, Route, TimeoutError

from ..cast import PASSWORD

DESK, PHONE = 1280, 390
"""Widths in CSS pixels."""

PATIENCE = 40_000
"""Milliseconds to wait for a page; a busy machine is no fault of the page."""

_STATUS = re.compile(r"the server responded with a status of (\d{3})")


_OWN_RELOAD = ("ERR_ABORTED", "interrupted by another navigation")

SOON = 10_000
"""Milliseconds after which a page that did not come is asked for again, as a person would."""


def go(page: Page, address: str, tries: int = 4) -> Response | None:
    """Go to an address, again where the page was just about to reload itself, as the ceremony's does.

    Mostly the browser says that one navigation broke off the other; now and then neither of the two comes, and nothing is said.
    """
    try:
        return page.goto(address, timeout=PATIENCE if tries == 1 else SOON)
    except Error as error:
        broken_off = isinstance(error, TimeoutError) or any(words in str(error) for words in _OWN_RELOAD)
        if tries == 1 or not broken_off:
            raise
        return go(page, address, tries - 1)


@dataclass
class Visitors:
    """Opens browsers at `address` and collects what they complain of.

    `expected` are statuses below 500 that a test provokes: chromium writes each of them to the console as an error.
    """

    browser: Browser
    address: str
    password: str = PASSWORD
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    pages: dict[str, Page] = field(default_factory=dict)

    def open(self, *, width: int = DESK, scripts: bool = True, like: Page | None = None) -> Page:
        """A page in a browser that nobody has used before, or signed in as in the browser of the page `like`."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            storage_state=like.context.storage_state() if like else None,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=width == PHONE,
        )
        context.set_default_timeout(PATIENCE)
        self._watch(context)
        return context.new_page()

    def sign_in(self, page: Page, username: str) -> Page:
        """Sign in as people do; afterwards the page shows their home."""
        page.goto("/desk/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(self.password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/desk/")
        return page

    def __getitem__(self, username: str) -> Page:
        """The page of this person, signed in on first use."""
        if username not in self.pages:
            self.pages[username] = self.sign_in(self.open(), username)
        return self.pages[username]

    def at_phone(self, username: str) -> Page:
        """The same on a phone."""
        if username not in self.pages:
            self.pages[username] = self.sign_in(self.open(width=PHONE), username)
        return self.pages[username]

    def leave(self) -> None:
        """Close every browser, so that none asks the server for anything more."""
        for context in self.browser.contexts:
            context.close()
        self.pages.clear()

    def photograph(self, folder: Path) -> list[str]:
        """A picture of every open page; returns a line for each: address and file."""
        lines = []
        for number, page in enumerate(page for context in self.browser.contexts for page in context.pages):
            picture = folder / f"{number}.png"
            try:
                page.screenshot(path=picture, full_page=True, timeout=5_000)
                lines.append(f"{page.url}  {picture}")
            except Error as error:
                lines.append(f"{page.url}  no picture: {error}")
        return lines

    def _watch(self, context: BrowserContext) -> None:
        elsewhere = re.compile(rf"^(?!{re.escape(self.address)}/|data:|blob:)")
        context.route(elsewhere, self._refuse)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(f"{error.page and error.page.url}: {error.error}"))

    def _refuse(self, route: Route) -> None:
        self.faults.append(f"asked for {route.request.url}")
        route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors, among them every breach of the content security policy."""
        status = _STATUS.search(message.text)
        if message.type != "error" or (status and int(status[1]) in self.expected):
            return
        self.faults.append(f"{message.page.url if message.page else ''}: {message.text}")
