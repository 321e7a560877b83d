"""Guides and detailed rules: eight parts, reviewed like items, at hand where the work is done."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sunlot.catalogue import actions, queries
from sunlot.catalogue.models import Guide, GuideVersion, Item, ItemVersion
from sunlot.catalogue.texts import GuideText, NewGuide
from sunlot.desk.todo import waiting_for
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import EventDetail
from tests.cast import City, load_items

DAY = timedelta(days=1)
PARTS = GuideVersion.PARTS
NAMES = ["抽查项目", "抽查对象", "事项类别", "抽查方式", "公示程序", "信息共享", "监管衔接", "归档方式"]


@pytest.fixture
def catalogue(city: City) -> City:
    load_items()
    return city


def a_text(**changes: Any) -> GuideText:
    parts = {part: f"# 要点\n- {name}第一条\n- {name}第二条" for part, name in zip(PARTS, NAMES, strict=True)}
    items = list(Item.objects.filter(code__in=["WY-01", "WY-02"]))
    return GuideText(**{"name": "物业服务企业随机抽查工作细则", "items": items, "parts": parts, **changes})


def drafted(city: City, **changes: Any) -> GuideVersion:
    wanted = NewGuide("WY-XZ-01", city.organisations["zjj-wuye"], "rules", "medium")
    return actions.draft_version(city["chen"], wanted, a_text(**changes))


def published(city: City, **changes: Any) -> GuideVersion:
    version = actions.submit(city["chen"], drafted(city, **changes))
    return actions.put_in_force(city["coordinator"], version, clock.today())


def a_form(city: City, **changes: Any) -> dict[str, Any]:
    return {
        "code": "WY-XZ-01",
        "organisation": city.organisations["zjj-wuye"].pk,
        "type": "rules",
        "degree": "medium",
        "name": "物业服务企业随机抽查工作细则",
        "items": [Item.objects.get(code="WY-01").pk],
        "reason": "",
        **dict.fromkeys(PARTS, "# 要点\n- 一条"),
        **changes,
    }


def test_the_parts_are_those_of_the_notice_in_its_order() -> None:
    assert [GuideVersion.label_of(part) for part in PARTS] == NAMES


def test_a_guide_goes_the_whole_way_through_the_pages(catalogue: City) -> None:
    chen, coordinator = catalogue.client("chen"), catalogue.client("coordinator")
    response = chen.post(reverse("catalogue:guide-new"), a_form(catalogue, archiving=""), follow=True)
    assert "补全第 1 版的草稿" in response.content.decode() and "八个部分还缺归档方式" in response.content.decode()
    chen.post(reverse("catalogue:guide-edit", args=["WY-XZ-01"]), a_form(catalogue))
    chen.post(reverse("catalogue:guide-submit", args=["WY-XZ-01"]))
    todo = [entry for entry in waiting_for(catalogue["coordinator"]) if "WY-XZ-01" in entry.title]
    assert [entry.url for entry in todo] == [reverse("catalogue:guide-put-in-force", args=["WY-XZ-01"])]
    coordinator.post(todo[0].url, {"effective_from": clock.today().isoformat()})
    version = GuideVersion.objects.get(guide__code="WY-XZ-01")
    assert version.state == "in-force"
    entry = EventDetail.objects.get(type="catalogue.guide_in_force").event.entry
    assert '"subject":"guide:WY-XZ-01:1"' in entry

    public = Client().get("/guides/WY-XZ-01/").content.decode()
    assert all(name in public for name in NAMES) and "<li>一条</li>" in public
    assert "WY-XZ-01" in Client().get("/guides/").content.decode()
    assert b"WY-XZ-01" in b"".join(Client().get("/guides.json"))  # type: ignore[arg-type]  # a streaming answer
    for page in ("/desk/catalogue/WY-01/", "/desk/catalogue/guides/?item=wy-01"):
        assert "物业服务企业随机抽查工作细则" in chen.get(page).content.decode()
    assert "物业服务企业随机抽查工作细则" in Client().get("/items/WY-01/").content.decode()
    for page in ("/guides/WY-XZ-01/1.pdf", "/desk/catalogue/guides/WY-XZ-01/1.pdf"):
        assert chen.get(page).content.startswith(b"%PDF")

    on = clock.today() + 2 * DAY
    coordinator.post(reverse("catalogue:guide-repeal", args=["WY-XZ-01"]), {"on": on.isoformat(), "reason": "并入指引"})
    assert queries.guides_for([version.items.get().pk], on) == {version.items.get().pk: []}


def test_without_all_eight_parts_and_an_item_nothing_is_submitted(catalogue: City) -> None:
    version = drafted(catalogue, items=[], parts={"projects": "查什么"})
    with pytest.raises(Refused, match=r"没有选定适用事项；八个部分还缺抽查对象.*归档方式"):
        actions.submit(catalogue["chen"], version)


def test_who_wrote_some_of_a_guide_does_not_put_it_in_force(catalogue: City) -> None:
    version = drafted(catalogue)
    changed = actions.change_draft(catalogue["coordinator"], version, a_text(name="细则"))
    with pytest.raises(NotAllowed, match="另一位统筹人员"):
        actions.put_in_force(catalogue["coordinator"], actions.submit(catalogue["chen"], changed), clock.today())


@pytest.mark.parametrize("username", ["chen", "wuye-head", "leader", "outsider"])
def test_only_the_coordinator_decides_on_a_guide(catalogue: City, username: str) -> None:
    version = actions.submit(catalogue["chen"], drafted(catalogue))
    with pytest.raises(NotAllowed):
        actions.put_in_force(catalogue[username], version, clock.today())


def test_a_draft_of_another_organisation_is_not_seen_and_not_public(catalogue: City) -> None:
    drafted(catalogue)
    assert catalogue.client("scjg-clerk").get("/desk/catalogue/guides/WY-XZ-01/").status_code == 404
    assert catalogue.client("scjg-clerk").get("/desk/catalogue/guides/WY-XZ-01/1.pdf").status_code == 404
    assert Client().get("/guides/WY-XZ-01/").status_code == 404
    assert Client().get("/guides/WY-XZ-01/1.pdf").status_code == 404


def test_the_preview_shows_how_the_parts_read_and_stores_nothing(catalogue: City) -> None:
    form = a_form(catalogue, name="", mode="1. 先看\n2. 后问\n<script>alert(1)</script>", preview="1")
    page = catalogue.client("chen").post(reverse("catalogue:guide-new"), form).content.decode()
    assert "<ol><li>先看</li><li>后问</li></ol>" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert 'value="WY-XZ-01"' in page and not Guide.objects.exists()


def test_the_next_version_shows_its_difference_part_by_part(catalogue: City) -> None:
    version = published(catalogue)
    parts = {**a_text().parts, "sharing": "- 推送国家公示系统"}
    actions.draft_version(catalogue["chen"], version.guide, a_text(parts=parts, reason="平台变更"))
    page = catalogue.client("chen").get("/desk/catalogue/guides/WY-XZ-01/?version=2&against=1").content.decode()
    assert "<ins>- 推送国家公示系统</ins>" in page and "信息共享" in page
    assert '<th scope="row">归档方式</th>' not in page


def test_the_guides_at_hand_are_those_of_the_day(catalogue: City) -> None:
    version = published(catalogue)
    item = ItemVersion.objects.get(item__code="WY-02").item_id
    other = ItemVersion.objects.get(item__code="CJ-01").item_id
    assert queries.guides_for([item, other], clock.today()) == {item: [version], other: []}
    assert queries.guides_covering([item, other], clock.today()) == [version]
    assert queries.guides_covering([item], clock.today() - DAY) == []
