"""Reading the catalogue. What was ever in force is public; drafts are seen by their own organisation alone."""

from datetime import date

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from .models import Item, ItemVersion, ObjectKind

OPEN_STATES = (ItemVersion.State.DRAFT, ItemVersion.State.IN_REVIEW)


def in_force(day: date) -> "QuerySet[ItemVersion]":
    """The versions that may be used on `day`, one for each item at most, with item and organisation.

    One that was superseded or repealed since is among them for the days on which it was in force.
    """
    return holding_on(ItemVersion.objects.all(), day).select_related("item__organisation")


def holding_on(versions: "QuerySet[ItemVersion]", day: date) -> "QuerySet[ItemVersion]":
    """Those of `versions` that may be used on `day`. A draft has no days, so it is never among them."""
    return versions.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day)


def kinds_covered(day: date) -> "QuerySet[ObjectKind]":
    """The kinds of object that some item in force on `day` applies to; an object of any other kind can't be drawn."""
    return ObjectKind.objects.filter(
        pk__in=ItemVersion.kinds.through.objects.filter(itemversion__in=in_force(day)).values("objectkind_id")
    )


def items_of(viewer: Viewer) -> "QuerySet[Item]":
    """The items that the viewer's own organisation and those below it keep."""
    return Item.objects.filter(organisation__path__startswith=viewer.base.path).select_related("organisation")


def versions_seen(viewer: Viewer) -> "QuerySet[ItemVersion]":
    """All versions of the viewer's own items, and of all others those that were ever in force."""
    own = Q(item__organisation__path__startswith=viewer.base.path)
    return ItemVersion.objects.filter(own | ~Q(state__in=OPEN_STATES)).select_related("item__organisation")


def items_seen(viewer: Viewer) -> "QuerySet[Item]":
    """The viewer's own items, and of all others those that were ever in force."""
    return Item.objects.filter(pk__in=versions_seen(viewer).values("item_id")).select_related("organisation")


def representative(versions: "QuerySet[ItemVersion]", day: date) -> "QuerySet[ItemVersion]":
    """One of `versions` for each item: the one in force on `day`, else the one being written, else the newest."""
    rank = Case(
        When(
            Q(effective_from__lte=day) & (Q(effective_to__isnull=True) | Q(effective_to__gte=day)),
            then=Value(0),
        ),
        When(state__in=OPEN_STATES, then=Value(1)),
        default=Value(2),
    )
    best = versions.filter(item=OuterRef("item")).order_by(rank, "-number").values("pk")[:1]
    return versions.filter(pk=Subquery(best))


def organisations_with_items(versions: "QuerySet[ItemVersion]") -> "QuerySet[Organisation]":
    """Whose items `versions` are, for a filter."""
    return Organisation.objects.filter(pk__in=versions.order_by().values("item__organisation_id"))


def made_public() -> "QuerySet[ItemVersion]":
    """Every version that was ever put in force: what the public sees, today's and those of any past day."""
    return ItemVersion.objects.exclude(state__in=OPEN_STATES).select_related("item__organisation")
