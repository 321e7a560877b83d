"""The whole way in a browser: from rosters in Excel to a published result, and the draw reproduced by the command line."""

import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sunlot.catalogue import seed
from sunlot.drawing.models import Attempt, Draw
from sunlot.inspecting.models import FormPart
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM
from sunlot.registry.actions import change_inspector
from sunlot.registry.models import Inspector

from ..cast import City
from . import ceremony, rosters
from .steps import begin, figures, follow, import_inspectors, review_inspectors, said, upload
from .visitors import Visitors, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "物业服务企业部门联合抽查"
SPEAKERS = ("chen", "scjg-clerk", "yjj-clerk", "supervisor")
UNITS = {
    "chen": ("zjj-wuye", "安宁白杨陈露丁香方圆葛兰"),
    "scjg-clerk": ("scjg", "高远韩冰何川江南孔明林深"),
    "yjj-clerk": ("yjj", "陆风马良宁静秦川任重石磊"),
}
REVIEWERS = ("coordinator", "scjg-head", "yjj-head")


def test_from_rosters_in_excel_to_a_result_that_anybody_can_verify(
    visitors: Visitors, city: City, tmp_path: Path
) -> None:
    seed.load(SYSTEM, clock.today() - timedelta(days=30))
    change_an_item(visitors)
    import_enterprises(visitors["chen"])
    for username, (unit, names) in UNITS.items():
        import_inspectors(visitors[username], unit, names)
    for username in REVIEWERS:
        review_inspectors(visitors[username])
    plan = write_plan(visitors["chen"])
    confirm_and_sign(visitors, plan)
    number = hold_draw(visitors, plan)
    sign_record(visitors, number)
    dispatch(visitors["chen"], number)
    inspected = inspect(visitors, city)
    review_and_publish(visitors, inspected)
    bundle, key = read_portal(visitors, plan, number, inspected, tmp_path)
    expect(wall(visitors, number).get_by_role("heading", level=1)).to_contain_text("抽取完成", timeout=30_000)
    prove(bundle, key, tmp_path)
    read_trail(visitors)


# --- items ---------------------------------------------------------------------------------------------------------


def change_an_item(visitors: Visitors) -> None:
    """物业科 writes the next version of its item, 统筹科室 puts it in force from today on."""
    page = visitors["chen"]
    follow(page, "事项清单")
    page.get_by_role("link", name="WY-01").first.click()
    page.get_by_role("link", name="起草新版本").click()
    page.get_by_label("检查内容").fill("物业服务合同履行、共用部位维护、收费公示、公共收益使用情况")
    page.get_by_label("制定或变更理由").fill("增加公共收益")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="提交统筹科室审核").click()
    said(page, "等统筹科室审核")
    page = visitors["coordinator"]
    go(page, "/desk/")
    page.get_by_role("main").get_by_role("link", name=re.compile("审核")).first.click()
    if page.get_by_role("link", name="审核这一版").count():
        page.get_by_role("link", name="审核这一版").click()
    page.get_by_role("button", name=re.compile("生效")).click()
    said(page, "WY-01 第 2 版自")


# --- registries ----------------------------------------------------------------------------------------------------


def import_enterprises(page: Page) -> None:
    """Upload, see that one column was not recognised, match it by hand, look at the counts, confirm."""
    follow(page, "名录库")
    page.get_by_role("link", name="导入").first.click()
    upload(page, "物业服务企业.xlsx", rosters.enterprises())
    figures(page, 新增=24, 有错误=0)
    matched = page.get_by_label("“位置”对应的字段")
    expect(matched).to_have_value("")
    matched.select_option(label="地址")
    page.get_by_role("button", name="按此对应重新核对").click()
    said(page, "已按新的对应重新核对")
    expect(page.get_by_label("“位置”对应的字段")).to_have_value("address")
    page.get_by_role("button", name="导入 24 行").click()
    said(page, "已导入：新增 24，更新 0，无变化 0")
    follow(page, "名录库")
    search = page.get_by_role("search").first
    search.get_by_label(re.compile("名称")).fill("石榴籽一期")
    search.get_by_role("button").last.click()
    page.get_by_role("link", name="石榴籽一期物业服务有限公司").click()
    expect(page.get_by_role("main")).to_contain_text("滨河大道2号")


# --- the plan ------------------------------------------------------------------------------------------------------


