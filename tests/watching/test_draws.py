"""The draws' rules: each held by a right draw, each broken by one entry that is wrong."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest

from sunlot.norms import canonical, clock
from sunlot.watching.draws import Draws

from .making import entry

START = clock.parse("2026-11-23T09:30:00+08:00")
DRAW = "150300-2026-0001"


def at(minutes: float) -> str:
    return clock.iso(START + timedelta(minutes=minutes))


def notice(attempt: int = 1, beacon: str = "dice", draw: str = DRAW) -> bytes:
    """The file of a notice, as far as the monitor reads it: two contributors, an hour to reveal."""
    kinds: dict[str, dict[str, object] | None] = {
        "none": None,
        "dice": {"kind": "dice", "rolls": 20},
        "lottery": {"kind": "lottery", "not_before": at(120)},
    }
    return canonical.dumps(
        {
            "hash": "sha256", "draw": draw, "attempt": attempt, "reveal_by": at(60), "beacon": kinds[beacon],
            "contributors": [{"id": "a"}, {"id": "b"}],
        }  # type: ignore[dict-item]
    )  # fmt: skip


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


class Story:
    """Entries of one attempt after another, put into `Draws` as they come."""

    def __init__(self, beacon: str = "dice", known: bool = True) -> None:
        self.draws, self.index, self.beacon_kind, self.known = Draws(), 0, beacon, known
        self.violations: list[str] = []

    def add(self, kind: str, minutes: float, attempt: int = 1, draw: str = DRAW, **public: object) -> "Story":
        said = entry(f"drawing.{kind}", f"draw:{draw}:{attempt}", at(minutes), **public)
        self.violations += [one.words for one in self.draws.add(self.index, said)]
        self.draws = Draws.from_json(json.loads(json.dumps(self.draws.to_json())))  # as from one look to the next
        self.index += 1
        return self

    def sealed(self, attempt: int = 1, draw: str = DRAW, minutes: float = 0) -> "Story":
        file = notice(attempt, self.beacon_kind, draw)
        self.add("notice_sealed", minutes, attempt, draw, notice=digest(file))
        if self.known and any(wanted[2] == digest(file) for wanted in self.draws.wanted()):
            self.violations += [one.words for one in self.draws.learn(digest(file), file)]
        return self

    def says(self, kind: str, minutes: float, attempt: int = 1, draw: str = DRAW, **public: object) -> "Story":
        return self.add(kind, minutes, attempt, draw, notice=digest(notice(attempt, self.beacon_kind, draw)), **public)

    def dice(self, minutes: float = 5) -> "Story":
        return self.says("beacon_read", minutes, value="1" * 20)

    def revealed(self, *names: str, minutes: float = 10) -> "Story":
        for name in names:
            self.says("nonce_revealed", minutes, contributor=name, nonce="0" * 64)
        return self

    def drawn(self, minutes: float = 20, result: str = "r") -> "Story":
        return self.says("drawn", minutes, result=result)

    def aborted(self, minutes: float, *names: str) -> "Story":
        return self.says("aborted", minutes, contributors=list(names), reason="x")


RIGHT = {
    "dice": Story().sealed().dice().revealed("a", "b").drawn(),
    "lottery": Story("lottery").sealed().revealed("a", "b").says("beacon_read", 130, value="01").drawn(131),
    "no beacon": Story("none").sealed().revealed("a", "b").drawn(),
    "a reveal is missing": Story().sealed().dice().revealed("a").aborted(60, "b"),
    "no dice": Story().sealed().aborted(61),
    "no numbers in seven days": Story("lottery").sealed().revealed("a", "b").aborted(120 + 7 * 24 * 60),
    "drawn again after an abort": Story().sealed().dice().aborted(60, "a", "b").sealed(2, minutes=90),
    "a held-back list": Story().sealed().dice().revealed("a", "b").drawn().says("released", 9999, result="r"),
    "replaced": Story().sealed().dice().revealed("a", "b").drawn().add("replaced", 99, result="r", team="t"),
    "without the notice": Story(known=False).sealed().dice().revealed("a").aborted(60, "b"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_draw_that_keeps_the_rules_is_let_be(name: str) -> None:
    story = RIGHT[name]
    assert story.violations == []
    assert story.draws.overdue(START + timedelta(hours=1)) == []


WRONG = {
    "two notices for one attempt": (
        lambda: Story().sealed().add("notice_sealed", 3, notice="1" * 64),
        "封存了两份公告",
    ),
    "the same notice for two draws": (
        lambda: Story().sealed().add("notice_sealed", 3, draw="150300-2026-0002", notice=digest(notice())),
        "同一份公告封存了两次",
    ),
    "a second attempt without an abort": (lambda: Story().sealed().sealed(2), "没有中止"),
    "a second attempt without a first": (lambda: Story().sealed(2), "没有中止"),
    "two beacons": (lambda: Story().sealed().dice().dice(6), "两个公共随机数"),
    "two reveals": (lambda: Story().sealed().dice().revealed("a", "a"), "公开了两次密数"),
    "two results": (lambda: Story().sealed().dice().revealed("a", "b").drawn().drawn(21, "other"), "有两个结果"),
    "an abort after the result": (
        lambda: Story().sealed().dice().revealed("a", "b").drawn().aborted(61, "b"),
        "已有结果，又被中止",
    ),
    "a result after the abort": (lambda: Story().sealed().dice().aborted(60, "a", "b").drawn(61), "中止之后又有结果"),
    "an abort after all reveals": (
        lambda: Story().sealed().dice().revealed("a", "b").aborted(61, "b"),
        "各方都按时公开了密数，却被中止",
    ),
    "an abort after all reveals, nobody named": (
        lambda: Story().sealed().dice().revealed("a", "b").aborted(61),
        "各方都按时公开了密数，却被中止",
    ),
    "an abort before its time": (lambda: Story().sealed().dice().revealed("a").aborted(59, "b"), "期限之前被中止"),
    "an abort that blames another": (lambda: Story().sealed().dice().revealed("a").aborted(60, "a"), "应写明 b"),
    "an abort that hides who failed": (lambda: Story().sealed().dice().revealed("a").aborted(60), "应写明 b"),
    "an abort before the lottery's seven days are over": (
        lambda: Story("lottery").sealed().revealed("a", "b").aborted(130),
        "期限未到就被中止",
    ),
    "an abort of numbers that are there": (
        lambda: Story("lottery").sealed().revealed("a", "b").says("beacon_read", 121, value="1").aborted(99999),
        "却被中止",
    ),
    "a result without a reveal": (lambda: Story().sealed().dice().revealed("a").drawn(), "b 没有按时公开密数"),
    "a result with a late reveal": (
        lambda: Story().sealed().dice().revealed("a").revealed("b", minutes=60).drawn(61),
        "b 没有按时公开密数",
    ),
    "a result without dice": (lambda: Story().sealed().revealed("a", "b").drawn(), "没有公共随机数"),
    "dice after a reveal": (lambda: Story().sealed().revealed("a").dice().revealed("b").drawn(), "先有密数，后有骰子"),
    "the lottery before a reveal": (
        lambda: Story("lottery").sealed().revealed("a").says("beacon_read", 121, value="1").revealed("b").drawn(),
        "先有开奖号码",
    ),
    "numbers before they exist": (
        lambda: Story("lottery").sealed().revealed("a", "b").says("beacon_read", 119, value="1").drawn(),
        "早于开奖时间",
    ),
    "a reveal for a notice that was never sealed": (
        lambda: Story().add("nonce_revealed", 5, notice="1" * 64, contributor="a"),
        "没有封存过这份公告",
    ),
    "a reveal under another attempt": (
        lambda: Story().sealed().add("nonce_revealed", 5, 2, notice=digest(notice()), contributor="a"),
        "没有封存过这份公告",
    ),
    "a reveal after the end": (lambda: Story().sealed().dice().aborted(60, "a", "b").revealed("a"), "结束"),
    "a list that is not the result": (
        lambda: Story().sealed().dice().revealed("a", "b").drawn().says("released", 99, result="other"),
        "不是抽取的结果",
    ),
    "a replacement in no result": (lambda: Story().sealed().add("replaced", 9, result="r"), "不是抽取"),
    "without the notice, one blamed who revealed": (
        lambda: Story(known=False).sealed().dice().revealed("a", "b").aborted(61, "b"),
        "归咎于 b",
    ),
    "without the notice, nobody blamed though the dice are there": (
        lambda: Story(known=False).sealed().dice().revealed("a", "b").aborted(61),
        "没有写明谁",
    ),
    "another form": (lambda: Story().add("notice_sealed", 0, attempt="x", notice="0" * 64), "不是抽取规程规定的条目"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_a_draw_that_breaks_a_rule_is_told(name: str) -> None:
    make, words = WRONG[name]
    story = make()
    story.violations += [one.words for one in story.draws.judge_without_notice()]
    assert [one for one in story.violations if words in one], story.violations


def test_what_was_open_without_the_notice_is_judged_when_it_becomes_public() -> None:
    story = Story(known=False).sealed().dice().revealed("a", "b").aborted(61, "c")
    assert story.violations == []
    found = story.draws.learn(digest(notice()), notice())
    assert "却被中止" in found[0].words
    assert story.draws.wanted() == []


def test_a_notice_file_that_is_not_the_sealed_one_is_told() -> None:
    story = Story(known=False).sealed()
    assert "不是封存的那一份" in story.draws.learn(digest(notice()), notice(2))[0].words


@pytest.mark.parametrize(
    ("beacon", "known", "due"),
    [
        ("dice", True, timedelta(hours=1, days=1)),
        ("lottery", True, timedelta(hours=2, days=8)),
        ("dice", False, timedelta(days=60)),
    ],
)
def test_a_notice_without_an_end_is_told_once_when_its_time_is_over(beacon: str, known: bool, due: timedelta) -> None:
    story = Story(beacon, known).sealed()
    assert story.draws.overdue(START + due) == []
    assert "没有结果，也没有中止" in story.draws.overdue(START + due + timedelta(seconds=1))[0].words
    assert story.draws.overdue(START + due + timedelta(days=1)) == []


def test_a_gap_in_the_numbers_is_told_when_it_has_stood_for_sixty_days() -> None:
    story = Story().sealed()
    story.sealed(draw="150300-2026-0003", minutes=1)
    for draw in (DRAW, "150300-2026-0003"):
        story.says("aborted", 61, draw=draw, contributors=[], reason="x")
    assert story.violations == []
    assert [number for number, _ in story.draws.gaps()] == ["150300-2026-0002"]
    later = START + timedelta(days=60, minutes=2)
    assert [one.words for one in story.draws.overdue(later)] == ["抽取编号缺号：没有 150300-2026-0002"]
    assert story.draws.overdue(later) == []


def test_a_number_that_was_withdrawn_is_no_gap() -> None:
    story = Story().add("withdrawn", 0, draw="150300-2026-0001", reason="计划已撤回")
    story.add("notice_sealed", 1, draw="150300-2026-0002", notice=digest(notice(draw="150300-2026-0002")))
    assert list(story.draws.gaps()) == []
    assert story.violations == []


@pytest.mark.parametrize("sealed_first", [True, False])
def test_what_is_withdrawn_is_never_sealed(sealed_first: bool) -> None:
    story = Story()
    acts = [lambda at: story.sealed(minutes=at), lambda at: story.add("withdrawn", at, reason="x")]
    for at, act in enumerate(acts if sealed_first else acts[::-1]):
        act(at)
    [words] = story.violations
    assert "又撤回" in words if sealed_first else "又封存公告" in words


def test_numbers_begin_anew_with_every_year_and_every_authority() -> None:
    story = Story()
    for draw in ("150300-2026-0001", "150300-2027-0001", "150302-2026-0001"):
        story.sealed(draw=draw)
    assert list(story.draws.gaps()) == []


@pytest.mark.parametrize("text", [b"", b"[]", b'"x"', b"{}", b'{"type": 1}', b"\xff", b"[" * 100_000])
def test_an_entry_of_another_form_is_told_and_stops_nothing(text: bytes) -> None:
    assert len(Draws().add(0, text)) == 1


def test_internal_entries_and_other_rooms_are_none_of_its_business() -> None:
    draws = Draws()
    assert draws.add(0, entry()) == []
    assert draws.add(1, entry("planning.plan_published", "plan:1", plan="x")) == []
    assert len(draws) == 0
