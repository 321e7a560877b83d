"""Reading forms and parts, scoped: departments their own, inspectors those of their teams, the lead every part's state."""

from collections.abc import Iterable

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from sunlot.drawing.models import Attempt
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.annual.queries import progress_counter

from . import modes, records
from .models import Category, DraftCopy, Finding, Form, FormPart, PartMember

State = FormPart.State

# They see no business data, or only what they are invited to.
_OUTSIDE = ADMINISTRATORS | {Role.EXPERT, Role.COMMISSIONED}

_SUBMITTED = (State.RECORDED, State.DECIDED, State.PUBLISHED, State.CORRECTED)

INSPECTED, WITNESS = "被检查人", "见证人"


@progress_counter
def _progress(plans: list[int]) -> dict[int, tuple[int, int, int]]:
    """For the annual plan: of each plan the objects to inspect, those recorded by all, those with all results public."""
    rows = Form.objects.filter(~Q(state=Form.State.REPLACED), task__plan__in=plans).order_by().values_list("task__plan")
    counted = rows.annotate(
        standing=Count("pk"),
        inspected=Count("pk", filter=Q(state__in=[Form.State.RECORDED, *Form.FINISHED])),
        published=Count("pk", filter=Q(state__in=Form.FINISHED)),
    )
    return {plan: (objects, inspected, published) for plan, objects, inspected, published in counted}


def capacity_of(member: PartMember) -> str:
    """The capacity in which a member signs: 检查人员1, 检查人员2 … by the order of the draw."""
    return f"检查人员{member.position + 1}"


def parts_seen(viewer: Viewer) -> "QuerySet[FormPart]":
    """The parts that the viewer reads in full."""
    parts = FormPart.objects.all()
    if viewer.role in _OUTSIDE:
        return parts.none()
    if viewer.role == Role.INSPECTOR:
        return parts.filter(_is_mine(viewer, "pk"))
    scope = Q(organisation__path__startswith=viewer.base.path)
    if viewer.organisation.is_section:
        scope |= Q(organisation_id=viewer.organisation.parent_id)
    if viewer.has(Role.SUPERVISOR, Role.STEERING):
        scope |= Q(form__task__plan__lead__path__startswith=viewer.base.path)
    return parts.filter(scope)


def forms_seen(viewer: Viewer) -> "QuerySet[Form]":
    """The forms of which the viewer sees the state of every part: those with a part of its own, and those of plans
    that it leads.
    """
    forms = Form.objects.all()
    if viewer.role in _OUTSIDE:
        return forms.none()
    own = Exists(parts_seen(viewer).filter(form=OuterRef("pk")))
    if viewer.role == Role.INSPECTOR:
        return forms.filter(own)
    return forms.filter(Q(own) | Q(task__plan__lead__path__startswith=viewer.base.path))


def attempts_to_dispatch(viewer: Viewer) -> "QuerySet[Attempt]":
    """Signed draws of the viewer's plans whose tasks have not been sent out."""
    return attempts_led(viewer).filter(state__in=[Attempt.State.SIGNED, Attempt.State.ARCHIVED], task__isnull=True)


def attempts_led(viewer: Viewer) -> "QuerySet[Attempt]":
    """The draws of the plans that the viewer leads, in any state."""
    if viewer.role in _OUTSIDE or viewer.role == Role.INSPECTOR:
        return Attempt.objects.none()
    scope = Q(draw__round__plan__lead__path__startswith=viewer.base.path)
    if viewer.organisation.is_section:
        scope |= Q(draw__round__plan__lead_id=viewer.organisation.parent_id)
    found = Attempt.objects.filter(scope).select_related("draw__round__plan__lead")
    return found.prefetch_related("draw__round__plan__windows")


def whole(parts: "QuerySet[FormPart]") -> "QuerySet[FormPart]":
    """Parts with everything that their pages show, in a fixed number of queries."""
    return parts.select_related(
        "form__task__plan__lead",
        "form__object__kind",
        "form__object__region",
        "organisation__parent",
        "dispatch",
        "taken_from__part__organisation__parent",
        "taken_from__to__parent",
        "recorded_by",
        "reviewed_by",
        "saved_by",
    ).prefetch_related(
        "members__inspector__organisation",
        "findings__version__item",
        "findings__version__bases",
        "findings__version__offered_findings",
        "evidence__finding__version__item",
        "evidence__original",
        "contact_attempts",
    )


