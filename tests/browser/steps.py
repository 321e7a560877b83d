"""What people do on several ways: follow the navigation, press what waits, import a list."""

from playwright.sync_api import FilePayload, Page, expect

from . import rosters
from .visitors import go

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def import_inspectors(page: Page, unit: str, names: str) -> None:
    go(page, "/desk/registry/inspectors/")
    page.get_by_role("link", name="导入").first.click()
    upload(page, f"{unit}执法检查人员.xlsx", rosters.inspectors(unit, names))
    figures(page, 新增=6, 有错误=0)
    page.get_by_role("button", name="导入 6 行").click()
    said(page, "已导入：新增 6")


def review_inspectors(page: Page) -> None:
    go(page, "/desk/registry/inspectors/review/")
    page.get_by_label("审核意见").fill("证件有效，培训考核合格")
    page.get_by_role("button", name="通过所选人员").click()
    expect(page.locator(".messages")).to_contain_text("6")
    expect(page.get_by_role("main")).to_contain_text("没有等您审核的人员")


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("名单文件").set_input_files(FilePayload(name=name, mimeType=XLSX, buffer=content))
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对后再导入")


def figures(page: Page, **wanted: int) -> None:
    for label, count in wanted.items():
        shown = page.locator("dl.figures > div", has_text=label).locator("dd")
        expect(shown).to_have_text(str(count))


def follow(page: Page, label: str) -> None:
    """Choose an entry of the main navigation."""
    go(page, "/desk/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=label, exact=True).click()


def begin(page: Page, words: str) -> None:
    """Press the button of what waits for this person, found on its home page by words of its title."""
    go(page, "/desk/")
    page.locator("ol.todo > li", has_text=words).first.locator("a.btn").click()


def said(page: Page, words: str) -> None:
    """The page confirms in these words what was done."""
    expect(page.locator(".messages")).to_contain_text(words)
