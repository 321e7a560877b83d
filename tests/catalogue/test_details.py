"""What an item lists beside its basis, the dictionaries, many versions at once, and the list of any two days."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from sunlot.catalogue import actions, queries
from sunlot.catalogue.models import Competence, Frequency, ItemVersion, ObjectKind
from sunlot.catalogue.texts import FindingText, FrequencyText, MaterialText, NewItem, SubItemText, text_of
from sunlot.desk.todo import waiting_for
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused
from tests.cast import City, load_items

from .test_pages import ROWS, a_form

DAY = timedelta(days=1)


@pytest.fixture
def catalogue(city: City) -> City:
    load_items()
    return city


def drafted(city: City, code: str, **changes: Any) -> ItemVersion:
    version = ItemVersion.objects.get(item__code=code)
    return actions.draft_version(
        city["coordinator"], version.item, replace(text_of(version), **{"reason": "条例修订", **changes})
    )


def rows(**filled: list[dict[str, Any]]) -> dict[str, Any]:
    """What the form sends for these rows."""
    sent: dict[str, Any] = {f"{prefix}-INITIAL_FORMS": "0" for prefix in ROWS}
    for prefix in ROWS:
        given = filled.get(prefix, [])
        sent[f"{prefix}-TOTAL_FORMS"] = str(len(given))
        sent |= {f"{prefix}-{at}-{name}": value for at, row in enumerate(given) for name, value in row.items()}
    return sent


def test_every_installed_item_offers_findings_materials_and_a_competence(catalogue: City) -> None:
    bureau = ItemVersion.objects.filter(item__organisation__path__startswith="zjj/")
    assert bureau.count() == 31
    for version in queries.whole(bureau):
        assert version.offered_findings.all() and version.materials.all() and version.competences.all(), version
        assert not version.frequencies.all()  # no national document names figures: they are the organisation's own
    assert Competence.objects.filter(name="燃气", is_active=True).exists()


def test_the_form_keeps_every_row_and_the_page_and_the_next_version_show_them(catalogue: City) -> None:
    chen = catalogue.client("chen")
    form = a_form(
        organisation=catalogue.organisations["zjj-wuye"].pk,
        competences=[Competence.objects.get(name="物业").pk],
        **rows(
            bases=[{"law": "物业管理条例", "article": "第31条", "text": ""}],
            sub_items=[{"name": "收支公示", "how": "看公示栏"}, {"name": "", "how": ""}],
            materials=[{"name": "电梯维保合同", "note": "原件"}],
            findings=[{"text": "未公示", "follow_up": "on-spot", "note": ""}],
            frequencies=[
                {"risk_class": "D", "percent": "100", "years": "1", "times": "2"},
                {"risk_class": "A", "percent": "", "years": "1", "times": "1"},
            ],
        ),
    )
    chen.post(reverse("catalogue:new"), form)
    version = ItemVersion.objects.get(item__code="WY-09")
    text = text_of(version)
    assert text.bases[0].article == "第三十一条"
    assert (text.sub_items, text.materials) == (
        [SubItemText("收支公示", "看公示栏")],
        [MaterialText("电梯维保合同", "原件")],
    )
    assert text.findings == [FindingText("未公示", "on-spot")]
    assert text.frequencies == [FrequencyText("D", 1000, 2)]
    page = chen.get(reverse("catalogue:item", args=["WY-09"])).content.decode()
    for said in ("收支公示", "电梯维保合同", "当场责令改正", "100 %", "每年 2 次"):
        assert said in page
    assert 'value="电梯维保合同"' in chen.get(reverse("catalogue:edit", args=["WY-09"])).content.decode()


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        ({"materials": [{"name": "", "note": "原件"}]}, "写明材料名称，或把这一行清空"),
        ({"findings": [{"text": "未公示", "follow_up": "beat", "note": ""}]}, "beat"),
        ({"frequencies": [{"risk_class": "D", "percent": "101", "years": "1", "times": "1"}]}, "100"),
        ({"frequencies": [{"risk_class": "D", "percent": "10", "years": "0", "times": "1"}]}, "1"),
    ],
)
def test_a_faulty_row_is_said_at_its_field_and_nothing_typed_is_lost(
    catalogue: City, filled: dict[str, list[dict[str, Any]]], words: str
) -> None:
    form = a_form(organisation=catalogue.organisations["zjj-wuye"].pk, **rows(**filled))
    page = catalogue.client("chen").post(reverse("catalogue:new"), form).content.decode()
    assert 'class="fault"' in page and words in page and 'value="电梯维护费用公示检查"' in page
    assert not ItemVersion.objects.filter(item__code="WY-09").exists()


def test_the_database_refuses_a_ratio_above_all_and_a_class_twice(catalogue: City) -> None:
    version = ItemVersion.objects.get(item__code="WY-01")
    for wrong in (
        {"permille": 1001, "times": 1},
        {"permille": 10, "times": 0},
        {"permille": 10, "times": 1, "years": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Frequency.objects.create(version=version, risk_class="D", **wrong)
    Frequency.objects.create(version=version, risk_class="D", permille=10, times=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Frequency.objects.create(version=version, risk_class="D", permille=20, times=1)


def test_many_drafts_are_submitted_and_put_in_force_at_once_and_one_that_cannot_be_holds_up_none(
    catalogue: City,
) -> None:
    chen, coordinator = catalogue.client("chen"), catalogue.client("coordinator")
    versions = []
    for code in ("WY-01", "WY-02", "WY-03"):
        version = ItemVersion.objects.get(item__code=code)
        text = replace(text_of(version), reason="年度修订", bases=() if code == "WY-03" else text_of(version).bases)
        versions.append(actions.draft_version(catalogue["chen"], version.item, text))
    many = reverse("catalogue:many")
    page = chen.post(many, {"submit": "1", "row": [version.pk for version in versions]}, follow=True).content.decode()
    assert "2 件已提交审核：WY-01、WY-02" in page and "WY-03：" in page and "没有检查依据" in page
    day = clock.today() + DAY
    sent = {"put-in-force": "1", "row": [version.pk for version in versions], "effective_from": day.isoformat()}
    page = coordinator.post(many, sent, follow=True).content.decode()
    assert f"2 件已定于 {day} 生效" in page
    assert list(queries.in_force(day).filter(pk__in=[v.pk for v in versions]).values_list("item__code", flat=True)) == [
        "WY-01",
        "WY-02",
    ]
    assert "没有选中任何一件" in chen.post(many, {"submit": "1"}, follow=True).content.decode()


def test_many_reviews_stand_together_on_the_home_page(catalogue: City) -> None:
    for number in range(6):
        wanted = NewItem(f"WY-1{number}", catalogue.organisations["zjj-wuye"])
        text = replace(text_of(ItemVersion.objects.get(item__code="WY-01")), name=f"检查{number}")
        actions.submit(catalogue["chen"], actions.draft_version(catalogue["chen"], wanted, text))
    found = [one for one in waiting_for(catalogue["coordinator"]) if "抽查事项" in one.title]
    assert [(one.title, one.url) for one in found] == [("审核 6 件抽查事项", reverse("catalogue:many"))]


def test_what_somebody_else_wrote_is_not_put_in_force_by_hand_typed_numbers(catalogue: City) -> None:
    own = actions.submit(catalogue["coordinator"], drafted(catalogue, "WY-01"))
    sent = {"put-in-force": "1", "row": [own.pk], "effective_from": clock.today().isoformat()}
    catalogue.client("coordinator").post(reverse("catalogue:many"), sent)
    own.refresh_from_db()
    assert own.state == "in-review"


def test_the_coordinator_keeps_the_dictionaries_and_a_retired_word_stays_where_it_was_used(catalogue: City) -> None:
    coordinator, words = catalogue.client("coordinator"), reverse("catalogue:words")
    field = {"adds": "competence", "competence-name": "园林绿化", "competence-code": "parks"}
    assert "以小写字母开头" in coordinator.post(words, field | {"competence-code": "2-parks"}).content.decode()
    coordinator.post(words, field | {"competence-note": "城市绿地"})
    coordinator.post(words, {"adds": "kind", "kind-code": "park", "kind-name": "公园", "kind-nature": "facility"})
    assert (
        Competence.objects.get(name="园林绿化").pool == "expert-parks"
        and ObjectKind.objects.filter(code="park").exists()
    )
    again = coordinator.post(words, field).content.decode()
    assert "“园林绿化”已有专业领域使用" in again
    used = Competence.objects.get(name="物业")
    coordinator.post(reverse("catalogue:competence", args=[used.pk]), {"is_active": "0"})
    assert "物业" in [one.name for one in ItemVersion.objects.get(item__code="WY-01").competences.all()]
    edit = catalogue.client("chen").get(reverse("catalogue:edit", args=["WY-01"])).content.decode()
    fresh = catalogue.client("chen").get(reverse("catalogue:new")).content.decode()
    box = f'name="competences" value="{used.pk}"'
    assert box in edit and box not in fresh
    with pytest.raises(NotAllowed):
        actions.add_competence(catalogue["chen"], "own", "私设")


def test_the_list_is_searched_by_law_and_article_by_staff_and_public_alike(catalogue: City) -> None:
    for client, address in ((catalogue.client("chen"), "/desk/catalogue/"), (Client(), "/items/")):
        found = client.get(f"{address}?law=物业管理条例&article=53").context["listing"].page
        assert [version.item.code for version in found] == ["WY-02"]
        found = client.get(f"{address}?article=第三十五条").context["listing"].page
        assert {version.item.code for version in found} == {"WY-01", "ZA-04"}


def test_the_public_sees_what_changed_between_two_days(catalogue: City) -> None:
    today = clock.today()
    version = actions.submit(catalogue["chen"], _changed(catalogue))
    actions.put_in_force(catalogue["coordinator"], version, today)
    actions.repeal(catalogue["coordinator"], ItemVersion.objects.get(item__code="WY-03"), today + DAY, "并入 WY-01")
    query = f"?since={today - DAY}&until={today + DAY}"
    page = Client().get(f"/items/changes/{query}").content.decode()
    assert "变更：" in page and "<ins>一项新内容</ins>" in page and "废止：" in page and "CJ-01" not in page
    body = json.loads(b"".join(Client().get(f"/items/changes.json{query}")))  # type: ignore[arg-type]  # a streaming answer
    assert [(row["change"], row["code"], row["fields"]) for row in body["rows"]] == [
        ("变更", "WY-01", "检查内容"),
        ("废止", "WY-03", ""),
    ]
    assert "清单没有变化" in Client().get(f"/items/changes/?since={today}&until={today}").content.decode()
    assert Client().get("/items/changes/?since=昨天").status_code == 200


def _changed(city: City) -> ItemVersion:
    version = ItemVersion.objects.get(item__code="WY-01")
    text = replace(text_of(version), content="一项新内容", reason="修订")
    return actions.draft_version(city["chen"], version.item, text)


def test_the_official_list_is_printed_as_of_a_day_by_staff_and_public(catalogue: City) -> None:
    for client, address in ((catalogue.client("chen"), reverse("catalogue:list-pdf")), (Client(), "/items.pdf")):
        response = client.get(f"{address}?day={clock.today()}&organisation=zjj-wuye")
        assert response.content.startswith(b"%PDF") and response["Content-Type"] == "application/pdf"
        assert client.get(f"{address}?day=2020-01-01").content.startswith(b"%PDF")


def test_a_word_with_a_formula_or_a_script_stays_text(catalogue: City) -> None:
    with pytest.raises(Refused, match="写明专业领域"):
        actions.add_competence(catalogue["coordinator"], "a", "  ")
    actions.add_competence(catalogue["coordinator"], "odd", "<b>=1+1</b>")
    page = catalogue.client("coordinator").get(reverse("catalogue:words")).content.decode()
    assert "<b>=1+1</b>" not in page and "&lt;b&gt;=1+1" in page
