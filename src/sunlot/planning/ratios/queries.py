"""Reading tables of ratios: the one that holds for a department on a day, what it says of a plan and of its objects."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Length

from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.queries import OPEN_STATES, holding_on, representative, subjects_seen
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from ..models import RatioRow, RatioTable, RatioVersion
from .rules import Rule, Subject, figures
from .text import text_of


@dataclass(frozen=True)
class Table:
    """A version of a table with its rows as rules."""

    version: RatioVersion

    @cached_property
    def rules(self) -> list[Rule]:
        return text_of(self.version).as_rules()

    @property
    def key(self) -> int:
        return self.version.pk

    @property
    def name(self) -> str:
        """“BL-150300 第 3 版”."""
        return f"{self.version.ratio_table.code} 第 {self.version.number} 版"

    def figures(self, subjects: Collection[Subject]) -> dict[str, Rule]:
        """The rule of each stratum of a plan of these subjects, in the order of the strata."""
        return figures(self.rules, subjects)


def with_rows(versions: "QuerySet[RatioVersion]") -> "QuerySet[RatioVersion]":
    """With everything that they say, in two queries."""
    rows = RatioRow.objects.select_related("item", "kind")
    return versions.select_related("ratio_table__organisation").prefetch_related(Prefetch("rows", rows))


def tables_seen(viewer: Viewer) -> "QuerySet[RatioTable]":
    """The tables of the viewer's department and of those below it, and of all others those that were ever in force."""
    return subjects_seen(viewer, RatioVersion)


def versions_seen(viewer: Viewer, table: RatioTable) -> "QuerySet[RatioVersion]":
    """The versions of a table: all of an own one, of another those that were ever in force. Newest first."""
    versions = with_rows(RatioVersion.objects.filter(ratio_table=table)).order_by("-number")
    own = table.organisation.path.startswith(viewer.base.path)
    return versions if own else versions.exclude(state__in=OPEN_STATES)


def standing_today(tables: Collection[RatioTable]) -> "QuerySet[RatioVersion]":
    """Of each table the version in force today, else the one being written, else the newest."""
    return representative(RatioVersion.objects.filter(ratio_table__in=tables), clock.today())


def made_public() -> "QuerySet[RatioVersion]":
    """Every version that was ever put in force."""
    return RatioVersion.objects.exclude(state__in=OPEN_STATES)


def rows_made_public() -> "QuerySet[RatioRow]":
    """The rows of all versions that were ever in force."""
    return RatioRow.objects.filter(version__in=made_public()).select_related(
        "version__ratio_table__organisation", "item", "kind"
    )


def table_for(organisation: Organisation, day: date) -> Table | None:
    """The table that holds for plans of `organisation` on `day`: its department's own, else that of the nearest body
    above it that has one (a district's bureau may have its own, else its city's holds). Two queries.
    """
    above = organisation.path.strip("/").split("/")
    found = holding_on(RatioVersion.objects.filter(ratio_table__organisation__code__in=above), day)
    version = with_rows(found).order_by(Length("ratio_table__organisation__path").desc()).first()
    return Table(version) if version is not None else None


def table_of(key: int | None) -> Table | None:
    """The version from which a plan was filled, by its key. Two queries."""
    version = with_rows(RatioVersion.objects.filter(pk=key)).first() if key is not None else None
    return Table(version) if version is not None else None


def subjects_of(versions: Iterable[ItemVersion], kinds: Collection[str]) -> frozenset[Subject]:
    """What is inspected where these items are checked at objects of these kinds; with only some of it chosen so far,
    what that amounts to. The items come with their kinds.
    """
    pairs = {
        Subject(version.item.code, kind.code)
        for version in versions
        for kind in version.kinds.all()
        if not kinds or kind.code in kinds
    }
    covered = {pair.kind for pair in pairs}
    return frozenset(pairs | {Subject("", kind) for kind in kinds if kind not in covered})


def rows_on(rows: "QuerySet[RatioRow]", day: date) -> "QuerySet[RatioRow]":
    """Those of the rows whose version holds on `day`."""
    return rows.filter(version__in=holding_on(RatioVersion.objects.all(), day).values("pk"))


def tables_on(day: date) -> list[RatioVersion]:
    """The versions that hold on `day`, by code."""
    found = holding_on(RatioVersion.objects.all(), day).select_related("ratio_table__organisation")
    return list(found.order_by("ratio_table__code"))
