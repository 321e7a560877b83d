"""The verifier's page in a real browser: choosing a bundle, the verdict, why somebody was drawn, and the file to keep."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from .. import axe
from ..cast import City
from ..chromium import find_chromium
from ..inspecting.fieldwork import build_fieldwork
from ..lottery.making import VECTORS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JOINT = VECTORS / "logged" / "joint-three-districts"
ROAMING = VECTORS / "logged" / "roaming"
SM3 = VECTORS / "sm3"
SPOILT = VECTORS / "spoilt" / "friend-moved-to-reserve"
KEY = (JOINT / "vkey.txt").read_text(encoding="utf-8").strip()
ZIP = "application/zip"
PATIENCE = 20_000

STEPS = (
    "文件",
    "公告",
    "承诺与揭示",
    "信标",
    "种子",
    "抽中与候补对象",
    "检查组",
    "对象分派",
    "结果文件",
    "日志",
    "先后次序",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium for all. Playwright keeps a loop running in this thread, in which Django refuses its database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            yield chromium
            chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that fails the test when a page complains, of its content security policy too."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer) -> Page:
    page = context.new_page()
    page.goto(f"{live_server.url}/verify/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-part=form]")).to_be_visible()  # its script has begun: before it nothing takes the focus
    return page


def zipped(folder: Path, name: str = "bundle.zip") -> FilePayload:
    """The bundle of a folder of the vectors as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(folder):
            archive.write(file, file.name)
    return FilePayload(name=name, mimeType=ZIP, buffer=buffer.getvalue())


def files_of(folder: Path) -> list[Path]:
    return [
        file for file in sorted(folder.iterdir()) if file.suffix == ".csv" or re.match("notice|result|log", file.name)
    ]


def choose(page: Page, *files: FilePayload, key: str = "") -> None:
    page.get_by_label("透明日志的公钥").fill(key)
    page.get_by_label("选择核验包").set_input_files(files)


def ask(page: Page, typed: str) -> None:
    page.get_by_label("企业名称、代码、人员或检查组编号").fill(typed)
    page.keyboard.press("Enter")


def marks(page: Page) -> list[str]:
    return page.locator("[data-step] .mark").all_inner_texts()


def verdict(page: Page) -> str:
    expect(page.locator("[data-part=verdict]")).to_be_visible()
    return page.locator("[data-part=verdict]").inner_text()


