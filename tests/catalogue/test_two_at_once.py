"""Two people at the same thing at the same time, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection

from sunlot.catalogue import actions, queries, seed
from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.texts import text_of
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, Refused
from sunlot.trail.models import EventDetail
from tests.cast import City, load_items

pytestmark = pytest.mark.django_db(transaction=True)


def both(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or with what it was refused, all begun together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_coordinators_approving_for_different_days_give_one_version_in_force(city: City) -> None:
    load_items()
    second = city.add("coordinator2", "韩统筹", "zjj-fagui", Role.COORDINATOR)
    old = ItemVersion.objects.get(item__code="WY-01")
    version = actions.draft_version(city["chen"], old.item, replace(text_of(old), reason="修订"))
    actions.submit(city["chen"], version)
    today = clock.today()
    outcomes = both(
        lambda: actions.put_in_force(city["coordinator"], version, today),
        lambda: actions.put_in_force(second, version, today + timedelta(days=1)),
    )
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    version.refresh_from_db()
    old.refresh_from_db()
    assert version.effective_from is not None
    assert old.effective_to == version.effective_from - timedelta(days=1)
    assert queries.in_force(today + timedelta(days=1)).get(item=old.item) == version
    assert (
        EventDetail.objects.filter(type="catalogue.item_in_force", thing=f"item:{old.item_id}").count() == 2
    )  # v1, v2


def test_two_clerks_beginning_the_next_version_give_one_draft(city: City) -> None:
    load_items()
    old = ItemVersion.objects.get(item__code="WY-01")
    text = replace(text_of(old), reason="修订")
    outcomes = both(
        lambda: actions.draft_version(city["chen"], old.item, text),
        lambda: actions.draft_version(city["wuye-head"], old.item, text),
    )
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    assert ItemVersion.objects.filter(item=old.item).count() == 2


def test_two_installers_load_every_item_once(city: City) -> None:
    outcomes = both(lambda: seed.load(SYSTEM, date(2026, 1, 1)), lambda: seed.load(SYSTEM, date(2026, 1, 1)))
    assert sorted(str(outcome) for outcome in outcomes) == ["0", "36"]
    assert ItemVersion.objects.count() == 36
