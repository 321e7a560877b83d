"""The fieldwork of the inspecting tests."""

from collections.abc import Iterator

import pytest

from ..cast import City
from .fieldwork import DAY, Fieldwork, build_fieldwork, on


@pytest.fixture
def work(city: City) -> Iterator[Fieldwork]:
    """A signed draw, not dispatched; the clock stands on its day at 10."""
    built = build_fieldwork(city)
    with on(DAY):
        yield built


@pytest.fixture
def sent(work: Fieldwork) -> Fieldwork:
    """The same, dispatched."""
    work.dispatch()
    return work
