"""The stage of the drawing tests."""

import pytest

from ..cast import City
from .stage import Stage, build_stage


@pytest.fixture
def stage(city: City) -> Stage:
    """A published plan and the people of its draw."""
    return build_stage(city)
