"""What can be chosen in a plan's form: leads, participants, kinds, regions, and the items of each participant."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from sunlot.catalogue.models import Competence, ItemVersion, ObjectKind
from sunlot.catalogue.queries import in_force, kinds_covered
from sunlot.norms.initials import search_keys
from sunlot.norms.regions import is_within
from sunlot.organisations.models import Organisation, Region
from sunlot.organisations.viewer import Viewer

from . import policy
from .annual.queries import published_lines
from .checks import may_bring
from .models import CompetenceSeat
from .ratios.queries import Table, subjects_of, table_for
from .ratios.rules import Rule
from .scope_form import saved_filters

Choices = list[tuple[str, str]]


@dataclass
class Options:
    """The choices of one form, read once. `chosen` are the kinds that the plan has so far, `kept` its items."""

    leads: Choices
    organisations: list[tuple[str, Choices]]
    names: dict[str, str]
    regions_of: dict[str, str]
    kinds: Choices
    regions: Choices
    by_code: dict[str, Organisation]
    versions: list[ItemVersion]
    annual_lines: Choices
    experts: Choices
    competences: Choices
    saved: Choices
    chosen: frozenset[str] = frozenset()
    kept: frozenset[int] = frozenset()
    table: Table | None = None

    @property
    def figures(self) -> dict[str, Rule]:
        """The rule of each stratum of a plan with the kinds and items chosen so far; none without a table."""
        if self.table is None:
            return {}
        versions = [version for version in self.versions if version.pk in self.kept]
        return self.table.figures(subjects_of(versions, self.chosen))

    @property
    def times(self) -> int:
        """How often a year the table of ratios has objects of such a plan inspected; 1 where it does not say."""
        return max((rule.times or 1 for rule in self.figures.values()), default=1)

    def items_for(self, code: str) -> list[tuple[int, str]]:
        """The items that a participant may bring: its own kinds of item, for the kinds of object chosen so far."""
        organisation = self.by_code[code]
        return [
            (version.pk, f"{version.item.code} {version.name}（{'重点' if version.is_key else '一般'}）")
            for version in self.versions
            if may_bring(organisation, version.item.organisation)
            and (
                not self.chosen or self.chosen & {kind.code for kind in version.kinds.all()} or version.pk in self.kept
            )
        ]

    def with_choice(self, kinds: list[str], items: list[int]) -> "Options":
        """The same for a plan that has these kinds, and these items which stay in sight whatever they apply to.

        An item that is no longer in force stays in the list too, so that its fault is seen where it can be mended.
        """
        self.chosen, self.kept = frozenset(kinds), frozenset(items)
        missing = self.kept - {version.pk for version in self.versions}
        if missing:
            gone = (
                ItemVersion.objects.filter(pk__in=missing)
                .select_related("item__organisation")
                .prefetch_related("kinds", "competences")
            )
            self.versions = sorted([*self.versions, *gone], key=lambda version: version.item.code)
        return self


def options_for(viewer: Viewer, day: date, lead: Organisation | None = None) -> Options:
    """What this viewer may choose for a plan that is drawn on `day`. A fixed number of queries.

    Regions are the lead's jurisdiction: the whole, and each part of it.
    """
    organisations = list(
        Organisation.objects.filter(is_active=True).select_related("parent", "region").order_by("path")
    )
    leads = [one for one in organisations if policy.may_lead(viewer, one)]
    jurisdiction = lead.region_id if lead is not None else viewer.region_code
    regions = [region for region in Region.objects.all() if is_within(region.code, jurisdiction)]
    if len(regions) > 1:
        regions = [region for region in regions if region.code != jurisdiction]
    lines = published_lines(lead or viewer.organisation, day.year)
    groups: dict[str, Choices] = {}
    for one in organisations:
        groups.setdefault(_group(one), []).append((one.code, one.name))
    return Options(
        leads=[(one.code, one.name) for one in leads],
        organisations=list(groups.items()),
        names={one.code: one.name for one in organisations},
        regions_of={one.code: one.region_id for one in organisations},
        kinds=[(kind.code, kind.name) for kind in sorted(kinds_covered(day), key=_in_order)],
        regions=[(region.code, region.name) for region in regions],
        by_code={one.code: one for one in organisations},
        annual_lines=[(str(line.pk), f"{line.code}. {line.title}（{line.lead.name}）") for line in lines],
        saved=saved_filters(viewer),
        experts=_expert_fields(),
        competences=list(
            Competence.objects.filter(Q(is_active=True) | Q(pk__in=CompetenceSeat.objects.values("competence")))
            .exclude(name=Competence.UNLIMITED)
            .values_list("code", "name")
        ),
        versions=list(in_force(day).prefetch_related("kinds", "competences").order_by("item__code")),
        table=table_for(lead or viewer.organisation, day),
    )


def _in_order(kind: ObjectKind) -> tuple[str, str]:
    """Enterprises together, sites together, each by the reading of the name."""
    return kind.nature, search_keys(kind.name).full[0]


def regions_below(code: str) -> tuple[str, ...]:
    """The parts of a region, or itself where it has none."""
    parts = [
        region for region in Region.objects.values_list("code", flat=True) if region != code and is_within(region, code)
    ]
    return tuple(parts or [code])


def _expert_fields() -> Choices:
    """The fields that have experts, and those that some plan asks experts of."""
    offered = Competence.objects.filter(Q(experts__isnull=False) | Q(plan_seats__isnull=False))
    return list(offered.distinct().values_list("code", "name"))


def _group(organisation: Organisation) -> str:
    if organisation.is_section and organisation.parent is not None:
        return f"{organisation.parent.name} 内设科室"
    return f"{organisation.region.name} {organisation.get_kind_display()}"
