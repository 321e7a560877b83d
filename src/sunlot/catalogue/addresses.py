"""The addresses of an item's or a guide's pages, and what the pages call it."""

from dataclasses import dataclass

from django.urls import reverse

from .actions.families import GUIDES, ITEMS, Family
from .models import Guide, Item, Version


@dataclass(frozen=True)
class Ways:
    """Where the pages of one item or guide are. `noun` is what they call it: 事项, 指引."""

    code: str
    prefix: str
    noun: str
    list_label: str

    def _to(self, name: str) -> str:
        return reverse(f"catalogue:{self.prefix}{name}", args=[self.code])

    @property
    def list(self) -> str:
        return reverse("catalogue:guides" if self.prefix else "catalogue:list")

    @property
    def page(self) -> str:
        return self._to("page") if self.prefix else reverse("catalogue:item", args=[self.code])

    @property
    def edit(self) -> str:
        return self._to("edit")

    @property
    def submit(self) -> str:
        return self._to("submit")

    @property
    def in_force(self) -> str:
        return self._to("put-in-force")

    @property
    def send_back(self) -> str:
        return self._to("return")

    @property
    def call_off(self) -> str:
        return self._to("call-off")

    @property
    def repeal(self) -> str:
        return self._to("repeal")


_PREFIXES = {ITEMS.noun: "", GUIDES.noun: "guide-"}
_LISTS = {ITEMS.noun: "事项清单", GUIDES.noun: "指引和细则"}


def ways(family: Family, code: str) -> Ways:
    """The addresses of the item or guide with this code."""
    return Ways(code, _PREFIXES[family.noun], family.noun, _LISTS[family.noun])


def ways_to(subject: Item | Guide) -> Ways:
    """The same for a stored one."""
    return ways(ITEMS if isinstance(subject, Item) else GUIDES, subject.code)


def ways_of(version: Version) -> Ways:
    """The same for one of its versions."""
    return ways_to(version.subject)
