"""The page of a log entry: the reader's own browser checks the proof, with the key that the reader chooses."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect
from pytest_django.live_server_helper import LiveServer

from sunlot import cli
from sunlot.ledger.keys import Kind, SigningKey
from sunlot.trail.log import reading

from ..cast import City
from ..drawing.stage import build_stage
from ..trail.test_sealing import act, publish
from .visitors import PHONE, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOOD, BAD = "您的浏览器已核对", "核对不通过"


def test_the_browser_checks_the_proof_and_the_key_of_its_reader(visitors: Visitors) -> None:
    act(300)
    publish()
    page = visitors.open(width=PHONE)
    page.goto("/log/")
    page.get_by_role("link", name="试公布").click()
    verdict = page.locator("[data-part=verdict]")
    expect(verdict).to_contain_text(GOOD)
    vkey = page.get_by_label("用这把公钥核对签名")
    own = vkey.input_value()
    assert own == reading.verifier_key()
    vkey.fill(str(SigningKey(own.split("+")[0], Kind.ED25519, bytes(32)).verifier))
    expect(verdict).to_contain_text(BAD)
    vkey.fill("nonsense")
    expect(verdict).to_contain_text(BAD)
    vkey.fill(own)
    expect(verdict).to_contain_text(GOOD)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("lie", ["entry", "index", "checkpoint", "proof"])
def test_a_page_that_lies_is_found_out(lie: str, visitors: Visitors) -> None:
    act(4)
    publish()
    page = visitors.open()

    def tell(route: Route) -> None:
        answer = route.fetch()
        head, data, rest = re.split(
            r'(?<=id="proof-data" type="application/json">)(.*?)(?=</script>)', answer.text(), maxsplit=1
        )
        value = json.loads(data)
        value[lie] = {
            "entry": value["entry"].replace("thing:1", "thing:2"),
            "index": value["index"] - 1,
            "checkpoint": value["checkpoint"].replace("\n5\n", "\n6\n"),
            "proof": value["proof"][:-1],
        }[lie]
        route.fulfill(response=answer, body=f"{head}{json.dumps(value)}{rest}")

    page.route("**/log/entries/4/", tell)
    page.goto("/log/entries/4/")
    expect(page.locator("[data-part=verdict]")).to_contain_text(BAD)


def test_without_scripts_the_page_shows_the_proof_and_says_how_to_check_it(visitors: Visitors) -> None:
    publish()
    page = visitors.open(scripts=False)
    page.goto("/log/entries/0/")
    expect(page.get_by_text("sunlot log proof proof-0.json").first).to_be_visible()
    expect(page.locator("[data-part=verdict]")).to_be_hidden()


def test_a_mirror_on_any_web_server_verifies_a_draw_without_the_site(
    browser: Browser, live_server: LiveServer, city: City, mirror: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = mirror
    page = browser.new_page()
    number = build_stage(city).drawn().draw.number
    for path, name in (("verify/offline.html", "mirror/verify.html"), (f"draws/{number}/bundle.zip", "bundle.zip")):
        (tmp_path / name).write_bytes(page.request.get(f"{live_server.url}/{path}").body())
    assert cli.main(["log", "export", str(folder / "log"), "--from", f"{live_server.url}/log/"]) == 0
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}verify.html")
    page.get_by_label("透明日志的公钥").fill((folder / "log" / "vkey").read_text().strip())
    page.locator("#v-file").set_input_files(tmp_path / "bundle.zip")
    expect(page.get_by_text("验证通过", exact=True)).to_be_visible()
    assert [one for one in asked if not one.startswith((address, "blob:"))] == []
    page.close()
