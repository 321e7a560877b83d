"""In which stratum each candidate of a plan is, and how many tickets it holds: by risk class, and by the marks that count.

Most candidates bear no mark, so only those that do are read one by one; a registry of 200,000 objects is counted.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet

from sunlot.registry import marks
from sunlot.registry.models import InspectionObject

from .ratios.rules import Rule, Subject, marks_asked, parts_of, stratum_of, tickets_of


def within_strata(
    objects: "QuerySet[InspectionObject]", strata: Collection[str], day: date
) -> "QuerySet[InspectionObject]":
    """Those objects that are in one of the strata on `day`: of a class without a stratum of its own only the marked."""
    parts = [parts_of(one) for one in strata]
    inside = Q(risk_class__in=[risk_class for risk_class, mark in parts if not mark])
    for risk_class, mark in parts:
        if mark and risk_class not in strata:
            inside |= Q(risk_class=risk_class) & marks.bearing([mark], day)
    return objects.filter(inside)


def counted(scope: "QuerySet[InspectionObject]", strata: Collection[str], day: date) -> Iterator[tuple[str, str, int]]:
    """How many objects of a scope are in each stratum and region: (stratum, region, count)."""
    found: Counter[tuple[str, str]] = Counter()
    for risk_class, region, count in scope.order_by().values_list("risk_class", "region_id").annotate(Count("pk")):
        found[risk_class, region] += count
    asked = marks_asked((), strata)
    if asked:
        held = marks.kinds_borne(scope, asked, day)
        marked = scope.filter(marks.bearing(asked, day)).order_by().values_list("pk", "risk_class", "region_id")
        for key, risk_class, region in marked:
            stratum = stratum_of(strata, risk_class, held.get(key, frozenset()))
            if stratum is not None and stratum != risk_class:
                found[stratum, region] += 1
                found[risk_class, region] -= 1
    return ((stratum, region, count) for (stratum, region), count in found.items() if count and stratum in strata)


class Placing:
    """The places of a plan's candidates on a day: stratum and tickets of each, without a query for each.

    `marks` holds the objects with a mark that decides on something; `kinds` are the codes of the kinds by key.
    """

    def __init__(
        self,
        strata: Collection[str],
        rules: Sequence[Rule],
        subjects: Collection[Subject],
        kinds: Mapping[int, str],
        marks: Mapping[int, frozenset[str]],
    ) -> None:
        self._strata, self._rules, self._marks, self._kinds = strata, rules, marks, kinds
        self._subjects = {code: [one for one in subjects if one.kind in ("", code)] for code in kinds.values()}
        self._known: dict[tuple[str, str, frozenset[str]], int] = {}

    def of(self, found: InspectionObject) -> tuple[str | None, int]:
        """The stratum of an object, None where the plan has none for it, and how many tickets it holds."""
        borne = self._marks.get(found.pk, _NONE)
        return stratum_of(self._strata, found.risk_class, borne), self._tickets(found, borne)

    def _tickets(self, found: InspectionObject, borne: frozenset[str]) -> int:
        place = (self._kinds.get(found.kind_id, ""), found.risk_class, borne)
        if place not in self._known:
            self._known[place] = tickets_of(self._rules, self._subjects.get(place[0], ()), found.risk_class, borne)
        return self._known[place]


_NONE: frozenset[str] = frozenset()


def placing_of(
    scope: "QuerySet[InspectionObject]",
    strata: Collection[str],
    rules: Sequence[Rule],
    subjects: Collection[Subject],
    kinds: Mapping[int, str],
    day: date,
) -> Placing:
    """The places of the objects of `scope` on `day` under these rules. A fixed number of queries."""
    asked = marks_asked(rules, strata)
    return Placing(strata, rules, subjects, kinds, marks.kinds_borne(scope, asked, day) if asked else {})
