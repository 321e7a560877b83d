"""Reading notices, scoped as the forms that they are about; and what the page behind a link shows."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.visits.caps.queries import Standing, standing
from sunlot.visits.models import Visit

from .. import policy, queries
from ..models import AvoidanceRequest, Form, FormPart, NoticeMaterial, OutboxMessage, PartMember, VisitNotice

EDITABLE = (FormPart.State.OPEN, FormPart.State.RETURNED)


def companions(form: Form) -> list[Form]:
    """The forms of one common visit, this one first: those that other plans agreed to make on the same day."""
    together = Visit.objects.filter(form=f"form:{form.pk}", state=Visit.State.PLANNED).exclude(together="")
    names = Visit.objects.filter(together__in=together.values("together"), state=Visit.State.PLANNED)
    keys = {int(name.removeprefix("form:")) for name in names.values_list("form", flat=True)} | {form.pk}
    found = whole(Form.objects.filter(pk__in=keys, object=form.object_id).exclude(state=Form.State.REPLACED))
    return sorted(found, key=lambda one: (one.pk != form.pk, one.number))


def whole(forms: "QuerySet[Form]") -> "QuerySet[Form]":
    """Forms with all that a notice or a code's page says of them, in a fixed number of queries."""
    return forms.select_related(
        "task__plan__lead", "task__attempt__draw", "object__region", "object__kind", "code"
    ).prefetch_related(
        "parts__organisation__parent",
        "parts__taken_from__part__organisation__parent",
        "parts__taken_from__to__parent",
        "parts__members__inspector__organisation",
        "parts__findings__version__item",
        "parts__findings__version__bases",
        "parts__findings__version__materials",
        "experts__expert__institution",
    )


def standing_parts(forms: Iterable[Form]) -> list[FormPart]:
    """The departments that come, in the order of the forms."""
    return [part for form in forms for part in form.parts.all() if part.state not in FormPart.ENDED]


def entity_standing(form: Form, day: date, parts: Collection[FormPart]) -> Standing | None:
    """How the inspected stands to its yearly cap; None where the visit counts against nobody's."""
    visit = Visit.objects.filter(form=f"form:{form.pk}", entity__isnull=False).select_related("entity").first()
    if visit is None or visit.entity is None:
        return None
    return standing(visit.entity, day, {part.organisation.path for part in parts})


def frequency_words(found: Standing | None) -> str:
    """“2026 年已接受行政检查 1 次，年度上限 2 次”. What is still to come is not told: it may be a secret of its plan."""
    if found is None:
        return ""
    all_ = found.overall
    cap = f"，年度上限 {all_.line.cap} 次" if all_ is not None else "，没有设定年度上限"
    return f"{found.year} 年已接受行政检查 {found.count.done} 次{cap}"


def notices_seen(viewer: Viewer) -> "QuerySet[VisitNotice]":
    """The notices of forms that the viewer sees."""
    seen = queries.forms_seen(viewer).filter(notices=OuterRef("pk"))
    return VisitNotice.objects.filter(Exists(seen))


def of_form(form: Form) -> "QuerySet[VisitNotice]":
    """The notices of one form, newest first, with what a page shows of them."""
    return form.notices.select_related("organisation", "sent_by").prefetch_related("messages", "materials")


def live(forms: Iterable[Form]) -> "QuerySet[VisitNotice]":
    """Those of these forms that were not revoked."""
    return VisitNotice.objects.filter(forms__in=[one.pk for one in forms], revoked_at__isnull=True).distinct()


def materials_seen(viewer: Viewer) -> "QuerySet[NoticeMaterial]":
    """What the inspected handed in: for those who read a part of the form in full."""
    parts = queries.parts_seen(viewer).filter(form__notices=OuterRef("notice"))
    return NoticeMaterial.objects.filter(Exists(parts)).select_related("notice")


def materials_of(forms: Collection[int]) -> dict[int, list[NoticeMaterial]]:
    """Form → what the inspected handed in for it, in one query."""
    found: dict[int, list[NoticeMaterial]] = {}
    rows = NoticeMaterial.objects.filter(notice__forms__in=list(forms)).order_by("received_at", "pk")
    for row in rows.annotate(form_key=F("notice__forms")):
        found.setdefault(row.form_key, []).append(row)
    return found


def outbox_seen(viewer: Viewer) -> "QuerySet[OutboxMessage]":
    """Messages that stay in the house, for those who could have sent them: they hold the links."""
    if not viewer.has(Role.CLERK, Role.INSPECTOR):
        return OutboxMessage.objects.none()
    return OutboxMessage.objects.filter(notice__in=notices_seen(viewer)).select_related("notice")


def avoidances_seen(viewer: Viewer) -> "QuerySet[AvoidanceRequest]":
    """The requests about inspectors of parts that the viewer reads, for the office and the supervisor."""
    if viewer.role == Role.INSPECTOR:
        return AvoidanceRequest.objects.none()
    found = AvoidanceRequest.objects.filter(part__in=queries.parts_seen(viewer))
    return found.select_related(
        "part__form__object", "part__form__task__attempt__draw", "part__organisation__parent", "inspector", "decided_by",
        "notice",
    ).prefetch_related("part__members__inspector")  # fmt: skip


def avoidances_to_decide(viewer: Viewer) -> list[AvoidanceRequest]:
    """Those that wait for this head."""
    if not viewer.has(Role.HEAD, Role.LEADER, Role.UNIT_HEAD):
        return []
    asked = avoidances_seen(viewer).filter(state=AvoidanceRequest.State.ASKED)
    return [one for one in asked if policy.may_decide_avoidance(viewer, one.part)]


def avoidances_to_follow(viewer: Viewer) -> "QuerySet[AvoidanceRequest]":
    """Granted ones whose inspector is still on a part to be inspected: the clerk has the inspector replaced."""
    if not viewer.has(Role.CLERK):
        return AvoidanceRequest.objects.none()
    still = PartMember.objects.filter(part=OuterRef("part"), inspector=OuterRef("inspector"))
    granted = Q(state=AvoidanceRequest.State.GRANTED, part__state__in=EDITABLE)
    return avoidances_seen(viewer).filter(granted, Exists(still))
