"""The items of all participants brought together for each kind of object: what one visit checks, and who checks it.

“针对一些基础性抽查事项尽量合并检查，检查以重点检查事项为主，一般检查事项为辅” (notice, part 四（一）): key items come first, each
for itself; a general item that several departments hold is one line with the departments named.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from sunlot.norms.text import half_width

from .models import Participant, PlanItem
from .words import short_name

FITS_NONE = "不适用于所选类别"

_NO_DIFFERENCE = re.compile(r"[\s、，,（）()“”\"·]+")


@dataclass(frozen=True)
class ItemLine:
    """An item as it stands on the visit: one code, or those of the items that are one and the same to the enterprise."""

    codes: tuple[str, ...]
    name: str
    is_key: bool
    departments: tuple[str, ...]
    """Who checks it, in the order of the plan."""

    @property
    def is_merged(self) -> bool:
        return len(self.departments) > 1


@dataclass(frozen=True)
class KindItems:
    """What is checked at objects of these kinds, which have the same lines: key items first."""

    kinds: tuple[str, ...]
    lines: tuple[ItemLine, ...]

    @property
    def title(self) -> str:
        return "、".join(self.kinds)

    @property
    def departments(self) -> int:
        return len({name for line in self.lines for name in line.departments})

    @property
    def keys(self) -> int:
        return sum(line.is_key for line in self.lines)


def items_by_kind(parts: Sequence[Participant], kinds: Iterable[tuple[int, str]]) -> list[KindItems]:
    """The lines of each kind (key, name); kinds with the same lines stand together, those without any are left out. Items
    that fit none of the kinds, which is a fault of the plan, come last.

    `parts` come with organisation, items and their versions. One query.
    """
    entries = [(part, entry) for part in parts for entry in part.items.all()]
    prefetch_related_objects([entry.version for _, entry in entries], "kinds")
    covered = {entry.pk: {kind.pk for kind in entry.version.kinds.all()} for _, entry in entries}
    named = dict(kinds)
    together: dict[tuple[ItemLine, ...], list[str]] = {}
    for key, name in named.items():
        lines = lines_of((part, entry) for part, entry in entries if key in covered[entry.pk])
        if lines:
            together.setdefault(lines, []).append(name)
    left = lines_of((part, entry) for part, entry in entries if covered[entry.pk].isdisjoint(named))
    found = [KindItems(tuple(names), lines) for lines, names in together.items()]
    return [*found, KindItems((FITS_NONE,), left)] if left else found


def lines_of(entries: Iterable[tuple[Participant, PlanItem]]) -> tuple[ItemLine, ...]:
    """The entries in lines, key items first, each group by its code."""
    grouped: dict[tuple[bool, str], list[tuple[Participant, PlanItem]]] = {}
    for part, entry in entries:
        version = entry.version
        same = version.item.code if version.is_key else _likeness(version.name)
        grouped.setdefault((version.is_key, same), []).append((part, entry))
    lines = []
    for (is_key, _), found in grouped.items():
        found.sort(key=lambda pair: pair[0].position)
        codes = dict.fromkeys(entry.version.item.code for _, entry in found)
        names = dict.fromkeys(short_name(part.organisation.name) for part, _ in found)
        lines.append(ItemLine(tuple(codes), found[0][1].version.name, is_key, tuple(names)))
    return tuple(sorted(lines, key=lambda line: (not line.is_key, line.codes)))


def _likeness(name: str) -> str:
    """What two departments' names of one basic item have in common: letters alone."""
    return _NO_DIFFERENCE.sub("", half_width(name))
