"""Rows that would enter again what the registry has under a slightly different name or number."""

from collections.abc import Iterable, Sequence

from sunlot.organisations.viewer import Viewer

from ..actions.duplicates import CROWD, entries_by_key, facts_of, not_looked_at
from ..likeness import Facts, Likeness, alike, keys_of
from ..models import InspectionObject
from .objects_row import ObjectRow
from .rows import Verdict

TELLING = (Likeness.NAME, Likeness.NEARLY, Likeness.CODE)
"""What is asked about at import. One address alone is not: a market hall has a hundred shops."""

JUST_ENTERED = 2000
"""So many objects that the scan has not seen yet are compared too."""


class Twins:
    """Finds, for the new rows of one import, the objects of the viewer's jurisdiction that may be the same."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._fresh: dict[int, list[int]] | None = None

    def warn(self, rows: Iterable[ObjectRow]) -> None:
        """Say at each new row which object it looks like: it is taken only once somebody has confirmed it.

        The number of queries grows by one for each 50,000 keys, never with the registry.
        """
        new = [row for row in rows if row.status == "new" and not row.is_faulty]
        said = {row.number: _facts(row) for row in new}
        keys = {number: keys_of(facts) for number, facts in said.items()}
        sharing = self._objects({key for own in keys.values() for key in own})
        near = {number: {pk for key in own for pk in sharing.get(key, ())} for number, own in keys.items()}
        known = self._facts({pk for found in near.values() for pk in found})
        for row in new:
            for pk in sorted(near[row.number] & known.keys()):
                likeness = [one for one in alike(said[row.number], known[pk]) if one in TELLING]
                if likeness:
                    _say(row, pk, known[pk], likeness)
                    break

    def _objects(self, keys: set[int]) -> dict[int, list[int]]:
        """The objects that share these keys; a key that a crowd shares says nothing."""
        found = {key: held for key, held in entries_by_key(keys).items() if len(held) <= CROWD}
        for key in keys & self._just_entered().keys():
            found.setdefault(key, []).extend(self._just_entered()[key])
        return found

    def _just_entered(self) -> dict[int, list[int]]:
        if self._fresh is None:
            self._fresh = {}
            newest = not_looked_at().filter(region__code__startswith=self._viewer.region_prefix).order_by("-pk")
            for pk, facts in facts_of(newest[:JUST_ENTERED]).items():
                for key in keys_of(facts):
                    self._fresh.setdefault(key, []).append(pk)
        return self._fresh

    def _facts(self, keys: set[int]) -> dict[int, Facts]:
        seen = InspectionObject.objects.filter(region__code__startswith=self._viewer.region_prefix)
        wanted = sorted(keys)
        found: dict[int, Facts] = {}
        for start in range(0, len(wanted), 5000):
            found |= facts_of(seen.filter(pk__in=wanted[start : start + 5000]))
        return found


def _facts(row: ObjectRow) -> Facts:
    return Facts(row.name, row.public_number, row.address, row.kind.code if row.kind else "", row.region_code)


def _say(row: ObjectRow, pk: int, other: Facts, likeness: Sequence[Likeness]) -> None:
    by_code = likeness == [Likeness.CODE]
    column, value = ("编号", row.public_number) if by_code else ("名称", row.name)
    what = f"可能已在名录库中：“{other.name}”（{other.number}），{'、'.join(one.value for one in likeness)}"
    row.say(Verdict.WARNING, column, value, what, "是同一对象的，改用它的编号和名称；不是的，勾选确认", about=pk)
