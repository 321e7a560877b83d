"""What the portal shows: a draw whose checks are under way, with a published result, and one that is held back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sunlot.publishing.actions import publish_part

from ..cast import City
from ..drawing.stage import Stage
from ..inspecting.fieldwork import DAY, Fieldwork, at, build_fieldwork, on
from ..planning.town import build_town


@pytest.fixture
def work(city: City) -> Iterator[Fieldwork]:
    """A released draw, dispatched; one department has published its result of the first form."""
    built = build_fieldwork(city)
    with on(DAY):
        built.dispatch()
    with on(DAY + timedelta(days=3)):
        part = built.decided(built.part())
        publish_part(built.clerk(part), part, "")
        yield built


@pytest.fixture
def held_back(city: City) -> Iterator[Stage]:
    """A published plan whose list is to be public thirty days after the draw; the clock stands on its day, nothing drawn."""
    with on(DAY, 8):
        town = build_town(city)
        town.content = replace(
            town.content,
            draw_at=at(DAY, 9),
            starts_on=DAY + timedelta(days=1),
            ends_on=DAY + timedelta(days=60),
            release_on=DAY + timedelta(days=30),
        )
        yield Stage(town, town.published())
