"""Lists as files: small ones at once, large ones by a job whose file the person who asked fetches, until it is deleted."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings as Settings
from python_calamine import CalamineWorkbook

from sunlot.desk import exporting, lists
from sunlot.desk.models import Export, Job
from sunlot.desk.running import Hands
from sunlot.desk.work import StopAsked
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.site import jobs
from sunlot.trail.models import EventDetail
from tests.cast import City

ORGANISATIONS = "/desk/organisations/"
QUERY = "sort=name&format=xlsx"


@pytest.fixture
def large(city: City, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> City:
    """A city whose list of organisations is too large for a request; one is called like a formula."""
    monkeypatch.setattr(lists, "AT_ONCE", 3)
    monkeypatch.setattr(exporting, "EXPORT_CHUNK", 4)
    settings.SUNLOT_EXPORTS = tmp_path / "exports"
    Organisation.objects.filter(code="zjj-wuye").update(name="=1+1")
    return city


def asked(city: City, user: str = "coordinator", path: str = ORGANISATIONS, query: str = QUERY) -> Any:
    return city.client(user).post("/desk/exports/", {"path": path, "query": query})


def work() -> None:
    while Hands(beating=False).work_once():
        pass


def read(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.SUNLOT_EXPORTS).iterdir())


def test_a_large_list_becomes_a_file_that_only_who_asked_fetches_until_its_time_is_over(
    large: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = large.client("coordinator")
    offer = client.get(f"{ORGANISATIONS}?{QUERY}")
    assert "text/html" in offer["Content-Type"]
    assert "生成文件" in offer.content.decode()
    assert not Job.objects.exists(), "looking is no order"
    assert asked(large)["Location"] == asked(large)["Location"] == f"/desk/jobs/{Job.objects.get().pk}/"
    assert "正在生成" in client.get("/desk/exports/").content.decode()
    work()
    made = Export.objects.get()
    sheet = read(b"".join(client.get(f"/desk/exports/{made.pk}/").streaming_content))
    monkeypatch.setattr(lists, "AT_ONCE", 5000)
    at_once = client.get(f"{ORGANISATIONS}?{QUERY}")
    assert sheet == read(b"".join(at_once.streaming_content)), "the file is what the request would have given"
    assert len(sheet) == made.rows + 1 > 10
    assert "=1+1" in [cell for row in sheet for cell in row], "a formula stays text"
    for stranger in ("chen", "wuye-head", "outsider"):
        assert large.client(stranger).get(f"/desk/exports/{made.pk}/").status_code == 404
        large.client(stranger).post(f"/desk/exports/{made.pk}/delete/")
    assert EventDetail.objects.filter(type="desk.list_exported", username="coordinator").count() == 1
    with time_machine.travel(clock.now() + exporting.KEPT - timedelta(minutes=1)):
        jobs.clear_exports()
        assert files(settings) == [f"{made.job_id}.xlsx"]
    with time_machine.travel(clock.now() + exporting.KEPT + timedelta(minutes=1)):
        jobs.clear_exports()
    assert files(settings) == []
    assert client.get(f"/desk/exports/{made.pk}/").status_code == 404


def test_stopped_half_way_it_leaves_no_file_and_interrupted_it_is_made_anew(
    large: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(large, query="format=csv")
    rows = exporting._rows

    def stopped(hands: Any, *rest: Any) -> Any:
        for number, row in enumerate(rows(hands, *rest)):
            if number == 6:
                raise StopAsked
            yield row

    monkeypatch.setattr(exporting, "_rows", stopped)
    work()
    assert Job.objects.get().state == Job.State.STOPPED
    assert files(settings) == [] and not Export.objects.exists()
    monkeypatch.setattr(exporting, "_rows", rows)
    asked(large, query="format=csv")
    held = Job.objects.latest("pk")
    (Path(settings.SUNLOT_EXPORTS) / f"{held.pk}.part").write_bytes(b"half")  # as a killed worker leaves it
    jobs.clear_exports()
    assert files(settings) == [f"{held.pk}.part"], "the job is live: it may be writing"
    work()
    assert files(settings) == [f"{held.pk}.csv"]
    large.client("coordinator").post(f"/desk/exports/{Export.objects.get().pk}/delete/")
    assert files(settings) == []


def test_a_job_gives_nobody_more_than_the_page_does(large: City) -> None:
    asked(large, "auditor", "/desk/organisations/trail/", "format=csv")
    work()
    made = Export.objects.get()
    content = b"".join(large.client("auditor").get(f"/desk/exports/{made.pk}/").streaming_content).decode()
    assert "编号" in content
    assert EventDetail.objects.filter(type="trail.exported").count() == 1
    for path in ("/desk/registry/objects/", "/desk/exports/", "/items/", "/desk/none/", "https://example.org/"):
        assert asked(large, "auditor", path, "format=csv").status_code in (403, 409), path
    assert asked(large, "chen", "/desk/organisations/trail/", "format=csv").status_code == 403
    assert Job.objects.count() == 1
