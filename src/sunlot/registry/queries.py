"""Reading the registries. What a person sees is scoped; the pools of a draw are nobody's view."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.queries import kinds_covered
from sunlot.norms import clock, regions
from sunlot.organisations.models import Organisation, Region
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .models import (
    Avoidance,
    BulkEdit,
    DuplicatePair,
    Entity,
    EntityPair,
    Expert,
    Import,
    InspectionObject,
    Inspector,
    Involvement,
    Leave,
    Licence,
    Loan,
    Reconciliation,
)
from .people import Rotation, last_inspections
from .policy import BLIND, HEADS

CHUNK = 2000


def objects_seen(viewer: Viewer) -> "QuerySet[InspectionObject]":
    """The objects that lie in the viewer's jurisdiction, with kind, region and manager."""
    if viewer.role in BLIND:
        return InspectionObject.objects.none()
    return InspectionObject.objects.filter(region__code__startswith=viewer.region_prefix).select_related(
        "kind", "region", "manager"
    )


def objects_kept(viewer: Viewer) -> "QuerySet[InspectionObject]":
    """Those of them that the viewer's own department keeps, as `policy.manages` says of one."""
    own = Q(manager__path__startswith=f"{viewer.organisation.department_code}/")
    if viewer.organisation.department.kind != Organisation.Kind.PARTNER:
        own |= Q(manager__isnull=True)
    return objects_seen(viewer).filter(own)


def kinds_beyond() -> list[int]:
    """The kinds of object that no item in force covers today (确保不越位); a few, so they may stand in a query."""
    covered = kinds_covered(clock.today()).values("pk")
    return list(ObjectKind.objects.exclude(pk__in=covered).values_list("pk", flat=True))


def entities_seen(viewer: Viewer) -> "QuerySet[Entity]":
    """The entities registered in the viewer's jurisdiction, and those from elsewhere involved in an object there."""
    if viewer.role in BLIND:
        return Entity.objects.none()
    prefix = viewer.region_prefix
    here = Q(region__code__startswith=prefix)
    involved = Involvement.objects.filter(entity=OuterRef("pk"), object__region__code__startswith=prefix)
    return Entity.objects.filter(here | Exists(involved)).select_related("region", "manager")


def licences_standing() -> "QuerySet[Licence]":
    """The licences that have not been ended, run out or not."""
    return Licence.objects.filter(ended_on__isnull=True)


def licences_ending(when: str, days: int, day: date | None = None) -> "QuerySet[Licence]":
    """The licences that on `day` (today) are over (`expired`) or run out within so many days (`soon`), those already
    ended aside.
    """
    today = day or clock.today()
    if when == "expired":
        return licences_standing().filter(expires__lt=today)
    return licences_standing().filter(expires__range=(today, today + timedelta(days=days)))


def bulk_edits_seen(viewer: Viewer) -> "QuerySet[BulkEdit]":
    """The bulk edits of the viewer's organisation and all below it."""
    if viewer.role in BLIND:
        return BulkEdit.objects.none()
    own = BulkEdit.objects.filter(organisation__path__startswith=viewer.base.path)
    return own.select_related("organisation", "made_by", "undone_by")


def duplicates_seen(viewer: Viewer) -> "QuerySet[DuplicatePair]":
    """The pairs that may be one of which the viewer sees both."""
    if viewer.role in BLIND:
        return DuplicatePair.objects.none()
    prefix = viewer.region_prefix
    seen = DuplicatePair.objects.filter(first__region__code__startswith=prefix, second__region__code__startswith=prefix)
    return seen.select_related("first__region", "second__region")


def entity_pairs_seen(viewer: Viewer) -> "QuerySet[EntityPair]":
    """The pairs of entities that may be one of which the viewer sees both. Two that are inspection objects of their own
    are left out: those objects are the pair to decide about.
    """
    if viewer.role in BLIND:
        return EntityPair.objects.none()
    prefix = viewer.region_prefix
    itself = Involvement.objects.filter(part=Involvement.Part.ITSELF, object__merged_into__isnull=True)
    objects = Q(Exists(itself.filter(entity=OuterRef("first")))) & Q(Exists(itself.filter(entity=OuterRef("second"))))
    seen = EntityPair.objects.filter(first__region__code__startswith=prefix, second__region__code__startswith=prefix)
    return seen.exclude(objects).select_related("first__region", "second__region")


def inspectors_seen(viewer: Viewer) -> "QuerySet[Inspector]":
    """The inspectors of the viewer's organisation and all below it."""
    if viewer.role in BLIND:
        return Inspector.objects.none()
    return Inspector.objects.filter(organisation__path__startswith=viewer.base.path).select_related("organisation")


