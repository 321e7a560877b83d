"""Objects that may be one: found without comparing pairwise, merged with everything kept, told apart again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.registry import actions, queries
from sunlot.registry.likeness import Facts, Likeness, alike, keys_of, one_apart
from sunlot.registry.models import (
    CreditMark,
    DuplicatePair,
    Entity,
    EntityMerge,
    EntityPair,
    InspectionObject,
    Involvement,
    Licence,
    Merge,
)
from tests.cast import City

from .files import HEADS, code, xlsx
from .files import enterprise as file_row
from .makers import enterprise


def facts(name: str, number: str = "1", **changes: str) -> Facts:
    return Facts(**({"name": name, "number": number, "address": "", "kind": "property", "region": "150302"} | changes))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (facts("乌海市沙枣花物业服务有限公司"), facts("沙枣花物业服务有限责任公司", "2"), [Likeness.NAME]),
        (facts("沙枣花物业 服务公司"), facts("沙枣花物业服务（乌海）公司", "2"), []),
        (facts("沙枣花物业服务公司"), facts("沙棘花物业服务公司", "2"), [Likeness.NEARLY]),
        (facts("蓝天Ａ座物业"), facts("蓝天a座物业", "2"), [Likeness.NAME]),
        (facts("滨河一期"), facts("滨河二期", "2"), []),
        (facts("中心加气站"), facts("中心加气站", "2", region="150304", kind="gas"), []),
        (facts("甲物业", "PX-O1I"), facts("乙家政", "px01l"), [Likeness.CODE]),
        (
            facts("甲物业", address="乌海市海勃湾区滨河大道12号"),
            facts("乙家政", "2", address="滨河大道１２号"),
            [Likeness.ADDRESS],
        ),
        (facts("甲物业", address="滨河大道"), facts("乙家政", "2", address="滨河大道"), []),
    ],
)
def test_what_makes_two_objects_alike(one: Facts, other: Facts, found: list[Likeness]) -> None:
    assert alike(one, other) == alike(other, one) == found
    if found:
        assert keys_of(one) & keys_of(other), "what is alike shares a key, so the scan meets it"


@given(some.text("沙枣花滨河物业服务蓝", min_size=3, max_size=8), some.integers(0, 7), some.sampled_from("甘德尔山"))
def test_names_one_character_apart_always_share_a_key(name: str, at: int, sign: str) -> None:
    place = at % len(name)
    for other in (
        name[:place] + sign + name[place + 1 :],
        name[:place] + name[place + 1 :],
        name[:place] + sign + name[place:],
    ):
        if len(other) >= 3:
            assert keys_of(facts(name)) & keys_of(facts(other, "2"))
            assert one_apart(name, other) == one_apart(other, name)


def twins(town: City) -> tuple[InspectionObject, InspectionObject]:
    """One enterprise entered twice: with its code, and without."""
    one = enterprise(1, town["chen"], name="沙枣花物业服务有限公司", address="滨河大道1号")
    other = enterprise(2, town["chen"], name="沙棘花物业服务有限公司", address="", phone="")
    return one, other


def test_the_scan_finds_pairs_once_and_forgets_those_that_are_mended(town: City) -> None:
    one, other = twins(town)
    enterprise(3, town["chen"], name="甘德尔山物业")
    assert actions.find_duplicates() == 2, "the objects, and the entities that they are"
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.likeness) == (one, other, "名称差一个字")
    assert actions.find_duplicates() == 0
    assert "处理 1 对疑似重复" in town.client("chen").get("/desk/").content.decode()
    assert "沙棘花" in town.client("chen").get("/desk/registry/duplicates/?state=open").content.decode()
    assert not queries.duplicates_seen(town["outsider"]).exists()
    actions.change_object(town["chen"], other, name="石榴籽物业服务有限公司")
    actions.find_duplicates()
    pair.refresh_from_db()
    assert pair.state == "gone"


def test_not_the_same_is_remembered(town: City) -> None:
    one, other = twins(town)
    actions.find_duplicates()
    client = town.client("chen")
    client.post(f"/desk/registry/duplicates/{one.pk}-{other.pk}/", {"different": "1", "reason": "两家公司"})
    assert DuplicatePair.objects.get().state == "different"
    actions.change_object(town["chen"], other, address="新华大街1号")
    assert actions.find_duplicates() == 0
    assert DuplicatePair.objects.get().state == "different"


def merge(town: City, one: InspectionObject, other: InspectionObject, **data: Any) -> Any:
    wanted = {"keep": "one", "reason": "同一张执照", "take-name": "one"} | data
    return town.client("chen").post(f"/desk/registry/duplicates/{one.pk}-{other.pk}/", wanted)


def test_a_merge_of_the_wrong_two_is_undone_and_nothing_is_lost(town: City) -> None:
    one, other = twins(town)
    actions.find_duplicates()
    licence = actions.add_licence(town["chen"], other, name="资质证书", number="Z1", issuer="住建厅")
    mark = actions.add_mark(town["chen"], other, kind="complaint", source="12345", since=clock.today())
    page = town.client("chen").get(f"/desk/registry/duplicates/{one.pk}-{other.pk}/").content.decode()
    assert "沙枣花物业服务有限公司" in page
    assert "沙棘花物业服务有限公司" in page
    assert merge(town, one, other, **{"take-name": "other"}).status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, other.state, other.merged_into) == ("沙棘花物业服务有限公司", "merged", one)
    assert Licence.objects.get().object == one
    assert not queries.candidates([other.kind_id], ["150302"], clock.today()).filter(pk=other.pk).exists()
    kept = town.client("chen").get(f"/desk/registry/objects/{one.pk}/").content.decode()
    assert "撤销合并" in kept
    assert code(2) in kept
    assert "已并入" in town.client("chen").get(f"/desk/registry/objects/{other.pk}/").content.decode()
    with pytest.raises(Refused, match="已并入另一对象"):
        actions.change_object(town["chen"], other, address="别处")
    undo = f"/desk/registry/objects/{one.pk}/merges/{Merge.objects.get().pk}/undo/"
    assert town.client("chen").post(undo, {"reason": "两家公司"}).status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, other.name) == ("沙枣花物业服务有限公司", "沙棘花物业服务有限公司")
    assert (other.state, other.merged_into_id, other.state_since) == ("active", None, None)
    assert Licence.objects.get(pk=licence.pk).object == other
    assert CreditMark.objects.get(pk=mark.pk).object == other
    assert DuplicatePair.objects.get().state == "different", "they are never asked about again"
    assert town.client("chen").post(undo, {"reason": "再来"}).status_code == 404
    assert actions.undo_merge(town["chen"], Merge.objects.get(), "再来").undone_reason == "两家公司"


def test_what_was_changed_after_a_merge_stays_when_it_is_undone(town: City) -> None:
    one, other = twins(town)
    merge(town, one, other, **{"take-name": "other"})
    one.refresh_from_db()
    actions.change_object(town["chen"], one, name="改过的名称")
    actions.undo_merge(town["chen"], Merge.objects.get(), "两家公司")
    one.refresh_from_db()
    assert one.name == "改过的名称"


def test_only_who_keeps_both_merges_them_and_never_in_chains(town: City) -> None:
    one, other = twins(town)
    third = enterprise(3, town["chen"], name="沙棘花物业公司")
    with pytest.raises(NotAllowed):
        actions.merge_objects(town["scjg-clerk"], one, other, reason="同一张执照")
    assert town.client("outsider").get(f"/desk/registry/duplicates/{one.pk}-{other.pk}/").status_code == 404
    first = actions.merge_objects(town["chen"], one, other, reason="同一张执照")
    assert actions.merge_objects(town["chen"], one, other, reason="同一张执照") == first
    with pytest.raises(Refused, match="已经并入"):
        actions.merge_objects(town["chen"], third, other, reason="同一张执照")
    with pytest.raises(Refused, match="反过来保留它"):
        actions.merge_objects(town["chen"], third, one, reason="同一张执照")


def test_a_row_like_an_object_is_asked_about_at_the_preview_and_not_taken_unconfirmed(
    town: City, imported: Any
) -> None:
    known = enterprise(1, name="胡杨渡物业服务有限公司")
    actions.find_duplicates()
    entered_since = enterprise(2, name="沙打旺物业服务有限公司")
    rows = [
        file_row(11, name="胡扬渡物业服务有限公司"),
        file_row(12, name="乌海市沙打旺物业服务有限责任公司"),
        file_row(13, name="柠条塬物业服务有限公司"),
        file_row(14, name="胡杨渡物业服务有限公司", code="", region="乌达区"),
    ]
    roster = imported(xlsx([HEADS, *rows]))
    told = {one.row: one for one in roster.findings.filter(about__isnull=False)}
    assert {row: one.about_id for row, one in told.items()} == {2: known.pk, 3: entered_since.pk, 5: known.pk}
    assert "“胡杨渡物业服务有限公司”" in told[2].what
    assert "名称差一个字" in told[2].what
    page = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/")
    assert f'href="/desk/registry/objects/{known.pk}/"' in page.content.decode()
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/")
    assert InspectionObject.objects.count() == 3, "only the row that is like none"


def two_builders(town: City) -> tuple[Entity, Entity]:
    """Two entries of one building unit, each with a site of its own."""
    region = Region.objects.get(code="150302")
    made = []
    for at, name in enumerate(["海河建设投资有限公司", "海合建设投资有限公司"], 1):
        entity = actions.create_entity(town["chen"], name=name, region=region, address=f"滨河大道{at}号")
        site = enterprise(40 + at, town["chen"], name=f"{'甲乙'[at - 1]}区改造工程", kind="site", credit_code="")
        actions.involve(town["chen"], site, entity, "builder")
        made.append(entity)
    return made[0], made[1]


def test_a_merge_of_the_wrong_two_entities_is_undone_and_nothing_is_lost(town: City) -> None:
    kept, gone = two_builders(town)
    actions.find_duplicates()
    mark = actions.add_mark(town["chen"], gone, kind="penalty", source="信用中国", since=clock.today())
    client = town.client("chen")
    assert "海合建设投资" in client.get("/desk/registry/duplicates/entities/?state=open").content.decode()
    assert "可能是同一主体" in client.get(f"/desk/registry/entities/{kept.pk}/").content.decode()
    address = f"/desk/registry/duplicates/entities/{kept.pk}-{gone.pk}/"
    assert "滨河大道2号" in client.get(address).content.decode()
    answer = client.post(address, {"keep": "one", "reason": "同一张执照", "take-address": "other"})
    assert answer["Location"] == f"/desk/registry/entities/{kept.pk}/"
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.address, gone.merged_into) == ("滨河大道2号", kept)
    assert Involvement.objects.filter(entity=kept, part="builder").count() == 2
    assert CreditMark.objects.get().entity == kept
    listed = client.get("/desk/registry/entities/").content.decode()
    assert f"/entities/{kept.pk}/" in listed
    assert f"/entities/{gone.pk}/" not in listed
    assert "已并入" in client.get(f"/desk/registry/entities/{gone.pk}/").content.decode()
    with pytest.raises(Refused, match="已并入另一主体"):
        actions.change_entity(town["chen"], gone, address="别处")
    with pytest.raises(Refused, match="反过来保留它"):
        actions.merge_entities(town["chen"], enterprise(9, town["chen"]).entities.get(), kept, reason="再来")
    undo = f"/desk/registry/entities/{kept.pk}/merges/{EntityMerge.objects.get().pk}/undo/"
    assert town.client("outsider").post(undo, {"reason": "两家公司"}).status_code == 404
    assert client.post(undo, {"reason": "两家公司"}).status_code == 302
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.address, gone.address, gone.merged_into) == ("滨河大道1号", "滨河大道2号", None)
    assert [one.entity for one in Involvement.objects.filter(part="builder").order_by("object__name")] == [gone, kept]
    assert CreditMark.objects.get(pk=mark.pk).entity == gone
    assert EntityPair.objects.get().state == "different", "they are never asked about again"
    assert client.post(undo, {"reason": "再来"}).status_code == 404


def test_the_entities_of_merged_objects_are_merged_along_and_come_apart_again(town: City) -> None:
    one, other = twins(town)
    first, second = one.entities.get(), other.entities.get()
    with pytest.raises(Refused, match="主体随之合并"):
        actions.merge_entities(town["chen"], first, second, reason="同一张执照")
    merge(town, one, other)
    second.refresh_from_db()
    assert second.merged_into == first
    entered = actions.involve(town["chen"], enterprise(50, town["chen"], kind="site", credit_code=""), first, "builder")
    assert entered.entity == first
    assert "并入前" in town.client("chen").get(f"/desk/registry/entities/{first.pk}/").content.decode()
    actions.undo_merge(town["chen"], Merge.objects.get(), "两家公司")
    second.refresh_from_db()
    assert second.merged_into is None
    assert not EntityMerge.objects.filter(undone_at__isnull=True).exists()


def test_a_file_that_names_a_merged_entity_by_its_code_finds_the_one_kept(town: City, imported: Any) -> None:
    one, other = twins(town)
    merge(town, one, other)
    heads = ["项目名称", "类别", "所在区", "施工许可证号", "施工单位"]
    row = ["新城改造工程", "在建工程项目", "海勃湾区", "SG-2026-001", f"某公司（{code(2)}）"]
    roster = imported(xlsx([heads, row]))
    town.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"})
    assert Involvement.objects.get(part="contractor").entity == one.entities.get()
