"""Who may be drawn on a day: on duty, certificate and test valid, not away; and for which unit, loans counted.

Each is a condition on a query of inspectors, so that a pool is one query.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Assessment, Expert, Inspector, Leave, Loan

IN_EFFECT = (Loan.State.AGREED, Loan.State.ENDED)
"""A loan that was ended early held until its last day."""


def assessed(day: date, subject: str = "") -> Exists:
    """That a passed test holds on `day`: in this subject, or in any."""
    found = Assessment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        inspector=OuterRef("pk"),
        passed=True,
        voided_at__isnull=True,
        tested_on__lte=day,
    )
    return Exists(found.filter(subject=subject) if subject else found)


def away(day: date) -> Exists:
    """That a leave granted covers `day`."""
    return Exists(
        Leave.objects.filter(inspector=OuterRef("pk"), state=Leave.State.GRANTED, starts__lte=day, ends__gte=day)
    )


def serving(day: date, inspectors: "QuerySet[Inspector] | None" = None) -> "QuerySet[Inspector]":
    """Inspectors with `serves_path` and `serves_region` of the unit that they serve on `day`: the borrower's while they
    are lent, else their own.
    """
    lent = Loan.objects.filter(inspector=OuterRef("pk"), state__in=IN_EFFECT, starts__lte=day, ends__gte=day)
    found = Inspector.objects.all() if inspectors is None else inspectors
    return found.annotate(
        serves_path=Coalesce(Subquery(lent.values("borrower__path")[:1]), F("organisation__path")),
        serves_region=Coalesce(
            Subquery(lent.values("borrower__region")[:1]), F("organisation__region"), output_field=CharField()
        ),
    )


def qualified_inspectors(paths: str | Iterable[str], day: date, competence: str = "") -> "QuerySet[Inspector]":
    """The certified inspectors who may be drawn on `day` for the units under these paths (an empty path is everybody's):
    on duty, certificate and test valid on that day, not away; with a valid test in `competence` where one is named.

    `serves_path` and `serves_region` say for which unit; `certificate_expires` and `valid_until` count their last day.
    """
    wanted = [paths] if isinstance(paths, str) else list(paths)
    below = reduce(or_, (Q(serves_path__startswith=path) for path in wanted), Q(pk__in=[]))
    found = serving(day).filter(
        below, assessed(day), ~away(day), state=Inspector.State.ACTIVE, certificate_expires__gte=day
    )
    if competence:
        found = found.filter(assessed(day, competence))
    return found.select_related("organisation")


def competences_held(inspectors: "QuerySet[Inspector]", day: date, names: Iterable[str]) -> dict[int, frozenset[str]]:
    """Which of these fields of competence, by name, each of the inspectors has a valid test in on `day`; by key, those with
    none left out. One query.
    """
    tests = Assessment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        inspector__in=inspectors.order_by().values("pk"),
        subject__in=list(names),
        passed=True,
        voided_at__isnull=True,
        tested_on__lte=day,
    )
    found: dict[int, set[str]] = {}
    for key, subject in tests.values_list("inspector_id", "subject"):
        found.setdefault(key, set()).add(subject)
    return {key: frozenset(subjects) for key, subjects in found.items()}


def holds_assessment(inspector: Inspector, day: date, subject: str = "") -> bool:
    """Whether this one inspector's test holds on `day`."""
    return Inspector.objects.filter(assessed(day, subject), pk=inspector.pk).exists()


def qualified_experts(day: date, field: str = "") -> "QuerySet[Expert]":
    """The experts who may be drawn on `day`: engaged, not suspended; of this field (its code) where one is named."""
    found = Expert.objects.filter(
        Q(engaged_from__isnull=True) | Q(engaged_from__lte=day), state=Expert.State.ACTIVE, engaged_until__gte=day
    )
    if field:
        found = found.filter(fields__code=field)
    return found.select_related("institution", "organisation")