def signatures_by_part(parts: Iterable[FormPart]) -> dict[int, list[Signature]]:
    """Every signature under each part, by the part's key, in the order in which they were given."""
    keys = {part.thing: part.pk for part in parts}
    found: dict[int, list[Signature]] = {pk: [] for pk in keys.values()}
    for signature in (
        Signature.objects.filter(thing__in=keys).select_related("user", "confirmed_by").order_by("signed_at", "pk")
    ):
        found[keys[signature.thing]].append(signature)
    return found


def standing(signatures: Iterable[Signature], digest: str) -> list[Signature]:
    """Those that stand under this very content: signed, or on paper and still to be compared."""
    good = (Signature.State.SIGNED, Signature.State.UNCONFIRMED)
    return [signature for signature in signatures if signature.digest == digest and signature.state in good]


def unsigned(part: FormPart) -> list[PartMember]:
    """The members whose signature under the submitted record is missing."""
    given = Signature.objects.filter(thing=part.thing, digest=part.digest, state=Signature.State.SIGNED)
    signed = set(given.values_list("capacity", flat=True))
    return [member for member in part.members.all() if capacity_of(member) not in signed]


def to_inspect(viewer: Viewer) -> "QuerySet[FormPart]":
    """The parts that wait for this inspector's record."""
    return parts_seen(viewer).filter(state__in=[FormPart.State.OPEN, FormPart.State.RETURNED])


def to_countersign(viewer: Viewer) -> "QuerySet[FormPart]":
    """The recorded parts of this inspector's teams that are not signed by the inspector."""
    if viewer.role != Role.INSPECTOR:
        return FormPart.objects.none()
    signed = Signature.objects.filter(
        thing=Concat(Value("form-part:"), Cast(OuterRef("pk"), CharField())),
        digest=OuterRef("digest"),
        user_id=viewer.user_id,
        state=Signature.State.SIGNED,
    )
    return parts_seen(viewer).filter(state__in=_SUBMITTED).exclude(Exists(signed))


def to_review(viewer: Viewer) -> "QuerySet[FormPart]":
    """The parts that wait for this person's review."""
    if not viewer.has(Role.CLERK, Role.HEAD):
        return FormPart.objects.none()
    return (
        parts_seen(viewer)
        .filter(state=FormPart.State.RECORDED)
        .exclude(recorded_by_id=viewer.user_id)
        .exclude(_is_mine(viewer, "pk"))
    )


def _is_mine(viewer: Viewer, outer: str) -> Exists:
    return Exists(PartMember.objects.filter(part=OuterRef(outer), inspector__user_id=viewer.user_id))


_FIELDS = {
    "mode": "检查方式", "began_at": "检查开始", "ended_at": "检查结束", "categories": "检查结果", "remark": "情况说明",
    "from_paper": "纸质表补录", **{blank.name: blank.label for blank in modes.ALL},
}  # fmt: skip
_OF_ITEM = {
    "answer": "结论", "offers": "问题", "note": "情况说明", "severity": "严重程度", "article": "违反条款", "measured": "测量值",
}  # fmt: skip


def compared(part: FormPart, copy: DraftCopy) -> list[tuple[str, str, str]]:
    """What a copy says otherwise than the record: the field's name, the copy's value, the record's."""
    stored = records.flat(records.data_of(part))
    found = []
    for name, value in copy.texts.items():
        if value == stored.get(name, ""):
            continue
        kind, _, code = name.partition("-")
        label = _FIELDS.get(name) or f"{code} {_OF_ITEM.get(kind, kind)}"
        mine, theirs = in_words(part, name, value), in_words(part, name, stored.get(name, ""))
        found.append((label, mine, theirs))
    return found


_CHOICES: dict[str, dict[str, str]] = {
    "answer": dict(Finding.Answer.choices),
    "severity": dict(Finding.Severity.choices),
    "from_paper": {"yes": "是"},
}


def in_words(part: FormPart, name: str, text: str) -> str:
    """A field's text (records.flat) as people read it."""
    kind, _, code = name.partition("-")
    if not text:
        return ""
    if kind == "mode":
        return modes.words(text)
    if kind in modes.NAMES:
        return next(blank for blank in modes.ALL if blank.name == kind).words(text)
    if kind == "categories":
        return "；".join(dict(Category.choices).get(value, value) for value in text.split(","))
    if kind == "offers":
        offered = (one.version.offered_findings.all() for one in part.findings.all() if one.version.item.code == code)
        return "；".join(o.text for rows in offered for o in rows if str(o.position) in text.split(","))
    return _CHOICES.get(kind, {}).get(text, text)
