"""Ratings: one for a visit, counted by department and quarter, and nothing in the database that says whose it was."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from sunlot.inspecting import actions
from sunlot.inspecting.codes import actions as codes
from sunlot.inspecting.models import Form, RatingBucket, RatingSpent
from sunlot.inspecting.ratings import actions as rating
from sunlot.inspecting.ratings import counters
from sunlot.organisations.viewer import Refused

from .fieldwork import DAY, Fieldwork, at

pytestmark = pytest.mark.django_db
NOON = at(DAY + timedelta(days=2), 12)
GOOD, BAD = [0, 0, 0, 0, 0], [2, 1, 2, 0, 2]


@pytest.fixture
def rated(sent: Fieldwork) -> Iterator[list[Form]]:
    """The forms, each of which was entered by a scan; it is half an hour later."""
    part = sent.part()
    device = actions.greet_device(sent.inspector(part), "a" * 32, "手机")
    forms = list(Form.objects.select_related("code").order_by("number"))
    with time_machine.travel(NOON, tick=False):
        for form in forms:
            codes.note_scan(sent["chen"], form.code, device, 1)
    with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
        yield forms


def dump() -> dict[str, list[Any]]:
    """Every row of every table, in no order: what somebody who holds the database has."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- the names of our own tables
            found[table] = sorted(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in
                                  cursor.fetchall()) if table.startswith("inspecting_rating") else cursor.fetchall()  # fmt: skip
    return found


def opened(rows: list[Any]) -> list[Any]:
    return [(key, counters.unseal(key, sealed)) for key, sealed in rows]


def story(first: Form, second: Form, one: list[int], other: list[int]) -> dict[str, list[Any]]:
    """The whole database after two visits were rated, which is then taken back."""
    with transaction.atomic():
        rating.rate(first, one)
        rating.rate(second, other)
        found = dump()
        transaction.set_rollback(True)
    return found


def test_the_entire_database_is_the_same_whichever_visit_gave_which_rating(rated: list[Form]) -> None:
    first, second = rated[:2]
    this, that = story(first, second, GOOD, BAD), story(first, second, BAD, GOOD)
    reversed_ = story(second, first, BAD, GOOD)
    for other in (that, reversed_):
        buckets = this.pop("inspecting_ratingbucket"), other.pop("inspecting_ratingbucket")
        # Even opened with the installation's secret, which the database does not hold, they are the same sums.
        assert opened(buckets[0]) == opened(buckets[1]) != []
        assert this == other
        this["inspecting_ratingbucket"] = buckets[0]


def test_a_rating_touches_two_tables_which_name_neither_visit_nor_time_nor_answer(rated: list[Form]) -> None:
    before = dump()
    rating.rate(rated[0], BAD)
    after = dump()
    assert {table for table in after if after[table] != before[table]} == {
        "inspecting_ratingbucket", "inspecting_ratingspent",
    }  # fmt: skip
    [(token, quarter)] = after["inspecting_ratingspent"]
    assert quarter == "2026Q3" and re.fullmatch(r"[0-9a-f]{64}", token)
    assert len({len(sealed) for _, sealed in after["inspecting_ratingbucket"]}) == 1


def test_without_the_installations_secret_neither_the_spent_nor_the_counters_can_be_read(
    rated: list[Form], settings: object
) -> None:
    rating.rate(rated[0], BAD)
    settings.SECRET_KEY = "what a thief of the database does not have"  # type: ignore[attr-defined]
    guesses = {counters.spent_token(form.pk) for form in rated}
    assert RatingSpent.objects.get().token not in guesses
    for bucket in RatingBucket.objects.all():
        with pytest.raises(ValueError, match="another secret"):
            counters.unseal(bucket.key, bytes(bucket.sealed))


def test_a_visit_is_rated_once_after_it_began_and_by_whoever_scanned_its_code(
    rated: list[Form], sent: Fieldwork
) -> None:
    way = codes.pass_of(rated[0], NOON)
    path = f"/c/by/{way}/rating/"
    answers = {f"q{at}": 1 for at in range(5)}
    stranger = Client()
    assert stranger.post(path, {"q0": 1}).status_code == 422
    assert "评价已计入" in stranger.post(path, answers).content.decode()
    assert "已经评价过" in stranger.post(path, answers).content.decode()
    assert "sessionid" not in stranger.cookies, "a session would be a row with a time"
    assert sum(one.ratings for _, one in opened(list(RatingBucket.objects.values_list("key", "sealed")))) == len(
        {part.organisation.department_code for part in rated[0].parts.all()}
    )
    with time_machine.travel(NOON + timedelta(minutes=5)):
        assert (
            "检查还没有进行"
            in stranger.post(f"/c/by/{codes.pass_of(rated[1], NOON)}/rating/", answers).content.decode()
        )
        with pytest.raises(Refused):
            rating.rate(rated[1], GOOD)


def test_the_supervisor_reads_finished_quarters_with_five_ratings_and_nobody_else_any(
    rated: list[Form], sent: Fieldwork
) -> None:
    template = rated[0]
    with time_machine.travel(NOON + timedelta(minutes=40)):
        _rate_many(template, counters.LEAST - 1)
    with time_machine.travel(at(DAY.replace(month=11), 10)):
        supervisor = sent.client(sent["supervisor"])
        few = supervisor.get("/desk/inspecting/ratings/").content.decode()
        assert "不足 5 份，不显示" in few and "部分做到" not in few
    with time_machine.travel(NOON + timedelta(minutes=50)):
        _rate_many(template, 1)
        running = sent.client(sent["supervisor"]).get("/desk/inspecting/ratings/").content.decode()
        assert "已结束的季度还没有评价" in running
    with time_machine.travel(at(DAY.replace(month=11), 10)):
        enough = sent.client(sent["supervisor"]).get("/desk/inspecting/ratings/").content.decode()
        assert "5 份" in enough and "部分做到" in enough
        for username in ("chen", "wuye-head", "unit-head", "leader", "outsider"):
            assert sent.client(sent[username]).get("/desk/inspecting/ratings/").status_code == 403


def _rate_many(form: Form, times: int) -> None:
    """So many visits of the same departments, each rated."""
    for _ in range(times):
        rating.rate(form, BAD)
        RatingSpent.objects.all().delete()  # another visit's right


def test_what_was_spent_is_forgotten_after_its_year(rated: list[Form]) -> None:
    rating.rate(rated[0], GOOD)
    assert rating.forget_spent(DAY.replace(year=DAY.year + 1)) == 0
    assert rating.forget_spent(DAY.replace(year=DAY.year + 2)) == 1


def test_a_bucket_moved_to_another_place_is_not_read() -> None:
    one, other = counters.bucket_key("2026Q3", "zjj"), counters.bucket_key("2026Q3", "scjg")
    with pytest.raises(ValueError, match="changed"):
        counters.unseal(other, counters.seal(one, counters.Counters().plus(GOOD)))