def write_plan(page: Page) -> str:
    """Three departments, two districts, city staff spread by the draw; tried out, then submitted. Returns the number."""
    go(page, "/desk/")
    page.get_by_role("link", name="新建抽查计划").click()
    page.get_by_label("抽查任务名称").fill(TITLE)
    page.get_by_label("参与部门 1", exact=True).select_option("scjg")
    page.get_by_label("参与部门 2", exact=True).select_option("yjj")
    page.get_by_role("checkbox", name="物业服务企业", exact=True).check()
    page.get_by_role("checkbox", name="海南区").uncheck()
    page.get_by_role("button", name="更新各栏的选项").click()
    for item in ("WY-01", "SCJG-01", "YJJ-01"):
        page.get_by_role("checkbox", name=re.compile(rf"^{item} ")).check()
    page.get_by_label("A 类抽取").fill("")
    for risk, households in (("D", "2"), ("C", "2"), ("B", "1")):
        page.get_by_label(f"{risk} 类抽取").fill(households)
        page.get_by_label(f"{risk} 类单位").select_option(label="户")
        page.get_by_label(f"{risk} 类候补").fill("1")
    page.get_by_label("乌达区检查组").fill("3")
    page.get_by_role("button", name="试算").click()
    cause = page.get_by_role("row", name=re.compile("^乌达区"))
    expect(cause).to_contain_text("乌达区物业科人员只有 4 人，需要 6 人")
    page.get_by_label("乌达区检查组").fill("1")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#preview")).to_contain_text("可以实施")
    figures(page, 候选="24 户")
    page.get_by_role("button", name="保存并提交").click()
    said(page, "等参与部门确认")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def confirm_and_sign(visitors: Visitors, plan: str) -> None:
    """Both participants agree, the head and the leader sign; then it is public."""
    anybody = visitors.open()
    go(anybody, "/plans/")
    expect(anybody.get_by_role("main")).not_to_contain_text(TITLE)
    for username in ("scjg-clerk", "yjj-clerk"):
        page = visitors[username]
        begin(page, TITLE)
        page.get_by_label("意见").fill("同意派员")
        page.get_by_role("button", name="同意参与").click()
        said(page, "已同意参与")
    for username, button in (("wuye-head", "签署"), ("leader", "签署并公布")):
        page = visitors[username]
        begin(page, TITLE)
        page.get_by_label("登录密码").fill(visitors.password)
        page.get_by_role("button", name=button, exact=True).click()
        said(page, "已签署")
    go(anybody, "/plans/")
    anybody.get_by_role("link", name=TITLE).click()
    expect(anybody.get_by_role("main")).to_contain_text(plan)
    anybody.context.close()


# --- the draw ------------------------------------------------------------------------------------------------------


def hold_draw(visitors: Visitors, plan: str) -> str:
    """Prepare, commit, seal, throw, reveal: four browsers, and the wall in a fifth that only follows."""
    host = visitors["chen"]
    begin(host, f"准备抽取：{TITLE}")
    host.get_by_role("button", name="准备抽取，取得编号").click()
    said(host, "各参与方现在可以提交承诺")
    number = Draw.objects.get(round__plan__number=plan).number
    screen = wall(visitors, number)
    for username in SPEAKERS:
        ceremony.commit(visitors[username], number)
    expect(screen.locator("nav.way")).to_contain_text("4 / 4 方")
    go(host, f"/desk/drawing/{number}/")
    host.get_by_role("button", name="冻结名册并封存公告").click()
    said(host, "公告已封存")
    expect(screen.get_by_role("main")).to_contain_text("录入掷骰结果")
    ceremony.throw(host, number)
    said(host, "等第二人独立录入")
    ceremony.throw(visitors["supervisor"], number)
    said(visitors["supervisor"], "两人录入一致")
    for username in SPEAKERS:
        ceremony.reveal(visitors[username], number)
    said(visitors[SPEAKERS[-1]], "抽取完成")
    expect(screen.locator("ol.just > li").first).to_be_visible()  # the wall shows ticket after ticket
    return number


def wall(visitors: Visitors, number: str) -> Page:
    """The wall of the meeting room, opened once."""
    if "wall" not in visitors.pages:
        with visitors["chen"].expect_popup() as opened:
            visitors["chen"].get_by_role("link", name="打开大屏").click()
        visitors.pages["wall"] = opened.value
    return visitors.pages["wall"]


def sign_record(visitors: Visitors, number: str) -> None:
    for username in SPEAKERS:
        page = visitors[username]
        go(page, f"/desk/drawing/{number}/record/")
        page.get_by_label("登录密码").fill(visitors.password)
        page.get_by_role("button", name="签署抽取记录").click()
        said(page, "已签署抽取记录")


def dispatch(page: Page, number: str) -> None:
    follow(page, "检查")
    page.get_by_role("link", name="派发任务").click()
    page.get_by_role("button", name="派发 5 份检查表").click()
    said(page, "已派发")


# --- the inspection ------------------------------------------------------------------------------------------------


def inspect(visitors: Visitors, city: City) -> str:
    """物业科's two inspectors of one form: the first fills it in on a phone. Returns the enterprise's name."""
    part = (
        FormPart.objects.select_related("form__object")
        .filter(organisation__code="zjj-wuye")
        .order_by("form__number")
        .first()
    )
    assert part is not None
    first, second = (link_account(city, member.inspector) for member in part.members.select_related("inspector"))
    name = part.form.object.name
    fill_in(visitors.at_phone(first), name)
    sign_by_hand(visitors.pages[first])
    submit(visitors.pages[first], visitors.password, "签名并提交复核")
    said(visitors.pages[first], "已提交，等待复核")
    page = visitors.at_phone(second)
    go(page, "/field/?plain=1")
    page.get_by_role("link", name=re.compile(f"{name}.*核对并签字")).click()
    submit(page, visitors.password, "签字")
    said(page, "已签字")
    return name


