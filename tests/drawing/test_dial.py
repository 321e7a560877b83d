import ast
import hashlib
import inspect
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.drawing import dial as dial_module
from sunlot.drawing.dial import MOST_DOTS, Candidate, State, Stratum, angle, dial, sentence

SVG = "{http://www.w3.org/2000/svg}"

tickets = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


def ticket(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def stratum(size: int, quota: int, reserve: int, each: int = 1, drawn: int | None = None) -> Stratum:
    """A stratum of `size` candidates with `each` tickets, drawn as the protocol draws; `drawn`: how many so far."""
    held = [tuple(ticket(f"{n}#{t}") for t in range(each)) for n in range(size)]
    order = sorted(range(size), key=lambda n: min(held[n]))
    done = quota if drawn is None else drawn
    states = dict.fromkeys(order[:done], State.DRAWN)
    if drawn is None:
        states |= dict.fromkeys(order[quota : quota + reserve], State.RESERVE)
    candidates = tuple(Candidate(held[n], states.get(n, State.REST)) for n in range(size))
    return Stratum("D", "D 类 · 信用风险高", quota, candidates)


def parsed(svg: str) -> ET.Element:
    # ElementTree wants the namespace that HTML gives an inline svg by itself.
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - our own markup


def dots(svg: str, kind: str) -> list[tuple[float, float]]:
    found = [path.get("d", "") for path in parsed(svg).iter(f"{SVG}path") if path.get("class") == f"dot {kind}"]
    assert len(found) <= 1, "one path for each class"
    return [(float(x), float(y)) for d in found for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", d)]


def turn_of(x: float, y: float) -> float:
    return math.atan2(x - 300, 300 - y) / math.tau % 1


def apart(one: float, other: float) -> float:
    """The distance of two places on the dial in parts of a turn."""
    return min(abs(one - other), 1 - abs(one - other))


# One decimal of a coordinate at the innermost lane.
PRECISION = math.hypot(0.05, 0.05) / 206 / math.tau


@pytest.mark.parametrize(
    ("given_ticket", "expected"),
    [("0" * 64, 0.0), ("4" + "0" * 63, 0.25), ("8" + "0" * 63, 0.5), ("c" + "0" * 63, 0.75), ("f" * 64, 1.0)],
)
def test_the_angle_is_the_ticket_as_a_part_of_two_to_the_256(given_ticket, expected):
    assert angle(given_ticket) == expected


@given(tickets, tickets)
def test_a_larger_ticket_never_stands_before_a_smaller_one(one, other):
    assert (angle(one) <= angle(other)) or one > other


@pytest.mark.parametrize("wrong", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 63 + "\n"])
def test_a_malformed_ticket_is_refused(wrong):
    with pytest.raises(ValueError, match="64 lowercase hex digits"):
        dial(Stratum("D", "D", 0, (Candidate((wrong,)),)), prefix="d")


@given(st.lists(tickets, min_size=1, max_size=40, unique=True), st.booleans())
def test_every_dot_stands_at_its_tickets_angle_and_inside_the_ring(held, small):
    svg = dial(Stratum("D", "D", 0, tuple(Candidate((t,)) for t in held)), prefix="d", small=small)
    drawn = dots(svg, "best")
    assert len(drawn) == len(held)
    for point, place in zip(drawn, sorted(angle(t) for t in held), strict=True):
        assert apart(turn_of(*point), place) <= PRECISION
        assert 196 < math.dist(point, (300, 300)) < 262


def test_every_ticket_has_one_dot_of_the_class_of_its_candidate():
    svg = dial(stratum(75, 30, 6, each=4), prefix="d")
    assert {kind: len(dots(svg, kind)) for kind in ("won", "wait", "best", "ball")} == {
        "won": 30,
        "wait": 6,
        "best": 39,
        "ball": 225,
    }


def test_dots_do_not_cover_each_other():
    points = [point for kind in ("won", "best", "wait") for point in dots(dial(stratum(75, 30, 6), prefix="d"), kind)]
    assert min(math.dist(a, b) for n, a in enumerate(points) for b in points[:n]) > 6.4


def test_three_hundred_dots_take_less_than_6_kb():
    assert len(dial(stratum(75, 30, 6, each=4), prefix="d", me=0).encode()) < 6000


def test_the_arcs_end_at_the_last_ticket_drawn_and_at_the_last_reserve():
    one = stratum(75, 30, 6)
    paths = {path.get("class"): path.get("d", "") for path in parsed(dial(one, prefix="d")).iter(f"{SVG}path")}
    for name, state in (("drawn-arc", State.DRAWN), ("reserve-arc", State.RESERVE)):
        x, y = re.findall(r"A262 262 0 [01] 1 ([\d.]+) ([\d.]+)", paths[name])[0]
        assert apart(turn_of(float(x), float(y)), angle(one.best_of(state)[-1])) <= PRECISION
    assert "A262 262 0 1 1 " in dial(stratum(75, 60, 0), prefix="d"), "more than half a turn is the large arc"


def test_a_draw_without_reserve_or_without_anything_drawn_has_no_such_arc():
    assert "reserve-arc" not in dial(stratum(10, 3, 0), prefix="d")
    nothing = dial(stratum(10, 0, 0), prefix="d")
    assert "drawn-arc" not in nothing
    assert "截止签" not in nothing


def test_the_sentence_holds_all_numbers():
    one = stratum(75, 30, 6, each=4)
    last = one.best_of(State.DRAWN)[-1]
    assert sentence(one) == (
        "圆周从正上方起，顺时针为签号 0 到 2 的 256 次方。75 户各持 4 签，共 300 签。"
        f"签号不超过 {last[:8]}… 的 30 户被抽取，其后 6 户为候补，其余 39 户未抽中。"
    )
    assert f'<desc id="d-d">{sentence(one)}</desc>' in dial(one, prefix="d")


def test_while_the_draw_goes_on_the_dial_says_how_far_it_is():
    svg = dial(stratum(75, 20, 4, drawn=12), prefix="d")
    assert "已抽 12 / 20" in svg
    assert "抽到" in svg
    assert "还要抽 8 户。" in svg
    assert "截止签" not in svg


def test_unequal_tickets_are_said():
    held = (Candidate((ticket("a"),)), Candidate((ticket("b"), ticket("c"))))
    assert "2 户持签不等，共 3 签" in sentence(Stratum("D", "D", 0, held))


def test_an_empty_stratum_has_a_dial():
    empty = Stratum("D", "D", 0, ())
    assert "没有候选对象" in sentence(empty)
    parsed(dial(empty, prefix="d"))
    parsed(dial(empty, prefix="d", small=True))


@pytest.mark.parametrize("small", [True, False])
def test_text_is_escaped(small):
    hostile = Stratum('<b>&"', "</svg><script>alert(1)</script>&amp;", 1, (Candidate((ticket("a"),)),), unit="<i>")
    svg = dial(hostile, prefix="d", small=small)
    assert "<script" not in svg
    assert "<b>" not in svg
    assert "<i>" not in svg
    assert parsed(svg).find(f"{SVG}title").text == "</svg><script>alert(1)</script>&amp;的签盘"


def test_the_markup_passes_a_strict_content_security_policy():
    for element in parsed(dial(stratum(75, 30, 6, each=4), prefix="d", me=3)).iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_two_dials_on_a_page_share_no_id():
    ids = [set(re.findall(r' id="([^"]+)"', dial(stratum(9, 3, 1), prefix=prefix))) for prefix in ("a", "b")]
    assert ids == [{"a-t", "a-d", "a-h"}, {"b-t", "b-d", "b-h"}]


@pytest.mark.parametrize("prefix", ["", "1", 'a"', "a b"])
def test_a_prefix_that_is_no_id_is_refused(prefix):
    with pytest.raises(ValueError, match="expected an id"):
        dial(stratum(3, 1, 0), prefix=prefix)


def test_a_candidate_without_a_ticket_is_refused():
    with pytest.raises(ValueError, match="without a ticket"):
        dial(Stratum("D", "D", 0, (Candidate(()),)), prefix="d")


@pytest.mark.parametrize(("size", "small"), [(75, False), (75, True), (MOST_DOTS + 1, False)])
def test_the_ring_stands_around_the_best_ticket_of_who_was_looked_up(size, small):
    one = stratum(size, 30, 6)
    ring = next(e for e in parsed(dial(one, prefix="d", me=5, small=small)).iter() if e.get("class") == "me")
    place = turn_of(float(ring.get("cx", "")), float(ring.get("cy", "")))
    assert apart(place, angle(one.candidates[5].best)) <= PRECISION


def test_up_to_2000_tickets_are_dots_and_more_are_ticks():
    assert len(dots(dial(stratum(MOST_DOTS, 0, 0), prefix="d"), "best")) == MOST_DOTS
    assert "dot best" not in dial(stratum(MOST_DOTS + 1, 0, 0), prefix="d")


def test_the_length_of_a_tick_is_the_number_of_its_tickets():
    # Two tickets in the first half degree, one in the next, the rest in the opposite one.
    held = [f"{n:064x}" for n in (1, 2)] + [f"{2**256 // 720 + 5:064x}"]
    held += [f"{2**255 + n:064x}" for n in range(MOST_DOTS)]
    svg = dial(Stratum("D", "D", 0, tuple(Candidate((t,)) for t in held)), prefix="d")
    (d,) = [p.get("d", "") for p in parsed(svg).iter(f"{SVG}path") if p.get("class") == "tick best-tick"]
    ends = [tuple(map(float, found)) for found in re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", d)]
    lengths = [math.dist(tick[:2], tick[2:]) for tick in ends]
    assert lengths == pytest.approx([56 * 2 / MOST_DOTS, 56 / MOST_DOTS, 56], abs=0.15)


def test_the_dial_needs_no_django():
    tree = ast.parse(inspect.getsource(dial_module))
    names = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    names += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    assert not [name for name in names if name.startswith(("django", "sunlot"))]
