"""Reading filed inspections, scoped: the keeper's people, those who watch over it, and who reads every part anyway."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.catalogue.models import ObjectKind
from sunlot.inspecting.models import Form, FormPart
from sunlot.inspecting.queries import forms_seen, parts_seen
from sunlot.norms import clock
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer

from .models import CaseFile, Disposal, LegalHold, RetentionRule, Years

_OUTSIDE = ADMINISTRATORS | {Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED}

DEFAULT_YEARS = Years.THIRTY
"""Until the coordinating section says otherwise."""


def files_seen(viewer: Viewer) -> "QuerySet[CaseFile]":
    """The files that the viewer may open.

    A file holds every department's part in full. So a department that inspected one part of several does not open it: its
    own part stays on its own page. Who keeps the file, and who reads all of its parts, does.
    """
    files = CaseFile.objects.select_related("form__task__plan", "form__object__kind", "organisation", "asked_by")
    if viewer.role in _OUTSIDE:
        return files.none()
    scope = Q(organisation__path__startswith=viewer.base.path)
    if viewer.organisation.is_section:
        scope |= Q(organisation_id=viewer.organisation.parent_id)
    standing = FormPart.objects.filter(form=OuterRef("form")).exclude(state__in=FormPart.ENDED)
    hidden = standing.exclude(pk__in=parts_seen(viewer).order_by().values("pk"))
    return files.filter(scope | (Exists(standing) & ~Exists(hidden)))


def filed(viewer: Viewer) -> "QuerySet[CaseFile, Any]":
    """The same, without those that are still being made or came to nothing, each with whether it is held."""
    held = LegalHold.objects.filter(file=OuterRef("pk"), lifted_at__isnull=True)
    kept = files_seen(viewer).filter(state__in=[CaseFile.State.FILED, CaseFile.State.DISPOSED])
    return kept.annotate(is_held=Exists(held))


def to_file(viewer: Viewer) -> "QuerySet[Form]":
    """The finished forms that wait for this clerk, and filed ones to which something was added since."""
    if not viewer.has(Role.CLERK):
        return Form.objects.none()
    led = Q(task__plan__lead__path__startswith=viewer.base.path)
    if viewer.organisation.is_section:
        led |= Q(task__plan__lead_id=viewer.organisation.parent_id)
    making = CaseFile.objects.filter(form=OuterRef("pk"), state=CaseFile.State.MAKING)
    forms = forms_seen(viewer).filter(led | Q(task__plan__isnull=True), state=Form.State.CLOSED)
    return forms.filter(~Exists(making)).select_related("task__plan__lead", "object")


def newest_of(form: Form) -> CaseFile | None:
    """The form's newest file, in whatever state; scoping is the caller's."""
    return CaseFile.objects.filter(form=form).order_by("-edition").first()


def hold_of(file: CaseFile) -> LegalHold | None:
    """The hold that stands on a file now."""
    return LegalHold.objects.filter(file=file, lifted_at__isnull=True).select_related("set_by").first()


def years_for(kind: ObjectKind) -> int:
    """How long a file about such an object is kept; 0 is for ever."""
    found = (
        RetentionRule.objects.filter(Q(kind=kind) | Q(kind__isnull=True)).order_by("kind").values_list("kind", "years")
    )
    rules: dict[int | None, int] = dict(found)
    return rules.get(kind.pk, rules.get(None, int(DEFAULT_YEARS)))


def keep_until(filed_on: date, years: int) -> date | None:
    """The last day on which a file must be kept, counted from the day of filing; None for ever. 29 February ends on the 28th."""
    if years == Years.FOR_EVER:
        return None
    try:
        return filed_on.replace(year=filed_on.year + years)
    except ValueError:
        return filed_on.replace(year=filed_on.year + years, day=28)


def retention_table() -> list[tuple[ObjectKind | None, RetentionRule | None]]:
    """Every kind of object with its rule, the rule for all others first."""
    rules = {rule.kind_id: rule for rule in RetentionRule.objects.select_related("set_by")}
    return [(None, rules.get(None)), *((kind, rules.get(kind.pk)) for kind in ObjectKind.objects.all())]


def past_their_time(viewer: Viewer) -> "QuerySet[CaseFile, Any]":
    """What the viewer's level may propose to destroy today: its time is over and nothing holds it."""
    held = LegalHold.objects.filter(file=OuterRef("pk"), lifted_at__isnull=True)
    return filed(viewer).filter(
        ~Exists(held),
        organisation__path__startswith=viewer.base.path,
        state=CaseFile.State.FILED,
        keep_until__lt=clock.today(),
    )


def disposals_seen(viewer: Viewer) -> "QuerySet[Disposal]":
    """The lists of the viewer's level."""
    lists = Disposal.objects.select_related("organisation", "proposed_by", "decided_by")
    if viewer.role in _OUTSIDE:
        return lists.none()
    return lists.filter(organisation__path__startswith=viewer.base.path)
