"""The fieldwork of the inspecting tests, dispatched."""

from collections.abc import Iterator

import pytest

from ..cast import City
from ..inspecting.fieldwork import DAY, Fieldwork, build_fieldwork, on


@pytest.fixture
def sent(city: City) -> Iterator[Fieldwork]:
    """A dispatched draw; the clock stands on its day at 10."""
    built = build_fieldwork(city)
    with on(DAY):
        built.dispatch()
        yield built
