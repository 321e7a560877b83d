"""The demonstration city: what it holds, that its draws are real, and that it is made whole or not at all."""

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.queries import in_force, kinds_covered
from sunlot.drawing import queries as drawing
from sunlot.drawing import stored
from sunlot.drawing.models import Attempt
from sunlot.inspecting import deadlines
from sunlot.inspecting.models import Dispatch, Extension, FormPart, Reassignment
from sunlot.norms import clock
from sunlot.organisations.models import Membership, Organisation, User
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.planning.models import MergeRequest, Plan
from sunlot.planning.queries import feasibility, with_parts
from sunlot.planning.together.overlap import overlap_of
from sunlot.publishing.models import Publication
from sunlot.registry import examples, imports
from sunlot.registry.models import Entity, Import, InspectionObject, Inspector
from sunlot.site import demo
from sunlot.site.demo import people, story
from sunlot.trail.models import EventDetail, StoredFile

from .cast import City, viewer_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

State = FormPart.State
REPRODUCED = 3
MOST_QUERIES = 52  # a home asks every room, and a plan shows what all of them know; a query in a loop asks far more


@pytest.mark.xdist_group("demonstration")  # one worker fills it, once
class DemonstrationTest(TestCase):
    """The filled city; filled once, for filling takes seconds."""

    folder: str
    said: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.mkdtemp(prefix="sunlot-demo-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.enterClassContext(override_settings(DATA=Path(cls.folder)))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        said: list[str] = []
        demo.fill(said.append)
        cls.said = said

    def test_the_registries_hold_what_the_items_name(self) -> None:
        bureau = ItemVersion.objects.filter(item__organisation__path__startswith="zjj/")
        assert bureau.filter(pk__in=in_force(clock.today())).count() == 31
        assert 1100 <= InspectionObject.objects.count() <= 1300
        stocked = set(InspectionObject.objects.values_list("kind__code", flat=True))
        assert {kind.code for kind in kinds_covered(clock.today())} <= stocked
        assert set(InspectionObject.objects.values_list("region", flat=True)) == {"150302", "150303", "150304"}
        assert set(InspectionObject.objects.values_list("risk_class", flat=True)) == {"A", "B", "C", "D"}
        assert 85 <= Inspector.objects.filter(state=Inspector.State.ACTIVE).count() <= 95

    def test_everything_invented_is_marked(self) -> None:
        for model in (InspectionObject, Entity, Inspector, Plan):
            assert not model._default_manager.filter(is_demo=False).exists(), model

    def test_four_draws_are_finished_with_results_at_every_stage(self) -> None:
        drawn = Attempt.objects.filter(result__isnull=False)
        assert [attempt.state for attempt in drawn] == [Attempt.State.ARCHIVED] * 4
        stages = {title: self.states_of(title) for title in drawn.values_list("draw__round__plan__title", flat=True)}
        assert set(stages[story.BROKERS.title]) == {State.PUBLISHED}
        assert set(stages[story.GAS.title]) == {State.PUBLISHED, State.DECIDED}
        expected = {State.OPEN, State.RECORDED, State.RETURNED, State.DECIDED, State.PUBLISHED}
        assert set(stages[story.PRESALE.title]) == expected
        assert {State.OPEN, State.RECORDED, State.PUBLISHED} <= set(stages[story.SITES.title])
        late = FormPart.objects.filter(deadlines.overdue())
        assert set(late.values_list("form__task__plan__title", flat=True)) >= {story.GAS.title}
        assert Publication.objects.count() == FormPart.objects.filter(state=State.PUBLISHED).count()

    def test_a_dispatch_not_received_a_part_handed_on_and_an_extension_can_be_seen(self) -> None:
        late = self.client_of("shichang").get("/desk/").content.decode()
        assert f"签收检查任务：{story.SITES.title}" in late
        assert f"催签收：{story.SITES.title}" in self.client_of("zhianjian").get("/desk/").content.decode()
        assert Dispatch.objects.filter(how=Dispatch.How.CONFIRMED).exists()
        handed = Reassignment.objects.get()
        assert (handed.state, handed.part.state) == (Reassignment.State.ACCEPTED, State.HANDED)
        states = Extension.objects.values_list("state", flat=True)
        assert sorted(states) == [Extension.State.APPROVED, Extension.State.ASKED]
        assert "审批延期" in self.client_of("unit-head").get("/desk/").content.decode()

    def states_of(self, title: str) -> Counter[str]:
        return Counter(FormPart.objects.filter(form__task__plan__title=title).values_list("state", flat=True))

    def test_one_plan_is_published_and_can_be_drawn_now(self) -> None:
        plan = Plan.objects.get(state=Plan.State.PUBLISHED)
        assert plan.title == story.PROPERTY.title
        figures = feasibility(plan)
        assert (figures.possible, list(figures.faults)) == (True, [])
        assert plan.draw_at > clock.now()
        home = self.client_of("wuye").get("/desk/").content.decode()
        assert f"准备抽取：{plan.title}" in home

    def test_the_story_has_no_moment_in_the_future_and_none_out_of_order(self) -> None:
        moments = list(EventDetail.objects.order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)
        assert moments[-1] <= clock.now()
        assert (moments[-1] - moments[0]).days > 120

    def test_every_account_is_listed_once_with_its_role_and_signs_in(self) -> None:
        listed = demo.accounts()
        assert {frozenset(one) for one in listed} == {frozenset({"username", "password", "role", "organisation"})}
        names = [one["username"] for one in listed]
        assert names[: len(people.SHOWN)] == list(people.SHOWN)
        inspector = names[len(people.SHOWN)]
        assert FormPart.objects.filter(members__inspector__number=inspector, state=FormPart.State.OPEN).exists()
        assert sorted(names) == sorted(User.objects.values_list("username", flat=True))
        own = Membership.objects.filter(delegation__isnull=True)
        held = set(own.values_list("user__username", "role", "organisation__code"))
        assert {(one["username"], one["role"], one["organisation"]) for one in listed} == held
        shown = [one["role"] for one in listed]
        assert set(Role) - set(shown) == {Role.STEERING, Role.EXPERT, Role.COMMISSIONED}
        for one in listed[:3]:
            data = {"login": one["username"], "password": one["password"]}
            assert Client().post("/accounts/login/", data).status_code == 302
        table = "\n".join(self.said)
        assert all(f"  {username}" in table for username in [*people.SHOWN, inspector])
        assert (Path(self.folder) / "demo-accounts.json").stat().st_mode & 0o077 == 0

    def test_filling_again_keeps_everything_as_it_is(self) -> None:
        before = (demo.accounts(), EventDetail.objects.count(), StoredFile.objects.count())
        said: list[str] = []
        demo.fill(said.append)
        assert (demo.accounts(), EventDetail.objects.count(), StoredFile.objects.count()) == before
        assert said[0] == "演示城市已在，数据保持不变。"

    def test_the_command_line_draws_every_bundle_again_byte_for_byte(self) -> None:
        for attempt in Attempt.objects.filter(result__isnull=False).select_related("draw"):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                answer = Client().get(f"/draws/{attempt.draw.number}/bundle.zip")
                bundle = folder / "bundle.zip"
                bundle.write_bytes(answer.content)
                assert answer.content == drawing.bundle_bytes(attempt)
                self.draw_again(attempt, bundle, folder)
                assert sunlot("verify", bundle).returncode == REPRODUCED

    def draw_again(self, attempt: Attempt, bundle: Path, folder: Path) -> None:
        """`sunlot draw` on the bundle's own files makes the bundle's result."""
        files, again, reveals = folder / "files", folder / "again", folder / "reveals.json"
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(files)
        reveals.write_text(json.dumps(stored.result_value(attempt)["reveals"]), encoding="utf-8")
        rosters = [part for name in ("objects", "inspectors", "avoid") for part in (f"--{name}", files / f"{name}.csv")]
        inputs = ["--notice", files / "notice.json", "--reveals", reveals, "--beacon", attempt.beacon_value]
        done = sunlot("draw", *inputs, *rosters, "--out", again)
        assert done.returncode == 0, done.stderr
        names = sorted(path.name for path in files.iterdir())
        assert sorted(path.name for path in again.iterdir()) == names
        assert [(again / name).read_bytes() for name in names] == [(files / name).read_bytes() for name in names]

    def test_the_examples_import_with_the_faults_that_they_are_to_show(self) -> None:
        written = {path.name: path.read_bytes() for path in (Path(self.folder) / "examples").iterdir()}
        objects, staff = Import.Target.OBJECTS, Import.Target.INSPECTORS
        clean = self.look(objects, examples.CLEAN, written)
        assert clean.counts() == {
            "rows": 20,
            "new": 20,
            "changed": 0,
            "same": 0,
            "confirm": 0,
            "faulty": 0,
            "mended": 0,
        }
        old = self.look(objects, examples.OLD, written).counts()
        assert (old["rows"], old["new"], old["faulty"]) == (10, 10, 0)
        crew = self.look(staff, examples.INSPECTORS, written).counts()
        assert (crew["rows"], crew["new"] + crew["confirm"]) == (6, 6)
        faulty = self.look(objects, examples.FAULTY, written)
        found = {(finding.row, finding.verdict) for finding in faulty.findings}
        assert {row for row, verdict in found if verdict == "fault"} == {7, 8, 9, 10, 15, 16, 17}
        assert {11, 14} <= {row for row, verdict in found if verdict == "warning"}
        assert {12, 13, 18} <= {row for row, verdict in found if verdict == "mended"}
        assert all(finding.what and finding.column for finding in faulty.findings)
        people = imports.look(
            self.viewer("sysadmin"), Import.Target.ACCOUNTS, examples.ACCOUNTS, written[examples.ACCOUNTS]
        )
        assert (people.counts()["new"], people.counts()["rows"]) == (5, 5)
        assert set(written) == {
            examples.CLEAN, examples.FAULTY, examples.OLD, examples.INSPECTORS, examples.ACCOUNTS
        }  # fmt: skip

    def look(self, target: str, name: str, written: dict[str, bytes]) -> imports.Preview:
        return imports.look(self.viewer("wuye"), target, name, written[name])

    def test_no_main_page_asks_the_database_more_often_than_there_are_things_on_it(self) -> None:
        number = Attempt.objects.filter(result__isnull=False).order_by("pk")[3].draw.number
        form = FormPart.objects.filter(organisation__code="zjj-zhianjian")[0].form_id
        plan = Plan.objects.get(state=Plan.State.PUBLISHED).number
        found = InspectionObject.objects.order_by("pk")[0].pk
        desk = [
            "", "catalogue/", "registry/objects/", f"registry/objects/{found}/", "registry/entities/", "registry/inspectors/",
            "planning/", f"planning/{plan}/", "drawing/", "inspecting/", "publishing/", "organisations/",
        ]  # fmt: skip
        public = ["", "items/", "plans/", "draws/", f"draws/{number}/", "results/", "enterprises/", "verify/"]
        pages = [
            *(("", f"/{path}") for path in public),
            *(("wuye", f"/desk/{path}") for path in desk),
            *(("zhianjian", f"/desk/{path}") for path in (f"drawing/{number}/", f"inspecting/forms/{form}/")),
            *(
                (username, "/desk/")
                for username in ("fagui", "leader", "jijian", "hbw-zjj", "scjg", "zjj-zhianjian-001")
            ),
            ("zjj-zhianjian-001", "/field/"),
            ("auditor", "/desk/organisations/trail/"),
        ]
        counts = {page: self.queries(*page) for page in pages}
        assert {page: count for page, count in counts.items() if count > MOST_QUERIES} == {}

    def test_two_plans_of_the_same_weeks_overlap_and_one_waits_for_the_answer_of_the_other(self) -> None:
        asked = MergeRequest.objects.get(state=MergeRequest.State.ASKED).asked
        shared = overlap_of(self.viewer("wuye"), with_parts(Plan.objects.all()).get(pk=asked.pk))
        assert shared.objects and any(one.objects for one in shared.others)
        assert "合并" in self.client_of("wuye").get("/desk/").content.decode()
        (raised,) = asked.strata.exclude(reason="")
        page = self.client_of("wuye").get(f"/desk/planning/{asked.number}/").content.decode()
        assert asked.ratios is not None and f"调整：{raised.reason}" in page

    def queries(self, username: str, address: str) -> int:
        client = self.client_of(username) if username else Client()
        client.get(address)  # what is read once for ever is read now
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        assert answer.status_code == 200, (username, address)
        return len(asked)

    def client_of(self, username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def viewer(self, username: str) -> Viewer:
        return viewer_of(Membership.objects.get(user__username=username).pk)


def sunlot(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """The command as anybody runs it."""
    command = [sys.executable, "-m", "sunlot.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """An empty data folder."""
    settings.DATA = tmp_path
    return tmp_path


def test_a_demonstration_killed_half_way_leaves_an_empty_installation(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        assert InspectionObject.objects.count() > 1000
        raise KeyboardInterrupt

    monkeypatch.setattr(story, "tell", killed)
    with pytest.raises(KeyboardInterrupt):
        demo.fill(lambda _: None)
    models = (User, Organisation, InspectionObject, Inspector, ItemVersion, EventDetail, Import)
    assert [model.__name__ for model in models if model._default_manager.exists()] == []
    assert ContentType.objects.exists()  # what the installation itself made is still there
    assert list(data.iterdir()) == []
    assert not demo.is_filled()
    with pytest.raises(Refused, match="先运行 sunlot demo"):
        demo.accounts()


def test_an_installation_with_other_data_is_left_alone(city: City, data: Path) -> None:
    before = (User.objects.count(), EventDetail.objects.count())
    with pytest.raises(Refused, match="已有其他数据"):
        demo.fill(lambda _: None)
    assert (User.objects.count(), EventDetail.objects.count()) == before
    assert list(data.iterdir()) == []
