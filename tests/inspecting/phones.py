"""Phones in a real browser: each with a storage of its own, its network in the test's hand, and a thumb whose taps count."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from .. import axe
from ..cast import PASSWORD
from ..chromium import find_chromium

PLACE = {"latitude": 39.6553, "longitude": 106.7943, "accuracy": 12}

expect.set_options(timeout=40_000)  # a shared machine; what holds is seen at once all the same

_COUNT_TAPS = """
addEventListener("pointerdown", (event) => {
  if (event.isTrusted) localStorage.setItem("taps", 1 + Number(localStorage.getItem("taps") ?? 0));
}, true);
"""


class Phone:
    """One phone: `page` is its present tab."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=address, viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True,
            permissions=["geolocation"], geolocation=PLACE,
        )  # fmt: skip
        self.context.add_init_script(_COUNT_TAPS)
        self.context.set_default_timeout(40_000)
        self.errors: list[str] = []
        self.open()

    def open(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def sign_in(self, username: str) -> None:
        self.page.goto("/accounts/login/?next=/field/app/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url("**/field/app/**")
        self.synced()

    def synced(self) -> None:
        expect(self.page.locator(".sync")).to_have_text("已同步", timeout=120_000)

    def offline(self) -> None:
        self.context.set_offline(True)

    def online(self) -> None:
        self.context.set_offline(False)

    def kept(self) -> None:
        """Whatever was tapped is in the phone's storage, a few milliseconds later."""
        expect(self.page.locator(".sync")).not_to_have_attribute("aria-busy", "true")

    def killed(self) -> None:
        """The tab is gone without a word to it, and another one is opened."""
        self.kept()
        self.page.close(run_before_unload=False)
        self.open()
        self.page.goto("/field/app/")

    def flaky(self, every: int = 5) -> None:
        """From now on every n-th piece of a file gets lost: half of them on the way there, half of the answers."""
        sent = 0

        def lose(route: Route) -> None:
            nonlocal sent
            sent += 1
            if sent % every:
                route.continue_()
            elif sent % 2:
                route.abort()
            else:
                route.fetch()
                route.abort()

        self.page.route("**/evidence/*/?offset=*", lose)

    def slow(self, kilobytes: int) -> None:
        """A line of so many kilobytes a second, and a third of a second there and back."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 300,
                "downloadThroughput": kilobytes << 10,
                "uploadThroughput": kilobytes << 10,
            },
        )

    # --- the thumb ---

    @property
    def taps(self) -> int:
        return int(self.page.evaluate("localStorage.getItem('taps') ?? 0"))

    def forget_taps(self) -> None:
        self.page.evaluate("localStorage.removeItem('taps')")

    def button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def choose(self, label: str, *files: Path) -> None:
        """Files for an item (`拍照：WY-01`) or the whole visit (`拍照`)."""
        self.page.get_by_label(label, exact=True).set_input_files([str(file) for file in files])

    def sign(self, name: str, done: str = "被检查人签字完毕") -> None:
        """The inspected's name and signature, with the finger."""
        self.page.get_by_label("签字人姓名", exact=True).click()
        self.page.keyboard.insert_text(name)
        pad = self.page.get_by_role("img", name="签字框，用手指书写姓名")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 40, box["y"] + 30)
        self.page.mouse.down()
        for x, y in ((90, 34), (120, 80), (60, 100), (200, 40)):
            self.page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
        self.page.mouse.up()
        self.button(done)

    def visit(self, title: str, signer: str) -> None:
        """A visit in which all is fine, from the list to the inspected's signature."""
        self.page.locator(".cards a", has_text=title).first.click()
        self.button("开始检查，记下时间")
        self.button("全部未发现问题")
        self.page.get_by_role("button", name="确认").click()
        self.button("去签字")
        self.sign(signer)
        expect(self.page.locator(".cards")).to_be_visible()

    # --- what must hold of every page ---

    def is_sound(self) -> None:
        """No serious fault by axe, nothing wider than the screen, nothing to tap that is smaller than a thumb."""
        assert axe.faults(self.page) == []
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.page.evaluate("window.innerWidth")
        assert self.page.evaluate(_SMALL) == []


# Everything that is tapped, with its label where that takes the tap; a link within a line of text is no button.
_SMALL = """
() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")].map((one) => {
  const target = one.matches("input") && one.closest("label") ? one.closest("label") : one;
  const { width, height } = target.getBoundingClientRect();
  const seen = target.checkVisibility() && width > 1 && !one.closest("[inert], .skip, p:not(.after)");
  return seen && (height < 43.9 || width < 43.9) ? `${target.outerHTML.slice(0, 120)} ${width}×${height}` : "";
}).filter(Boolean)
"""


@contextmanager
def phones(address: str, count: int = 1) -> Iterator[list[Phone]]:
    """So many phones, which nobody has used before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        found = [Phone(browser, address) for _ in range(count)]
        yield found
        errors = [error for phone in found for error in phone.errors]
        browser.close()
    assert errors == []


def weight_of_first_load(phone: Phone, assets: Iterable[str], device: str) -> int:
    """Bytes that the app's first opening brings over the line: page, files, worker, day; compressed as a server does."""
    paths = ["/field/app/", "/field/sw.js", "/field/manifest.webmanifest", f"/field/api/day/?device={device}"]
    answers = [phone.context.request.get(path) for path in (*paths, *(f"/static/{one}" for one in assets))]
    assert [answer.url for answer in answers if not answer.ok] == []
    return sum(len(gzip.compress(answer.body())) for answer in answers)


def jpeg(path: Path, megabytes: float, mark: int) -> Path:
    """A true JPEG of this size: a small picture with comments, which no program may leave out of the file's digest."""
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (640, 480), (40, 90, mark % 256)).save(out, "JPEG")
    picture = out.getvalue()
    comment = mark.to_bytes(4, "big") + b"x" * 65_000
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    count = max(1, int(megabytes * 2**20 / len(segment)))
    path.write_bytes(picture[:2] + segment * count + picture[2:])
    return path
