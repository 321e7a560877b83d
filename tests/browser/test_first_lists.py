"""A new installation without a demonstration: from the first three passwords to a published joint plan and its change."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from sunlot.desk.running import Hands
from sunlot.documents.spreadsheets import Column, xlsx
from sunlot.norms import clock, credit_code
from sunlot.organisations.roles import Role
from sunlot.site import commands

from . import rosters
from .steps import XLSX, begin, figures, import_inspectors, review_inspectors, said, upload
from .visitors import Visitors, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "物业服务企业部门联合抽查"
PEOPLE = (
    # user name, name, where the account is kept, the role
    ("fagui", "陈文静", "法规科", Role.COORDINATOR),
    ("fagui2", "梁文远", "法规科", Role.COORDINATOR),
    ("wuye", "苏婉清", "物业科", Role.CLERK),
    ("wuye-head", "吴承远", "物业科", Role.HEAD),
    ("leader", "高远峰", "乌海市住房和城乡建设局", Role.LEADER),
    ("unit-head", "张振邦", "乌海市住房和城乡建设局", Role.UNIT_HEAD),
    ("scjg", "施敬之", "乌海市市场监督管理局", Role.CLERK),
    ("scjg-law", "史长林", "乌海市市场监督管理局", Role.COORDINATOR),
    ("yljj", "袁丽君", "乌海市园林绿化局", Role.CLERK),
    ("yljj-law", "严立军", "乌海市园林绿化局", Role.COORDINATOR),
)
PARTS = "抽查项目 抽查对象 事项类别 抽查方式 公示程序 信息共享 监管衔接 归档方式".split()


def test_a_bureau_begins_with_nothing_and_publishes_a_joint_plan_and_its_change(
    visitors: Visitors, capsys: pytest.CaptureFixture[str]
) -> None:
    visitors.expected.add(403)  # who has no role yet is told so
    start_installation(visitors, capsys)
    make_organisation_and_accounts(visitors)
    grant_roles(visitors)
    put_items_in_force(visitors)
    write_partner_item(visitors)
    write_guide(visitors)
    fill_registries(visitors)
    reconcile(visitors)
    set_rules(visitors)
    publish_year(visitors)
    plan = write_plan(visitors)
    agree_and_sign(visitors)
    change_plan(visitors, plan)


# --- the installation, its organisations and people -----------------------------------------------------------------


def start_installation(visitors: Visitors, capsys: pytest.CaptureFixture[str]) -> None:
    """`sunlot init` prints three one-time passwords; each administrator replaces its own."""
    capsys.readouterr()
    assert commands.run("init", []) == 0
    for line in capsys.readouterr().out.strip().splitlines():
        _, username, password = line.split("\t")
        first_sign_in(visitors, username, password)


def first_sign_in(visitors: Visitors, username: str, password: str) -> None:
    page = visitors.open()
    page.goto("/desk/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("现在的密码").fill(password)
    for label in ("新密码", "再输入一次新密码"):
        page.get_by_label(label, exact=True).fill(visitors.password)
    page.get_by_role("button", name="保存新密码").click()
    said(page, "密码已修改")
    visitors.pages[username] = page


def make_organisation_and_accounts(visitors: Visitors) -> None:
    """The home page says where to begin; a partner department is missing and made; everybody gets an account."""
    page = visitors["sysadmin"]
    begin(page, "建立第一批账号")
    page.get_by_role("link", name="新建机构").click()
    page.get_by_label("名称").fill("乌海市园林绿化局")
    page.get_by_label("类别").select_option(label="联合部门")
    page.get_by_label("区划").select_option(label="乌海市")
    page.get_by_label("代码").fill("scjg")
    page.get_by_role("button", name="新建机构").click()
    expect(page.get_by_role("main")).to_contain_text("代码“scjg”已有机构使用")
    page.get_by_label("代码").fill("yljj")
    page.get_by_role("button", name="新建机构").click()
    said(page, "已新建“乌海市园林绿化局”")
    passwords = {}
    for username, name, where, _ in PEOPLE:
        go(page, "/desk/organisations/new-person/")
        page.get_by_label("姓名").fill(name)
        page.get_by_label("用户名").fill(username)
        choose(page, "所属机构", where)
        page.get_by_role("button", name="建立账号").click()
        shown = page.get_by_role("main").inner_text()
        found = re.search(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", shown)
        assert found, shown
        passwords[username] = found[0]
    for username, password in passwords.items():
        first_sign_in(visitors, username, password)
        expect(visitors[username].get_by_role("main")).to_contain_text("角色")


def choose(page: Page, label: str, words: str) -> None:
    """Choose of a tree of organisations, whose options are indented."""
    options = page.get_by_label(label).locator("option")
    at = [text.strip() for text in options.all_inner_texts()].index(words)
    page.get_by_label(label).select_option(index=at)


def grant_roles(visitors: Visitors) -> None:
    page = visitors["secadmin"]
    for _, name, where, role in PEOPLE:
        go(page, "/desk/")
        if page.locator("ol.todo > li", has_text=f"授予角色：{name}").count():
            begin(page, f"授予角色：{name}")
        else:  # many wait: one button leads to their list
            begin(page, "授予角色：")
            page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("combobox", name="角色", exact=True).select_option(label=role.label)
        choose(page, "在哪个机构", where)
        page.get_by_role("button", name="授予角色").click()
        said(page, role.label)


# --- items and guides -----------------------------------------------------------------------------------------------


def put_items_in_force(visitors: Visitors) -> None:
    """法规科 imports the reference list as drafts and submits them; a second person puts those it needs in force."""
    page = visitors["fagui"]
    begin(page, "编制随机抽查事项清单")
    reference = page.request.get(page.get_by_role("link", name="下载参考清单").get_attribute("href") or "")
    upload(page, "抽查事项清单.xlsx", reference.body())
    figures(page, 新增=31, 有错误=0)
    page.get_by_role("button", name="导入 31 行").click()
    page.get_by_role("link", name="成批提交草稿").click()
    page.get_by_role("button", name="提交所选各件，由统筹科室审核").click()
    approve_many(visitors["fagui2"], "抽查事项", "WY-")


def approve_many(page: Page, what: str, codes: str) -> None:
    """Approve of what waits the rows whose code begins so."""
    begin(page, what)
    rows = page.get_by_role("checkbox", name=re.compile(f"^选择 {codes}"))
    for at in range(rows.count()):
        rows.nth(at).check()
    page.get_by_role("button", name="所选各件审核通过，按日期生效").click()
    expect(page.locator(".messages")).to_contain_text("生效")


def write_partner_item(visitors: Visitors) -> None:
    """A partner department drafts an item of its own."""
    for username, code, name in (
        ("scjg", "SCJG-01", "物业服务收费公示检查"),
        ("yljj", "YL-01", "住宅小区绿化养护检查"),
    ):
        page = visitors[username]
        go(page, "/desk/catalogue/new/")
        page.get_by_label("编号").fill(code)
        page.get_by_label("事项名称").fill(name)
        page.get_by_label("检查内容").fill("收费项目和标准是否公示")
        page.get_by_role("checkbox", name="物业服务企业", exact=True).check()
        page.get_by_role("checkbox", name="现场检查").check()
        page.get_by_label(re.compile("^第 1 行.*法律")).fill("《中华人民共和国价格法》")
        page.get_by_label(re.compile("^第 1 行.*条")).first.fill("第十三条")
        page.get_by_label("制定或变更理由").fill("纳入随机抽查")
        page.get_by_role("button", name="保存草稿").click()
        page.get_by_role("button", name="审核").click()
        said(page, "审核")
        page = visitors[f"{username}-law"]
        begin(page, code)
        page.get_by_role("button", name="审核通过，按日期生效").click()
        said(page, code)


def write_guide(visitors: Visitors) -> None:
    page = visitors["fagui"]
    go(page, "/desk/catalogue/guides/new/")
    page.get_by_label("编号").fill("WY-ZY-01")
    choose(page, "科室（单位）", "物业科")
    page.get_by_label("名称", exact=True).fill("物业服务企业随机抽查工作指引")
    page.get_by_role("checkbox", name=re.compile("^WY-01")).check()
    page.get_by_label("制定或变更理由").fill("首次制定")
    for part in PARTS:
        page.get_by_label(part, exact=True).fill(f"{part}按《通知》办理。")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="审核").click()
    page = visitors["fagui2"]
    begin(page, "WY-ZY-01")
    page.get_by_role("button", name="审核通过，按日期生效").click()
    said(page, "WY-ZY-01")


# --- registries -----------------------------------------------------------------------------------------------------


def fill_registries(visitors: Visitors) -> None:
    page = visitors["wuye"]
    begin(page, "导入检查对象名单")
    upload(page, "物业服务企业.xlsx", rosters.enterprises())
    page.get_by_label("“位置”对应的字段").select_option(label="地址")
    page.get_by_role("button", name="按此对应重新核对").click()
    page.get_by_role("button", name="导入 24 行").click()
    said(page, "已导入：新增 24")
    for username, unit, names in (
        ("wuye", "zjj-wuye", "安宁白杨陈露丁香方圆葛兰"),
        ("scjg", "scjg", "高远韩冰何川江南孔明林深"),
        ("yljj", "yljj", "陆风马良宁静秦川任重石磊"),
    ):
        import_inspectors(visitors[username], unit, names)
    for username in ("fagui", "scjg-law", "yljj-law"):
        review_inspectors(visitors[username])


def reconcile(visitors: Visitors) -> None:
    """The market regulator's list has one company that is missing here; it is taken in, the report filed and signed."""
    name, code = "骆驼刺三期物业服务有限公司", credit_code.make("150302", "MA0B0099")
    known = [(row[0], row[1], row[3], row[4]) for row in rosters.enterprise_rows()]
    heads = [Column(head) for head in ("企业名称", "统一社会信用代码", "所在区", "住所")]
    content = xlsx(heads, [*known, (name, code, "海勃湾区", "滨河大道99号")])
    page = visitors["wuye"]
    go(page, "/desk/registry/reconciliations/")
    page.get_by_label("名单文件").set_input_files(FilePayload(name="在册.xlsx", mimeType=XLSX, buffer=content))
    page.get_by_label("名单来源").fill("乌海市市场监督管理局")
    page.get_by_role("checkbox", name="物业服务企业", exact=True).check()
    page.get_by_role("button", name="上传并比对").click()
    work(page)
    figures(page, 名录库没有=1)
    address = page.url
    page.get_by_role("checkbox", name=f"勾选 {name}").check()
    page.get_by_role("combobox", name="处理为").select_option("take")
    page.get_by_role("button", name="处理勾选的行").click()
    page.get_by_role("button", name="办理 1 条采用的内容").click()
    page.get_by_role("button", name=re.compile("^导入 1 行")).click()
    said(page, "新增 1")
    go(page, address)
    page.get_by_role("button", name="归档核对报告").click()
    work(page)
    page.get_by_label("登录密码").fill(visitors.password)
    page.get_by_role("button", name=re.compile("签署报告$")).click()
    said(page, "签署")


