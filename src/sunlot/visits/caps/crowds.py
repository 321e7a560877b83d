"""Entities that bear more objects than their cap leaves visits: one draw could otherwise take several of them, each within
the cap by itself and all together beyond it (R19). Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ..bearers import Borne

WITHIN_ONE_DRAW = "risk-then-longest-unvisited"
"""What the rule of `Crowd.objects` is called in a plan's content, which the notice names."""


@dataclass(frozen=True)
class Crowd:
    """The objects of one entity, which may have `left` more visits in the year.

    `objects` are in the order in which they are taken: the highest risk first, then those not visited for the longest, then
    by number. It follows from the registry and the visits alone and is nobody's choice.
    """

    entity: int
    left: int
    objects: tuple[int, ...]

    def beyond(self, candidates: Collection[int]) -> list[int]:
        """The objects among `candidates` that are left out, so that no more of them than `left` can be drawn."""
        return [key for key in self.objects if key in candidates][self.left :]


def in_order(borne: Iterable[Borne], last: Mapping[int, date]) -> tuple[int, ...]:
    """The keys of an entity's objects in the order of the rule; `last` is when each was visited last, where it was."""
    taken = sorted(borne, key=lambda one: (-ord(one.risk_class or "A"), last.get(one.object, date.min), one.number))
    return tuple(one.object for one in taken)
