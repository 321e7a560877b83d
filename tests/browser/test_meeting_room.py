"""The ceremony as it is held: the real server and worker, in a meeting room's network without HTTPS, killed half-way."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ..chromium import find_chromium
from . import ceremony
from .conftest import ARGUMENTS
from .visitors import PATIENCE, Visitors, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOST = "sunlot.lan"  # not a loopback name: to a browser, a machine of the meeting room's network
CONTRIBUTORS = ("wuye", "scjg", "yjj", "jijian")


@dataclass
class Room:
    """An installation of its own in a folder, with `sunlot serve` as people start it."""

    folder: Path
    port: int
    password: str = ""
    server: "subprocess.Popen[bytes] | None" = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sunlot.cli", *arguments]

    def fill(self) -> None:
        """The demonstration city, with its plan that is ready to be drawn."""
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("SUNLOT_")} | {
            "SUNLOT_DATA": str(self.folder),
            "SUNLOT_LISTEN": f"127.0.0.1:{self.port}",
            "SUNLOT_PUBLIC_URL": self.address,
            "DJANGO_SETTINGS_MODULE": "sunlot.site.settings",
        }
        subprocess.run(self.command("demo"), env=self.environment, check=True, capture_output=True, timeout=400)
        self.password = json.loads((self.folder / "demo-accounts.json").read_text(encoding="utf-8"))[0]["password"]

    def start(self) -> None:
        self.server = subprocess.Popen(
            self.command("serve"),
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
            else:
                return
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """Server and worker at once, without a chance to tidy up."""
        assert self.server is not None
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Room(tmp_path_factory.mktemp("room") / "data", port)
    made.fill()
    made.start()
    yield made
    made.kill()


@pytest.fixture
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
        yield playwright.chromium.launch(executable_path=find_chromium(), args=arguments)


@pytest.fixture
def visitors(browser: Browser, room: Room) -> Iterator[Visitors]:
    everybody = Visitors(browser, room.address, room.password)
    yield everybody
    everybody.leave()
    assert [fault for fault in everybody.faults if "net::ERR" not in fault and "Failed to fetch" not in fault] == []


def prepare(host: Page) -> str:
    """Give the waiting plan's draw its number."""
    go(host, "/desk/")
    host.get_by_role("listitem").filter(has_text="准备抽取：").get_by_role("link").first.click()
    host.get_by_role("button", name="准备抽取，取得编号").click()
    expect(host.locator(".messages")).to_contain_text("各参与方现在可以提交承诺")
    found = re.search(r"/desk/drawing/([^/]+)/", host.url)
    assert found is not None
    return found[1]


def test_four_contributors_and_a_wall_without_https_and_a_server_killed_half_way(
    room: Room, visitors: Visitors, tmp_path: Path
) -> None:
    host = visitors["wuye"]
    number = prepare(host)
    assert host.evaluate("[isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
    wall = visitors["fagui"]
    go(wall, f"/desk/drawing/{number}/wall/")
    for username in CONTRIBUTORS:
        ceremony.commit(visitors[username], number)
    expect(wall.locator("nav.way")).to_contain_text("4 / 4 方")
    go(host, f"/desk/drawing/{number}/")
    host.get_by_role("button", name="冻结名册并封存公告").click()
    expect(host.locator(".messages")).to_contain_text("公告已封存")
    for username in ("wuye", "jijian"):
        ceremony.throw(visitors[username], number)
    for username in ("wuye", "scjg"):
        ceremony.reveal(visitors[username], number)
    expect(wall.locator("nav.way")).to_contain_text("2 / 4 方")

    room.kill()
    expect(wall.get_by_text("与服务器的连接断了，正在重连")).to_be_visible(timeout=30_000)
    room.start()
    expect(wall.get_by_text("与服务器的连接断了，正在重连")).to_be_hidden(timeout=30_000)
    for username in ("yjj", "jijian"):
        ceremony.reveal(visitors[username], number)
    expect(wall.get_by_role("heading", level=1)).to_contain_text("抽取完成", timeout=120_000)

    anybody = visitors.open()
    go(anybody, "/")
    key = anybody.request.get(f"{room_address(room)}/log/vkey").text().strip()
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(anybody.request.get(f"{room_address(room)}/draws/{number}/bundle.zip").body())
    run = subprocess.run(
        room.command("verify", str(bundle), "--log-key", key), capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    go(anybody, "/verify/")
    anybody.get_by_label("透明日志的公钥").fill(key)
    anybody.locator("#v-file").set_input_files(bundle)
    expect(anybody.get_by_text("验证通过", exact=True)).to_be_visible()


def room_address(room: Room) -> str:
    """Where this process, which does not know the room's names, reaches the server."""
    return f"http://127.0.0.1:{room.port}"
