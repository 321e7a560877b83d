"""A registry of 200,000 objects: an xlsx of that size taken in, and the lists before and after.

    python -m benchmarks.registry [--rows 200000] [--small 2000]

On SQLite in a folder of its own, or in a database of its own on the server that `SUNLOT_DATABASE_URL` names. Three in a
hundred rows of the file are faulty, each in one of three ways; the run ends if one of them is not named by row and column
in the preview and in the file of faulty rows, or if a good row is not taken. In one run:

- ``import``: uploading, the job that looks at the rows and the job that takes them in, against calamine alone reading the
  same file plus bare `bulk_create` of the same entities, objects, involvements and history records (made before the
  clock starts) in one transaction; and how much memory it takes at its peak above what was held before;
- ``pages``: lists, searches, filters, sorts and a page at the far end, whole requests through Django's handler, with
  `--small` objects and again with all: the fastest of ROUNDS each. The ratio of each page is the figure;
- ``export``: the job that writes all objects as xlsx, against reading the same rows into memory and writing their cells
  with xlsxwriter alone; and how much memory it takes at its peak above what was held before.

Other work on the machine disturbs waiting more than computing: times are of the processor, of this process and of the
PostgreSQL process that serves it where that runs on the same machine; else they are of the clock on the wall. Prints a table and exits 1 when an aim is missed.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAX_IMPORT_RATIO = 3.0
MAX_PAGE_RATIO = 2.0
MAX_IMPORT_MEGABYTES = 400
MAX_EXPORT_RATIO = 5.0
MAX_EXPORT_MEGABYTES = 60
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
    "/enterprises/",
    "/enterprises/?kind=property&region=150304",
    "/enterprises/?q=骆驼刺甘德尔",
    "/enterprises/?q=沙枣花",
    "/enterprises/?q=无此名称的企业",
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
    taken, import_megabytes = _watched(lambda: _take_in(town["chen"], content))
    report = _timed(lambda: _check_report(rows))
    _analyse()
    many = {path: _page(clerk, path) for path in PAGES}
    exported, megabytes = _export(town["chen"])
    written = _timed(lambda: _bare_export(town["chen"]))
    bare = _bare()
    ratio = taken / (read + bare)
    print(f"{connection.vendor}, {rows} rows, {FAULTY:.0%} of them faulty")
    print(
        f"calamine alone {read:.1f} s, bare inserts {bare:.1f} s, import {taken:.1f} s: {ratio:.2f} ×, aim {MAX_IMPORT_RATIO} ×; "
        f"{import_megabytes:.0f} MB above, aim {MAX_IMPORT_MEGABYTES} MB",
        flush=True,
    )
    print(f"each of the {round(rows * FAULTY)} faults named; the file of faulty rows in {report:.1f} s")
    export_ratio = exported / written
    print(
        f"export {exported:.1f} s, bare {written:.1f} s: {export_ratio:.2f} ×, aim {MAX_EXPORT_RATIO} ×; "
        f"{megabytes:.0f} MB above, aim {MAX_EXPORT_MEGABYTES} MB"
    )
    worst = 0.0
    for path in PAGES:
        worst = max(worst, many[path] / few[path])
        print(f"{few[path] * 1000:7.1f} ms → {many[path] * 1000:7.1f} ms  {many[path] / few[path]:5.2f} ×  {path}")
    print(f"slowest growth {worst:.2f} ×, aim {MAX_PAGE_RATIO} ×")
    kept = (
        import_megabytes <= MAX_IMPORT_MEGABYTES
        and export_ratio <= MAX_EXPORT_RATIO
        and megabytes <= MAX_EXPORT_MEGABYTES
    )
    return 0 if ratio <= MAX_IMPORT_RATIO and worst <= MAX_PAGE_RATIO and kept else 1


def _items_in_force() -> None:
    from datetime import date

    from sunlot.catalogue import seed
    from sunlot.organisations.viewer import SYSTEM

    seed.load(SYSTEM, effective_from=date(2026, 1, 1))


def _roster(rows: int, serial: int = 0) -> bytes:
    """An xlsx as a city's regulator hands it out; three in a hundred rows are faulty: `_fault_of` says how."""
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
        cells = [
            name, credit_code.make("150302", f"MA{body}"), chance.choice(_KINDS),
            chance.choice(["海勃湾区", "海南区", "乌达区"]), f"滨河大道{number}号",
            chance.choice("ABCD"), "王芳", f"0473-{number:07}",
        ]  # fmt: skip
        if (fault := _fault_of(number, rows)) is not None:
            place, column = fault
            cells[place] = {"辖区": "海南省", "类别": "物业管理企业"}.get(column, cells[place][:16])
        for place, cell in enumerate(cells):
            page.write_string(number, place, cell)
    book.close()
    return out.getvalue()


