"""Reading the catalogue. What was ever in force is public; drafts are seen by their own organisation alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from sunlot.norms import clock
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from .articles import article_asked
from .models import Basis, Competence, Guide, GuideVersion, Item, ItemVersion, ObjectKind, Version

V = TypeVar("V", bound=Version)
OPEN_STATES = Version.OPEN_STATES


def in_force(day: date) -> "QuerySet[ItemVersion]":
    """The versions that may be used on `day`, one for each item at most, with item and organisation.

    One that was superseded or repealed since is among them for the days on which it was in force.
    """
    return holding_on(ItemVersion.objects.all(), day).select_related("item__organisation")


def guides_in_force(day: date) -> "QuerySet[GuideVersion]":
    """The guides and detailed rules that hold on `day`, with guide and organisation."""
    return holding_on(GuideVersion.objects.all(), day).select_related("guide__organisation")


def holding_on(versions: "QuerySet[V]", day: date) -> "QuerySet[V]":
    """Those of `versions` that may be used on `day`. A draft has no days, so it is never among them."""
    return versions.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day)


def guides_for(item_ids: Iterable[int], day: date) -> dict[int, list[GuideVersion]]:
    """Item id → the guides that hold for it on `day`, 细则 before 指引. Two queries for any number of items."""
    wanted = set(item_ids)
    found: dict[int, list[GuideVersion]] = {pk: [] for pk in wanted}
    held = guides_in_force(day).filter(items__in=wanted).distinct().order_by("-guide__type", "guide__code")
    for version in held.prefetch_related(Prefetch("items", Item.objects.filter(pk__in=wanted))):
        for item in version.items.all():
            found[item.pk].append(version)
    return found


def guides_covering(item_ids: Iterable[int], day: date) -> list[GuideVersion]:
    """The guides that hold on `day` for at least one of these items, each once, 细则 before 指引."""
    found = guides_in_force(day).filter(items__in=list(item_ids)).distinct()
    return list(found.order_by("-guide__type", "guide__code"))


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
    return _seen(ItemVersion.objects.all(), viewer)


def items_seen(viewer: Viewer) -> "QuerySet[Item]":
    """The viewer's own items, and of all others those that were ever in force."""
    return subjects_seen(viewer, ItemVersion)


def guide_versions_seen(viewer: Viewer) -> "QuerySet[GuideVersion]":
    """All versions of the viewer's own guides, and of all others those that were ever in force."""
    return _seen(GuideVersion.objects.all(), viewer)


def guides_seen(viewer: Viewer) -> "QuerySet[Guide]":
    """The viewer's own guides, and of all others those that were ever in force."""
    return subjects_seen(viewer, GuideVersion)


def _seen(versions: "QuerySet[V]", viewer: Viewer) -> "QuerySet[V]":
    subject = versions.model.SUBJECT
    own = Q(**{f"{subject}__organisation__path__startswith": viewer.base.path})
    return versions.filter(own | ~Q(state__in=OPEN_STATES)).select_related(f"{subject}__organisation")


def subjects_seen(viewer: Viewer, version: type[Version]) -> "QuerySet[Any]":
    """The subjects of a family that the viewer's own organisation keeps, and of all others those that were ever in force."""
    subject = version.SUBJECT
    seen = _seen(version._default_manager.all(), viewer)
    rows: Any = version._meta.get_field(subject).related_model
    return rows._default_manager.filter(pk__in=seen.values(f"{subject}_id")).select_related("organisation")


def own_open(versions: "QuerySet[V]", viewer: Viewer, state: str) -> "QuerySet[V]":
    """Those of the viewer's own organisation and below in an open state, by code."""
    subject = versions.model.SUBJECT
    own = {f"{subject}__organisation__path__startswith": viewer.base.path}
    return versions.filter(state=state, **own).select_related(f"{subject}__organisation").order_by(f"{subject}__code")


def not_written_by(versions: "QuerySet[V]", viewer: Viewer) -> "QuerySet[V]":
    """Those in which this person wrote nothing, so that it may review them."""
    return versions.exclude(Q(created_by=viewer.user_id) | Q(writers=viewer.user_id))


def representative(versions: "QuerySet[V]", day: date) -> "QuerySet[V]":
    """One of `versions` for each item or guide: the one in force on `day`, else the one being written, else the newest."""
    rank = Case(
        When(
            Q(effective_from__lte=day) & (Q(effective_to__isnull=True) | Q(effective_to__gte=day)),
            then=Value(0),
        ),
        When(state__in=OPEN_STATES, then=Value(1)),
        default=Value(2),
    )
    subject = versions.model.SUBJECT
    best = versions.filter(**{subject: OuterRef(subject)}).order_by(rank, "-number").values("pk")[:1]
    return versions.filter(pk=Subquery(best))


