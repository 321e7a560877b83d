"""The town of the planning tests."""

import pytest

from ..cast import City
from .town import Town, build_town


@pytest.fixture
def town(city: City) -> Town:
    """The city with items, objects and inspectors, and a plan that can be drawn."""
    return build_town(city)
