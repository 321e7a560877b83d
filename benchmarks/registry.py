"""A registry of 200,000 objects: an xlsx of that size taken in, and the lists before and after.

    python -m benchmarks.registry [--rows 200000] [--small 2000]

On SQLite in a folder of its own, or in a database of its own on the server that `SUNLOT_DATABASE_URL` names. Three in a
hundred rows of the file are faulty. In one run:

- ``import``: uploading, the job that looks at the rows and the job that takes them in, against calamine alone reading the
  same file plus bare `bulk_create` of the same entities, objects, involvements and history records (made before the
  clock starts) in one transaction;
- ``pages``: lists, searches, filters, sorts and a page at the far end, whole requests through Django's handler, with
  `--small` objects and again with all: the fastest of ROUNDS each. The ratio of each page is the figure.

Other work on the machine disturbs waiting more than computing: on SQLite, where everything happens in this process, times
are of the processor. Prints a table and exits 1 when an aim is missed.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

MAX_IMPORT_RATIO = 3.0
MAX_PAGE_RATIO = 2.0
FAULTY = 0.03
ROUNDS = 9
PAGES = [
    "/desk/registry/objects/",
    "/desk/registry/objects/?page=200",
    "/desk/registry/objects/?sort=name",
    "/desk/registry/objects/?sort=-risk",
    "/desk/registry/objects/?sort=kind",
    "/desk/registry/objects/?sort=region",
    "/desk/registry/objects/?sort=state",
    "/desk/registry/objects/?region=150303&risk=D",
    "/desk/registry/objects/?kind=property&region=150304",
    "/desk/registry/objects/?state=revoked",
    "/desk/registry/objects/?scope=beyond",
    "/desk/registry/objects/?q=骆驼刺甘德尔",
    "/desk/registry/objects/?q=沙枣花",
    "/desk/registry/objects/?q=物业",
    "/desk/registry/objects/?q=9115",
    "/desk/registry/objects/?q=szhlt",
    "/desk/registry/objects/?q=无此名称的企业",
    "/desk/registry/objects/?q=shazaohua",
    "/desk/registry/objects/?q=00XT",
    "/desk/registry/entities/",
    "/desk/registry/entities/?q=骆驼刺甘德尔",
    "/desk/registry/entities/?region=150303",
]

_WORDS = "乌海 滨河 甘德尔 沙枣花 石榴籽 骆驼刺 黄河 蒙西 葡萄园 金沙 书法城 草原 星辰 云岭 长虹 永盛 恒泰 德信 安居 康宁".split()
_ENDS = ["物业服务有限公司", "建设工程有限公司", "燃气有限公司", "房地产经纪有限公司"]
_KINDS = ["物业服务企业", "施工企业", "房地产经纪机构"]
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def main() -> int:
    """Measure, print, say by the status whether every aim was met."""
    parser = argparse.ArgumentParser(description="A registry of 200,000 objects.")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--small", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sunlot-bench-") as folder:
        os.environ.update(SUNLOT_DATA=folder, DJANGO_SETTINGS_MODULE="sunlot.site.settings")
        os.environ["SUNLOT_PUBLIC_URL"] = "http://127.0.0.1"
        import django

        django.setup()
        with _database():
            return _measure(options.rows, options.small)


@contextmanager
def _database() -> Any:
    """The database of the folder, or one of its own on the server, migrated."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        yield
        connection.close()
        return
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_registry_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    try:
        yield
    finally:
        connection.close()
        connection.creation.destroy_test_db(before, verbosity=0)


def _measure(rows: int, small: int) -> int:
    from django.db import connection
    from django.test import Client

    from tests.cast import build_city

    town = build_city()
    _items_in_force()
    clerk = Client(SERVER_NAME="127.0.0.1")
    clerk.force_login(town["chen"].membership.user, backend="django.contrib.auth.backends.ModelBackend")
    _take_in(town["chen"], _roster(small, serial=10_000_000))
    few = {path: _page(clerk, path) for path in PAGES}
    content = _roster(rows)
    read = _timed(lambda: _read(content))
    taken = _timed(lambda: _take_in(town["chen"], content))
    _analyse()
    many = {path: _page(clerk, path) for path in PAGES}
    bare = _bare()
    ratio = taken / (read + bare)
    print(f"{connection.vendor}, {rows} rows, {FAULTY:.0%} of them faulty")
    print(
        f"calamine alone {read:.1f} s, bare inserts {bare:.1f} s, import {taken:.1f} s: {ratio:.2f} ×, aim {MAX_IMPORT_RATIO} ×"
    )
    worst = 0.0
    for path in PAGES:
        worst = max(worst, many[path] / few[path])
        print(f"{few[path] * 1000:7.1f} ms → {many[path] * 1000:7.1f} ms  {many[path] / few[path]:5.2f} ×  {path}")
    print(f"slowest growth {worst:.2f} ×, aim {MAX_PAGE_RATIO} ×")
    return 0 if ratio <= MAX_IMPORT_RATIO and worst <= MAX_PAGE_RATIO else 1


