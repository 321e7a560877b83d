"""Nothing of a draw that is held back can be read off the public site (docs/spec/draw-protocol.md, Embargo)."""

from datetime import timedelta

import pytest
import time_machine

from sunlot.drawing import queries as drawing
from sunlot.drawing.models import Attempt
from sunlot.registry.models import InspectionObject
from sunlot.trail.models import LogCheckpoint

from ..drawing.stage import ROLLS, Stage
from ..inspecting.fieldwork import Fieldwork, sign_record
from .crawling import crawl, fetch

BEGINNING = 16  # digits: pages cut long codes, and so many tell the rest by a search


def secrets_of(attempt: Attempt) -> set[str]:
    """The beginnings of everything with which the result could be read or computed."""
    outcome = drawing.outcome(attempt)
    found = {attempt.seed[:BEGINNING], ROLLS[:BEGINNING]}
    for one in attempt.contributors.all():
        found |= {(one.nonce or "")[:BEGINNING], (one.commitment or "")[:BEGINNING]}
    found |= {one.ticket[:BEGINNING] for stratum in outcome.strata for one in (*stratum.drawn, *stratum.reserve)}
    found |= {number for team in outcome.teams for _, number in team.members}
    return found - {""}


def plain(text: str) -> str:
    """A page's text with codes as they are copied: without the gaps between groups of four."""
    return text.replace("</span><span>", "")


def every_address(attempt: Attempt) -> dict[str, str]:
    """What all links lead to, and what somebody would type who guesses."""
    number = attempt.draw.number
    pages = dict(crawl().items())
    drawn = drawing.outcome(attempt).objects.values()
    names = [f"/draws/{number}/?q={one.id}" for one in drawn] + [f"/log.json?q={one.id}" for one in drawn]
    guesses = [
        f"/draws/{number}/bundle.zip",
        f"/draws/{number}/objects.csv",
        f"/draws/{number}/objects.json",
        f"/draws/{number}/1/notice.json",
        f"/draws/{number}/2/notice.json",
        *(
            f"/{name}.{form}"
            for name in ("items", "plans", "draws", "results", "enterprises")
            for form in ("csv", "json")
        ),
        *(f"/enterprises/{one.number}/" for one in InspectionObject.objects.all()),
        *names,
        "/log/checkpoint",
        f"/log/tile/entries/000.p/{LogCheckpoint.objects.order_by('-size')[0].size}",
    ]
    pages |= {address: fetch(address) for address in guesses}
    return {address: plain(page.text) for address, page in pages.items()}


@pytest.mark.django_db(transaction=True)
def test_no_public_address_tells_who_was_drawn_or_how_to_compute_it(held_back: Stage) -> None:
    work = Fieldwork(held_back, held_back.drawn())
    sign_record(work)
    work.dispatch()  # the forms are on their way, the inspected don't know yet
    attempt = work.attempt
    outcome = drawing.outcome(attempt)
    pages = every_address(attempt)
    assert len(pages) > 100
    assert str(attempt.notice_digest) in next(text for address, text in pages.items() if "entries/000" in address)
    for address, text in pages.items():
        # The dice stand in the log from the beginning: without the numbers they say nothing.
        secrets = secrets_of(attempt) - ({ROLLS[:BEGINNING]} if address.startswith("/log") else set())
        assert [secret for secret in secrets if secret in text] == [], address
        if "/enterprises" in address or "/log.json?q=" in address:
            assert attempt.draw.number not in text, address  # the registry is public, that they were drawn is not
        else:
            asked = address.rpartition("?q=")[2]
            assert [one for one in outcome.objects if one in text and one != asked] == [], address


@pytest.mark.parametrize("address", ["bundle.zip", "objects.csv", "objects.json", "1/notice.json"])
def test_the_files_of_a_draw_answer_404_until_the_very_moment_of_release(held_back: Stage, address: str) -> None:
    attempt = held_back.drawn()
    assert attempt.release_at is not None
    place = f"/draws/{attempt.draw.number}/{address}"
    with time_machine.travel(attempt.release_at - timedelta(seconds=1), tick=False):
        assert fetch(place).status == 404
    with time_machine.travel(attempt.release_at, tick=False):
        assert fetch(place).status == 200


def test_the_page_shows_digests_numbers_and_the_countdown_and_after_the_release_everything(held_back: Stage) -> None:
    attempt = held_back.drawn()
    assert attempt.release_at is not None
    address = f"/draws/{attempt.draw.number}/"
    before = plain(fetch(address).text)
    for shown in (attempt.notice_digest or "", attempt.result_digest, "还有 30 天", "75"):
        assert shown in before
    assert "我的企业为什么被抽中" not in before
    with time_machine.travel(attempt.release_at, tick=False):
        after = plain(fetch(address).text)
    for one in drawing.outcome(attempt).objects:
        assert one in after
    assert attempt.seed in after and "核验包" in after


def test_an_attempt_under_embargo_says_who_committed_but_no_number(held_back: Stage) -> None:
    attempt = held_back.thrown()
    attempt = held_back.reveal(attempt, "scjg")
    page = plain(fetch(f"/draws/{attempt.draw.number}/").text)
    assert "已公开密数" in page and "已承诺" in page
    for one in attempt.contributors.all():
        assert one.commitment and one.commitment[:BEGINNING] not in page
        assert one.nonce is None or one.nonce[:BEGINNING] not in page
    assert ROLLS[:BEGINNING] not in page


def test_a_draw_that_is_being_prepared_is_not_public_at_all(held_back: Stage) -> None:
    attempt = held_back.commit_all(held_back.prepare())
    assert fetch(f"/draws/{attempt.draw.number}/").status == 404
    assert all(attempt.draw.number not in page.text for page in crawl().values())