def link_account(city: City, inspector: Inspector) -> str:
    """Give a drawn inspector an account, as the administrators and the unit's clerk do. Returns its user name."""
    viewer = city.add(inspector.number, inspector.name, inspector.organisation.code, Role.INSPECTOR)
    change_inspector(city["chen"], inspector, user=viewer.membership.user)
    return inspector.number


def fill_in(page: Page, name: str) -> None:
    """Begin, save half-way, fill the rest; the page says what is missing."""
    go(page, "/field/?plain=1")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="开始检查，记下时间").click()
    expect(page.get_by_label("检查开始")).not_to_have_value("")
    page.get_by_role("checkbox", name="现场检查", exact=True).check()
    page.get_by_role("button", name="保存", exact=True).last.click()
    said(page, "已保存")
    page.get_by_role("button", name="去签字").click()
    expect(page.get_by_role("main")).to_contain_text("还没有填写")
    page.get_by_role("button", name="其余各项全部未发现问题").click()
    page.get_by_role("button", name="项未发现问题").click()
    ended = clock.now() + timedelta(minutes=1)
    page.get_by_label("检查结束").fill(ended.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("checkbox", name="未发现问题", exact=True).check()
    page.get_by_role("button", name="去签字").click()
    expect(page.get_by_role("heading", name="在屏幕上签字")).to_be_visible()


def sign_by_hand(page: Page) -> None:
    """The inspected writes a name with the mouse."""
    signed = page.locator("section", has=page.get_by_role("heading", name="在屏幕上签字"))
    signed.get_by_label("签字人姓名").fill("王守信")
    pad = signed.locator(".pad svg")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in ([(0.2, 0.3), (0.5, 0.25), (0.7, 0.35)], [(0.4, 0.2), (0.38, 0.8)]):
        (x, y), *rest = stroke
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        page.mouse.up()
    expect(signed.get_by_text("已签，可以重签")).to_be_visible()
    signed.get_by_role("button", name="被检查人签字完毕").click()


def submit(page: Page, password: str, button: str) -> None:
    page.get_by_label("您的登录密码").fill(password)
    page.get_by_role("button", name=button, exact=True).click()


def review_and_publish(visitors: Visitors, name: str) -> None:
    page = visitors["wuye-head"]
    begin(page, name)
    if page.get_by_role("link", name="复核", exact=True).count():
        page.get_by_role("link", name="复核", exact=True).click()
    page.get_by_label("通过，交公示").check()
    page.get_by_role("button", name="作出复核").click()
    said(page, "复核通过")
    page = visitors["chen"]
    begin(page, name)
    page.get_by_role("button", name="公示检查结果").click()
    expect(page.get_by_role("main")).to_contain_text("首次公示")


# --- the public ----------------------------------------------------------------------------------------------------


def read_portal(visitors: Visitors, plan: str, number: str, inspected: str, folder: Path) -> tuple[Path, str]:
    """Anybody finds the result by the enterprise's name, downloads the draw's bundle, and notes the log's key."""
    page = visitors.open()
    go(page, "/")
    page.get_by_label("企业名称或统一社会信用代码").fill(inspected)
    page.get_by_role("button", name="查企业").click()
    page.get_by_role("table").get_by_role("link", name=inspected).click()
    expect(page.get_by_role("main")).to_contain_text("未发现问题")
    go(page, "/results/")
    page.get_by_role("link", name=inspected).click()
    expect(page.get_by_role("main")).to_contain_text("未发现问题")
    go(page, "/draws/")
    page.get_by_role("link", name=TITLE).click()
    attempt = Attempt.objects.get(draw__number=number)
    expect(page.get_by_role("main")).to_contain_text(str(attempt.result_digest)[:4])
    with page.expect_download() as download:
        page.get_by_role("link", name="下载核验包").first.click()
    bundle = folder / "bundle.zip"
    download.value.save_as(bundle)
    key = page.request.get("/log/vkey").text().strip()
    page.context.close()
    return bundle, key


def prove(bundle: Path, key: str, folder: Path) -> None:
    """The command line verifies the draw by the log's key, and sees one changed byte in any file of the bundle."""
    assert verify(bundle).returncode == 3  # without the key the arithmetic is right, and no more is said
    good = verify(bundle, "--log-key", key)
    assert (good.returncode, good.stderr) == (0, "")
    assert "验证通过" in good.stdout
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert {"notice.json", "result.json", "log.json"} < set(members)
    for name in members:
        spoilt = folder / "spoilt.zip"
        with zipfile.ZipFile(spoilt, "w") as archive:
            for other, content in members.items():
                archive.writestr(other, changed(content) if other == name else content)
        found = verify(spoilt, "--log-key", key)
        assert (found.returncode, "验证不通过" in found.stdout) == (1, True), name


def changed(content: bytes) -> bytes:
    """One byte in the middle is another."""
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def verify(bundle: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sunlot.cli", "verify", str(bundle), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def read_trail(visitors: Visitors) -> None:
    """审计管理员 reads what everybody did."""
    page = visitors["auditor"]
    follow(page, "留痕")
    expect(page.get_by_role("main")).to_contain_text("公示")
