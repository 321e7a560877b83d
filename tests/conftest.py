"""What all tests share: the city, and a database that can be emptied although its trail can't be changed."""

import functools
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import LazySettings as Settings
from django.db import connection
from hypothesis import settings

from sunlot.trail import guards

from .cast import City, build_city
from .chromium import find_chromium
from .remembering import forget_what_is_present

settings.register_profile("sunlot", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("sunlot")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database only tests run that could tell it from the first; browser tests where there is a browser."""
    without_browser = find_chromium() is None
    second_database = os.environ.get("SUNLOT_TEST_ONLY") == "database"
    kept, dropped = [], []
    for item in items:
        needs_browser = item.get_closest_marker("browser") is not None
        uses_database = bool({"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))) or (
            item.get_closest_marker("django_db") is not None
        )
        looks = item.get_closest_marker("looks") is not None
        cannot = item.get_closest_marker("two_writers") is not None and connection.vendor != "postgresql"
        leave = (needs_browser and without_browser) or (second_database and (looks or not uses_database)) or cannot
        (dropped if leave else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.fixture
def city(db: None) -> City:
    """The organisations of the notice and the cast of `tests.cast`."""
    return build_city()


@pytest.fixture(autouse=True)
def _a_log_of_its_own(settings: Settings, tmp_path: Path) -> None:
    """Each test begins with an empty log, and so with a key and a newest checkpoint of its own."""
    settings.SUNLOT_LOG = tmp_path / "log"


@pytest.fixture(autouse=True)
def _nothing_is_present() -> None:
    """Each test begins with an empty database, whatever was put into that of the one before."""
    forget_what_is_present()


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_emptied() -> Iterator[None]:
    """Transactional tests end by emptying every table; the guards step aside for exactly that."""
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def without_guards(self: object, statements: list[str]) -> None:
        guards.take_down(connection)
        try:
            original(self, _deletions() if connection.vendor == "postgresql" else statements)
        finally:
            guards.put_up(connection)

    operations.execute_sql_flush = without_guards  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = original  # type: ignore[method-assign]


def _deletions() -> list[str]:
    """Every table emptied row by row: PostgreSQL makes new files for each table and index that it truncates, which takes
    longer than most tests. Foreign keys are looked at when the transaction ends, and then nothing is left.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608 -- our own tables


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served by Python's plain server: the folder and its address."""
    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
