"""The public pages: what they show, how they are found, and what they cost."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sunlot import lottery
from sunlot.catalogue import actions as catalogue
from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.texts import ItemText, text_of
from sunlot.drawing import actions as drawing_actions
from sunlot.drawing import queries as drawing
from sunlot.drawing.models import Attempt
from sunlot.inspecting.models import FormPart
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.publishing.actions import correct
from sunlot.registry.models import Entity, InspectionObject, Inspector, Involvement

from ..cast import City
from ..drawing.stage import Stage, double_colour, fresh, soon
from ..inspecting.fieldwork import DAY, Fieldwork, on
from .crawling import crawl, fetch
from .test_embargo import plain


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def page_of(attempt: Attempt) -> str:
    return f"/draws/{attempt.draw.number}/"


def test_every_link_of_the_public_site_leads_somewhere(work: Fieldwork) -> None:
    pages = crawl()
    assert {address: page.status for address, page in pages.items() if page.status not in (200, 302)} == {}
    assert len([address for address in pages if address.startswith("/enterprises/")]) > 20


def test_no_public_page_names_a_person(work: Fieldwork) -> None:
    names = {viewer.person for viewer in work.city.viewers.values()} | {"王守信", "李见证"}
    names |= set(Inspector.objects.values_list("name", flat=True)) - {""}
    for address, page in crawl().items():
        assert [name for name in names if f">{name}<" in page.text or f" {name}" in page.text] == [], address


# --- items ---------------------------------------------------------------------------------


def test_the_public_list_of_items_is_that_of_the_day_asked_for(work: Fieldwork) -> None:
    old = ItemVersion.objects.get(item__code="WY-01")
    text = text_of(old)
    changed = ItemText(**{**vars(text), "name": "物业服务检查", "reason": "条例修订"})
    version = catalogue.submit(work["chen"], catalogue.draft_version(work["chen"], old.item, changed))
    assert "物业服务检查" not in fetch("/items/?q=WY-01").text  # not before it is in force
    start = clock.today() + timedelta(days=5)
    catalogue.put_in_force(work["coordinator"], version, start)
    assert rows_of(fetch("/items.csv?q=WY-01").text)[0]["事项名称"] == "物业服务企业检查"
    assert rows_of(fetch(f"/items.csv?q=WY-01&day={start}").text)[0]["事项名称"] == "物业服务检查"
    assert "<ins>物业服务检查</ins>" in fetch("/items/WY-01/?version=2&against=1").text


def test_lists_answer_csv_with_and_without_mark_and_json_with_the_same_rows(work: Fieldwork) -> None:
    for name in ("items", "plans", "draws", "results", "enterprises"):
        with_mark, without = fetch(f"/{name}.csv"), fetch(f"/{name}.csv?bom=0")
        assert with_mark.body == "\ufeff".encode() + without.body
        table, value = rows_of(without.text), json.loads(fetch(f"/{name}.json").text)
        assert value["count"] == len(value["rows"]) == len(table) > 0, name
        assert list(value["columns"].values()) == list(table[0])


def test_an_export_holds_what_the_filters_leave(work: Fieldwork) -> None:
    assert {row["科室（单位）"] for row in rows_of(fetch("/items.csv?organisation=zjj-wuye").text)} == {"物业科"}
    assert 'href="/items.csv?organisation=zjj-wuye"' in fetch("/items/?organisation=zjj-wuye").text


# --- plans ---------------------------------------------------------------------------------


def test_a_plan_shows_what_was_signed_and_its_digest_can_be_computed(work: Fieldwork) -> None:
    plan = work.stage.plan
    page = plain(fetch(f"/plans/{plan.number}/").text)
    assert "WY-01 物业服务企业检查" in page and "《物业管理条例》第五条" in page and "海勃湾区" in page
    content = fetch(f"/plans/{plan.number}/content.json").body
    assert hashlib.sha256(content).hexdigest() == fresh(work.attempt).draw.round.plan.digest
    assert hashlib.sha256(content).hexdigest() in page


def test_a_plan_that_is_not_published_is_not_found(city: City, held_back: Stage) -> None:
    draft = held_back.town.draft(title="还在编制的计划")
    assert fetch(f"/plans/{draft.number}/").status == 404
    assert "还在编制的计划" not in fetch("/plans.csv").text


# --- draws ---------------------------------------------------------------------------------


def test_every_candidate_finds_its_rank_and_the_command_computes_its_ticket(work: Fieldwork) -> None:
    attempt = work.attempt
    outcome = drawing.outcome(attempt)
    for stratum in outcome.strata:
        for one in (stratum.drawn + stratum.reserve)[:2]:
            response = Client().get(page_of(attempt), {"q": one.id})
            why = response.context["why"]
            assert why.is_drawn == (one in stratum.drawn)
            assert why.ticket == one.ticket
            assert why.rank == one.order + (0 if why.is_drawn else len(stratum.drawn))
            printed = subprocess.run(["sh", "-c", why.command], capture_output=True, text=True, check=True).stdout
            assert printed.split()[0] == one.ticket
            key = subprocess.run(["bash", "-c", why.key_command], capture_output=True, text=True, check=True).stdout
            assert key[:32] == why.key and why.text.startswith(why.key)
            assert plain(response.content.decode()).count(one.ticket) >= 1


def test_one_who_was_not_drawn_is_told_so_with_the_ticket_that_decided(work: Fieldwork) -> None:
    outcome = drawing.outcome(work.attempt)
    stratum = outcome.strata[0]
    lucky = {one.id for one in (*stratum.drawn, *stratum.reserve)}
    other = InspectionObject.objects.filter(risk_class=stratum.id).exclude(number__in=lucky).first()
    assert other is not None
    response = Client().get(page_of(work.attempt), {"q": other.name})
    why = response.context["why"]
    assert (why.is_drawn, why.is_reserve) == (False, False)
    assert why.ticket > why.last_reserve > why.cut == stratum.drawn[-1].ticket
    assert "没有被抽中" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("物业", "前 20 个"),
        ("没有这一家", "名录里没有"),
        ("150302-D", "有 4 个候选对象"),
        ("<script>", "名录里没有“&lt;script&gt;”"),
    ],
)
def test_a_search_with_many_or_no_hits_says_so(work: Fieldwork, typed: str, words: str) -> None:
    response = Client().get(page_of(work.attempt), {"q": typed})
    assert words in response.content.decode()


def test_the_bundle_is_what_verify_reproduces_and_its_files_have_the_digests_shown(
    work: Fieldwork, tmp_path: Path
) -> None:
    attempt = work.attempt
    content = fetch(f"{page_of(attempt)}bundle.zip").body
    target = tmp_path / "bundle.zip"
    target.write_bytes(content)
    report = lottery.verify(target)
    assert report.reproduced and not report.verified
    page = plain(fetch(page_of(attempt)).text)
    with zipfile.ZipFile(target) as bundle:
        for name in ("notice.json", "result.json"):
            assert hashlib.sha256(bundle.read(name)).hexdigest() in page
        assert fetch(f"{page_of(attempt)}1/notice.json").body == bundle.read("notice.json")


def test_the_bundle_is_not_sent_again_to_one_who_has_it(work: Fieldwork) -> None:
    first = Client().get(f"{page_of(work.attempt)}bundle.zip")
    again = Client().get(f"{page_of(work.attempt)}bundle.zip", headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_page_that_did_not_change_is_not_sent_again(work: Fieldwork) -> None:
    first = Client().get("/draws/")
    assert Client().get("/draws/", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_the_table_of_the_drawn_holds_everybody_in_order(work: Fieldwork) -> None:
    outcome = drawing.outcome(work.attempt)
    rows = rows_of(fetch(f"{page_of(work.attempt)}objects.csv").text)
    drawn = [row["编号"] for row in rows if row["结果"] == "抽中"]
    assert drawn == [one.id for stratum in outcome.strata for one in stratum.drawn]
    assert {row["检查组"] for row in rows if row["结果"] == "抽中"} <= {"", *(team.id for team in outcome.teams)}


def test_an_aborted_attempt_stands_on_the_page_with_who_failed_and_why(held_back: Stage) -> None:
    attempt = held_back.thrown()
    held_back.reveal(attempt, "scjg", "yjj")
    with on(DAY, 11):
        assert drawing_actions.abort_if_due(SYSTEM, attempt)
        attempt = fresh(attempt)
        number = attempt.draw.number
        page = fetch(f"/draws/{number}/").text
        assert "第 1 次抽取已中止" in page and "zjj-wuye" in page and "中止的抽取" in page
        again = drawing_actions.prepare_again(held_back["chen"], attempt, soon(1), double_colour(2))
        assert "已中止，待重抽" in fetch("/draws/").text  # the next one is only being prepared
        held_back.sealed(again)
        after = fetch(f"/draws/{number}/").text
        assert "第 2 次抽取" in after and "中止的抽取" in after and "开奖" in after


# --- results and enterprises ---------------------------------------------------------------


def test_a_result_shows_department_items_and_category_and_its_correction_keeps_the_old_one(work: Fieldwork) -> None:
    part = FormPart.objects.get(state="published")
    address = f"/results/{part.form.number}/{part.organisation.code}/"
    page = fetch(address).text
    assert "未发现问题" in page and "WY-01" in page and part.organisation.name in page
    correct(work.clerk(part), part, ["5"], "已责令公示", "复核时发现漏填")
    corrected = fetch(address).text
    assert "第 2 次公示，已更正" in corrected and "复核时发现漏填" in corrected and "未发现问题" in corrected
    assert [row["检查结果"] for row in rows_of(fetch("/results.csv").text)] == ["发现问题已责令改正"]


def test_results_are_filtered_by_category_department_and_words(work: Fieldwork) -> None:
    part = FormPart.objects.get(state="published")
    found = part.form.object
    for query, count in [
        ("category=1", 1), ("category=5", 0), (f"department={part.organisation.code}", 1), (f"q={found.name}", 1),
        (f"q={found.number}", 1), ("q=没有", 0), (f"region={found.region_id}", 1), (f"since={clock.today()}", 1),
    ]:  # fmt: skip
        assert json.loads(fetch(f"/results.json?{query}").text)["count"] == count, query


def test_an_object_s_page_shows_published_results_and_that_the_others_are_not_finished(work: Fieldwork) -> None:
    part = FormPart.objects.get(state="published")
    response = Client().get(f"/enterprises/{part.form.object.number}/")
    marks = {check.part.organisation.department_code: check.mark[1] for check in response.context["checks"]}
    assert marks == {"zjj": "已公示", "scjg": "未完成", "yjj": "未完成"}
    with on(DAY + timedelta(days=90)):
        late = fetch(f"/enterprises/{part.form.object.number}/").text
        assert "未完成，检查逾期" in late


def test_an_entity_s_page_gathers_the_inspections_of_all_its_objects(work: Fieldwork) -> None:
    part = FormPart.objects.get(state="published")
    entity = Entity.objects.create(
        credit_code="91150302MA0XA1K28L", name="沙枣花建设有限公司", region_id="150302", search_keys="szhjsyxgs"
    )
    Involvement.objects.create(object=part.form.object, entity=entity, part="builder")
    page = plain(fetch("/enterprises/91150302ma0xa1k28l/").text)
    assert (
        "沙枣花建设有限公司" in page and part.form.object.name in page and "建设单位" in page and "未发现问题" in page
    )
    for words in ("szhjs", "沙枣花", "91150302MA0XA1K28L"):
        assert [row["编号"] for row in rows_of(fetch(f"/enterprises.csv?q={words}").text)] == [part.form.object.number]
    assert "沙枣花建设有限公司" in fetch(f"/enterprises/{part.form.object.number}/").text


def test_an_object_that_is_the_enterprise_itself_leads_to_the_entity(work: Fieldwork) -> None:
    found = InspectionObject.objects.order_by("pk")[0]
    entity = Entity.objects.create(credit_code="91150302MA0XA1K28L", name=found.name, region_id="150302")
    Involvement.objects.create(object=found, entity=entity, part="itself")
    response = Client().get(f"/enterprises/{found.number}/")
    assert response["Location"] == "/enterprises/91150302MA0XA1K28L/"


def test_the_number_of_what_was_merged_leads_to_the_one_that_stands(work: Fieldwork) -> None:
    kept, gone = InspectionObject.objects.order_by("pk")[:2]
    InspectionObject.objects.filter(pk=gone.pk).update(
        state="merged", state_since=clock.today(), state_source=f"并入 {kept.number}", merged_into=kept
    )
    assert Client().get(f"/enterprises/{gone.number}/")["Location"] == f"/enterprises/{kept.number}/"
    assert [row["编号"] for row in rows_of(fetch(f"/enterprises.csv?q={gone.number}").text)] == [kept.number]
    stands = Entity.objects.create(credit_code="91150302MA0XA1K28L", name="沙枣花建设有限公司", region_id="150302")
    double = Entity.objects.create(
        credit_code="91150302MA0YD6RR0C", name="沙枣花建筑有限公司", region_id="150302", merged_into=stands
    )
    assert Client().get(f"/enterprises/{double.credit_code}/")["Location"] == f"/enterprises/{stands.credit_code}/"
    Entity.objects.filter(pk=stands.pk).update(credit_code=None)
    assert "沙枣花建设有限公司" in plain(fetch(f"/enterprises/{double.credit_code}/").text)


# --- cost ----------------------------------------------------------------------------------


@pytest.fixture
def many(work: Fieldwork) -> Iterator[Fieldwork]:
    """Twelve hundred objects more."""
    first = InspectionObject.objects.order_by("pk")[0]
    InspectionObject.objects.bulk_create(
        InspectionObject(number=f"150303-M-{n:05}", name=f"演示物业{n}", kind=first.kind, region_id="150303")
        for n in range(1200)
    )
    cache.clear()
    yield work


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 16),
        ("/items/", 9),
        ("/plans/", 9),
        ("/draws/", 7),
        ("/results/", 8),
        ("/enterprises/", 8),
        ("/enterprises/?q=yswy", 8),
        ("/enterprises.csv", 6),
    ],
)
def test_a_page_costs_the_same_few_queries_on_a_large_registry(
    many: Fieldwork, django_assert_max_num_queries: DjangoAssertNumQueries, address: str, queries: int
) -> None:
    fetch(address)  # what is kept in memory is there after the first visit
    with django_assert_max_num_queries(queries):
        assert fetch(address).status == 200


def test_a_draw_s_page_costs_the_same_few_queries(
    work: Fieldwork, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = next(iter(drawing.outcome(work.attempt).objects))
    fetch(page_of(work.attempt))
    with django_assert_max_num_queries(19):
        fetch(f"{page_of(work.attempt)}?q={number}")


@pytest.mark.parametrize("address", ["/", "/items/", "/draws/", "/verify/"])
def test_a_public_page_only_answers_reading(work: Fieldwork, address: str) -> None:
    assert Client().post(address).status_code == 405


def test_an_empty_installation_has_public_pages_too(db: None) -> None:
    for address in (
        "/",
        "/items/",
        "/plans/",
        "/draws/",
        "/results/",
        "/enterprises/",
        "/verify/",
        "/draws.json",
        "/items.csv",
    ):
        assert fetch(address).status == 200, address
    assert (
        fetch("/draws/150300-2026-0001/").status == fetch("/enterprises/x/").status == fetch("/items/X/").status == 404
    )
