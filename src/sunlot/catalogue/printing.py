"""The catalogue's documents filled: the official list of a day, and a guide. For the staff and the public alike."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.conf import settings

from sunlot.documents.guide import GuideDocument, GuidePart, TextBlock
from sunlot.documents.item_list import ItemList, ListedItem
from sunlot.documents.parts import Evidence
from sunlot.norms import canonical, clock
from sunlot.organisations.models import Organisation

from . import prose
from .models import GuideVersion, ItemVersion, Version
from .texts import guide_text_of, text_of


def list_of(versions: Sequence[ItemVersion], day: date, authority: str, narrowed: str = "") -> ItemList:
    """The list of `versions`, in force on `day`. They come with what `queries.whole` loads."""
    said = [[one.item.code, one.number, text_of(one).as_json()] for one in versions]
    return ItemList(
        authority=authority,
        file_number=f"SX-{day:%Y%m%d}",
        day=clock.today(),
        of_day=_long(day),
        items=tuple(_listed(version) for version in versions),
        evidence=Evidence(_digest(said), f"{settings.SUNLOT_PUBLIC_URL}/items/?day={day.isoformat()}"),
        narrowed=narrowed,
    )


def _listed(version: ItemVersion) -> ListedItem:
    text = text_of(version)
    content = [version.content, *(f"· {one.name}" for one in text.sub_items)]
    return ListedItem(
        code=version.item.code,
        name=version.name,
        subject=version.item.organisation.name,
        category=version.get_category_display(),
        objects="、".join(kind.name for kind in version.kinds.all()),
        content="\n".join(content),
        mode="、".join(version.mode_labels),
        bases=tuple(version.laws),
        frequencies=tuple(str(one) for one in text.frequencies),
        competences="、".join(one.name for one in text.competences),
    )


def document_of(version: GuideVersion, names: dict[int, str]) -> GuideDocument:
    """A guide's version; `names` are its items' names by id."""
    text = guide_text_of(version)
    items = "；".join(f"{item.code} {names.get(item.pk, '')}".strip() for item in text.items)
    return GuideDocument(
        authority=authority_of(version.organisation),
        file_number=version.code,
        day=clock.today(),
        title=version.name,
        standing=f"第 {version.number} 版，{_standing(version)}",
        facts=(
            f"制定单位：{version.organisation.name}",
            f"事项风险程度：{version.guide.get_degree_display()}",
            f"适用事项：{items}",
        ),
        parts=tuple(
            GuidePart(GuideVersion.label_of(part), tuple(TextBlock(one.kind, one.lines) for one in prose.blocks(said)))
            for part, said in text.parts.items()
        ),
        evidence=Evidence(
            _digest([version.code, version.number, text.as_json()]),
            f"{settings.SUNLOT_PUBLIC_URL}/guides/{version.code}/?version={version.number}",
        ),
    )


def authority_of(organisation: Organisation) -> str:
    """The department in whose name a paper goes out: that of a section."""
    parent = organisation.parent if organisation.is_section else None
    return (parent or organisation).name


def _standing(version: Version) -> str:
    if version.effective_from is None:
        return "草稿，未生效"
    until = f"，用到{_long(version.effective_to)}" if version.effective_to else ""
    return f"{_long(version.effective_from)}起施行{until}"


def _digest(said: object) -> str:
    """SHA-256 of what the paper says, as canonical JSON."""
    return hashlib.sha256(canonical.dumps(said)).hexdigest()  # type: ignore[arg-type]  # lists, texts and integers


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
