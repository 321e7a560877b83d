"""A form with everything that its file holds, read once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sunlot.drawing.models import Attempt
from sunlot.drawing.queries import record_signatures, with_all
from sunlot.inspecting import presenting
from sunlot.inspecting import queries as inspecting
from sunlot.inspecting.followups.papers import name_of
from sunlot.inspecting.models import (
    AvoidanceRequest,
    CheckRequest,
    ContactAttempt,
    CorrectionOrder,
    Form,
    FormPart,
    HandOver,
    IssuedDocument,
    Opinion,
    VisitNotice,
)
from sunlot.inspecting.records import evidence_of
from sunlot.inspecting.special.queries import whole
from sunlot.inspecting.written import queries as written
from sunlot.organisations.models import Signature
from sunlot.planning.models import Plan
from sunlot.planning.queries import signatures_under, with_parts
from sunlot.publishing.models import Publication
from sunlot.registry.models import Entity
from sunlot.trail.models import EventDetail

from . import course

MAX_TEXT = 100_000
"""Characters of a case that the search in texts looks through."""


@dataclass(frozen=True)
class Told:
    """What the inspected was told before the visit, and what came of it."""

    notices: tuple[VisitNotice, ...]
    avoidances: tuple[AvoidanceRequest, ...]
    contacts: tuple[ContactAttempt, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.notices or self.avoidances or self.contacts)


@dataclass(frozen=True)
class Followed:
    """What was ordered and handed over. A letter that was voided before it was signed is in the trail alone."""

    orders: tuple[CorrectionOrder, ...]
    handovers: tuple[HandOver, ...]
    given: tuple[Signature, ...]

    @property
    def letters(self) -> list[CorrectionOrder | HandOver]:
        return [*self.orders, *self.handovers]

    @property
    def signatures(self) -> list[tuple[str, Signature]]:
        """Each with the name of its letter."""
        names = {letter.thing: name_of(letter) for letter in self.letters}
        return [(names[one.thing], one) for one in self.given]


@dataclass(frozen=True)
class Case:
    """What is filed. `parts` are those that stand: a part that was replaced before anything was submitted has nothing."""

    form: Form
    parts: tuple[presenting.PartView, ...]
    publications: dict[int, list[Publication]]
    plan: Plan | None
    attempt: Attempt | None
    plan_signatures: tuple[Signature, ...]
    draw_signatures: tuple[Signature, ...]
    events: tuple[EventDetail, ...]
    opinions: tuple[Opinion, ...]
    written: tuple[tuple[written.Standing, tuple[Signature, ...]], ...]
    request: CheckRequest | None
    told: Told
    documents: tuple[IssuedDocument, ...]
    followed: Followed
    course_signatures: tuple[tuple[str, Signature], ...]
    """Of those who approved that a part was handed on or extended."""

    @property
    def own_things(self) -> list[str]:
        """What a filing must find as it was gathered: the form, its parts, what follows them. The draw's acts are older."""
        return [
            f"form:{self.form.pk}",
            *(view.part.thing for view in self.parts),
            *(letter.thing for letter in self.followed.letters),
        ]

    @property
    def signatures(self) -> list[tuple[str, Signature]]:
        """Every signature of the case with where it stands: a department's name, 抽取记录, 抽查计划."""
        return [
            *(("抽查计划", one) for one in self.plan_signatures),
            *(("抽取记录", one) for one in self.draw_signatures),
            *((view.part.organisation.name, one) for view in self.parts for one in view.signatures),
            *((row.record.get_kind_display(), one) for row, given in self.written for one in given),
            *self.followed.signatures,
            *self.course_signatures,
        ]

    @property
    def text(self) -> str:
        """What a search in texts finds it by, in small letters."""
        form = self.form
        words = [
            form.number,
            form.object.name,
            form.object.number,
            form.object.address,
            form.task.title,
            form.task.number,
        ]
        entities = Entity.objects.filter(involvements__object=form.object_id).values_list("name", "credit_code")
        words += [word for pair in entities.distinct() for word in pair if word]
        for view in self.parts:
            part = view.part
            words += [part.organisation.name, part.remark, part.review_comment, *part.category_labels]
            words += [member.inspector.name for member in part.members.all()]
            for finding in part.findings.all():
                words += [finding.version.item.code, finding.version.name, finding.note]
            words += [one.caption for one in evidence_of(part)]
            words += [publication.statement for publication in self.publications[part.pk]]
        words += [word for letter in self.followed.letters for word in (letter.number, letter.result)]
        return "\n".join(word for word in words if word).lower()[:MAX_TEXT]


