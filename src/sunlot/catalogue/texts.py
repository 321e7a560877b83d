"""What items and guides say, as plain values: from a form or a file on its way into a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sunlot.norms.initials import search_keys
from sunlot.organisations.models import Organisation

from .articles import article_of
from .models import (
    Basis,
    Competence,
    Frequency,
    GuideVersion,
    Item,
    ItemVersion,
    Material,
    ObjectKind,
    OfferedFinding,
    SubItem,
    Version,
)
from .vocabulary import FollowUp


@dataclass(frozen=True)
class BasisText:
    """One legal basis: the law's name without 《》, its article (第四十三条, may be empty), the article's words."""

    law: str
    article: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


@dataclass(frozen=True)
class SubItemText:
    """A sub-item and how it is looked at."""

    name: str
    how: str = ""


@dataclass(frozen=True)
class MaterialText:
    """What the inspected has to prepare, and what to heed about it."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class FindingText:
    """A finding that the form offers, and what it implies (a value of FollowUp)."""

    text: str
    follow_up: str = FollowUp.NONE.value
    note: str = ""


@dataclass(frozen=True)
class FrequencyText:
    """Of one risk class so many thousandths are advised to be drawn, each object so many times in so many years."""

    risk_class: str
    permille: int
    times: int = 1
    years: int = 1

    def __str__(self) -> str:
        return f"{self.risk_class} 类 {self.share}，{self.rhythm}"

    @property
    def share(self) -> str:
        """5 %, 12.5 %."""
        whole, tenth = divmod(self.permille, 10)
        return f"{whole}.{tenth} %" if tenth else f"{whole} %"

    @property
    def rhythm(self) -> str:
        """每年 1 次, 每 2 年 1 次."""
        return f"每年 {self.times} 次" if self.years == 1 else f"每 {self.years} 年 {self.times} 次"


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
    sub_items: Sequence[SubItemText] = ()
    materials: Sequence[MaterialText] = ()
    findings: Sequence[FindingText] = ()
    frequencies: Sequence[FrequencyText] = ()
    competences: Sequence[Competence] = ()
    proof: str = ""

    def columns(self) -> dict[str, Any]:
        """What stands in the version's own row."""
        return {
            **columns_of_name(self.name),
            "category": ItemVersion.Category(self.category).value,
            "content": self.content,
            "modes": [ItemVersion.Mode(mode).value for mode in self.modes],
            "proof": ItemVersion.Proof(self.proof).value,
            "reason": self.reason,
        }

    def write_rows(self, version: Version) -> None:
        """Store what has tables of its own, in this order, in place of what was there."""
        assert isinstance(version, ItemVersion)  # noqa: S101 -- the family of an item's text
        version.kinds.set(self.kinds)
        version.competences.set(self.competences)
        write_bases(version, self.bases)
        _write(SubItem, version, ({"name": one.name, "how": one.how} for one in self.sub_items))
        _write(Material, version, ({"name": one.name, "note": one.note} for one in self.materials))
        _write(
            OfferedFinding,
            version,
            ({"text": one.text, "follow_up": FollowUp(one.follow_up).value, "note": one.note} for one in self.findings),
        )
        version.frequencies.all().delete()
        Frequency.objects.bulk_create(
            Frequency(
                version=version, risk_class=one.risk_class, permille=one.permille, times=one.times, years=one.years
            )
            for one in self.frequencies
        )

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values, for the trail and for comparing two versions."""
        return {
            "name": self.name,
            "category": self.category,
            "kinds": sorted(kind.name for kind in self.kinds),
            "content": self.content,
            "modes": sorted(self.modes),
            "bases": [[basis.law, basis.article, basis.text] for basis in self.bases],
            "sub_items": [[one.name, one.how] for one in self.sub_items],
            "materials": [[one.name, one.note] for one in self.materials],
            "findings": [[one.text, one.follow_up, one.note] for one in self.findings],
            "frequencies": sorted([one.risk_class, one.permille, one.times, one.years] for one in self.frequencies),
            "competences": sorted(one.name for one in self.competences),
            **({"proof": self.proof} if self.proof else {}),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class GuideText:
    """What one version of a guide says. `parts` holds the eight parts by field, in the light markup of `prose`."""

    name: str
    items: Sequence[Item] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def columns(self) -> dict[str, Any]:
        """What stands in the version's own row."""
        parts = {part: self.parts.get(part, "") for part in GuideVersion.PARTS}
        return {**columns_of_name(self.name), **parts, "reason": self.reason}

    def write_rows(self, version: Version) -> None:
        """Store for which items it is."""
        assert isinstance(version, GuideVersion)  # noqa: S101 -- the family of a guide's text
        version.items.set(self.items)

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "name": self.name,
            "items": sorted(item.code for item in self.items),
            **{part: self.parts.get(part, "") for part in GuideVersion.PARTS},
            "reason": self.reason,
        }


@dataclass(frozen=True)
class NewItem:
    """An item that does not exist yet: its code and whose it is."""

    code: str
    organisation: Organisation


@dataclass(frozen=True)
class NewGuide:
    """A guide that does not exist yet: also whether it is 指引 or 细则, and for items of which degree of risk."""

    code: str
    organisation: Organisation
    type: str
    degree: str


def text_of(version: ItemVersion) -> ItemText:
    """What a stored version of an item says."""
    return ItemText(
        name=version.name,
        category=version.category,
        kinds=list(version.kinds.all()),
        content=version.content,
        modes=list(version.modes),
        bases=[BasisText(basis.law, basis.article, basis.text) for basis in version.bases.all()],
        reason=version.reason,
        sub_items=[SubItemText(one.name, one.how) for one in version.sub_items.all()],
        materials=[MaterialText(one.name, one.note) for one in version.materials.all()],
        findings=[FindingText(one.text, one.follow_up, one.note) for one in version.offered_findings.all()],
        frequencies=[
            FrequencyText(one.risk_class, one.permille, one.times, one.years) for one in version.frequencies.all()
        ],
        competences=list(version.competences.all()),
        proof=version.proof,
    )


def guide_text_of(version: GuideVersion) -> GuideText:
    """What a stored version of a guide says."""
    return GuideText(
        name=version.name,
        items=list(version.items.all()),
        parts={part: getattr(version, part) for part in GuideVersion.PARTS},
        reason=version.reason,
    )


def columns_of_name(name: str) -> dict[str, str]:
    """The columns that follow from a name."""
    return {"name": name.strip(), "search_keys": search_keys(name.strip()).text[:500]}


def write_bases(version: ItemVersion, bases: Sequence[BasisText]) -> None:
    """Store the bases of a version in this order, in place of those it had; articles in Chinese numerals."""
    rows = ({"law": one.law, "article": article_of(one.article), "text": one.text} for one in bases)
    _write(Basis, version, rows)


def _write(table: Any, version: ItemVersion, rows: Any) -> None:
    table.objects.filter(version=version).delete()
    table.objects.bulk_create(
        table(version=version, position=position, **row) for position, row in enumerate(rows, start=1)
    )
