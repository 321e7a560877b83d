"""A part of a name, a number, initials or pinyin finds an entry, through the index and without it, however it was written."""

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sunlot.desk import lists
from sunlot.norms.initials import asked_grams, grams, search_keys
from sunlot.registry import actions, imports, searching
from sunlot.registry.models import Entity, Import, InspectionObject
from tests.cast import City

from . import makers
from .files import HEADS, code, enterprise, xlsx

FINDS = [
    "沙枣花",
    "枣花1",
    "szh1",
    "hwyfw",
    "shazaohua",
    code(1)[:6],
    code(1)[6:12].lower(),
    "物业",
    "枣",
    "zh",
    "9115 0302",
]
FINDS_NOT = ["石榴籽", "szx", "沙枣籽", "花沙枣"]


def found(words: str) -> set[str]:
    return set(searching.search(InspectionObject.objects.all(), words, number="number").values_list("name", flat=True))


@pytest.fixture
def one(town: City) -> InspectionObject:
    return makers.enterprise(1, town["chen"])


@pytest.mark.parametrize("words", FINDS)
def test_any_part_finds_it(one: InspectionObject, words: str) -> None:
    assert found(words) == {one.name}
    entities = searching.search(Entity.objects.all(), words, number="credit_code")
    assert entities.count() == 1


@pytest.mark.parametrize("words", FINDS_NOT)
def test_what_it_does_not_hold_does_not(one: InspectionObject, words: str) -> None:
    assert found(words) == set()


def test_renamed_it_is_found_by_its_new_name_alone(one: InspectionObject, town: City) -> None:
    actions.change_object(town["chen"], one, name="石榴籽物业服务有限公司")
    assert found("石榴籽") == {"石榴籽物业服务有限公司"}
    assert found("沙枣花") == set()


def test_imported_and_changed_by_an_import_it_is_found(town: City, imported: Callable[..., Import]) -> None:
    imports.apply(town["chen"], imported(xlsx([HEADS, *map(enterprise, range(3))])), accept_warnings=False)
    assert found("沙枣花2号") == {"沙枣花2号物业服务有限公司"}
    again = imported(xlsx([HEADS, enterprise(2, name="石榴籽物业服务有限公司")]))
    imports.apply(town["chen"], again, accept_warnings=True)
    assert found("石榴籽") == {"石榴籽物业服务有限公司"}
    assert found("沙枣花2号") == set()


def test_where_the_index_names_too_many_each_row_is_looked_at(
    one: InspectionObject, town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers.enterprise(2, town["chen"])
    monkeypatch.setattr(searching, "MOST", 1)
    assert len(found("沙枣花")) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL changes tables in place and loses no index")
def test_the_index_is_put_up_again_where_a_migration_dropped_its_triggers(town: City) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER registry_inspectionobject_fts_added")
    one = makers.enterprise(1, town["chen"])
    assert found("沙枣花") == set()
    searching.put_up(connection, InspectionObject)
    assert found("沙枣花") == {one.name}


def test_a_long_list_is_counted_to_the_limit_and_says_that_there_are_more(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for serial in range(5):
        makers.enterprise(serial, town["chen"])
    monkeypatch.setattr(lists, "LISTED", 3)
    client = town.client("chen")
    assert "共 5 户" in client.get("/desk/registry/objects/").content.decode()
    narrowed = client.get("/desk/registry/objects/?q=沙枣花").content.decode()
    assert "共 3多 户" in narrowed
    exported = client.get("/desk/registry/objects/?format=csv").getvalue().decode()
    assert exported.count("沙枣花") == 5


@given(st.text("沙枣花石榴籽一乙AB12", min_size=2, max_size=12), st.data())
def test_whatever_part_is_asked_for_its_pieces_are_among_the_names(name: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(name) - 1))
    part = name[first : data.draw(st.integers(first + 1, len(name)))]
    held = set(grams(name).split())
    if not part.isascii() or part.lower() in search_keys(name).text:
        assert set(asked_grams(part)) <= held