def _fault_of(number: int, rows: int) -> tuple[int, str] | None:
    """Where the row of this number is faulty, if it is: the place of the cell, and what the registry calls the column."""
    faults = round(rows * FAULTY)
    at = number * faults // rows
    if at == (number - 1) * faults // rows:
        return None
    return [(3, "辖区"), (2, "类别"), (1, "统一社会信用代码")][at % 3]


def _check_report(rows: int) -> None:
    """Every fault stands in the preview's findings and in the file of faulty rows, by row and column; nothing else does."""
    from python_calamine import CalamineWorkbook

    from sunlot.registry.imports.faulty import faulty_rows
    from sunlot.registry.models import Import

    roster = Import.objects.latest("pk")
    expected = {number + 1: fault[1] for number in range(1, rows + 1) if (fault := _fault_of(number, rows)) is not None}
    named = dict(roster.findings.filter(verdict="fault").values_list("row", "column"))
    assert named == expected, "the findings are not the faults of the file"
    assert roster.taken["new"] == rows - len(expected), roster.taken
    with CalamineWorkbook.from_filelike(io.BytesIO(b"".join(faulty_rows(roster)))) as book:
        lines = book.get_sheet_by_index(0).to_python()[1:]
    assert {int(line[-2]): line[-1].split("：", 1)[0] for line in lines} == expected, "the file of faulty rows is not"


def _export(viewer: Any) -> tuple[float, float]:
    """Seconds of the job that writes all objects as xlsx, and the megabytes that it takes at its peak."""
    from sunlot.desk import exporting
    from sunlot.desk.running import Hands

    exporting.ask(viewer, "/desk/registry/objects/", "format=xlsx")
    found = _watched(lambda: Hands().work_once())
    (made,) = exporting.exports_of(viewer)
    print(f"the file: {made.rows} rows, {made.size / 2**20:.1f} MB")
    return found


def _watched(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it takes, and the megabytes that this process holds at its peak above what it held before."""
    import threading

    before, peak, ended = _resident(), [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            peak[0] = max(peak[0], _resident())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        seconds = _timed(act)
    finally:
        ended.set()
        watching.join()
    return seconds, peak[0] - before


def _resident() -> float:
    """Megabytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _bare_export(viewer: Any) -> None:
    """The rows of the same list read into memory, and as many cells of the same text written with xlsxwriter alone."""
    import xlsxwriter

    from sunlot.registry.models import InspectionObject

    names = ["number", "name", "kind__name", "region__name", "region_id", "address", "trade", "longitude", "latitude"]
    names += ["risk_class", "state", "contact", "phone", "updated_at"]
    rows = list(InspectionObject.objects.order_by("-updated_at", "-pk").values_list(*names))
    with tempfile.TemporaryFile() as target:
        book = xlsxwriter.Workbook(target, {"constant_memory": True})
        page = book.add_worksheet()
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell not in (None, ""):
                    page.write_string(line, place, str(cell))
        book.close()


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

    from sunlot.registry.models import Entity, ImportFinding, InspectionObject, Involvement
    from sunlot.registry.searching import Grams

    tables = [Entity, Entity.history.model, InspectionObject, InspectionObject.history.model, Involvement]
    held = [(table, list(table._default_manager.all())) for table in tables]
    with connection.cursor() as cursor:  # findings first: each object's deletion would look through them all
        for table in [
            ImportFinding,
            Involvement,
            InspectionObject.history.model,
            InspectionObject,
            Entity.history.model,
            Entity,
        ]:
            cursor.execute(f"DELETE FROM {table._meta.db_table}")  # noqa: S608 -- our own table

    for table, _ in held:
        for field in table._meta.concrete_fields:
            if isinstance(field, Grams):
                vars(field)["pre_save"] = _as_it_stands

    def insert() -> None:
        with transaction.atomic():
            for table, entries in held:
                table._default_manager.bulk_create(entries, batch_size=2000)

    return _timed(insert)


def _as_it_stands(entry: Any, add: bool) -> str:
    """The pieces for the search are there: nothing is worked out."""
    return str(entry.search_grams)


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

    if connection.vendor == "sqlite":
        return time.process_time()
    try:
        served = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    except OSError:
        return time.perf_counter()
    return time.process_time() + int(served) / 1e9  # nanoseconds that the server's process spent on a processor


if __name__ == "__main__":
    sys.exit(main())
