"""What a contributor does at the ceremony's page, as it is clicked."""

from playwright.sync_api import Page, expect

from .visitors import go

ROLLS = "36154 21264 56413 13264"


def commit(page: Page, number: str) -> None:
    """Make a secret number in this browser and hand in its commitment."""
    make_number(page, number)
    page.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(page.locator(".messages")).to_contain_text("承诺已提交")


def make_number(page: Page, number: str) -> str:
    """Make a secret number and return it as the slip shows it."""
    go(page, f"/desk/drawing/{number}/")
    page.get_by_role("button", name="生成我的密数").click()
    return slip(page)


def slip(page: Page) -> str:
    """The secret number on the slip."""
    shown = page.locator("[data-show=nonce]")
    expect(shown).to_be_visible()
    return shown.inner_text().replace("\n", "").replace(" ", "")


def throw(page: Page, number: str, rolls: str = ROLLS) -> None:
    """Type what the dice showed."""
    go(page, f"/desk/drawing/{number}/")
    page.get_by_label("20 次点数").fill(rolls)
    page.get_by_role("button", name="录入掷骰结果").click()
    expect(page.locator(".messages")).to_contain_text("录入")  # the answer is there: going on would break it off


def reveal(page: Page, number: str) -> None:
    """Make the number public that this browser kept, after it has checked the notice for itself."""
    go(page, f"/desk/drawing/{number}/")
    expect(page.get_by_text("本机已核对")).to_be_visible()
    expect(page.get_by_text("密数已从这个浏览器取出")).to_be_visible()
    page.get_by_role("button", name="公开密数").click()
    expect(page.locator(".messages")).to_contain_text("密数已公开，与承诺相符")
