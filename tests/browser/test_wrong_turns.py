"""Wrong turns: each step as the wrong person, out of order and twice; addresses typed by hand; browsers left half-way."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.utils.html import strip_tags
from playwright.sync_api import Page, expect

from sunlot.drawing.models import Attempt, Draw
from sunlot.inspecting.models import Form, FormPart
from sunlot.registry.models import InspectionObject, Inspector
from sunlot.trail.models import EventDetail

from ..cast import PEOPLE, City
from ..drawing.stage import ROLLS, build_stage, fresh
from ..planning.town import Town, build_town
from . import ceremony, way
from .visitors import Visitors, go

ROOMS = ("catalogue", "registry", "visits", "planning", "drawing", "inspecting", "publishing", "organisations", "trail")
# A page says what is wrong in one of these; a page for what this person may not see says nothing but that it is not there.
SAID = re.compile(r'<(p|div|ul|li)\b[^>]*(?:class="(?:note|fault)|role="alert")[^>]*>(.*?)</\1>', re.DOTALL)


@pytest.mark.slow
def test_each_step_by_the_wrong_person_out_of_order_or_twice_changes_nothing_and_says_why(city: City) -> None:
    walk = way.begin(city)
    steps = way.steps()
    faults: list[str] = []
    for at, step in enumerate(steps):
        walk.admit()
        wrong = [(username, step) for username in [*PEOPLE, *walk.members] if username not in step.may(walk)]
        later = [other for other in steps if other.rank > step.rank and other.is_there(walk)]
        is_first = at == 0 or steps[at - 1].rank < step.rank  # side by side the same would be tried again and again
        early = [(other.may(walk)[0], other) for other in later if is_first]
        faults += turn_wrong(walk, [*wrong, *early], f"before {step.name}")
        before = events()
        answer = step.post(walk, step.may(walk)[0])
        assert events() > before, f"{step.name} did nothing: {answer.status_code} {said(answer)}"
        over = [(done.may(walk)[0], done) for done in steps[:at] if done.rank < step.rank and is_first]
        faults += turn_wrong(walk, [*over, (step.may(walk)[0], step)], f"after {step.name}")
    assert not faults, "\n".join(faults)
    assert walk.part.state == FormPart.State.PUBLISHED


def turn_wrong(walk: way.Walk, turns: list[tuple[str, way.Step]], when: str) -> list[str]:
    """Make these posts, none of which may do anything; returns what went wrong."""
    faults = []
    before = everything()
    for username, step in turns:
        if not username:  # the inspectors have no accounts yet
            continue
        acts = events()
        answer = step.post(walk, username)
        turn = f"{when}: {step.name} as {username}"
        if events() != acts:
            faults.append(f"{turn} wrote {EventDetail.objects.order_by('-pk')[0]}")
        silent = not said(answer) and not (step.quiet_again and when == f"after {step.name}")
        if answer.status_code >= 500 or (answer.status_code != 404 and silent):
            faults.append(f"{turn} answered {answer.status_code} without a word")
    changed = [name for name, digest in everything().items() if before[name] != digest]
    return [*faults, *([f"{when}: {changed} changed"] if changed else [])]


def events() -> int:
    """How many acts the trail knows; attempts to see what is not one's own are none."""
    return EventDetail.objects.exclude(type__startswith="access.").count()


def everything() -> dict[str, str]:
    """A digest of every table of the rooms; the trail's own is counted by `events`."""
    return {
        model._meta.label: hashlib.sha256(
            repr(list(model._default_manager.order_by("pk").values_list())).encode()
        ).hexdigest()
        for room in ROOMS
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if room != "trail"
    }


def said(answer: HttpResponse) -> str:
    """What the page says about the attempt."""
    return " ".join(strip_tags(found).strip() for _, found in SAID.findall(answer.content.decode()))


def test_the_wrong_districts_address_typed_by_hand_is_not_there_and_the_trail_knows(city: City) -> None:
    walk = way.begin(city)
    for step in way.steps():
        walk.admit()
        step.post(walk, step.may(walk)[0])
    client = city.client("outsider")
    mine = InspectionObject.objects.filter(region_id="150304")[0]
    assert client.get(f"/desk/registry/objects/{mine.pk}/").status_code == 200
    elsewhere = InspectionObject.objects.filter(region_id="150302")[0]
    addresses = [
        f"/desk/registry/objects/{elsewhere.pk}/",
        f"/desk/registry/objects/{elsewhere.pk}/edit/",
        f"/desk/registry/inspectors/{Inspector.objects.get(number='hbw-zjj-00').pk}/",
        f"/desk/planning/{walk.plan.number}/",
        f"/desk/planning/{walk.plan.number}/sheet.pdf",
        f"/desk/drawing/{walk.attempt.draw.number}/",
        f"/desk/drawing/{walk.attempt.draw.number}/wall/",
        f"/desk/drawing/{walk.attempt.draw.number}/1/bundle.zip",
        f"/desk/inspecting/forms/{Form.objects.filter(object__region_id='150302')[0].pk}/",
        f"/desk/publishing/parts/{walk.part.pk}/",
    ]
    for address in addresses:
        before = EventDetail.objects.filter(type="access.refused", username="outsider").count()
        nothing = re.sub(r"\d+(?=\D*$)", "99999", address)
        assert client.get(nothing).status_code == 404
        answer = client.get(address)
        assert (answer.status_code, address) == (404, address)
        assert strip_tags(answer.content.decode()) == strip_tags(client.get(nothing).content.decode())
        after = EventDetail.objects.filter(type="access.refused", username="outsider").count()
        assert after == before + 1, address


