"""Rounds, competence seats and the cap of visits in the plan's form, on its pages and in what is signed."""

import json
from dataclasses import replace
from datetime import date, timedelta

from sunlot.norms import clock
from sunlot.planning import actions
from sunlot.planning.annual.suggestions import lines_for
from sunlot.planning.content import Window, content_of
from sunlot.planning.models import Plan, PlanVersion
from sunlot.planning.queries import feasibility

from .test_pages import at, sent, text
from .test_ratios import in_force
from .town import Town

NEW = "/desk/planning/new/"


def test_the_form_takes_rounds_seats_for_a_competence_and_a_cap_and_what_is_signed_says_them(town: Town) -> None:
    client = town.city.client("chen")
    fields = sent(town, round_count="2", visit_cap="18") | {
        "skill-zjj-wuye-0": "property",
        "round-ends-1": "2027-03-20",
    }
    response = client.post(NEW, {**fields, "save": "1"})
    plan = Plan.objects.get()
    assert response["Location"] == at(plan)
    said = content_of(plan)
    assert [(one.starts_on, one.ends_on) for one in said.rounds] == [
        (said.starts_on, date(2027, 3, 20)),
        (said.starts_on + timedelta(days=30), said.ends_on),
    ]
    assert said.rounds[1].draw_at.date() < said.rounds[1].starts_on
    assert (said.seats[0].competences, said.visit_cap, said.repeats) == ((("property", 1),), 18, False)
    page = text(client.get(at(plan)))
    assert "分 2 批" in page and "其中物业 1 人" in page and "每名检查人员每批最多 18 户" in page
    assert "物业科·物业人员只有 0 人" in page  # nobody has the test yet
    edited = client.get(at(plan, "edit/")).content.decode()
    assert 'name="round-draw-2"' in edited and 'name="skill-seats-zjj-wuye-0"' in edited
    sheet = text(client.get(at(plan, "sheet/")))
    assert "第 2 批：" in sheet and "物业科·物业 1 人" in sheet and "每人每批最多查 18 户" in sheet


def test_one_round_says_nothing_of_rounds_so_that_signed_digests_stay(town: Town) -> None:
    said = json.loads(PlanVersion.objects.get(plan=town.submitted()).content)
    assert not {"rounds", "repeats", "visit_cap"} & said.keys()
    assert not any("competences" in part for part in said["participants"])


def test_the_items_say_which_competences_lack_and_a_button_fills_in_the_seats(town: Town) -> None:
    client = town.city.client("chen")
    tried = text(client.post(NEW, {**sent(town), "try": "1"}))
    assert "所带事项要求检查人员具备物业" in tried
    filled = client.post(NEW, {**sent(town), "by-items": "1"}).content.decode()
    assert '<option value="property" selected>' in filled
    assert not Plan.objects.exists()
    over = text(client.post(NEW, {**sent(town), "skill-zjj-wuye-0": "property", "skill-seats-zjj-wuye-0": "3"}))
    assert "专业席位共 3 人，多于每组人数" in over


def test_the_rules_times_a_year_are_offered_as_rounds_and_warned_of_where_there_are_fewer(town: Town) -> None:
    in_force(town)
    client = town.city.client("chen")
    fields = sent(town) | {
        "amount-C-complaint": "50",
        "unit-C-complaint": "percent",
        "amount-B": "10",
        "unit-B": "percent",
    }
    tried = text(client.post(NEW, {**fields, "try": "1"}))
    assert "每年可查 2 次，计划只有 1 批" in tried and "按规则分 2 批" in tried
    spread = client.post(NEW, {**fields, "spread": "1"}).content.decode()
    assert 'name="round-starts-2"' in spread and f'value="{town.content.starts_on.year}-12-31"' in spread
    client.post(NEW, {**fields, "round_count": "3", "repeats": "on", "save": "1"})
    assert "分 3 批又允许重复抽取会超过" in "".join(feasibility(Plan.objects.get()).faults_at("rounds"))
    year = clock.today().year + 1
    lines = lines_for(town.city.organisations["zjj"], year, "items")
    assert {line.times for line in lines} == {2}


def test_rounds_that_overlap_or_find_nothing_left_are_faults_at_their_round(town: Town) -> None:
    first, days = town.content, timedelta(days=80)
    rounds = tuple(
        Window(first.draw_at + n * days, first.starts_on + n * days, first.ends_on + n * days) for n in range(3)
    )
    strata = tuple(replace(one, number=None, permille=1000) for one in first.strata)
    plan = town.draft(rounds=rounds, strata=strata)
    assert "第 2 批没有对象可抽：前批已全部抽取" in feasibility(plan).faults_at("rounds.2")[0]
    repeating = actions.change_plan(town["chen"], plan, replace(content_of(plan), repeats=True))
    assert feasibility(repeating).possible
    early = (rounds[0], replace(rounds[1], starts_on=rounds[0].ends_on), rounds[2])
    overlapping = actions.change_plan(town["chen"], plan, replace(content_of(repeating), rounds=early))
    assert "应在第 1 批检查截止之后" in "".join(feasibility(overlapping).faults_at("rounds.2"))