def _items_in_force() -> None:
    from datetime import date

    from sunlot.catalogue import seed
    from sunlot.organisations.viewer import SYSTEM

    seed.load(SYSTEM, effective_from=date(2026, 1, 1))


def _roster(rows: int, serial: int = 0) -> bytes:
    """An xlsx as a city's regulator hands it out; three in a hundred rows name no district of the city."""
    import random

    import xlsxwriter

    from sunlot.norms import credit_code

    chance = random.Random(20261124)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet()
    heads = ["单位名称", "统一社会信用代码", "类别", "所在区", "地址", "信用风险", "联系人", "联系电话"]
    for place, head in enumerate(heads):
        page.write_string(0, place, head)
    for number in range(1, rows + 1):
        key, body = serial + number, ""
        name = f"{''.join(chance.choices(_WORDS, k=2))}{key}号{chance.choice(_ENDS)}"
        while len(body) < 6:
            key, sign = divmod(key, len(_SIGNS))
            body = _SIGNS[sign] + body
        region = "海南省" if number % round(1 / FAULTY) == 0 else chance.choice(["海勃湾区", "海南区", "乌达区"])
        cells = [
            name, credit_code.make("150302", f"MA{body}"), chance.choice(_KINDS), region, f"滨河大道{number}号",
            chance.choice("ABCD"), "王芳", f"0473-{number:07}",
        ]  # fmt: skip
        for place, cell in enumerate(cells):
            page.write_string(number, place, cell)
    book.close()
    return out.getvalue()


def _read(content: bytes) -> None:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for _ in book.get_sheet_by_index(0).iter_rows():
            pass


def _take_in(viewer: Any, content: bytes) -> None:
    """Upload, look, confirm, take in: what the page and the worker do."""
    from sunlot.desk.running import Hands
    from sunlot.registry import imports
    from sunlot.registry.models import Import

    roster = imports.upload(viewer, "objects", "名单.xlsx", content)
    while Hands().work_once():
        pass
    roster.refresh_from_db()
    assert roster.state == Import.State.PREVIEW, roster.refusal
    imports.apply(viewer, roster, accept_warnings=True)
    while Hands().work_once():
        pass
    roster.refresh_from_db()
    assert roster.state == Import.State.APPLIED, roster.state
    assert roster.taken["faulty"] == roster.counts["faulty"] > 0


def _bare() -> float:
    """The same rows again, with nothing around them: all are read into memory, deleted, and inserted."""
    from django.db import connection, transaction

    from sunlot.registry.models import Entity, InspectionObject, Involvement
    from sunlot.registry.searching import Grams

    tables = [Entity, Entity.history.model, InspectionObject, InspectionObject.history.model, Involvement]
    held = [(table, list(table._default_manager.all())) for table in tables]
    with connection.cursor() as cursor:
        for table in [Involvement, InspectionObject.history.model, InspectionObject, Entity.history.model, Entity]:
            cursor.execute(f"DELETE FROM {table._meta.db_table}")  # noqa: S608 -- our own table

    for table, _ in held:
        for field in table._meta.concrete_fields:
            if isinstance(field, Grams):
                vars(field)["pre_save"] = lambda entry, _add: (
                    entry.search_grams
                )  # they are there: nothing is worked out

    def insert() -> None:
        with transaction.atomic():
            for table, entries in held:
                table._default_manager.bulk_create(entries, batch_size=2000)

    return _timed(insert)


def _analyse() -> None:
    """What PostgreSQL's autovacuum does within a minute."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _page(client: Any, path: str) -> float:
    """The fastest of ROUNDS requests after one to warm up, which is also the one that counts the whole list anew."""
    from django.core.cache import cache

    times = []
    cache.clear()
    for _ in range(ROUNDS + 1):
        started = _clock()
        answer = client.get(path)
        times.append(_clock() - started)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return min(times[1:])


def _timed(act: Callable[[], object]) -> float:
    started = _clock()
    act()
    return _clock() - started


def _clock() -> float:
    from django.db import connection

    return time.process_time() if connection.vendor == "sqlite" else time.perf_counter()


if __name__ == "__main__":
    sys.exit(main())
