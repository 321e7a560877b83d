"""Erasing a person from the trail leaves the tree intact (个人信息保护法; docs/spec/transparency-log.md)."""

import pytest

from sunlot.organisations.viewer import SYSTEM
from sunlot.trail.actions import erase
from sunlot.trail.models import Erasure, Event, EventDetail
from sunlot.trail.queries import history, whole_event
from tests.cast import City


def created(city: City, username: str) -> EventDetail:
    return EventDetail.objects.get(type="organisations.user_created", thing=f"user:{city[username].user_id}")


def test_erasing_takes_detail_and_salt_and_leaves_entry_and_leaf(city: City) -> None:
    detail = created(city, "chen")
    before = Event.objects.values_list("entry", "leaf_hash").get(pk=detail.event_id)

    erasure = erase(SYSTEM, detail.event_id, "  本人离职，要求删除  ")

    assert Event.objects.values_list("entry", "leaf_hash").get(pk=detail.event_id) == before
    assert not EventDetail.objects.filter(event_id=detail.event_id).exists()
    assert erasure.reason == "本人离职，要求删除"
    found = whole_event(Event.objects.get(pk=detail.event_id))
    assert (found.whole, found.detail_matches, found.entry_matches) == (None, None, True)
    assert found.erasure == erasure


def test_erasing_is_itself_an_event_in_the_story_of_the_thing(city: City) -> None:
    detail = created(city, "chen")
    erase(SYSTEM, detail.event_id, "本人要求")
    newest = history(detail.thing)[0]
    assert newest.type == "trail.erased"
    assert newest.words == f"清除第{detail.event_id}条留痕的明细，理由：本人要求"


def test_erased_twice_is_erased_once(city: City) -> None:
    detail = created(city, "chen")
    first = erase(SYSTEM, detail.event_id, "本人要求")
    assert erase(SYSTEM, detail.event_id, "另一个理由") == first
    assert Erasure.objects.count() == 1
    assert EventDetail.objects.filter(type="trail.erased").count() == 1


def test_the_record_of_an_erasing_stays(city: City) -> None:
    erasure = erase(SYSTEM, created(city, "chen").event_id, "本人要求")
    with pytest.raises(ValueError, match="records an erasing and stays"):
        erase(SYSTEM, erasure.recorded_by_id, "再清除")


@pytest.mark.parametrize("reason", ["", "  "])
def test_erasing_without_a_reason_is_refused(city: City, reason: str) -> None:
    with pytest.raises(ValueError, match="needs its reason"):
        erase(SYSTEM, created(city, "chen").event_id, reason)


def test_erasing_what_is_not_there_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="event 9 has no detail"):
        erase(SYSTEM, 9, "本人要求")
