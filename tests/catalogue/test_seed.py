"""The items that an installation begins with."""

from datetime import date

import pytest

from sunlot.catalogue import queries, seed
from sunlot.catalogue.models import Basis, Item, ItemVersion, ObjectKind
from sunlot.catalogue.notation import parse_bases
from sunlot.catalogue.texts import BasisText
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail.models import EventDetail
from tests.cast import City

FIRST_DAY = date(2026, 1, 1)


def test_the_bureau_s_items_are_in_force_from_the_day_given_and_not_before(city: City) -> None:
    assert seed.load(SYSTEM, FIRST_DAY) == 31 + 5
    assert queries.in_force(date(2025, 12, 31)).count() == 0
    bureau = queries.in_force(FIRST_DAY).filter(item__organisation__path__startswith="zjj/")
    assert bureau.count() == 31
    assert all(version.bases.exists() and version.kinds.exists() and version.modes for version in bureau)
    quality = bureau.get(item__code="ZA-01")
    assert (quality.item.organisation.code, quality.category) == ("zjj-zhianjian", "key")
    assert [str(basis) for basis in quality.bases.all()] == [
        "《建设工程质量管理条例》第四十三条",
        "《建设工程质量管理条例》第四十七条",
        "《建设工程质量管理条例》第四十八条",
    ]


def test_loading_again_changes_nothing(city: City) -> None:
    seed.load(SYSTEM, FIRST_DAY)
    before = (Item.objects.count(), ItemVersion.objects.count(), Basis.objects.count(), EventDetail.objects.count())
    assert seed.load(SYSTEM, date(2026, 5, 1)) == 0
    assert (
        Item.objects.count(),
        ItemVersion.objects.count(),
        Basis.objects.count(),
        EventDetail.objects.count(),
    ) == before


def test_every_installed_item_stands_in_the_public_log(city: City) -> None:
    seed.load(SYSTEM, FIRST_DAY)
    detail = EventDetail.objects.get(type="catalogue.item_in_force", thing=f"item:{Item.objects.get(code='WY-01').pk}")
    assert '"public":{"item":"WY-01","version":1}' in detail.event.entry
    assert '"subject":"item:WY-01:1"' in detail.event.entry
    assert EventDetail.objects.filter(type="catalogue.item_in_force").count() == 36


def test_all_twenty_nine_kinds_are_covered_on_a_day_in_force_and_none_the_day_before(city: City) -> None:
    seed.load(SYSTEM, FIRST_DAY)
    assert (queries.kinds_covered(FIRST_DAY).count(), ObjectKind.objects.count()) == (29, 32), (
        "场站、热源厂、小区 wait for an item"
    )
    assert queries.kinds_covered(date(2025, 12, 31)).count() == 0
    assert ObjectKind.objects.get(name="在建工程项目").nature == "site"


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("《建筑法》第七条；《施工许可办法》", [BasisText("建筑法", "第七条"), BasisText("施工许可办法")]),
        (
            "《物业管理条例》第五条、第三十五条",
            [BasisText("物业管理条例", "第五条"), BasisText("物业管理条例", "第三十五条")],
        ),
        ("《关于执行〈消防法〉的规定》第二条", [BasisText("关于执行〈消防法〉的规定", "第二条")]),
        ("", []),
    ],
)
def test_bases_are_read_one_article_each(text: str, bases: list[BasisText]) -> None:
    assert parse_bases(text) == bases


@pytest.mark.parametrize("text", ["建筑法第七条", "《建筑法第七条", "《建筑法》第七条，《招标投标法》第三条"])
def test_a_basis_that_names_no_law_in_book_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="没有写明法律名称"):
        parse_bases(text)
