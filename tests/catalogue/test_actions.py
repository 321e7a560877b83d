"""From a draft to an item in force, superseded and repealed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sunlot.catalogue import actions, queries
from sunlot.catalogue.models import Basis, Item, ItemVersion, ObjectKind
from sunlot.catalogue.texts import BasisText, ItemText, NewItem, text_of
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import EventDetail
from sunlot.trail.queries import history
from tests.cast import City, load_items

DAY = timedelta(days=1)


@pytest.fixture
def catalogue(city: City) -> City:
    load_items()
    return city


def a_text(**changes: object) -> ItemText:
    text = ItemText(
        name="电梯维护费用公示检查",
        category="general",
        kinds=list(ObjectKind.objects.filter(name="物业服务企业")),
        content="电梯维护费用收支是否公示",
        modes=["on-site"],
        bases=[BasisText("物业管理条例", "第五条")],
    )
    return replace(text, **changes)  # type: ignore[arg-type]  # the fields of ItemText


def drafted(city: City, **changes: object) -> ItemVersion:
    return actions.draft_version(city["chen"], NewItem("WY-09", city.organisations["zjj-wuye"]), a_text(**changes))


def in_force_from(city: City, day: date, **changes: object) -> ItemVersion:
    version = actions.submit(city["chen"], drafted(city, **changes))
    return actions.put_in_force(city["coordinator"], version, day)


def test_an_item_goes_from_draft_to_force_by_two_people_and_its_story_says_so(catalogue: City) -> None:
    today = clock.today()
    version = in_force_from(catalogue, today)
    assert version.state == "in-force"
    assert queries.in_force(today).filter(pk=version.pk).exists()
    assert not queries.in_force(today - DAY).filter(pk=version.pk).exists()
    words = [entry.words for entry in history(f"item:{version.item_id}")]
    assert words == [
        f"审核通过事项 WY-09 电梯维护费用公示检查（第 1 版），自 {today.isoformat()} 起生效",
        "提交事项 WY-09 电梯维护费用公示检查（第 1 版），由统筹科室审核",
        "起草事项 WY-09 电梯维护费用公示检查（第 1 版）",
    ]
    entry = EventDetail.objects.get(type="catalogue.item_in_force", thing=f"item:{version.item_id}").event.entry
    assert '"subject":"item:WY-09:1"' in entry and "电梯" not in entry


def test_without_a_basis_nothing_is_submitted_and_nothing_comes_into_force(catalogue: City) -> None:
    version = drafted(catalogue, bases=[])
    with pytest.raises(Refused, match="没有检查依据"):
        actions.submit(catalogue["chen"], version)
    ItemVersion.objects.filter(pk=version.pk).update(state="in-review")
    with pytest.raises(Refused, match="没有检查依据"):
        actions.put_in_force(catalogue["coordinator"], version, clock.today())
    assert not queries.in_force(clock.today()).filter(pk=version.pk).exists()


def test_everything_that_is_missing_is_said_at_once(catalogue: City) -> None:
    with pytest.raises(Refused, match=r"检查依据.*检查对象类别.*检查内容.*检查方式"):
        actions.submit(catalogue["chen"], drafted(catalogue, bases=[], kinds=[], content=" ", modes=[]))


@pytest.mark.parametrize("username", ["chen", "wuye-head", "leader", "supervisor", "scjg-head", "outsider", "sysadmin"])
def test_only_the_coordinator_puts_in_force_returns_and_repeals(catalogue: City, username: str) -> None:
    version = actions.submit(catalogue["chen"], drafted(catalogue))
    with pytest.raises(NotAllowed, match="统筹科室"):
        actions.put_in_force(catalogue[username], version, clock.today())
    with pytest.raises(NotAllowed, match="统筹科室"):
        actions.return_draft(catalogue[username], version, "改")
    with pytest.raises(NotAllowed, match="统筹科室"):
        actions.repeal(catalogue[username], ItemVersion.objects.get(item__code="WY-01"), clock.today(), "停用")


@pytest.mark.parametrize("username", ["outsider", "scjg-clerk", "supervisor", "auditor"])
def test_nobody_drafts_for_another_unit(catalogue: City, username: str) -> None:
    with pytest.raises(NotAllowed, match="物业科"):
        actions.draft_version(catalogue[username], NewItem("WY-09", catalogue.organisations["zjj-wuye"]), a_text())
    with pytest.raises(NotAllowed, match="物业科"):
        actions.draft_version(catalogue[username], Item.objects.get(code="WY-01"), a_text(reason="修改"))


def test_a_coordinator_never_approves_what_it_wrote_itself_not_even_a_word_of_it(catalogue: City) -> None:
    second = catalogue.add("coordinator2", "韩统筹", "zjj-fagui", Role.COORDINATOR)
    version = drafted(catalogue)
    actions.change_draft(catalogue["coordinator"], version, a_text(content="收费是否公示"))
    actions.submit(catalogue["chen"], version)
    with pytest.raises(NotAllowed, match="另一位统筹人员"):
        actions.put_in_force(catalogue["coordinator"], version, clock.today())
    assert actions.put_in_force(second, version, clock.today()).state == "in-force"


def test_nothing_comes_into_force_in_the_past(catalogue: City) -> None:
    version = actions.submit(catalogue["chen"], drafted(catalogue))
    with pytest.raises(Refused, match="已经过去"):
        actions.put_in_force(catalogue["coordinator"], version, clock.today() - DAY)


def test_a_new_version_takes_over_on_its_day_and_the_old_one_ends_the_day_before(catalogue: City) -> None:
    start = clock.today() + 10 * DAY
    old = ItemVersion.objects.get(item__code="WY-01")
    text = replace(text_of(old), content="新的检查内容", reason="条例修订")
    new = actions.put_in_force(
        catalogue["coordinator"],
        actions.submit(catalogue["chen"], actions.draft_version(catalogue["chen"], old.item, text)),
        start,
    )
    old.refresh_from_db()
    assert (old.state, old.effective_to) == ("superseded", start - DAY)
    assert [version.number for version in queries.in_force(start - DAY).filter(item=old.item)] == [1]
    assert [version.number for version in queries.in_force(start).filter(item=old.item)] == [2]
    assert new.number == 2


def test_a_change_without_a_reason_is_not_submitted(catalogue: City) -> None:
    old = ItemVersion.objects.get(item__code="WY-01")
    version = actions.draft_version(catalogue["chen"], old.item, replace(text_of(old), reason=""))
    with pytest.raises(Refused, match="变更理由"):
        actions.submit(catalogue["chen"], version)


def test_one_version_is_worked_on_at_a_time(catalogue: City) -> None:
    old = ItemVersion.objects.get(item__code="WY-01")
    actions.draft_version(catalogue["chen"], old.item, replace(text_of(old), reason="一"))
    with pytest.raises(Refused, match="第 2 版还在草稿"):
        actions.draft_version(catalogue["wuye-head"], old.item, replace(text_of(old), reason="二"))


def test_days_of_two_versions_never_overlap(catalogue: City) -> None:
    today = clock.today()
    version = in_force_from(catalogue, today)
    second = actions.draft_version(catalogue["chen"], version.item, a_text(reason="改"))
    actions.submit(catalogue["chen"], second)
    with pytest.raises(Refused, match=f"最早自 {(today + DAY).isoformat()} 起"):
        actions.put_in_force(catalogue["coordinator"], second, today)
    actions.repeal(catalogue["coordinator"], version, today + 5 * DAY, "停用")
    with pytest.raises(Refused, match=f"最早自 {(today + 5 * DAY).isoformat()} 起"):
        actions.put_in_force(catalogue["coordinator"], second, today + 4 * DAY)
    actions.put_in_force(catalogue["coordinator"], second, today + 5 * DAY)
    numbers = [queries.in_force(today + n * DAY).get(item=version.item).number for n in range(7)]
    assert numbers == [1, 1, 1, 1, 1, 2, 2]


def test_a_repealed_item_can_be_used_until_the_day_before_and_is_in_the_public_log(catalogue: City) -> None:
    version, on = ItemVersion.objects.get(item__code="WY-03"), clock.today() + 3 * DAY
    with pytest.raises(Refused, match="理由"):
        actions.repeal(catalogue["coordinator"], version, on, " ")
    with pytest.raises(Refused, match="已经过去"):
        actions.repeal(catalogue["coordinator"], version, clock.today() - DAY, "依据废止")
    actions.repeal(catalogue["coordinator"], version, on, "依据废止")
    assert queries.in_force(on - DAY).filter(item__code="WY-03").exists()
    assert not queries.in_force(on).filter(item__code="WY-03").exists()
    entry = EventDetail.objects.get(type="catalogue.item_repealed").event.entry
    assert '"public":{"item":"WY-03","version":1}' in entry and "依据" not in entry


def test_an_item_is_not_repealed_on_the_day_it_begins(catalogue: City) -> None:
    version = in_force_from(catalogue, clock.today())
    with pytest.raises(Refused, match="最早自"):
        actions.repeal(catalogue["coordinator"], version, clock.today(), "写错了")


def test_until_its_first_day_a_version_is_called_off_and_the_one_before_goes_on(catalogue: City) -> None:
    old = ItemVersion.objects.get(item__code="WY-01")
    text = replace(text_of(old), content="新的检查内容", reason="条例修订")
    draft = actions.draft_version(catalogue["chen"], old.item, text)
    new = actions.put_in_force(
        catalogue["coordinator"], actions.submit(catalogue["chen"], draft), clock.today() + 10 * DAY
    )
    with pytest.raises(NotAllowed):
        actions.call_off(catalogue["chen"], new, "条例推迟施行")
    with pytest.raises(Refused, match="须写明理由"):
        actions.call_off(catalogue["coordinator"], new, " ")
    for _ in range(2):
        actions.call_off(catalogue["coordinator"], new, "条例推迟施行")
    new.refresh_from_db()
    old.refresh_from_db()
    assert (new.state, new.effective_from, new.approved_by_id, new.returned_comment) == (
        "draft", None, None, "条例推迟施行",
    )  # fmt: skip
    assert (old.state, old.effective_to) == ("in-force", None)
    assert old in queries.in_force(clock.today() + 400 * DAY)
    events = EventDetail.objects.filter(type="catalogue.item_called_off")
    assert events.count() == 1
    again = actions.put_in_force(catalogue["coordinator"], actions.submit(catalogue["chen"], new), clock.today() + DAY)
    assert again.state == "in-force"


def test_from_its_first_day_on_nothing_is_called_off(catalogue: City) -> None:
    version = in_force_from(catalogue, clock.today())
    with pytest.raises(Refused, match="已经生效，不能撤销"):
        actions.call_off(catalogue["coordinator"], version, "理由")


def test_a_version_whose_successor_is_being_written_is_not_called_off(catalogue: City) -> None:
    version = in_force_from(catalogue, clock.today() + 5 * DAY)
    actions.draft_version(catalogue["chen"], version.item, a_text(reason="再改"))
    with pytest.raises(Refused, match="新版本已在起草"):
        actions.call_off(catalogue["coordinator"], version, "理由")


def test_what_is_in_force_or_superseded_is_neither_returned_nor_put_in_force_again(catalogue: City) -> None:
    version = in_force_from(catalogue, clock.today())
    with pytest.raises(Refused, match="不能退回"):
        actions.return_draft(catalogue["coordinator"], version, "意见")
    ItemVersion.objects.filter(pk=version.pk).update(state="superseded", effective_to=clock.today())
    with pytest.raises(Refused, match="不能生效"):
        actions.put_in_force(catalogue["coordinator"], version, clock.today() + 9 * DAY)


def test_a_returned_draft_keeps_the_comment_until_it_is_submitted_again(catalogue: City) -> None:
    version = actions.submit(catalogue["chen"], drafted(catalogue))
    with pytest.raises(Refused, match="退回意见"):
        actions.return_draft(catalogue["coordinator"], version, "")
    version = actions.return_draft(catalogue["coordinator"], version, "补充条文")
    assert (version.state, version.returned_comment) == ("draft", "补充条文")
    version = actions.submit(catalogue["chen"], version)
    assert (version.state, version.returned_comment) == ("in-review", "")


def test_each_act_done_twice_is_done_once(catalogue: City) -> None:
    version, today = drafted(catalogue), clock.today()
    for _ in range(2):
        actions.submit(catalogue["chen"], version)
    for _ in range(2):
        actions.put_in_force(catalogue["coordinator"], version, today)
    for _ in range(2):
        actions.repeal(catalogue["coordinator"], version, today + DAY, "停用")
    assert len(history(f"item:{version.item_id}")) == 4


def test_steps_out_of_order_are_refused_with_the_state(catalogue: City) -> None:
    version = drafted(catalogue)
    with pytest.raises(Refused, match="“草稿”，不能生效"):
        actions.put_in_force(catalogue["coordinator"], version, clock.today())
    with pytest.raises(Refused, match="“草稿”，不能废止"):
        actions.repeal(catalogue["coordinator"], version, clock.today(), "停用")
    actions.submit(catalogue["chen"], version)
    with pytest.raises(Refused, match="只有草稿可以修改"):
        actions.change_draft(catalogue["chen"], version, a_text())


def test_a_change_is_recorded_with_what_it_changed_and_no_change_with_nothing(catalogue: City) -> None:
    version = drafted(catalogue)
    actions.change_draft(catalogue["chen"], version, a_text())
    assert len(history(f"item:{version.item_id}")) == 1
    actions.change_draft(
        catalogue["chen"], version, a_text(content="改过", bases=[BasisText("物业管理条例", "第六条")])
    )
    newest = history(f"item:{version.item_id}")[0]
    assert newest.before == {"content": "电梯维护费用收支是否公示", "bases": [["物业管理条例", "第五条", ""]]}
    assert newest.after == {"content": "改过", "bases": [["物业管理条例", "第六条", ""]]}
    assert [str(basis) for basis in Basis.objects.filter(version=version)] == ["《物业管理条例》第六条"]


@pytest.mark.parametrize("code", ["WY-01", "wy-9", "9-WY", "W", "WY 9", "W" * 25])
def test_a_code_that_is_taken_or_malformed_is_refused(catalogue: City, code: str) -> None:
    with pytest.raises(Refused, match=r"编号"):
        actions.draft_version(catalogue["chen"], NewItem(code, catalogue.organisations["zjj-wuye"]), a_text())


def test_drafts_are_seen_by_their_own_unit_and_its_coordinator_alone(catalogue: City) -> None:
    version = drafted(catalogue)
    assert [
        name
        for name in ("chen", "coordinator", "scjg-clerk", "outsider")
        if queries.versions_seen(catalogue[name]).contains(version)
    ] == [
        "chen",
        "coordinator",
    ]
    assert {item.code for item in queries.items_of(catalogue["chen"])} == {"WY-01", "WY-02", "WY-03", "WY-09"}
    assert queries.items_seen(catalogue["outsider"]).count() == 36