def work(page: Page) -> None:
    """What `sunlot worker` does with all that waits; then the page shows it."""
    hands = Hands(beating=False)
    while hands.work_once():
        pass
    go(page, page.url)


# --- rules ----------------------------------------------------------------------------------------------------------


def set_rules(visitors: Visitors) -> None:
    """Risk rules, ratios and yearly caps: written by 法规科, approved by the leader."""
    page, leader = visitors["fagui"], visitors["leader"]
    go(page, "/desk/registry/risk-rules/")
    page.get_by_label("严重违法失信名单第 1 条：次数").fill("1")
    page.get_by_label("严重违法失信名单第 1 条：类别").select_option("D")
    page.get_by_label(re.compile("理由")).fill("按自治区信用风险分类要求制定")
    page.get_by_role("button", name="送分管领导批准").click()
    begin(leader, "信用风险规则")
    leader.get_by_role("button", name="批准第 1 版", exact=True).click()
    go(page, "/desk/visits/caps/")
    for risk, cap in zip("ABCD", "1236", strict=True):
        page.get_by_label(f"第 1 行 {risk} 类每年最多次数").fill(cap)
    page.get_by_label(re.compile("理由")).fill("按严格规范涉企行政检查的要求制定")
    page.get_by_role("button", name="送分管领导批准").click()
    begin(leader, "频次上限")
    leader.get_by_role("button", name="批准并公布第 1 版").click()
    go(page, "/desk/planning/ratios/new/")
    page.get_by_label("制定或变更理由").fill("首次制定")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="审核").click()
    begin(leader, "比例")
    leader.get_by_role("button", name="审核通过，按日期生效").click()


