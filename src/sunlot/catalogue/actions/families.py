"""In what items, guides and the versioned tables of later rooms differ for the acts that they share: words, events, who
may, what they must say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.trail.events import EventKind

from .. import events, policy
from ..lines import lines_of_guide, lines_of_item
from ..models import Guide, GuideVersion, Item, ItemVersion, Version
from ..texts import GuideText, ItemText, guide_text_of, text_of

Allows = Callable[[Viewer, Organisation], bool]


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
    """Items, guides, or another kind of subject whose versions live like theirs. `example` is a code to follow;
    `writers`, `decider` and `reviewer` are who drafts and who reviews, in words, `lines` what a version says by the page's labels.
    """

    noun: str
    example: str
    version: type[Version]
    subject: Any
    text: type
    events: Events
    text_of: Callable[[Any], Any]
    lines: Callable[[Any], Mapping[str, list[str]]]
    missing: Callable[[Any], list[str]]
    public: Callable[[Any], Mapping[str, Any]] = lambda version: {}  # more of it for the public log
    may_write: Allows = policy.may_write
    may_decide: Allows = policy.may_decide
    writers: str = "本科室（单位）的经办人或统筹科室"
    decider: str = "统筹科室"
    reviewer: str = "统筹人员"

    @property
    def name(self) -> str:
        """How addresses and the trail call it: `item`, `guide`."""
        return self.version.SUBJECT


_FAMILIES: list[Family] = []


def register(family: Family) -> Family:
    """Let the versions of a family live as items' versions do; a later room registers its own in its `apps`."""
    _FAMILIES.append(family)
    return family


def families() -> Iterable[Family]:
    return tuple(_FAMILIES)


def family_of(version: Version) -> Family:
    """Whose acts they are."""
    return next(family for family in _FAMILIES if isinstance(version, family.version))


def family_saying(text: object) -> Family:
    """The family whose versions say such a text."""
    return next(family for family in _FAMILIES if isinstance(text, family.text))


def family_named(name: str) -> Family:
    return next(family for family in _FAMILIES if family.name == name)


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


ITEMS = register(
    Family(
        "事项",
        "WY-04",
        ItemVersion,
        Item,
        ItemText,
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
        lines_of_item,
        _missing_of_item,
    )
)
GUIDES = register(
    Family(
        "指引",
        "WY-ZY-01",
        GuideVersion,
        Guide,
        GuideText,
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
        lines_of_guide,
        _missing_of_guide,
    )
)
