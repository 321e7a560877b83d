"""A visitor who follows every link of the public site."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.test import Client

_LINK = re.compile(r'(?:href|action)="([^"]+)"')
_ELSEWHERE = ("/desk/", "/static/", "/accounts/")


@dataclass
class Page:
    """An answer: its status and its bytes, streamed or not."""

    status: int
    body: bytes
    kind: str

    @property
    def text(self) -> str:
        return self.body.decode("utf-8-sig", errors="replace")


def fetch(address: str, client: Client | None = None) -> Page:
    response = (client or Client()).get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]  # either kind
    return Page(response.status_code, body, response.headers.get("Content-Type", ""))


def crawl(start: str = "/", most: int = 600) -> dict[str, Page]:
    """Every address of the public site that links lead to, each with its answer; sorted lists once only."""
    found: dict[str, Page] = {}
    waiting = [start]
    while waiting and len(found) < most:
        address = waiting.pop()
        if address in found:
            continue
        page = found[address] = fetch(address)
        if not page.kind.startswith("text/html"):
            continue
        for link in _LINK.findall(page.text):
            target = urlsplit(urljoin(address, link.replace("&amp;", "&")))
            if target.netloc or target.path.startswith(_ELSEWHERE) or "sort=" in target.query:
                continue
            waiting.append(f"{target.path}?{target.query}" if target.query else target.path)
    return found