# --- plans ----------------------------------------------------------------------------------------------------------


def publish_year(visitors: Visitors) -> None:
    """Next year's plan begins with a line for each section's kind of object; signed and approved it is public."""
    page = visitors["fagui"]
    go(page, "/desk/planning/annual/new/")
    page.get_by_label("年度").fill(str(clock.today().year + 1))
    page.get_by_label("按抽查事项清单").check()
    page.get_by_role("button", name="开始编制").click()
    page.get_by_role("button", name=re.compile("提交")).click()
    for username, button in (("leader", "签署"), ("unit-head", "批准并公布")):
        sign(visitors, username, "年度", button)
    anybody = visitors.open()
    go(anybody, "/annual-plans/")
    expect(anybody.get_by_role("main")).to_contain_text("年度抽查工作计划")
    anybody.context.close()


def sign(visitors: Visitors, username: str, words: str, button: str) -> None:
    page = visitors[username]
    begin(page, words)
    page.get_by_label("登录密码").fill(visitors.password)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".messages")).to_be_visible()


def write_plan(visitors: Visitors) -> str:
    """Of a line of the year: three departments, the strata by the ratios in force; simulated, then submitted."""
    page = visitors["wuye"]
    go(page, "/desk/planning/annual/")
    page.get_by_role("main").locator("tbody").get_by_role("link").first.click()
    page.get_by_role("row", name=re.compile("物业服务企业")).get_by_role("link", name="编制抽查计划").click()
    page.get_by_label("抽查任务名称").fill(TITLE)
    page.get_by_label("参与部门 1", exact=True).select_option("scjg")
    page.get_by_label("参与部门 2", exact=True).select_option("yljj")
    page.get_by_role("checkbox", name="海南区").uncheck()
    page.get_by_role("button", name="更新各栏的选项").click()
    for item in ("WY-01", "SCJG-01", "YL-01"):
        page.get_by_role("checkbox", name=re.compile(rf"^{item} ")).check()
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#preview")).to_contain_text("可以实施")
    page.get_by_role("button", name="保存草稿").click()
    address = page.url
    page.get_by_role("button", name=re.compile("^模拟抽取")).click()
    work(page)
    go(page, address)
    expect(page.get_by_role("main")).to_contain_text("500")
    page.get_by_role("button", name="提交").first.click()
    said(page, "等参与部门确认")
    return address.rstrip("/").rsplit("/", 1)[1]


def agree_and_sign(visitors: Visitors) -> None:
    for username in ("scjg", "yljj"):
        page = visitors[username]
        begin(page, TITLE)
        page.get_by_role("button", name="同意参与").click()
        said(page, "已同意参与")
    sign(visitors, "wuye-head", TITLE, "签署")
    sign(visitors, "leader", TITLE, "签署并公布")


def change_plan(visitors: Visitors, plan: str) -> None:
    """A change order goes the same way; both versions are public."""
    page = visitors["wuye"]
    go(page, f"/desk/planning/{plan}/change/")
    page.get_by_label(re.compile("理由")).fill("园林绿化局增派人员")
    page.get_by_role("button", name="开始调整").click()
    page.get_by_label("D 类候补").fill("2")
    page.get_by_role("button", name="保存并提交").click()
    agree_and_sign(visitors)
    anybody = visitors.open()
    go(anybody, f"/plans/{plan}/")
    expect(anybody.get_by_role("main")).to_contain_text("第 2 版")
    expect(anybody.get_by_role("main")).to_contain_text("园林绿化局增派人员")
    go(anybody, "/plans/")
    expect(anybody.get_by_role("main")).to_contain_text(TITLE)
    anybody.context.close()