def waiting_for_review(viewer: Viewer) -> "QuerySet[Inspector]":
    """The recommended inspectors that this person may review, apart from its own recommendations."""
    waiting = inspectors_seen(viewer).filter(state=Inspector.State.RECOMMENDED)
    if viewer.role == Role.HEAD:
        waiting = waiting.filter(organisation__kind=Organisation.Kind.PARTNER)
    elif viewer.role != Role.COORDINATOR:
        return waiting.none()
    return waiting.exclude(recommended_by=viewer.user_id)


def avoidances_seen(viewer: Viewer) -> "QuerySet[Avoidance]":
    """The avoidances of the inspectors and experts that the viewer sees."""
    own = Q(inspector__in=inspectors_seen(viewer)) | Q(expert__in=experts_seen(viewer))
    people = ("inspector__organisation", "expert__organisation")
    return Avoidance.objects.filter(own).select_related(*people, "object", "created_by")


def imports_seen(viewer: Viewer) -> "QuerySet[Import]":
    """The imports of the viewer's organisation and all below it: lists of accounts for those who keep accounts and roles,
    who see no others.
    """
    accounts = Q(target=Import.Target.ACCOUNTS)
    if viewer.has(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        seen = accounts & (Q() if viewer.administers_everything else Q(organisation__path__startswith=viewer.base.path))
    elif viewer.role in BLIND:
        return Import.objects.none()
    else:
        seen = ~accounts & Q(organisation__path__startswith=viewer.base.path)
    return Import.objects.filter(seen).select_related("organisation", "file", "created_by", "applied_by")


def reconciliations_seen(viewer: Viewer) -> "QuerySet[Reconciliation]":
    """The reconciliations of the viewer's organisation and all below it."""
    if viewer.role in BLIND:
        return Reconciliation.objects.none()
    return Reconciliation.objects.filter(organisation__path__startswith=viewer.base.path).select_related(
        "organisation", "created_by", "filed_by"
    )


def candidates(
    kind_ids: Iterable[int], region_codes: Iterable[str], day: date, regions_known: Iterable[str] | None = None
) -> "QuerySet[InspectionObject]":
    """The objects that a draw held on `day` may draw: active, in one of the regions or below it, of one of the kinds,
    and only if an item in force on that day covers the kind (确保不越位). `regions_known` are the codes of all regions, where
    the caller has read them.
    """
    return (
        InspectionObject.objects.filter(
            state=InspectionObject.State.ACTIVE,
            kind__in=list(kind_ids),
            region__in=with_below(region_codes, regions_known),
        )
        .filter(kind__in=kinds_covered(day))
        .select_related("kind", "region")
    )


def with_below(codes: Iterable[str], known: Iterable[str] | None = None) -> list[str]:
    """The regions named and all in them, by code."""
    wanted = list(codes)
    every = Region.objects.values_list("code", flat=True) if known is None else known
    return [code for code in every if any(regions.is_within(code, upper) for upper in wanted)]


def experts_near(viewer: Viewer) -> Q:
    """The condition on experts, or on their history, that their unit serves the viewer's."""
    mine = Q(organisation__path__startswith=viewer.base.path)
    return mine | Q(organisation__path__startswith=f"{viewer.organisation.department_code}/")


def experts_seen(viewer: Viewer) -> "QuerySet[Expert]":
    """The experts of the viewer's department: a city's experts serve its districts too."""
    if viewer.role in BLIND:
        return Expert.objects.none()
    return (
        Expert.objects.filter(experts_near(viewer))
        .select_related("institution", "organisation")
        .prefetch_related("fields")
    )


def experts_waiting_for_review(viewer: Viewer) -> "QuerySet[Expert]":
    """The recommended experts that this person may review, apart from its own recommendations."""
    waiting = experts_seen(viewer).filter(
        state=Expert.State.RECOMMENDED, organisation__path__startswith=viewer.base.path
    )
    if viewer.role == Role.HEAD:
        waiting = waiting.filter(organisation__kind=Organisation.Kind.PARTNER)
    elif viewer.role != Role.COORDINATOR:
        return waiting.none()
    return waiting.exclude(recommended_by=viewer.user_id)


def inspector_of(viewer: Viewer) -> Inspector | None:
    """The viewer as an inspector of the registry, with unit; None for everybody else."""
    return Inspector.objects.filter(user=viewer.user_id).select_related("organisation").first()


def lendable(viewer: Viewer) -> "QuerySet[Inspector]":
    """The people on duty whom a clerk may ask for: one's own, to lend them, and those of all others, to borrow them.

    Of others only name, unit and fields are shown; who lends decides.
    """
    if viewer.role != Role.CLERK:
        return Inspector.objects.none()
    return Inspector.objects.filter(state=Inspector.State.ACTIVE).select_related("organisation")


def loans_seen(viewer: Viewer) -> "QuerySet[Loan]":
    """The loans that one of the viewer's units gives or takes."""
    if viewer.role in BLIND:
        return Loan.objects.none()
    path = viewer.base.path
    return Loan.objects.filter(Q(lender__path__startswith=path) | Q(borrower__path__startswith=path)).select_related(
        "inspector__organisation", "lender", "borrower", "asked_by"
    )


def loans_to_agree(viewer: Viewer) -> "QuerySet[Loan]":
    """The loans that wait for this person's word."""
    if viewer.role not in HEADS:
        return Loan.objects.none()
    path, me = viewer.base.path, viewer.user_id
    lends = Q(lender__path__startswith=path, lender_agreed_by__isnull=True)
    borrows = Q(borrower__path__startswith=path, borrower_agreed_by__isnull=True)
    waiting = loans_seen(viewer).filter(lends | borrows, state=Loan.State.ASKED)
    said = Q(lender_agreed_by=me) | Q(borrower_agreed_by=me) | Q(asked_by=me)
    return waiting.exclude(pk__in=Loan.objects.filter(said).values("pk"))


def leaves_to_decide(viewer: Viewer) -> "QuerySet[Leave]":
    """The leaves that inspectors asked for and this clerk decides on."""
    return (
        Leave.objects.filter(state=Leave.State.ASKED, inspector__in=inspectors_seen(viewer))
        .exclude(inspector__user=viewer.user_id)
        .select_related("inspector__organisation")
    )


def avoidances_to_decide(viewer: Viewer) -> "QuerySet[Avoidance]":
    """What inspectors declared and this clerk looks into."""
    return avoidances_seen(viewer).filter(state=Avoidance.State.DECLARED).exclude(inspector__user=viewer.user_id)


Pair = tuple[str, str, int]
"""Number of inspector or expert, object number, object key."""


def pairs_on(inspector_ids: Iterable[int], day: date, expert_ids: Iterable[int] = ()) -> Iterator[Pair]:
    """All pairs of these inspectors and experts that must not meet an object on `day`, by number, each once: declared,
    confirmed, and computed from inspectors' last visits. `expires` counts its last day.
    """
    people = list(inspector_ids)
    valid = Q(expires__isnull=True) | Q(expires__gte=day)
    standing = Avoidance.objects.filter(valid, state__in=Avoidance.STANDING).order_by()
    of_inspectors = standing.filter(inspector__in=people)
    of_experts = standing.filter(expert__in=list(expert_ids))
    entered = [
        *of_inspectors.values_list("inspector__number", "object__number", "object_id"),
        *of_experts.values_list("expert__number", "object__number", "object_id"),
    ]
    yield from sorted({*entered, *((one.inspector, one.object, one.object_id) for one in rotations_of(people, day))})


def rotations_of(inspector_ids: Iterable[int], day: date) -> "list[Rotation]":
    """The objects that these inspectors inspected the last time, apart from those that their unit lifted."""
    people = list(inspector_ids)
    lifted = set(
        Avoidance.objects.filter(
            inspector__in=people, ground=Avoidance.Ground.ROTATION, state=Avoidance.State.LIFTED
        ).values_list("inspector__number", "object_id", "visited_on")
    )
    found = last_inspections(people, day)
    return [one for one in found if (one.inspector, one.object_id, one.visited_on) not in lifted]


def avoidance_pairs(
    inspector_ids: Iterable[int], object_ids: Iterable[int], day: date, expert_ids: Iterable[int] = ()
) -> Iterator[tuple[str, str]]:
    """The pairs (number of inspector or expert, object number) that must not meet on `day`, by number, each once.

    Object ids may be a whole registry: they are compared here and not in the query.
    """
    objects = set(object_ids)
    return ((person, number) for person, number, key in pairs_on(inspector_ids, day, expert_ids) if key in objects)


def among(objects: "QuerySet[InspectionObject]", ids: Iterable[int]) -> Iterator[int]:
    """Those of `ids` that the query holds, asked in pieces that every database takes."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield from objects.filter(pk__in=wanted[start : start + CHUNK]).order_by().values_list("pk", flat=True)


def places_among(objects: "QuerySet[InspectionObject]", ids: Iterable[int]) -> Iterator[tuple[str, str, str]]:
    """Number, name and region of those of `ids` that the query holds."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        part = objects.filter(pk__in=wanted[start : start + CHUNK]).order_by()
        yield from part.values_list("number", "name", "region_id")


def being_imported(region_codes: Iterable[str]) -> list[Import]:
    """The rosters of objects, or of their marks, that are half in: rows are being taken, or somebody stopped it and has not closed it; only
    of organisations whose jurisdiction touches one of the regions.

    A draw from a list that is half in would leave out enterprises, or leave them in their old class, without anybody
    having decided so.
    """
    wanted = list(region_codes)
    found = Import.objects.filter(
        target__in=[Import.Target.OBJECTS, Import.Target.MARKS], state__in=[Import.State.APPLYING, Import.State.STOPPED]
    ).select_related("organisation")
    return [
        one
        for one in found.order_by("pk")
        if any(
            regions.is_within(code, one.organisation.region_id) or regions.is_within(one.organisation.region_id, code)
            for code in wanted
        )
    ]
