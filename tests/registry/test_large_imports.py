"""Rosters too large for a request: looked at and taken in by jobs, stopped, killed half-way, gone on with, closed."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings as Settings
from django.db import connection

from sunlot.desk.models import Job
from sunlot.desk.running import LEASE, Hands
from sunlot.desk.work import StopAsked
from sunlot.norms import clock
from sunlot.registry import command, imports, queries
from sunlot.registry.imports import steps, taking
from sunlot.registry.models import Entity, Import, InspectionObject, Inspector, Involvement
from tests.cast import City, build_city, load_items
from tests.test_house import ROOT

from .files import HEADS, INSPECTOR_HEADS, comma_separated, enterprise, xlsx

Imported = Callable[..., Import]


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty rows are too many for a request, ten are a chunk."""
    monkeypatch.setattr(steps, "INLINE_ROWS", 30)
    monkeypatch.setattr(taking, "CHUNK", 10)


def rows(count: int, faulty: int = 0) -> list[list[Any]]:
    """A head and `count` clean rows, the last `faulty` of them with a region that is none."""
    good = [enterprise(serial) for serial in range(count - faulty)]
    return [HEADS, *good, *(enterprise(serial, region="海南省") for serial in range(count - faulty, count))]


def work() -> None:
    Hands(beating=False).work_once()


def page(town: City, roster: Import) -> str:
    return town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()


def test_it_is_looked_at_and_taken_in_by_jobs_with_their_progress_on_its_page(town: City, imported: Imported) -> None:
    roster = imported(xlsx(rows(100, faulty=3)))
    assert "正在核对" in page(town, roster)
    work()
    assert "可导入 97 行" in page(town, roster)
    answer = town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", follow=True).content.decode()
    assert "正在导入" in answer
    assert "<progress" in answer
    assert not InspectionObject.objects.exists()
    work()
    done = page(town, roster)
    assert "<h1>已导入</h1>" in done
    roster.refresh_from_db()
    assert roster.taken == {"new": 97, "faulty": 3, "left": 0}
    assert InspectionObject.objects.count() == Entity.objects.count() == 97
    assert InspectionObject.history.count() == Entity.history.count() == 97
    assert roster.findings.count() == 3


def test_a_file_that_is_no_roster_is_refused_on_its_page(
    town: City, imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "INLINE_BYTES", 100)
    monkeypatch.setattr("sunlot.registry.imports.reading.MAX_ROWS", 200)
    roster = imported(comma_separated([HEADS, *([["某企业"]] * 201)]), "名单.csv")
    work()
    text = page(town, roster)
    assert "<h1>不能读取</h1>" in text
    assert "名单超过" in text
    assert town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/").status_code == 409


def test_other_columns_are_looked_at_by_a_job_too(town: City, imported: Imported) -> None:
    roster = imported(xlsx(rows(40)))
    work()
    client = town.client("chen")
    client.post(
        f"/desk/registry/imports/{roster.pk}/columns/", {"column-0": "name", "column-2": "kind", "column-3": "region"}
    )
    assert "正在核对" in page(town, roster)
    work()
    roster.refresh_from_db()
    assert roster.counts["confirm"] == 40  # without their codes
    assert set(roster.columns.values()) == {"name", "kind", "region"}


def stop_after(monkeypatch: pytest.MonkeyPatch, town: City, chunks: int) -> None:
    """Let a worker take some chunks; in the middle of the next one it hears that somebody pressed 停止."""
    take, taken = taking._take_chunk, []

    def take_and_hear(*given: Any) -> None:
        take(*given)
        taken.append(1)
        if len(taken) > chunks:
            town.client("chen").post(f"/desk/jobs/{Job.objects.latest('pk').pk}/stop/")
            raise StopAsked

    with monkeypatch.context() as patch:
        patch.setattr(taking, "_take_chunk", take_and_hear)
        work()


