"""What all tests share: the city, and a database that can be emptied although its trail can't be changed."""

from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings

from sunlot.trail import guards

from .cast import City, build_city

settings.register_profile("sunlot", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("sunlot")


@pytest.fixture
def city(db: None) -> City:
    """The organisations of the notice and the cast of `tests.cast`."""
    return build_city()


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_emptied() -> Iterator[None]:
    """Transactional tests end by emptying every table; the guards step aside for exactly that."""
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def without_guards(self: object, statements: list[str]) -> None:
        guards.take_down(connection)
        try:
            original(self, statements)
        finally:
            guards.put_up(connection)

    operations.execute_sql_flush = without_guards  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = original  # type: ignore[method-assign]
