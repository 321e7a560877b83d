"""A draw on its stage: the town of the planning tests, its plan published, and people with their secret numbers."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sunlot import lottery
from sunlot.drawing import actions
from sunlot.drawing.models import Attempt, Contributor
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.planning.content import Window
from sunlot.planning.models import Plan
from sunlot.registry.models import Avoidance, InspectionObject, Inspector
from sunlot.trail.models import Event

from ..cast import City
from ..planning.town import Town, build_town
from ..remembering import remembered

ROLLS = "36154212645313264152"
NUMBERS = "03-08-12-19-25-31-07"
SPEAKERS = {"zjj-wuye": "chen", "scjg": "scjg-clerk", "yjj": "yjj-clerk", "zjj-jijian": "supervisor"}
OTHERS = {"zjj-wuye-2": "wuye-head", "scjg-2": "scjg-head", "yjj-2": "yjj-head", "zjj-jijian-2": "supervisor2"}
DOUBLE_COLOUR = ((6, 33), (1, 16))
LATER = 100
"""Days until the second round."""


@dataclass
class Stage:
    """The people, the published plan, and the numbers that each contributor keeps to itself."""

    town: Town
    plan: Plan
    nonces: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def city(self) -> City:
        return self.town.city

    def of(self, city: City) -> "Stage":
        """The same in the city of this test, which learns of everybody who came with it."""
        city.viewers.update(self.city.viewers)
        return replace(self, town=replace(self.town, city=city))

    def __getitem__(self, username: str) -> Viewer:
        return self.city[username]

    def prepare(self, **settings: object) -> Attempt:
        return actions.prepare(self["chen"], self.plan, "dice", soon(), **settings)  # type: ignore[arg-type]  # any setting

    def prepare_lottery(self, hash_name: str = "sha256") -> Attempt:
        return actions.prepare(self["chen"], self.plan, "lottery", soon(), lottery=double_colour(), hash_name=hash_name)

    def nonce(self, attempt: Attempt, code: str) -> str:
        """The number that this contributor made, the same every time."""
        return self.nonces.setdefault((attempt.number, code), f"{len(self.nonces) + 1:02x}" * 32)

    def commitment(self, attempt: Attempt, code: str) -> str:
        nonce = self.nonce(attempt, code)
        return lottery.commitment(attempt.draw.number, attempt.number, code, nonce, attempt.hash_name)

    def speaker(self, one: Contributor) -> Viewer:
        return self[(SPEAKERS | OTHERS)[one.code]]

    def commit_all(self, attempt: Attempt) -> Attempt:
        for one in attempt.contributors.all():
            actions.commit(self.speaker(one), attempt, one.code, self.commitment(attempt, one.code))
        return fresh(attempt)

    def sealed(self, attempt: Attempt | None = None) -> Attempt:
        return actions.seal(self["chen"], self.commit_all(attempt or self.prepare()))

    def thrown(self, attempt: Attempt | None = None) -> Attempt:
        found = attempt or self.sealed()
        actions.read_beacon(self["chen"], found, ROLLS)
        return actions.read_beacon(self["supervisor"], found, ROLLS)

    def reveal(self, attempt: Attempt, *codes: str) -> Attempt:
        """Reveal for these contributors, or for all of them."""
        for one in attempt.contributors.all():
            if not codes or one.code in codes:
                attempt = actions.reveal(self.speaker(one), attempt, one.code, self.nonce(attempt, one.code))
        return attempt

    def drawn(self) -> Attempt:
        return self.reveal(self.thrown())


def build_stage(city: City, release_on: date | None = None) -> Stage:
    """The town with two avoidances, and its plan published. The draw is an hour away, or as much as a quarter less."""
    quarter = int(clock.now().timestamp()) // 900
    return remembered(f"stage {release_on} {quarter}", lambda: _publish(city, release_on)).of(city)


def _publish(city: City, release_on: date | None) -> Stage:
    town = build_town(city)
    draw_at = soon(1)
    town.content = replace(
        town.content,
        draw_at=draw_at,
        starts_on=draw_at.date() + timedelta(days=1),
        ends_on=draw_at.date() + timedelta(days=60),
        release_on=release_on,
    )
    pairs = (("zjj-wuye-00", "150302-D-000"), ("scjg-01", "150303-C-002"))
    for inspector, found in pairs:
        Avoidance.objects.create(
            inspector=Inspector.objects.get(number=inspector),
            object=InspectionObject.objects.get(number=found),
            ground=Avoidance.Ground.FAMILY,
            created_by=town["chen"].membership.user,
            created_at=clock.now(),
        )
    return Stage(town, town.published())


def in_two_rounds(city: City, **changes: object) -> Stage:
    town = build_town(city)
    first = soon(1)
    second = first + timedelta(days=LATER)
    rounds = tuple(Window(at, at.date() + timedelta(days=1), at.date() + timedelta(days=60)) for at in (first, second))
    town.content = replace(town.content, rounds=rounds, **changes).in_order()  # type: ignore[arg-type]  # any field
    return Stage(town, town.published())


def soon(hours: float = 1) -> datetime:
    """A deadline some hours from now, in whole seconds."""
    return (clock.now() + timedelta(hours=hours)).replace(microsecond=0)


def double_colour(hours: float = 2) -> actions.LotteryNumbers:
    return actions.LotteryNumbers("中国福利彩票双色球", "2026135", DOUBLE_COLOUR, soon(hours))


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def entries(kind: str) -> list[dict[str, object]]:
    """The public log entries of one kind, oldest first."""
    found = [json.loads(event.entry) for event in Event.objects.order_by("pk")]
    return [entry for entry in found if entry["type"] == kind]
