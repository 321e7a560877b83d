"""Names for the codes of a draw: zones, organisations, inspectors, as they are called today."""

from collections.abc import Iterable
from dataclasses import dataclass

from sunlot.organisations.models import Organisation, Region
from sunlot.planning.words import short_name
from sunlot.registry.models import Expert, ExpertField, InspectionObject, Inspector

from .outcome import Outcome


@dataclass(frozen=True)
class Names:
    """Regions and organisations by code."""

    regions: dict[str, str]
    organisations: dict[str, str]

    def region(self, code: str) -> str:
        return self.regions.get(code, code)

    def organisation(self, code: str) -> str:
        return self.organisations.get(code, code)

    def short(self, code: str) -> str:
        """市场监管 for 乌海市市场监督管理局."""
        return short_name(self.organisation(code))

    def team(self, team: str) -> str:
        """海勃湾区 1 组 for 150302-1."""
        zone, _, number = team.rpartition("-")
        return f"{self.region(zone)} {number} 组"

    def people(self, numbers: Iterable[str]) -> "dict[str, Inspector | Expert]":
        """The inspectors and experts by number; none is both."""
        wanted = list(numbers)
        inspectors = Inspector.objects.filter(number__in=wanted).select_related("organisation")
        experts = Expert.objects.filter(number__in=wanted).select_related("organisation", "institution")
        found: dict[str, Inspector | Expert] = {one.number: one for one in inspectors}
        return found | {one.number: one for one in experts}

    def objects(self, numbers: Iterable[str]) -> dict[str, InspectionObject]:
        """The objects as they stand in the registry today, by number."""
        wanted = list(numbers)
        found: dict[str, InspectionObject] = {}
        for start in range(0, len(wanted), 500):
            rows = InspectionObject.objects.filter(number__in=wanted[start : start + 500])
            found |= {one.number: one for one in rows}
        return found


def names_of() -> Names:
    """All names, in three queries; a pool of experts is called by its field."""
    organisations = dict(Organisation.objects.values_list("code", "name"))
    organisations |= {field.pool: f"{field.name}专家" for field in ExpertField.objects.all()}
    return Names(dict(Region.objects.values_list("code", "name")), organisations)


@dataclass(frozen=True)
class Spread:
    """How the drawn objects fell on a zone."""

    zone: str
    teams: int
    objects: int


def spread_of(found: Outcome, names: Names) -> list[Spread]:
    """Teams and drawn objects of each zone, in the notice's order."""
    zones = list(dict.fromkeys(team.zone for team in found.teams))
    return [
        Spread(
            names.region(zone),
            sum(team.zone == zone for team in found.teams),
            sum(one.zone == zone for one in found.objects.values()),
        )
        for zone in zones
    ]