def test_stopped_half_way_it_goes_on_where_it_was_and_takes_nothing_twice(
    town: City, imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = imported(xlsx(rows(100, faulty=5)))
    work()
    imports.apply(town["chen"], roster, accept_warnings=False)
    stop_after(monkeypatch, town, 3)
    text = page(town, roster)
    assert "导入了一部分" in text
    assert InspectionObject.objects.count() == 30  # the fourth chunk, in which it was heard, was taken back
    assert "处理到 30 / 100 行" in text
    assert [one.pk for one in queries.being_imported(["150302"])] == [roster.pk]
    assert queries.being_imported(["110101"]) == []
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/go-on/")
    work()
    roster.refresh_from_db()
    assert (roster.state, roster.taken) == (Import.State.APPLIED, {"new": 95, "faulty": 5, "left": 0})
    assert InspectionObject.objects.count() == InspectionObject.history.count() == 95
    assert queries.being_imported(["150302"]) == []


def test_stopped_half_way_it_can_be_closed_as_it_is(
    town: City, imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = imported(xlsx(rows(50)))
    work()
    imports.apply(town["chen"], roster, accept_warnings=False)
    stop_after(monkeypatch, town, 2)
    answer = town.client("chen").post(f"/desk/registry/imports/{roster.pk}/finish/", follow=True).content.decode()
    assert "新增 20，更新 0，无变化 0；还没有处理的 30 行没有导入" in answer
    assert InspectionObject.objects.count() == 20


def test_confirmed_by_two_it_is_taken_once(town: City, imported: Imported) -> None:
    roster = imported(xlsx(rows(50)))
    work()
    assert not imports.apply(town["chen"], roster, accept_warnings=False).already
    assert imports.apply(town["coordinator"], roster, accept_warnings=False).already
    work()
    assert not Job.objects.filter(state__in=Job.LIVE).exists()
    assert InspectionObject.objects.count() == 50


def test_a_site_finds_its_builder_that_stands_further_down_in_the_file(town: City, imported: Imported) -> None:
    heads = ["项目名称", "统一社会信用代码", "施工许可证号", "类别", "辖区", "施工单位"]
    site = ["蒙西葡萄园二期", "", "150303202601010101", "在建工程项目", "海南区", "沙枣花39号物业服务有限公司"]
    firms = [[row[0], row[1], "", "施工企业", "海南区", ""] for row in map(enterprise, range(40))]
    roster = imported(xlsx([heads, site, *firms]))
    work()
    imports.apply(town["chen"], roster, accept_warnings=True)
    work()
    contractor = Involvement.objects.get(part=Involvement.Part.CONTRACTOR)
    assert contractor.entity.credit_code == enterprise(39)[1]
    assert Entity.objects.count() == 40


def test_inspectors_come_in_the_same_way(town: City, imported: Imported) -> None:
    people = [[f"wy-{n:03}", "王芳", "", f"1503020{n:04}", "2029年5月31日", "燃气", "", "", ""] for n in range(40)]
    roster = imported(xlsx([INSPECTOR_HEADS, *people]), target="inspectors")
    work()
    imports.apply(town["chen"], roster, accept_warnings=False)
    work()
    assert Inspector.objects.count() == 40


def test_the_command_does_the_jobs_itself(town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx(rows(100)))
    assert command.run(["objects", str(path), "--user", "chen", "--apply"]) == 0
    assert "已导入：新增 100" in capsys.readouterr().out
    assert InspectionObject.objects.count() == 100


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_leaves_no_row_half_taken_none_missing_and_none_twice(
    settings: Settings, tmp_path: Path
) -> None:
    town = build_city()
    load_items()
    settings.SUNLOT_FILES = tmp_path / "files"
    roster = imports.upload(town["chen"], "objects", "名单.xlsx", xlsx(rows(400, faulty=12)))
    Hands().work_once()
    imports.apply(town["chen"], roster, accept_warnings=False)
    name = str(connection.settings_dict["NAME"])
    killed = subprocess.run(
        [sys.executable, "-m", "tests.registry.killed", name, str(settings.SUNLOT_FILES), "200"],
        cwd=ROOT, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    roster.refresh_from_db()
    assert (roster.state, roster.next_row) == (Import.State.APPLYING, 150)
    assert InspectionObject.objects.count() == Entity.objects.count() == InspectionObject.history.count() == 150
    assert Involvement.objects.count() == 150
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1), tick=True):
        Hands().work_once()
    roster.refresh_from_db()
    assert (roster.state, roster.taken) == (Import.State.APPLIED, {"new": 388, "faulty": 12, "left": 0})
    for table in (
        InspectionObject.objects,
        Entity.objects,
        InspectionObject.history,
        Entity.history,
        Involvement.objects,
    ):
        assert table.count() == 388
