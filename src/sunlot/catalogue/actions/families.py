"""In what items and guides differ for the acts that they share: words, events, what they must say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sunlot.trail.events import EventKind

from .. import events
from ..models import Guide, GuideVersion, Item, ItemVersion, Version
from ..texts import guide_text_of, text_of


@dataclass(frozen=True)
class Events:
    """The kinds of event of a family's acts."""

    drafted: EventKind
    changed: EventKind
    submitted: EventKind
    returned: EventKind
    in_force: EventKind
    called_off: EventKind
    repealed: EventKind


@dataclass(frozen=True)
class Family:
    """Items, or guides. `example` is a code to follow."""

    noun: str
    example: str
    version: type[Version]
    subject: Any
    events: Events
    text_of: Callable[[Any], Any]
    missing: Callable[[Any], list[str]]


def _missing_of_item(version: ItemVersion) -> list[str]:
    missing = []
    if not version.bases.exists():
        missing.append("没有检查依据，凡是法律法规规章没有规定的，一律不得擅自开展检查")
    if not version.kinds.exists():
        missing.append("没有选定检查对象类别")
    if not version.content.strip():
        missing.append("没有填写检查内容")
    if not version.modes:
        missing.append("没有选定检查方式")
    return missing


def _missing_of_guide(version: GuideVersion) -> list[str]:
    missing = [] if version.items.exists() else ["没有选定适用事项"]
    empty = [GuideVersion.label_of(part) for part in GuideVersion.PARTS if not getattr(version, part).strip()]
    return missing + ([f"八个部分还缺{'、'.join(empty)}"] if empty else [])


ITEMS = Family(
    "事项",
    "WY-04",
    ItemVersion,
    Item,
    Events(
        events.ITEM_DRAFTED,
        events.ITEM_CHANGED,
        events.ITEM_SUBMITTED,
        events.ITEM_RETURNED,
        events.ITEM_IN_FORCE,
        events.ITEM_CALLED_OFF,
        events.ITEM_REPEALED,
    ),
    text_of,
    _missing_of_item,
)
GUIDES = Family(
    "指引",
    "WY-ZY-01",
    GuideVersion,
    Guide,
    Events(
        events.GUIDE_DRAFTED,
        events.GUIDE_CHANGED,
        events.GUIDE_SUBMITTED,
        events.GUIDE_RETURNED,
        events.GUIDE_IN_FORCE,
        events.GUIDE_CALLED_OFF,
        events.GUIDE_REPEALED,
    ),
    guide_text_of,
    _missing_of_guide,
)


def family_of(version: Version) -> Family:
    """Whose acts they are."""
    return ITEMS if isinstance(version, ItemVersion) else GUIDES
