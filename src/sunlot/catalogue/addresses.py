"""The addresses of an item's or a guide's pages, and what the pages call it. Later rooms add those of their families."""

from dataclasses import dataclass

from django.urls import reverse

from .actions.families import GUIDES, ITEMS, Family


@dataclass(frozen=True)
class Places:
    """Names of the pages of a family: of its list, of one subject, of the acts on many; what the names of its acts begin
    with; the template that shows what a version says, and how a reviewer goes about it.
    """

    called: str
    list: str
    list_label: str
    page: str
    acts: str
    text: str
    review: str
    many: str = ""


@dataclass(frozen=True)
class Ways:
    """Where the pages of one item or guide are."""

    code: str
    family: Family
    places: Places

    def _to(self, act: str) -> str:
        return reverse(f"{self.places.acts}{act}", args=[self.code])

    @property
    def noun(self) -> str:
        """What the pages call it: 事项, 指引."""
        return self.family.noun

    @property
    def decider(self) -> str:
        """Who reviews it: 统筹科室."""
        return self.family.decider

    @property
    def list(self) -> str:
        return reverse(self.places.list)

    @property
    def list_label(self) -> str:
        return self.places.list_label

    @property
    def page(self) -> str:
        return reverse(self.places.page, args=[self.code])

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


_PLACES: dict[str, Places] = {}


def register_places(family: Family, places: Places) -> None:
    """Say where the pages of a family are."""
    _PLACES[family.name] = places


register_places(
    ITEMS,
    Places(
        called="抽查事项",
        list="catalogue:list",
        list_label="事项清单",
        page="catalogue:item",
        acts="catalogue:",
        text="catalogue/_text.html",
        review="逐条核对依据后让它生效。",
        many="catalogue:many",
    ),
)
register_places(
    GUIDES,
    Places(
        called="工作指引",
        list="catalogue:guides",
        list_label="指引和细则",
        page="catalogue:guide-page",
        acts="catalogue:guide-",
        text="catalogue/_guide_text.html",
        review="逐部分核对后让它生效。",
        many="catalogue:guide-many",
    ),
)


def places_of(family: Family) -> Places:
    return _PLACES[family.name]


def ways(family: Family, code: str) -> Ways:
    """The addresses of the item or guide with this code."""
    return Ways(code, family, places_of(family))
