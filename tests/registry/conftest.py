"""The city with its items in force."""

from datetime import date

import pytest

from sunlot.catalogue import seed
from sunlot.organisations.viewer import SYSTEM
from tests.cast import City


@pytest.fixture
def town(city: City) -> City:
    """The city with the 31 items in force and their kinds of object."""
    seed.load(SYSTEM, effective_from=date(2026, 1, 1))
    return city
