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

settings.register_profile("sunlot", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("sunlot")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database only tests that use one run; browser tests run where there is a browser."""
    without_browser = find_chromium() is None
    only_database = os.environ.get("SUNLOT_TEST_ONLY") == "database"
    kept, dropped = [], []
    for item in items:
        needs_browser = item.get_closest_marker("browser") is not None
        uses_database = bool({"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))) or (
            item.get_closest_marker("django_db") is not None
        )
        cannot = item.get_closest_marker("two_writers") is not None and connection.vendor != "postgresql"
        leave = (needs_browser and without_browser) or (only_database and not uses_database) or cannot
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
