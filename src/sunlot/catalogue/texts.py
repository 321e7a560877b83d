"""What an item says, as plain values: from a form or a file on its way into a version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sunlot.organisations.models import Organisation

from .models import Basis, ItemVersion, ObjectKind

_LAW = re.compile(r"《(?P<law>[^《》]+(?:〈[^〈〉]+〉[^《》]*)?)》(?P<articles>[^《》]*)")


@dataclass(frozen=True)
class BasisText:
    """One legal basis: the law's name without 《》, its article (第四十三条, may be empty), the article's words."""

    law: str
    article: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


@dataclass(frozen=True)
class ItemText:
    """What one version of an item says. `modes` are values of ItemVersion.Mode, `reason` is why it is made or changed."""

    name: str
    category: str
    kinds: Sequence[ObjectKind] = ()
    content: str = ""
    modes: Sequence[str] = ()
    bases: Sequence[BasisText] = ()
    reason: str = ""


@dataclass(frozen=True)
class NewItem:
    """An item that does not exist yet: its code and whose it is."""

    code: str
    organisation: Organisation


def text_of(version: ItemVersion) -> ItemText:
    """What a stored version says."""
    return ItemText(
        name=version.name,
        category=version.category,
        kinds=list(version.kinds.all()),
        content=version.content,
        modes=list(version.modes),
        bases=[BasisText(basis.law, basis.article, basis.text) for basis in version.bases.all()],
        reason=version.reason,
    )


def parse_bases(text: str) -> list[BasisText]:
    """The bases that a text lists, one for each article: 《建筑法》第七条、第九条；《…办法》.

    Laws are separated by ； and articles of one law by 、. Raises ValueError for a part that names no law in 《》.
    """
    found: list[BasisText] = []
    for part in filter(None, (part.strip() for part in text.split("；"))):
        match = _LAW.fullmatch(part)
        if match is None:
            raise ValueError(f"expected a basis like 《建筑法》第七条, found {part!r}")
        articles = [article.strip() for article in match["articles"].split("、") if article.strip()]
        found += [BasisText(match["law"], article) for article in articles or [""]]
    return found


def write_bases(version: ItemVersion, bases: Sequence[BasisText]) -> None:
    """Store the bases of a version in this order, in place of those it had."""
    version.bases.all().delete()
    Basis.objects.bulk_create(
        Basis(version=version, position=position, law=basis.law, article=basis.article, text=basis.text)
        for position, basis in enumerate(bases, start=1)
    )