@pytest.fixture
def town(city: City) -> Town:
    return build_town(city)


@pytest.mark.parametrize("standing", ["draft", "submitted", "confirmed", "head_signed"])
def test_a_plan_that_is_not_published_is_not_drawn(town: Town, standing: str) -> None:
    plan = getattr(town, standing)()
    client = town.city.client("chen")
    assert plan.title not in client.get("/desk/drawing/").content.decode()
    address = f"/desk/drawing/prepare/{plan.pk}/"
    walk = way.Walk(town.city, way.Stage(town, plan))
    answer = client.post(address, way.steps()[5].data(walk))
    assert answer.status_code == 409
    assert "只有已公布、尚未抽取的计划才能抽取" in said(answer)
    assert not Draw.objects.exists()


def test_a_number_that_was_not_committed_is_refused_with_words_and_stays_in_the_field(city: City) -> None:
    stage = build_stage(city)
    attempt = stage.thrown()
    client = city.client("scjg-clerk")
    address = f"/desk/drawing/{attempt.draw.number}/1/reveal/"
    for wrong in ("0" * 64, stage.nonce(attempt, "yjj"), "不是一个数"):
        answer = client.post(address, {"contributor": "scjg", "nonce": wrong})
        assert answer.status_code == 409
        assert "这个数与承诺不符，没有公开" in said(answer)
        assert wrong in answer.content.decode()
    assert fresh(attempt).contributors.get(code="scjg").nonce is None
    right = client.post(address, {"contributor": "scjg", "nonce": stage.nonce(attempt, "scjg")}, follow=True)
    assert "密数已公开，与承诺相符" in said(right)


# --- in a browser --------------------------------------------------------------------------------------------------


@pytest.fixture
def prepared(city: City, visitors: Visitors) -> Iterator[Attempt]:
    """A draw that waits for its commitments."""
    yield build_stage(city).prepare()


@pytest.mark.browser
def test_reload_second_tab_and_back_lose_no_number(prepared: Attempt, visitors: Visitors) -> None:
    visitors.expected = {409}
    number = prepared.draw.number
    page = visitors["scjg-clerk"]
    nonce = ceremony.make_number(page, number)
    go(page, page.url)
    assert ceremony.slip(page) == nonce
    second = page.context.new_page()
    go(second, f"/desk/drawing/{number}/")
    assert ceremony.slip(second) == nonce
    second.get_by_role("button", name="密数条已存好，提交承诺").click()
    expect(second.locator(".messages")).to_contain_text("承诺已提交")
    page.get_by_role(
        "button", name="密数条已存好，提交承诺"
    ).click()  # the first tab, which knows nothing of the second
    committed = prepared.contributors.get(code="scjg")
    assert EventDetail.objects.filter(type="drawing.committed").count() == 1
    second.go_back()
    second.go_forward()
    for username in ("chen", "yjj-clerk", "supervisor"):
        ceremony.commit(visitors[username], number)
    host = visitors["chen"]
    go(host, f"/desk/drawing/{number}/")
    host.get_by_role("button", name="冻结名册并封存公告").click()
    expect(host.locator(".messages")).to_contain_text("公告已封存")
    for username in ("chen", "supervisor"):
        ceremony.throw(visitors[username], number, ROLLS)
    reveal_after_detours(page, second, number, nonce)
    assert prepared.contributors.get(code="scjg").nonce == nonce
    assert prepared.contributors.get(code="scjg").commitment == committed.commitment
    for username in ("chen", "yjj-clerk", "supervisor"):
        ceremony.reveal(visitors[username], number)
    assert fresh(prepared).state == Attempt.State.DRAWN


def reveal_after_detours(page: Page, second: Page, number: str, nonce: str) -> None:
    """Reload, go back and forth, then reveal in both tabs: the second time finds it done."""
    for one in (page, second):
        go(one, "/desk/")
        go(one, f"/desk/drawing/{number}/")
        expect(one.get_by_label("密数，64 位十六进制")).to_have_value(nonce)
    go(page, page.url)
    page.go_back()
    page.go_forward()
    expect(page.get_by_label("密数，64 位十六进制")).to_have_value(nonce)
    ceremony.reveal(page, number)
    go(second, f"/desk/drawing/{number}/")
    expect(second.get_by_role("row", name=re.compile("市场监管|市场监督"))).to_contain_text("已公开")
