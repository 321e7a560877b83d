"""Risk classes: base classes, marks and their days, rules that two people make, and why an object is in its class."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as some

from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.registry import actions
from sunlot.registry.models import CreditMark, InspectionObject, RiskRuleSet
from sunlot.registry.risk import Line, classify
from tests.cast import City

from .files import HEADS, xlsx
from .files import enterprise as row
from .makers import enterprise, in_days

LINES = [Line("dishonest", 1, "D"), Line("complaint", 1, "B"), Line("complaint", 2, "C"), Line("trusted", 1, "A")]


@pytest.fixture
def ruled(town: City) -> City:
    """The town with rules in force."""
    actions.decide_rules(town["leader"], actions.propose_rules(town["coordinator"], LINES, "试行"), accept=True)
    return town


def now(entry: InspectionObject) -> str:
    return InspectionObject.objects.get(pk=entry.pk).risk_class


def test_rules_are_proposed_by_the_coordinator_and_approved_by_the_leader(town: City) -> None:
    enterprise(1, town["chen"])
    client = town.client("coordinator")
    page = client.post(
        "/desk/registry/risk-rules/",
        {"reason": "试行", "class-dishonest-1": "D", "times-complaint-1": "3", "class-complaint-1": "C"},
    )
    assert page.status_code == 302
    rules = RiskRuleSet.objects.get()
    assert [str(one) for one in rules.lines.all()] == ["投诉举报 3 次及以上 → C", "失信被执行人 1 次及以上 → D"]
    with pytest.raises(NotAllowed, match="分管领导批准"):
        actions.decide_rules(town["coordinator"], rules, accept=True)
    assert "批准第 1 版" in town.client("leader").get("/desk/registry/risk-rules/").content.decode()
    town.client("leader").post("/desk/registry/risk-rules/1/decide/", {"decision": "accept"})
    assert "失信被执行人：至少 D" in client.get("/desk/registry/risk-rules/").content.decode()
    with pytest.raises(NotAllowed, match="统筹科室拟订"):
        actions.propose_rules(town["chen"], LINES, "再来")


def test_a_mark_of_the_entity_sets_the_class_of_its_object_and_the_page_says_why(ruled: City) -> None:
    entry = enterprise(1, ruled["chen"])
    entity = entry.entities.get()
    client = ruled.client("chen")
    mark = {"kind": "dishonest", "source": "中国执行信息公开网", "since": clock.today().isoformat()}
    assert client.post(f"/desk/registry/entities/{entity.pk}/marks/new/", mark).status_code == 302
    assert now(entry) == "D"
    page = client.get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    assert "失信被执行人：至少 D。评定为 B 一般" in page
    assert "信用风险：登记失信被执行人" in page
    assert entry.name in client.get("/desk/registry/objects/?mark=dishonest&risk=D").content.decode()
    assert "已经登记过" in client.post(f"/desk/registry/entities/{entity.pk}/marks/new/", mark).content.decode()
    found = CreditMark.objects.get()
    address = f"/desk/registry/entities/{entity.pk}/marks/{found.pk}/end/"
    assert client.post(address, {"on": clock.today().isoformat(), "reason": ""}).status_code == 200
    assert client.post(address, {"on": clock.today().isoformat(), "reason": "已履行"}).status_code == 302
    assert now(entry) == "B"


def test_an_expired_mark_stops_counting_on_its_day(ruled: City) -> None:
    entry = enterprise(1, ruled["chen"])
    actions.add_mark(
        ruled["chen"],
        entry,
        kind="dishonest",
        source="法院",
        since=clock.today(),
        until=clock.today() + timedelta(days=2),
    )
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert actions.lapse_marks() == 0
        assert now(entry) == "D"
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        assert actions.lapse_marks() == 1
        assert now(entry) == "B"
        assert actions.lapse_marks() == 0


def test_a_class_by_hand_or_by_import_is_the_base_and_marks_stay_above_it(ruled: City, imported: Any) -> None:
    entry = enterprise(1, ruled["chen"])
    actions.add_mark(ruled["chen"], entry, kind="dishonest", source="法院", since=clock.today())
    changed = actions.set_risk(ruled["chen"], entry, "A", "年度评定")
    assert (changed.risk_base, changed.risk_class) == ("A", "D")
    roster = imported(xlsx([HEADS, row(1, risk="C")]))
    ruled.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"})
    entry.refresh_from_db()
    assert (entry.risk_base, entry.risk_class) == ("C", "D")
    actions.end_mark(ruled["chen"], CreditMark.objects.get(), "已履行")
    assert now(entry) == "C"


def test_new_rules_reclassify_at_once_and_say_how_many(ruled: City) -> None:
    entry = enterprise(1, ruled["chen"])
    for days in (0, 1):
        actions.add_mark(ruled["chen"], entry, kind="complaint", source="12345", since=in_days(-days))
    assert now(entry) == "C"
    stricter = actions.propose_rules(ruled["coordinator"], [Line("complaint", 2, "D")], "从严")
    with pytest.raises(Refused, match="先办结它"):
        actions.propose_rules(ruled["coordinator"], LINES, "又一版")
    actions.decide_rules(ruled["leader"], stricter, accept=True)
    assert now(entry) == "D"


def test_a_mark_needs_source_and_days_in_order(ruled: City) -> None:
    entry = enterprise(1, ruled["chen"])
    for wrong, words in (
        ({"source": " "}, "来源"),
        ({"since": in_days(1)}, "不能晚于今天"),
        ({"until": date(2020, 1, 1)}, "不能早于列入日期"),
    ):
        with pytest.raises(Refused, match=words):
            actions.add_mark(
                ruled["chen"], entry, **({"kind": "complaint", "source": "12345", "since": clock.today()} | wrong)
            )
    assert ruled.client("outsider").get(f"/desk/registry/objects/{entry.pk}/marks/new/").status_code == 404
    with pytest.raises(NotAllowed):
        actions.add_mark(ruled["scjg-clerk"], entry, kind="complaint", source="12345", since=clock.today())


def test_a_licence_is_warned_of_and_a_renewal_takes_its_place(town: City) -> None:
    entry = enterprise(1, town["chen"], kind="gas")
    client = town.client("chen")
    data = {"name": "燃气经营许可证", "number": "燃01", "issuer": "住建厅", "expires": in_days(30).isoformat()}
    assert client.post(f"/desk/registry/objects/{entry.pk}/licences/new/", data).status_code == 302
    assert "1 个对象的许可证 60 天内到期" in client.get("/desk/").content.decode()
    assert entry.name in client.get("/desk/registry/objects/?licence=soon").content.decode()
    renewed = data | {"number": "燃02", "expires": in_days(900).isoformat()}
    assert client.post(f"/desk/registry/objects/{entry.pk}/licences/new/", renewed).status_code == 302
    assert entry.name not in client.get("/desk/registry/objects/?licence=soon").content.decode()
    page = client.get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    assert "由 燃02 取代" in page
    assert "登记燃气经营许可证 燃02" in page


@given(
    base=some.sampled_from("ABCD"),
    counts=some.dictionaries(some.sampled_from(["dishonest", "complaint", "trusted"]), some.integers(0, 3)),
)
def test_a_class_never_rests_on_anything_but_base_marks_and_rules(base: str, counts: dict[str, int]) -> None:
    found = classify(base, counts, LINES)
    assert found.risk_class in {base, *(line.risk_class for line in found.lines)}
    assert all(counts.get(line.mark, 0) >= line.at_least for line in found.lines)
    against = [line for line in LINES if line.mark != "trusted" and counts.get(line.mark, 0) >= line.at_least]
    if against:
        assert found.risk_class == max(base, *(line.risk_class for line in against), "A")
    else:
        assert found.risk_class <= base