def organisations_with(versions: "QuerySet[Any]") -> "QuerySet[Organisation]":
    """Whose items or guides `versions` are, for a filter."""
    subject = versions.model.SUBJECT
    return Organisation.objects.filter(pk__in=versions.order_by().values(f"{subject}__organisation_id"))


def made_public() -> "QuerySet[ItemVersion]":
    """Every version that was ever put in force: what the public sees, today's and those of any past day."""
    return ItemVersion.objects.exclude(state__in=OPEN_STATES).select_related("item__organisation")


def guides_made_public() -> "QuerySet[GuideVersion]":
    """Every version of a guide that was ever put in force."""
    return GuideVersion.objects.exclude(state__in=OPEN_STATES).select_related("guide__organisation")


def touched_by(versions: "QuerySet[ItemVersion]", law: str, article: str = "") -> "QuerySet[ItemVersion]":
    """Those with a basis in a law whose name holds `law`, in this article where one is named (31, 三十一, 第三十一条)."""
    name = trim(half_width(law)).removeprefix("《").removesuffix("》")
    bases = Basis.objects.filter(version=OuterRef("pk"), law__icontains=name)
    if trim(article):
        bases = bases.filter(article__startswith=article_asked(article))
    return versions.filter(Exists(bases))


@dataclass(frozen=True)
class Law:
    """A law on which items stand, and how many of them."""

    name: str
    items: int


def laws(day: date) -> list[Law]:
    """The laws on which the items in force on `day` stand, those of most items first."""
    rows = (
        Basis.objects.filter(version__in=in_force(day))
        .values("law")
        .annotate(items=Count("version", distinct=True))
        .order_by("-items", "law")
    )
    return [Law(row["law"], row["items"]) for row in rows]


@dataclass(frozen=True)
class Change:
    """What became of one item from one day to another: `before` is None for a new one, `after` for one repealed."""

    before: ItemVersion | None
    after: ItemVersion | None

    @property
    def version(self) -> ItemVersion:
        """The version to name it by."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 -- one of the two stands
        return found

    @property
    def kind(self) -> str:
        return "新增" if self.before is None else "废止" if self.after is None else "变更"


def changes_between(first: date, second: date) -> list[Change]:
    """The items that are new, changed or gone on `second` against `first`, by code. Two sets of queries."""
    before = {version.item_id: version for version in whole(in_force(first))}
    after = {version.item_id: version for version in whole(in_force(second))}
    codes = {pk: version.item.code for pk, version in (before | after).items()}
    return [
        Change(before.get(pk), after.get(pk))
        for pk in sorted(codes, key=lambda pk: codes[pk])
        if before.get(pk) != after.get(pk)
    ]


def whole(versions: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
    """With everything that an item says, in a fixed number of queries whatever the number of rows."""
    return versions.select_related("item__organisation").prefetch_related(
        Prefetch("kinds", ObjectKind.objects.order_by("name")),
        Prefetch("bases", Basis.objects.order_by("position")),
        Prefetch("competences", Competence.objects.order_by("name")),
        "sub_items",
        "materials",
        "offered_findings",
        "frequencies",
    )


def listed(versions: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
    """With what a row of a list shows, in three queries whatever the number of rows."""
    return versions.select_related("item__organisation").prefetch_related(
        Prefetch("kinds", ObjectKind.objects.order_by("name")), Prefetch("bases", Basis.objects.order_by("position"))
    )


def words_in_use() -> "QuerySet[Competence]":
    """The fields of competence with `items`, for how many versions each is asked for."""
    return Competence.objects.annotate(items=Count("versions", distinct=True)).select_related("set_by")


def kinds_with_items(day: date) -> "QuerySet[ObjectKind]":
    """All kinds of object with `items`, to how many items in force on `day` each belongs."""
    held = in_force(day).values("pk")
    return ObjectKind.objects.annotate(items=Count("versions", filter=Q(versions__in=held), distinct=True))


def names_of(version: GuideVersion) -> dict[int, str]:
    """Item id → its name today, for the items of a guide."""
    seen = representative(ItemVersion.objects.filter(item__in=version.items.all()), clock.today())
    return dict(seen.values_list("item_id", "name"))
