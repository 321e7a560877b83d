"""How the rows of an item read in one cell of a spreadsheet, and how articles are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.catalogue import notation, prose
from sunlot.catalogue.articles import article_asked, article_of, numeral
from sunlot.catalogue.notation import NotationError
from sunlot.catalogue.texts import FindingText, FrequencyText, MaterialText
from sunlot.catalogue.vocabulary import FollowUp, RiskClass

WORDS = st.text(alphabet="工程许可证原件公示7（）、，", min_size=1, max_size=12)
NOTES = st.one_of(st.just(""), st.text(alphabet="原件复印件最近三个月：，", min_size=1, max_size=12))


@given(st.lists(st.builds(MaterialText, WORDS, NOTES), max_size=5))
def test_materials_written_to_a_cell_are_read_back_the_same(rows: list[MaterialText]) -> None:
    assert notation.parse_materials(notation.written_materials(rows)) == rows


@given(st.lists(st.builds(FindingText, WORDS, st.sampled_from(FollowUp.values), NOTES), max_size=5))
def test_findings_written_to_a_cell_are_read_back_the_same(rows: list[FindingText]) -> None:
    assert notation.parse_findings(notation.written_findings(rows)) == rows


@given(
    st.lists(
        st.builds(
            FrequencyText,
            st.sampled_from(RiskClass.values),
            st.integers(0, 1000),
            st.integers(1, 52),
            st.integers(1, 10),
        ),
        max_size=4,
        unique_by=lambda one: one.risk_class,
    )
)
def test_frequencies_written_to_a_cell_are_read_back_the_same(rows: list[FrequencyText]) -> None:
    assert notation.parse_frequencies(notation.written_frequencies(rows)) == rows


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("D 类 100 %，每年 2 次", FrequencyText("D", 1000, 2)),
        ("a：5%，每2年1次", FrequencyText("A", 50, 1, 2)),
        ("Ｃ类 12.5％ 每年１次", FrequencyText("C", 125)),
    ],
)
def test_a_frequency_is_read_as_people_write_it(text: str, found: FrequencyText) -> None:
    assert notation.parse_frequencies(text) == [found]


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        ("frequencies", "D 类全部", "不是比例和频次"),
        ("frequencies", "D 类 101 %，每年 1 次", "超出范围"),
        ("frequencies", "D 类 10 %，每年 0 次", "超出范围"),
        ("frequencies", "A 类 10 %，每年 1 次\nA 类 20 %，每年 1 次", "写了两次"),
        ("findings", "未公示 → 打一顿", "后续处理不认识"),
        ("findings", "→ 立案查处", "后续处理不认识"),
        ("modes", "现场检查、飞行检查", "没有“飞行检查”这种检查方式"),
        ("category", "一般、重点", "只写一个"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(parse: str, text: str, words: str) -> None:
    with pytest.raises(NotationError, match=words):
        getattr(notation, f"parse_{parse}")(text)


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (31, "三十一"), (100, "一百"), (105, "一百零五"),
     (110, "一百一十"), (1020, "一千零二十"), (1000, "一千")],
)  # fmt: skip
def test_numbers_of_articles_are_written_as_laws_write_them(number: int, written: str) -> None:
    assert numeral(number) == written


def test_an_article_is_found_however_it_is_typed() -> None:
    assert {article_asked(text) for text in ("31", "３１条", "三十一", "第31条", " 第 三十一 条 ")} == {"第三十一条"}
    assert article_of("第 31 条第2款") == "第三十一条第二款"
    assert article_of("附则") == "附则"


def test_the_text_of_a_part_has_headings_paragraphs_and_lists() -> None:
    found = prose.blocks("# 必查\n第一段\n第二段\n- 甲\n• 乙\n１．先\n2、后\n（3）再")
    assert [(block.kind, block.lines) for block in found] == [
        ("heading", ("必查",)),
        ("paragraph", ("第一段",)),
        ("paragraph", ("第二段",)),
        ("bullets", ("甲", "乙")),
        ("numbers", ("先", "后", "再")),
    ]


@given(st.text(max_size=80))
def test_any_text_has_blocks_and_loses_no_line(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    assert sum(len(block.lines) for block in prose.blocks(text)) == len(lines)
