"""What a table of ratios says of a plan, and of an object: which row holds, in which stratum, with how many tickets.

Pure. `tests/planning/test_ratio_rules.py` holds it to its promises: every object in one stratum, and no less of more risk.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sunlot.catalogue.vocabulary import RiskClass
from sunlot.registry.models import CreditMark

MarkKind = CreditMark.Kind

GRAVEST_FIRST = (
    MarkKind.SERIOUS,
    MarkKind.DISHONEST,
    MarkKind.ABNORMAL,
    MarkKind.PENALTY,
    MarkKind.COMPLAINT,
    MarkKind.TRUSTED,
)
"""An object with several marks belongs to the stratum of the first of these."""

_BEARING = {
    MarkKind.SERIOUS: "列入严重违法失信名单",
    MarkKind.DISHONEST: "为失信被执行人",
    MarkKind.ABNORMAL: "列入经营异常名录",
    MarkKind.PENALTY: "受过行政处罚",
    MarkKind.COMPLAINT: "有投诉举报",
    MarkKind.TRUSTED: "列入守信激励名单",
}


@dataclass(frozen=True)
class Rule:
    """A row of the table. Ratios in thousandths; `item` and `kind` are codes, both empty for all.

    Without a ratio it says only how many tickets an object with the mark holds.
    """

    row: int
    risk_class: str
    mark: str = ""
    item: str = ""
    kind: str = ""
    permille: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    times: int | None = None
    tickets: int = 1

    @property
    def stratum(self) -> str:
        return stratum_id(self.risk_class, self.mark)

    @property
    def reach(self) -> int:
        """How specific it is: 2 for an item, 1 for a kind, 0 for all."""
        return 2 if self.item else 1 if self.kind else 0

    def quota_of(self, candidates: int) -> int:
        """How many of `candidates` the ratio draws, rounded up."""
        return _share(self.permille, candidates)

    def bounds_of(self, candidates: int) -> tuple[int, int]:
        """The fewest and the most of `candidates` that may be drawn without leaving the bounds."""
        return _share(self.minimum, candidates), _share(self.maximum, candidates)


@dataclass(frozen=True)
class Subject:
    """What is inspected: an item at objects of a kind, by their codes; an empty one where it is not chosen yet."""

    item: str = ""
    kind: str = ""


def stratum_id(risk_class: str, mark: str) -> str:
    """`D`; `C-complaint` for those of class C that bear the mark."""
    return f"{risk_class}-{mark}" if mark else risk_class


def parts_of(stratum: str) -> tuple[str, str]:
    """Risk class and mark of an identifier."""
    risk_class, _, mark = stratum.partition("-")
    return risk_class, mark


def is_stratum(text: str) -> bool:
    """Whether it is the identifier of a stratum."""
    risk_class, mark = parts_of(text)
    return risk_class in RiskClass.values and (text == risk_class or mark in MarkKind.values)


def bearing(mark: MarkKind) -> str:
    """“有投诉举报”."""
    return _BEARING[mark]


def stratum_label(stratum: str) -> str:
    """“D 类”; “C 类，有投诉举报”."""
    risk_class, mark = parts_of(stratum)
    return f"{risk_class} 类，{bearing(MarkKind(mark))}" if mark in MarkKind.values else f"{stratum} 类"


def stratum_short(stratum: str) -> str:
    """“D”; “C 投诉举报”: for narrow places."""
    risk_class, mark = parts_of(stratum)
    return f"{risk_class} {MarkKind(mark).label}" if mark in MarkKind.values else stratum


def stratum_order(stratum: str) -> tuple[int, int]:
    """The highest risk first; within a class the gravest mark first, then the class without a mark, then 守信激励."""
    risk_class, mark = parts_of(stratum)
    place = GRAVEST_FIRST.index(MarkKind(mark)) if mark in MarkKind.values else GRAVEST_FIRST.index(MarkKind.TRUSTED)
    return -ord(risk_class), 2 * place + (1 if mark == MarkKind.TRUSTED else 0)


def figures(rules: Sequence[Rule], subjects: Collection[Subject]) -> dict[str, Rule]:
    """The rule of each stratum that a plan of these subjects has, by identifier, in the order of the strata.

    For each subject the most specific row counts (item over kind over all), among the subjects the highest ratio.
    """
    with_ratio = [rule for rule in rules if rule.permille is not None]
    found: dict[str, Rule] = {}
    for subject in subjects or (Subject(),):
        for rule in _most_specific(with_ratio, subject).values():
            known = found.get(rule.stratum)
            if known is None or _more(rule, known):
                found[rule.stratum] = rule
    return dict(sorted(found.items(), key=lambda one: stratum_order(one[0])))


def stratum_of(strata: Collection[str], risk_class: str, marks: Collection[str]) -> str | None:
    """In which of a plan's strata an object is: that of its gravest mark that has one, else that of its class; None
    where the plan draws none like it.
    """
    for mark in GRAVEST_FIRST:
        if mark in marks and (own := stratum_id(risk_class, mark)) in strata:
            return own
    return risk_class if risk_class in strata else None


def tickets_of(rules: Sequence[Rule], subjects: Collection[Subject], risk_class: str, marks: Collection[str]) -> int:
    """How many tickets an object holds: of all that its class, its marks and the plan's subjects give it, the most."""
    held = 1
    for subject in subjects or (Subject(),):
        for rule in _most_specific(rules, subject).values():
            if rule.risk_class == risk_class and (not rule.mark or rule.mark in marks):
                held = max(held, rule.tickets)
    return held


