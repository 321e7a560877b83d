"""What the rules promise, whatever the table: every object in one stratum, no less of more risk, the most tickets."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sunlot.planning.ratios.rules import (
    GRAVEST_FIRST,
    MarkKind,
    Rule,
    Subject,
    faults_of,
    figures,
    is_stratum,
    stratum_label,
    stratum_of,
    stratum_order,
    tickets_of,
)

RISKS = "ABCD"
ITEMS, KINDS = ("", "WY-01", "CJ-01"), ("", "property", "gas")
MARKS = [kind.value for kind in MarkKind]
marks = st.frozensets(st.sampled_from(MARKS))
scopes = st.sampled_from([("", ""), ("WY-01", ""), ("CJ-01", ""), ("", "property"), ("", "gas")])
subjects = st.frozensets(st.builds(Subject, st.sampled_from(ITEMS[1:]), st.sampled_from(KINDS[1:])), min_size=1)


@st.composite
def tables(draw: st.DrawFn) -> list[Rule]:
    keys = draw(
        st.lists(st.tuples(scopes, st.sampled_from(RISKS), st.sampled_from(["", *MARKS])), unique=True, max_size=14)
    )
    rows = []
    for row, ((item, kind), risk, mark) in enumerate(keys, 1):
        ratio = draw(st.integers(0, 1000)) if not mark else draw(st.none() | st.integers(0, 1000))
        rows.append(Rule(row, risk, mark, item, kind, ratio, ratio, ratio, None, draw(st.integers(1, 9))))
    return rows


@given(tables(), subjects, st.sampled_from(RISKS), marks)
def test_every_object_of_a_class_with_a_rule_is_in_exactly_one_stratum_that_is_its_own(
    table: list[Rule], asked: frozenset[Subject], risk: str, borne: frozenset[str]
) -> None:
    strata = set(figures(table, asked))
    own = stratum_of(strata, risk, borne)
    if risk in strata:
        assert own is not None
    if own is not None:
        assert own in strata and own[0] == risk and is_stratum(own)
        mark = own.partition("-")[2]
        assert mark in borne or not mark
        graver = list(GRAVEST_FIRST[: GRAVEST_FIRST.index(MarkKind(mark))]) if mark else list(GRAVEST_FIRST)
        assert not any(f"{risk}-{one}" in strata for one in graver if one in borne)


@given(tables(), subjects, st.integers(0, 500))
def test_more_risk_never_draws_less_where_the_table_is_in_order_for_each_subject(
    table: list[Rule], asked: frozenset[Subject], candidates: int
) -> None:
    each = [figures(table, [one]) for one in asked]
    ordered = all(
        (one[low].permille or 0) <= (one[high].permille or 0)
        for one in each
        for low, high in itertools.pairwise(RISKS)
        if low in one and high in one
    ) and all(low not in one or high in one for one in each for low, high in itertools.pairwise(RISKS))
    found = figures(table, asked)
    if ordered:
        quotas = [found[risk].quota_of(candidates) for risk in RISKS if risk in found]
        assert quotas == sorted(quotas)


@given(tables(), subjects)
def test_among_several_subjects_the_highest_ratio_counts_and_for_each_the_most_specific_row(
    table: list[Rule], asked: frozenset[Subject]
) -> None:
    found = figures(table, asked)
    for name, rule in found.items():
        each = [alone[name] for one in asked if name in (alone := figures(table, [one]))]
        assert rule.permille == max(one.permille or 0 for one in each)
        assert rule in each
    assert list(found) == sorted(found, key=stratum_order)


@given(tables(), subjects, st.sampled_from(RISKS), marks, marks)
def test_another_mark_never_takes_a_ticket_away(
    table: list[Rule], asked: frozenset[Subject], risk: str, borne: frozenset[str], more: frozenset[str]
) -> None:
    held = tickets_of(table, asked, risk, borne)
    assert 1 <= held <= tickets_of(table, asked, risk, borne | more)


def test_the_most_specific_row_wins_item_over_kind_over_all() -> None:
    table = [
        Rule(1, "C", permille=100, minimum=0, maximum=200),
        Rule(2, "C", kind="gas", permille=300, minimum=0, maximum=400),
        Rule(3, "C", item="CJ-01", permille=200, minimum=0, maximum=400),
    ]
    for subject, row in ((Subject("CJ-01", "gas"), 3), (Subject("CJ-02", "gas"), 2), (Subject("CJ-02", "heat"), 1)):
        assert figures(table, [subject])["C"].row == row
    assert figures(table, [Subject("CJ-01", "gas"), Subject("CJ-02", "gas")])["C"].row == 2


def test_a_table_that_draws_less_of_more_risk_is_told_by_its_rows() -> None:
    table = [
        Rule(1, "D", permille=100),
        Rule(2, "C", permille=300),
        Rule(3, "C", "complaint", permille=200),
        Rule(4, "C", "trusted", permille=400),
        Rule(5, "B", kind="gas", permille=900),  # another kind's rows are compared among themselves
    ]
    assert faults_of(table) == [
        "第 1 行 D 类的比例低于第 2 行 C 类",
        "第 4 行C 类，列入守信激励名单的比例高于第 2 行没有标记的",
        "第 3 行C 类，有投诉举报的比例低于第 2 行没有标记的",
    ]
    assert stratum_label("C-complaint") == "C 类，有投诉举报"