def case_of(form_id: int) -> Case:
    """Everything of a form that is filed."""
    form = (
        Form.objects.select_related(
            "task__plan__lead__parent", "task__attempt", "object__kind", "object__region", "replaced_by__object"
        )
        .prefetch_related("replaces__object", "experts__expert__institution")
        .get(pk=form_id)
    )
    standing = FormPart.objects.filter(form=form).exclude(state__in=FormPart.ENDED)
    parts = list(inspecting.whole(standing).prefetch_related("editions", "evidence__clean_copy"))
    signatures = inspecting.signatures_by_part(parts)
    publications: dict[int, list[Publication]] = {part.pk: [] for part in parts}
    for one in Publication.objects.filter(part__in=parts).select_related("published_by").order_by("number"):
        publications[one.part_id].append(one)
    plan = with_parts(Plan.objects.filter(tasks=form.task_id)).first()
    attempt = with_all(Attempt.objects.filter(task=form.task_id)).first()
    things = [f"form:{form.pk}", f"task:{form.task_id}", *(part.thing for part in parts)]
    things += [f"attempt:{attempt.pk}"] if attempt else []
    things += [plan.thing] if plan else []
    request = whole(CheckRequest.objects.filter(task=form.task_id)).first()
    things += [request.thing] if request else []
    beside = [row for rows in written.of_parts(parts).values() for row in rows if row.record.is_frozen]
    things += [row.record.thing for row in beside]
    given = written.signatures_of(row.record for row in beside)
    followed = _followed(parts)
    things += [letter.thing for letter in followed.letters]
    things += course.things_of(form)
    return Case(
        form=form,
        parts=tuple(presenting.part_view(part, signatures[part.pk]) for part in parts),
        publications=publications,
        plan=plan,
        attempt=attempt,
        plan_signatures=tuple(signatures_under(plan)) if plan else (),
        draw_signatures=tuple(record_signatures([attempt])[attempt.pk]) if attempt else (),
        events=tuple(_events(things)),
        opinions=tuple(
            Opinion.objects.filter(invitation__part__in=parts)
            .select_related("invitation__part__organisation", "file")
            .order_by("invitation", "number")
        ),
        written=tuple((row, tuple(given[row.record.pk])) for row in beside),
        request=request,
        course_signatures=tuple(course.signatures_of(form)),
        told=_told(form, parts),
        documents=tuple(IssuedDocument.objects.filter(part__in=parts).select_related("part__organisation", "file")),
        followed=followed,
    )


def _told(form: Form, parts: Sequence[FormPart]) -> Told:
    notices = form.notices.select_related("organisation", "sent_by", "paper")
    avoidances = AvoidanceRequest.objects.filter(part__in=parts)
    contacts = ContactAttempt.objects.filter(part__in=parts)
    return Told(
        tuple(notices.prefetch_related("messages", "materials__original").order_by("sent_at", "pk")),
        tuple(avoidances.select_related("inspector", "part__organisation", "decided_by")),
        tuple(contacts.select_related("part__organisation", "noted_by")),
    )


def _followed(parts: Sequence[FormPart]) -> Followed:
    related = "part__organisation__parent", "part__form__object", "part__form__task", "signed_by"
    signed = {"part__in": parts, "signed_at__isnull": False}
    orders = tuple(CorrectionOrder.objects.filter(**signed).select_related(*related))
    handovers = tuple(HandOver.objects.filter(**signed).select_related(*related))
    given = Signature.objects.filter(thing__in=[one.thing for one in (*orders, *handovers)])
    return Followed(
        orders,
        handovers,
        tuple(given.select_related("user", "confirmed_by", "on_behalf_of", "file").order_by("signed_at", "pk")),
    )


def _events(things: Sequence[str]) -> list[EventDetail]:
    return list(EventDetail.objects.filter(thing__in=things).select_related("event__leaf").order_by("event_id"))