def test_a_bundle_with_its_log_is_verified_and_no_request_leaves_the_page(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    choose(page, zipped(JOINT), key=KEY)
    assert verdict(page).startswith("验证通过")
    assert marks(page) == [f"{step} 通过" for step in STEPS]
    expect(page.locator("[data-part=about]")).to_contain_text("三区部门联合抽查")
    expect(page.locator("[data-step=objects]")).to_contain_text("D 类抽中 30 户、候补 6 户")
    expect(page.locator("[data-part=remark-list]")).to_contain_text("没有可派的检查组")
    ask(page, "91150300MA00000191")
    expect(page.locator("svg.dial")).to_be_visible()
    choose(page, zipped(ROAMING))
    expect(page.locator("[data-step=log] .mark")).to_have_text("日志 略过")
    assert verdict(page).startswith("结果可以重现")
    assert sent == []


def test_what_is_wrong_stands_at_its_step(page: Page) -> None:
    choose(page, zipped(SPOILT))
    assert verdict(page).startswith("验证不通过")
    assert [mark for mark in marks(page) if "不符" in mark] == ["抽中与候补对象 不符"]
    expect(page.locator("[data-step=objects] .faults li").first).to_contain_text("result.json objects[0].drawn")
    expect(page.locator("[data-part=answer]")).to_contain_text("与公布的结果不同")
    choose(page, zipped(VECTORS / "logged" / "signed-by-another-key"), key=KEY)
    expect(page.locator("[data-step=log] .mark")).to_have_text("日志 不符")
    assert "结果可以重现，但日志与核验包不符" in verdict(page)


def test_a_folder_is_taken_whole_and_folders_in_it_are_ignored(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for file in files_of(ROAMING):
        shutil.copy(file, folder)
    (folder / "inner").mkdir()
    (folder / "inner" / "objects.csv").write_text("id\n")
    page.get_by_label("选择解开的文件夹").set_input_files(folder)
    assert verdict(page).startswith("结果可以重现")
    choose(page, *(FilePayload(name=f.name, mimeType="", buffer=f.read_bytes()) for f in files_of(SM3)))
    expect(page.locator("[data-step=notice]")).to_contain_text("国密 SM3")


def test_a_bundle_may_be_dropped_anywhere_on_the_verifier(page: Page) -> None:
    data = list(zipped(ROAMING)["buffer"])
    transfer = page.evaluate_handle(
        """(data) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(data)], "b.zip"));
            return transfer;
        }""",
        data,
    )
    page.dispatch_event("#verifier", "dragover", {"dataTransfer": transfer})
    expect(page.locator("form.drop")).to_have_class(re.compile("over"))
    page.dispatch_event("#verifier", "drop", {"dataTransfer": transfer})
    assert verdict(page).startswith("结果可以重现")


REFUSED = {
    "a picture": (FilePayload(name="a.png", mimeType="image/png", buffer=b"\x89PNG" * 99), "应为 zip 文件"),
    "nothing": (FilePayload(name="a.zip", mimeType=ZIP, buffer=b""), "应为 zip 文件"),
    "half a zip": (FilePayload(name="a.zip", mimeType=ZIP, buffer=zipped(ROAMING)["buffer"][:-500]), "应为 zip 文件"),
    "one file of a bundle": (FilePayload(name="notice.json", mimeType="", buffer=b"{}"), "result.json：应为在核验包里，实为没有"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_bundle_fails_with_a_reason_in_words(name: str, page: Page) -> None:
    file, words = REFUSED[name]
    choose(page, file)
    assert verdict(page).startswith("验证不通过")
    expect(page.locator("[data-step=files] .faults")).to_contain_text(words)
    assert [mark for mark in marks(page) if "略过" not in mark] == ["文件 不符"]
    expect(page.locator("[data-part=lookup]")).to_be_hidden()


def test_a_file_that_is_gone_or_too_large_is_no_verdict(page: Page, tmp_path: Path) -> None:
    gone = tmp_path / "bundle.zip"
    gone.write_bytes(zipped(ROAMING)["buffer"])
    page.get_by_label("选择核验包").set_input_files(gone)
    verdict(page)
    gone.write_bytes(b"changed")
    page.get_by_role("button", name="重新核验").click()
    expect(page.get_by_role("alert").filter(has_text="文件读不出来")).to_be_visible()
    with (tmp_path / "large.zip").open("wb") as file:
        file.truncate(1_000_000_001)
    page.get_by_label("选择核验包").set_input_files(tmp_path / "large.zip")
    expect(page.get_by_role("alert").filter(has_text="太大")).to_contain_text("sunlot verify")
    expect(page.locator("[data-part=outcome]")).to_be_hidden()


def test_a_malformed_key_is_told_at_its_field_and_nothing_is_verified(page: Page) -> None:
    choose(page, zipped(JOINT), key=KEY.replace("wuhai", "wuhia"))
    expect(page.get_by_role("alert").filter(has_text="公钥不对")).to_contain_text("抄录有误")
    expect(page.get_by_label("透明日志的公钥")).to_be_focused()
    assert page.get_by_label("透明日志的公钥").get_attribute("aria-invalid") == "true"
    expect(page.locator("[data-part=outcome]")).to_be_hidden()
    page.get_by_label("透明日志的公钥").fill(f" {KEY} ")
    page.keyboard.press("Enter")
    assert verdict(page).startswith("验证通过")


def test_a_verification_can_be_stopped_and_begun_again(context: BrowserContext, live_server: LiveServer) -> None:
    page = context.new_page()
    page.add_init_script(
        """const Real = Worker;
        let opened = 0;
        window.Worker = function (...given) {
            const worker = new Real(...given);
            if ((opened += 1) === 1) worker.postMessage = () => {};  // the first computes for ever
            return worker;
        };"""
    )
    page.goto(f"{live_server.url}/verify/")
    choose(page, zipped(ROAMING))
    expect(page.get_by_role("progressbar", name="核验进度")).to_be_visible()
    page.get_by_role("button", name="停止核验").click()
    expect(page.get_by_role("alert").filter(has_text="已停止")).to_be_visible()
    page.get_by_role("button", name="重新核验").click()
    assert verdict(page).startswith("结果可以重现")
    expect(page.locator("[data-part=refusal]")).to_be_hidden()


def test_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_label("选择核验包").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(zipped(ROAMING))
    verdict(page)
    page.get_by_label("企业名称、代码、人员或检查组编号").focus()
    page.keyboard.type("MA0000000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=answer] button").first).to_be_visible()
    page.keyboard.press("Tab")  # the button beside the field
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=answer] .verdict")).to_contain_text("排第")


# --- was I drawn, and why ------------------------------------------------------------------------------------------


def lines(page: Page) -> list[str]:
    """The commands that the page offers."""
    return page.locator("[data-part=answer] .cmd").all_text_contents()


def by_hand(line: str) -> str:
    """What a shell prints for a command: the digest in it."""
    printed = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\b[0-9a-f]{64}\b", printed)
    assert found
    return found[0]


def fact(page: Page, name: str) -> str:
    row = page.locator("[data-part=answer] .facts > div").filter(
        has=page.locator("dt", has_text=re.compile(f"^{name}$"))
    )
    code = row.locator("dd code")
    return re.sub(r"\s", "", (code if code.count() else row.locator("dd")).inner_text())


def test_an_object_is_explained_and_the_offered_lines_give_its_ticket(page: Page) -> None:
    choose(page, zipped(JOINT))
    result = json.loads((JOINT / "result.json").read_bytes())
    stratum = result["objects"][0]
    for place, words in ((stratum["drawn"][-1], "被抽中"), (stratum["reserve"][0], "是候补")):
        ask(page, place.lower())
        expect(page.locator("[data-part=answer] .verdict")).to_contain_text(words)
        expect(page.locator("[data-part=answer] .facts")).to_contain_text(re.sub("(....)", r"\1", place)[-2:])
        line, every, key_line = lines(page)[:3]
        ticket = fact(page, "签号")
        assert by_hand(line) == ticket
        assert by_hand(every) == ticket
        assert by_hand(key_line)[:32] in line
        if words == "被抽中":
            assert fact(page, "截止签") == ticket  # the last that was drawn
        else:
            assert fact(page, "截止签") < ticket
    angle = float(re.search(r"顺时针 ([0-9.]+)°", page.locator("[data-part=answer] .facts").inner_text())[1])  # type: ignore[index]  # it is there
    assert abs(angle - 360 * int(ticket, 16) / 2**256) < 0.01
    team = next(team for team in result["teams"] if stratum["drawn"][0] in team["objects"])
    ask(page, stratum["drawn"][0])
    expect(page.locator("[data-part=answer] .facts")).to_contain_text(team["id"])
    expect(page.locator("[data-part=answer] .facts")).to_contain_text(team["members"][0]["inspector"])
    ask(page, result["unassigned"][0])
    expect(page.locator("[data-part=answer] .facts")).to_contain_text("因回避没有可派的组")


def test_an_inspector_is_explained_and_so_is_where_a_roaming_one_was_sent(page: Page) -> None:
    choose(page, zipped(ROAMING))
    result = json.loads((ROAMING / "result.json").read_bytes())
    roster = (line.split(",") for line in (ROAMING / "inspectors.csv").read_text().splitlines()[1:])
    homes = {name: home for name, _, home in roster}
    drawn = {member["inspector"]: team for team in result["teams"] for member in team["members"]}
    for home in (True, False):
        name = next(name for name in drawn if (homes[name] == "*") == home)
        ask(page, name)
        expect(page.locator("[data-part=answer] .verdict")).to_contain_text(f"{name} 被抽中")
        expect(page.locator("[data-part=answer] .facts")).to_contain_text(drawn[name]["id"])
        commands = lines(page)
        assert by_hand(commands[0]) == fact(page, "签号")
        assert by_hand(commands[1])[:32] in commands[0]
        assert fact(page, "签号") <= fact(page, "截止签")
        if home:
            expect(page.locator("[data-part=answer] .facts")).to_contain_text(f"派往 {drawn[name]['zone']}")
            assert by_hand(commands[2]) == fact(page, "去处签")
    waiting = next(one for one in result["inspector_reserve"] if one["order"])["order"][0]
    ask(page, waiting)
    expect(page.locator("[data-part=answer] .verdict")).to_contain_text(f"{waiting} 是候补")


def test_an_object_s_way_to_its_team_is_told_with_the_lines_to_repeat(page: Page) -> None:
    choose(page, zipped(JOINT))
    result = json.loads((JOINT / "result.json").read_bytes())
    zone = result["teams"][0]["zone"]
    teams = [team for team in result["teams"] if team["zone"] == zone]
    key = tag(f"sunlot-draw/1 key\n{result['seed']}\nassign\n{zone}\n")[:32]
    objects = sorted((one for team in teams for one in team["objects"]), key=lambda one: tag(key + one))
    moved = 0
    for place, identifier in enumerate(objects[:8]):
        round_number, turn = divmod(place, len(teams))
        order = sorted(teams, key=lambda team: tag(f"{key}{round_number}@{team['id']}"))
        team = next(team for team in teams if identifier in team["objects"])
        ask(page, identifier)
        told = page.locator("[data-part=answer] .facts")
        expect(told).to_contain_text(
            f"排第 {place + 1}，即第 {round_number + 1} 轮第 {turn + 1} 户，轮到 {order[turn]['id']}"
        )
        if order[turn] is team:
            expect(told).to_contain_text("就派给它")
        else:
            moved += 1
            expect(told).to_contain_text(f"改派 {team['id']}")
        object_line, team_line, key_line = lines(page)[-3:]
        assert by_hand(object_line) == tag(key + identifier)
        assert by_hand(team_line) == tag(f"{key}{round_number}@{order[turn]['id']}")
        assert by_hand(key_line)[:32] == key
    assert moved < 8 <= len(objects)


def tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_team_is_explained_member_by_member(page: Page) -> None:
    choose(page, zipped(JOINT))
    result = json.loads((JOINT / "result.json").read_bytes())
    team = result["teams"][1]
    ask(page, team["id"])
    expect(page.locator("[data-part=answer] .verdict")).to_contain_text(f"检查组 {team['id']}")
    rows = page.locator("[data-part=answer] .facts > div")
    for member, row, line in zip(team["members"], rows.all(), lines(page), strict=True):
        expect(row).to_contain_text(member["inspector"])
        key = tag(f"sunlot-draw/1 key\n{result['seed']}\ninspector\n{team['zone']}/{member['department']}\n")[:32]
        assert by_hand(line) == tag(key + member["inspector"]) in re.sub(r"\s", "", row.inner_text())
    listed = page.locator("[data-part=answer] .log li").all_inner_texts()
    assert [one.split("\u3000")[1] for one in listed] == team["objects"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the offered line needs openssl")
def test_with_the_national_hash_the_offered_line_uses_openssl(page: Page) -> None:
    choose(page, zipped(SM3))
    ask(page, json.loads((SM3 / "result.json").read_bytes())["objects"][0]["drawn"][0])
    expect(page.locator("[data-part=answer] .verdict")).to_contain_text("被抽中")
    assert "openssl dgst -sm3" in lines(page)[0]
    assert by_hand(lines(page)[0]) == fact(page, "签号")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("没有这家", "名录里没有“没有这家”"),
        ("  ", "先输入名称、代码或编号"),
        ("<b>x</b>", "名录里没有“<b>x</b>”"),
        ("９１１５０３００ＭＡ０００００００１", "物业"),  # typed with full-width letters
    ],
)
def test_what_is_typed_is_found_or_the_page_says_that_it_is_not_there(page: Page, typed: str, words: str) -> None:
    choose(page, zipped(JOINT))
    verdict(page)
    ask(page, typed)
    expect(page.locator("[data-part=answer]")).to_contain_text(words)


# --- from a draw's page, and offline -------------------------------------------------------------------------------


def test_a_draw_of_the_site_is_opened_from_its_page(page: Page, live_server: LiveServer, city: City) -> None:
    attempt = build_fieldwork(city).attempt
    page.goto(f"{live_server.url}/draws/{attempt.draw.number}/")
    page.get_by_role("link", name="在浏览器里核验").first.click()
    assert verdict(page).startswith("结果可以重现")
    expect(page.locator("[data-part=about]")).to_contain_text(attempt.draw.number)
    digest = page.locator("[data-part=about] code").nth(1).inner_text()
    assert re.sub(r"\s", "", digest) == attempt.notice_digest
    key = Client().get("/log/vkey").content.decode().strip()
    page.get_by_role("button", name="填入本站自称的公钥").click()
    expect(page.get_by_label("透明日志的公钥")).to_have_value(key)
    expect(page.locator("[data-step=order] .mark")).to_have_text("先后次序 通过")
    assert verdict(page).startswith("验证通过")
    expect(page.get_by_text("所用的公钥是本站自称的")).to_be_visible()
    ask(page, "150302-1")  # codes with the names that the notice gives them
    answer = page.locator("[data-part=answer]")
    expect(answer.locator(".verdict")).to_contain_text("海勃湾区（150302） 的 2 个组之一")
    expect(answer).to_contain_text("乌海市市场监督管理局（scjg）")


@pytest.mark.parametrize("draw", ["150300-2026-9999", "../../desk"])
def test_a_draw_that_is_not_public_is_said_not_to_be(browser: Browser, live_server: LiveServer, draw: str) -> None:
    page = browser.new_page()  # chromium writes the 404 to the console
    page.goto(f"{live_server.url}/verify/?draw={draw}")
    if draw.startswith("150300"):
        expect(page.get_by_role("alert").filter(has_text="没有取到")).to_be_visible()
    expect(page.get_by_label("选择核验包")).to_be_enabled()
    expect(page.locator("[data-part=outcome]")).to_be_hidden()
    page.close()


def test_the_saved_file_verifies_without_any_network(
    page: Page, context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="存为单个网页").click()
    file = tmp_path / "核验.html"
    download.value.save_as(file)
    assert download.value.suggested_filename == "阳光摇号核验.html"
    page.close()
    context.set_offline(True)
    offline = context.new_page()
    asked: list[str] = []
    offline.on("request", lambda request: asked.append(request.url))
    offline.goto(file.as_uri())
    choose(offline, zipped(JOINT), key=KEY)
    assert verdict(offline).startswith("验证通过")
    ask(offline, "91150300MA00000191")
    expect(offline.locator("svg.dial")).to_be_visible()
    assert [address for address in asked if not address.startswith(("file:", "blob:"))] == []
    assert axe.faults(offline, axe.EVERYTHING) == []


def test_the_saved_files_policy_allows_its_own_text_alone(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    answer = Client().get("/verify/offline.html")
    text, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.replace("'", "&#x27;") in text
    assert not re.search(r'<(?:link|img|iframe)|<script[^>]* src=|href="(?!#)', text)
    changed = text.replace("const MOST_DEPTH = 16;", "const MOST_DEPTH = 17;")
    assert changed != text
    page = browser.new_page()  # its console is full of complaints, as it should be
    for name, content, runs in (("whole", text, True), ("changed", changed, False)):
        (tmp_path / f"{name}.html").write_text(content, encoding="utf-8")
        page.goto((tmp_path / f"{name}.html").as_uri())
        expect(page.locator("form.drop")).to_be_visible(visible=runs)
    page.close()


# --- how it looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 390])
def test_every_state_of_the_page_is_sound_at_both_widths(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    found = []

    def look(state: str) -> None:
        found.extend(f"{state}: {one}" for one in axe.faults(page, axe.EVERYTHING))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{state}: {wide} px wide")

    look("empty")
    choose(page, zipped(JOINT), key=KEY)
    verdict(page)
    ask(page, "91150300MA00000191")
    expect(page.locator("svg.dial")).to_be_visible()
    look("an object explained")
    page.locator("[data-part=answer] details").last.click()
    ask(page, "150302-1")
    expect(page.locator("[data-part=answer] h3")).to_be_visible()
    look("a team explained")
    ask(page, "MA0000")
    expect(page.locator("[data-part=answer] button").first).to_be_visible()
    look("many found")
    choose(page, zipped(VECTORS / "spoilt" / "notice-edited"))
    expect(page.locator("[data-step=seed] .faults")).to_be_visible()
    look("failed")
    page.get_by_label("透明日志的公钥").fill("x")
    page.get_by_role("button", name="重新核验").click()
    expect(page.get_by_role("alert").filter(has_text="公钥不对")).to_be_visible()
    look("a malformed key")
    assert found == []
