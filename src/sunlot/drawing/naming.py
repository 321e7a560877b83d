"""Names for the codes of a draw: zones, organisations, inspectors, as they are called today."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field

from sunlot.catalogue.models import Competence
from sunlot.organisations.models import Organisation, Region
from sunlot.planning.words import pool_in_words, short_name
from sunlot.registry.models import Expert, InspectionObject, Inspector

from .outcome import Outcome


def owner_of(pool: str, organisations: Container[str]) -> str:
    """The organisation whose pool it is: `zjj` of `zjj` and of `zjj.gas`. A code may hold dots itself: the longest that is
    known counts; a pool that is nobody's is its own.
    """
    code = pool
    while code not in organisations and "." in code:
        code = code.rpartition(".")[0]
    return code if code in organisations else pool


@dataclass(frozen=True)
class Names:
    """Regions, organisations and fields of competence by code."""

    regions: dict[str, str]
    organisations: dict[str, str]
    competences: dict[str, str] = field(default_factory=dict)

    def region(self, code: str) -> str:
        return self.regions.get(code, code)

    def organisation(self, code: str) -> str:
        """乌海市住房和城乡建设局; for a pool of those who hold a competence 乌海市住房和城乡建设局·燃气."""
        return self._called(code, lambda name: name)

    def short(self, code: str) -> str:
        """市场监管 for 乌海市市场监督管理局, 住建·燃气 for its pool."""
        return self._called(code, short_name)

    def _called(self, code: str, words: Callable[[str], str]) -> str:
        owner = owner_of(code, self.organisations)
        competence = code[len(owner) + 1 :]
        name = words(self.organisations.get(owner, owner))
        return pool_in_words(name, self.competences.get(competence, competence))

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
    fields = list(Competence.objects.all())
    organisations |= {field.pool: f"{field.name}专家" for field in fields}
    competences = {field.code: field.name for field in fields}
    return Names(dict(Region.objects.values_list("code", "name")), organisations, competences)


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
