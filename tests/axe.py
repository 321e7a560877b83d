"""What axe finds wrong with a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

KEEPS_SOMEBODY_OUT = ("serious", "critical")
EVERYTHING = ("minor", "moderate", *KEEPS_SOMEBODY_OUT)


def faults(page: Page, impacts: tuple[str, ...] = KEEPS_SOMEBODY_OUT) -> list[str]:
    """The rules that the page breaks as it stands, each with the first places where it does."""
    return [
        f"{one['id']} ({one['impact']}) {[node['html'][:200] for node in one['nodes'][:5]]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in impacts
    ]
