"""Reading credit marks and the rules: which marks count for an object on a day, and why it is in its class."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import CreditMark, InspectionObject, Involvement, RiskRule, RiskRuleSet
from .risk import Classified, Line, classify

REACHES = (Involvement.Part.ITSELF, Involvement.Part.OPERATOR)
"""A mark of an entity counts for the objects that it is and that it operates."""

CHUNK = 5000


def counting(day: date) -> Q:
    """The marks that count on `day`."""
    return (
        Q(since__lte=day)
        & (Q(until__isnull=True) | Q(until__gte=day))
        & (Q(ended_on__isnull=True) | Q(ended_on__gt=day))
    )


def marks_of(object_ids: Iterable[int], day: date) -> dict[int, list[CreditMark]]:
    """For each object that has any: the marks that count on `day`, its own and those of its entity. Two queries a chunk."""
    found: dict[int, list[CreditMark]] = {}
    ids = list(object_ids)
    for at in range(0, len(ids), CHUNK):
        part = ids[at : at + CHUNK]
        for mark in CreditMark.objects.filter(counting(day), object__in=part):
            found.setdefault(mark.object_id or 0, []).append(mark)
        ties = _ties(day).filter(object__in=part)
        entities: dict[int, list[int]] = {}
        for entity, key in ties.filter(entity__marks__isnull=False).values_list("entity_id", "object_id").distinct():
            entities.setdefault(entity, []).append(key)
        for mark in CreditMark.objects.filter(counting(day), entity__in=list(entities)).select_related("entity"):
            for key in entities[mark.entity_id or 0]:
                found.setdefault(key, []).append(mark)
    return found


def bearing(kinds: Iterable[str], day: date) -> Q:
    """The objects that bear a mark of one of these kinds that counts on `day`, their own or their entity's."""
    counted = CreditMark.objects.filter(counting(day), kind__in=list(kinds)).order_by()
    through = _ties(day).filter(entity__in=counted.filter(entity__isnull=False).values("entity_id"))
    own = counted.filter(object__isnull=False).values("object_id")
    return Q(pk__in=own) | Q(pk__in=through.order_by().values("object_id"))


def kinds_borne(objects: "QuerySet[InspectionObject]", kinds: Iterable[str], day: date) -> dict[int, frozenset[str]]:
    """For each of the objects that bears any of these kinds of mark on `day`: which. Three queries a chunk of the marked,
    however many objects there are.
    """
    asked = frozenset(kinds)
    keys = list(objects.order_by().filter(bearing(asked, day)).values_list("pk", flat=True))
    held = {key: frozenset(mark.kind for mark in found) & asked for key, found in marks_of(keys, day).items()}
    return {key: found for key, found in held.items() if found}


def _ties(day: date) -> "QuerySet[Involvement]":
    """The involvements through which marks of entities reach objects on `day`."""
    return Involvement.everything.filter(
        Q(until__isnull=True) | Q(until__gt=day), Q(since__isnull=True) | Q(since__lte=day), part__in=REACHES
    )


def rules_in_force(day: date | None = None) -> RiskRuleSet | None:
    """The rules that stand now, or stood at the end of `day`."""
    if day is None:
        return RiskRuleSet.objects.filter(state=RiskRuleSet.State.IN_FORCE).first()
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    ruled = RiskRuleSet.objects.filter(state__in=[RiskRuleSet.State.IN_FORCE, RiskRuleSet.State.SUPERSEDED])
    stood = ruled.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gte=end), decided_at__lt=end)
    return stood.order_by("-number").first()


def lines_of(rules: RiskRuleSet | None) -> list[Line]:
    """The lines of a set of rules; none without one."""
    found = RiskRule.objects.filter(rules=rules) if rules is not None else RiskRule.objects.none()
    return [Line(one.mark, one.at_least, one.risk_class) for one in found]


def lines_of_loaded(rules: RiskRuleSet) -> list[Line]:
    """The lines of a set of rules whose `lines` are loaded already."""
    return [Line(one.mark, one.at_least, one.risk_class) for one in rules.lines.all()]


def classified(base: str, marks: Iterable[CreditMark], lines: Iterable[Line]) -> Classified:
    """The class that follows for one object."""
    return classify(base, Counter(mark.kind for mark in marks), lines)


def reached_by(found: Iterable[CreditMark]) -> set[int]:
    """The objects for which these marks can count. One query for each 5,000 entities."""
    reached: set[int] = set()
    entities: set[int] = set()
    for mark in found:
        if mark.object_id:
            reached.add(mark.object_id)
        elif mark.entity_id:
            entities.add(mark.entity_id)
    keys = sorted(entities)
    for at in range(0, len(keys), CHUNK):
        ties = Involvement.objects.filter(entity__in=keys[at : at + CHUNK], part__in=REACHES)
        reached.update(ties.values_list("object_id", flat=True))
    return reached


def objects_with_marks() -> list[int]:
    """All objects that any mark reaches, whether it counts or not."""
    own = CreditMark.objects.filter(object__isnull=False).values_list("object_id", flat=True)
    through = Involvement.objects.filter(part__in=REACHES, entity__in=CreditMark.objects.values("entity_id"))
    known = InspectionObject.objects.filter(Q(pk__in=own) | Q(pk__in=through.values("object_id")))
    return list(known.values_list("pk", flat=True))