def faults_of(rules: Iterable[Rule]) -> list[str]:
    """What no table may say: less of a higher risk than of a lower one, less of the marked than of the others (守信激励:
    more), told by row. Rows are compared with those of the same item, kind or all.
    """
    rows = [rule for rule in rules if rule.permille is not None]
    faults = []
    for one in rows:
        for other in rows:
            if (one.item, one.kind) != (other.item, other.kind) or (one.permille or 0) >= (other.permille or 0):
                continue
            if one.mark == other.mark and one.risk_class > other.risk_class:
                faults.append(f"第 {one.row} 行 {one.risk_class} 类的比例低于第 {other.row} 行 {other.risk_class} 类")
            elif one.risk_class == other.risk_class and not other.mark and one.mark not in ("", MarkKind.TRUSTED):
                faults.append(f"第 {one.row} 行{stratum_label(one.stratum)}的比例低于第 {other.row} 行没有标记的")
            elif one.risk_class == other.risk_class and not one.mark and other.mark == MarkKind.TRUSTED:
                faults.append(f"第 {other.row} 行{stratum_label(other.stratum)}的比例高于第 {one.row} 行没有标记的")
    return faults


def marks_asked(rules: Iterable[Rule], strata: Iterable[str]) -> frozenset[str]:
    """The marks that decide on strata or tickets: those of objects need be looked up for these alone."""
    return frozenset({rule.mark for rule in rules if rule.tickets > 1} | {parts_of(one)[1] for one in strata}) - {""}


def _share(permille: int | None, candidates: int) -> int:
    return -(-candidates * (permille or 0) // 1000)


def _most_specific(rules: Iterable[Rule], subject: Subject) -> Mapping[str, Rule]:
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.item not in ("", subject.item) or rule.kind not in ("", subject.kind):
            continue
        known = found.get(rule.stratum)
        if known is None or rule.reach > known.reach:
            found[rule.stratum] = rule
    return found


def _more(rule: Rule, known: Rule) -> bool:
    """Whether a rule is taken rather than another of the same stratum: more drawn, else the more specific, else first."""
    return (rule.permille or 0, rule.reach, -rule.row) > (known.permille or 0, known.reach, -known.row)
