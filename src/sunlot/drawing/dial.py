"""The ticket dial: one stratum's tickets as a picture that can be checked with a protractor.

A ticket stands at the angle ticket ÷ 2^256, clockwise from the top, and at nothing else; lanes only keep dots from
covering each other. Classes and geometry are those of the product's style sheet (`.dial`). The markup has no style
and no script, so that it passes the strictest Content-Security-Policy.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape

CENTRE = 300.0
INNER = 196.0
OUTER = 262.0
FIRST_LANE = 206.0
"""Radii and centre in units of the viewBox."""

MOST_DOTS = 2000
"""More tickets than this are drawn as ticks."""

TICKS = 720
"""Ticks in one turn: each is half a degree."""

_TICKET = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z][0-9A-Za-z_-]*", re.ASCII)
_WHOLE_TURN = 2**256
_LABEL_RADIUS = 290.0
_QUARTERS = ((0.25, "¼"), (0.5, "½"), (0.75, "¾"))
_NEAR_A_QUARTER = 0.03
# The classes of dots, from the least important to the most, with the colours of the tokens that ticks need.
_COLOURS = {"ball": "#c3bfb4", "best": "#17406f", "wait": "#845400", "won": "#1b1e23"}

_LABEL_WIDTH = 100
_LABEL_HEIGHT = 44  # two lines, in the larger letters of the phone

Point = tuple[float, float]


class State(StrEnum):
    """What became of a candidate."""

    DRAWN = "drawn"
    RESERVE = "reserve"
    REST = "rest"


@dataclass(frozen=True)
class Candidate:
    """One object of the stratum with all its tickets, each 64 lowercase hex digits, and what became of it."""

    tickets: tuple[str, ...]
    state: State = State.REST

    @property
    def best(self) -> str:
        """The smallest ticket: the one that counts."""
        return min(self.tickets)


@dataclass(frozen=True)
class Stratum:
    """What a dial shows. While the draw is going on `candidates` holds the states of that moment, and fewer are drawn
    than `quota` says; the dial then speaks of “已抽”.
    """

    id: str
    """Stands large in the middle of the small dial, e.g. "D"."""
    label: str
    """e.g. "D 类 · 信用风险高"."""
    quota: int
    candidates: tuple[Candidate, ...]
    unit: str = "户"
    """Measure word of the objects: 户, 个, 处."""

    def best_of(self, state: State) -> list[str]:
        """The best tickets of the candidates in this state, ascending."""
        return sorted(candidate.best for candidate in self.candidates if candidate.state is state)


_KINDS = {State.DRAWN: "won", State.RESERVE: "wait", State.REST: "best"}


def angle(ticket: str) -> float:
    """The ticket's place on the dial as a part of one turn, from 0 at the top clockwise: ticket ÷ 2^256.

    Raises ValueError for anything but 64 lowercase hex digits.
    """
    if not _TICKET.fullmatch(ticket):
        raise ValueError(f"a ticket is 64 lowercase hex digits, found {ticket!r}")
    return int(ticket, 16) / _WHOLE_TURN


def dial(stratum: Stratum, *, prefix: str, me: int | None = None, small: bool = False) -> str:
    """The SVG element of one stratum.

    `prefix` begins every id in it and must be unique on the page. `me` is the place in `stratum.candidates` of the
    enterprise that was looked up; it gets a ring around its best ticket. `small` is the variant for `.dials`: a cut
    viewBox and no labels outside. The text of the stratum is escaped; the result is safe markup.

    Raises ValueError for a malformed prefix or ticket or a candidate without ticket, and IndexError for a wrong `me`.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"expected an id of letters, digits, - and _, found {prefix!r}")
    if any(not candidate.tickets for candidate in stratum.candidates):
        raise ValueError(f"stratum {stratum.id!r} has a candidate without a ticket")
    drawn, reserve = stratum.best_of(State.DRAWN), stratum.best_of(State.RESERVE)
    cut = angle(drawn[-1]) if drawn else 0.0
    spots = _spots(stratum, small)
    parts = [
        f'<svg class="dial" viewBox="{_view_box(cut, small)}" role="img" aria-labelledby="{prefix}-t {prefix}-d">',
        f'<title id="{prefix}-t">{escape(stratum.label)}的签盘</title>',
        f'<desc id="{prefix}-d">{escape(sentence(stratum))}</desc>',
        *_rings(prefix, cut, angle(reserve[-1]) if reserve else cut),
        *(_ticks(spots) if len(spots) > MOST_DOTS else _dots(spots)),
        f'<path class="cut" d="{_spoke(0.0, 188, 272)}{_spoke(cut, 182, 276) if drawn else ""}"/>',
        *(_middle_of_small(stratum) if small else _words(stratum, cut)),
    ]
    if me is not None:
        wanted = angle(stratum.candidates[me].best)
        radius = next(spot.radius for spot in spots if spot.turn == wanted and spot.kind != "ball")
        parts += _ring_around(wanted, radius, small)
    return "\n".join([*parts, "</svg>"])


def sentence(stratum: Stratum) -> str:
    """What the dial shows, in Chinese with all numbers, for those who can't see it."""
    drawn, reserve = stratum.best_of(State.DRAWN), stratum.best_of(State.RESERVE)
    everyone, unit = len(stratum.candidates), stratum.unit
    parts = [f"签号不超过 {drawn[-1][:8]}… 的 {_number(len(drawn))} {unit}被抽取"] if drawn else []
    if reserve:
        parts.append(f"{'其后' if drawn else '最前'} {_number(len(reserve))} {unit}为候补")
    if still := _still_to_draw(stratum):
        parts.append(f"还要抽 {_number(still)} {unit}")
    elif rest := everyone - len(drawn) - len(reserve):
        parts.append(f"其余 {_number(rest)} {unit}未抽中")
    start = "圆周从正上方起，顺时针为签号 0 到 2 的 256 次方。"
    if not everyone:
        return f"{start}没有候选对象。"
    tickets = f"{_number(everyone)} {unit}{_holding(stratum)}，共 {_number(_tickets(stratum))} 签。"
    return f"{start}{tickets}{'，'.join(parts)}。"


def _number(number: int) -> str:
    """With a thin space by thousands."""
    return f"{number:,}".replace(",", "\u2009")


def _tickets(stratum: Stratum) -> int:
    return sum(len(candidate.tickets) for candidate in stratum.candidates)


def _holding(stratum: Stratum) -> str:
    """How many tickets each holds."""
    numbers = {len(candidate.tickets) for candidate in stratum.candidates}
    return f"各持 {numbers.pop()} 签" if len(numbers) == 1 else "持签不等"


def _still_to_draw(stratum: Stratum) -> int:
    drawn = sum(candidate.state is State.DRAWN for candidate in stratum.candidates)
    return max(0, min(stratum.quota, len(stratum.candidates)) - drawn)


@dataclass(frozen=True)
class _Spot:
    """Where one ticket stands: its part of a turn, its radius, and the class of its dot."""

    turn: float
    radius: float
    kind: str


def _spots(stratum: Stratum, small: bool) -> list[_Spot]:
    """The tickets in the order of their angles, each in the first lane in which it covers no other.

    Ticks need no lane: more than MOST_DOTS stand in the middle of the ring.
    """
    tickets = sorted(_tickets_and_kinds(stratum))
    if len(tickets) > MOST_DOTS:
        return [_Spot(turn, (INNER + OUTER) / 2, kind) for turn, kind in tickets]
    step, gap = (11.0, 10.5) if small else (9.0, 8.0)
    lanes = [FIRST_LANE + step * number for number in range(6) if FIRST_LANE + step * number < OUTER - 8]
    first: dict[float, float] = {}
    last: dict[float, float] = {}
    spots = []
    for turn, kind in tickets:
        room = {r: _room(r, turn, last.get(r), first.get(r)) for r in lanes}
        radius = next((r for r in lanes if room[r] >= gap), max(lanes, key=room.__getitem__))
        first.setdefault(radius, turn)
        last[radius] = turn
        spots.append(_Spot(turn, radius, kind))
    return spots


def _tickets_and_kinds(stratum: Stratum) -> Iterator[tuple[float, str]]:
    for candidate in stratum.candidates:
        best = candidate.best
        for ticket in candidate.tickets:
            yield angle(ticket), _KINDS[candidate.state] if ticket == best else "ball"


def _room(radius: float, turn: float, last: float | None, first: float | None) -> float:
    """How far along the lane the nearest dot is, before this place or across the top."""
    if last is None or first is None:
        return math.inf
    return min(turn - last, first + 1 - turn) * math.tau * radius


def _dots(spots: Iterable[_Spot]) -> Iterator[str]:
    """One path for each class, the most important last and so on top."""
    points: dict[str, list[str]] = {kind: [] for kind in _COLOURS}
    for spot in spots:
        points[spot.kind].append(f"M{_xy(_at(spot.turn, spot.radius))}h0")
    return (f'<path class="dot {kind}" d="{"".join(moves)}"/>' for kind, moves in points.items() if moves)


def _ticks(spots: Iterable[_Spot]) -> Iterator[str]:
    """For each half degree one tick, its length the number of its tickets, the drawn ones innermost."""
    counts = Counter((min(int(spot.turn * TICKS), TICKS - 1), spot.kind) for spot in spots)
    totals: Counter[int] = Counter()
    for (place, _), number in counts.items():
        totals[place] += number
    scale = (OUTER - FIRST_LANE) / max(totals.values(), default=1)
    reached = dict.fromkeys(totals, FIRST_LANE)
    for kind in reversed(_COLOURS):
        lines = []
        for place in sorted(totals):
            start, end = reached[place], reached[place] + scale * counts[place, kind]
            if end > start:
                lines.append(_spoke((place + 0.5) / TICKS, start, end))
            reached[place] = end
        if lines:
            # Its own class: the round, thick strokes of `.dot` would hide the lengths.
            yield f'<path class="tick {kind}-tick" fill="none" stroke="{_COLOURS[kind]}" d="{"".join(lines)}"/>'


def _rings(prefix: str, cut: float, end: float) -> Iterator[str]:
    """The two circles, the arc of the drawn from 0 to `cut`, and that of the reserve from there to `end`."""
    yield '<circle class="track" cx="300" cy="300" r="196"/><circle class="track" cx="300" cy="300" r="262"/>'
    if cut:
        yield f'<path class="drawn-arc" d="{_sector(0.0, cut)}"/>'
    if end > cut:
        yield (
            f'<defs><pattern id="{prefix}-h" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><path class="hatch" d="M0 0v6"/></pattern></defs>'
        )
        yield f'<path class="reserve-arc" fill="url(#{prefix}-h)" d="{_sector(cut, end)}"/>'


def _words(stratum: Stratum, cut: float) -> Iterator[str]:
    """The labels of the large dial: quarters, start, the last ticket drawn, and the numbers in the middle."""
    yield f'<path class="track" d="{"".join(_spoke(part, OUTER, OUTER + 8) for part, _ in _QUARTERS)}"/>'
    for part, name in _QUARTERS:
        if not cut or abs(cut - part) > _NEAR_A_QUARTER:
            x, y = _at(part, OUTER + 22)
            yield f'<text x="{_figure(x)}" y="{_figure(y + 5)}" text-anchor="middle">{name}</text>'
    yield '<text x="292" y="24" text-anchor="end">签号从 0 起，顺时针</text>'
    drawn, reserve = stratum.best_of(State.DRAWN), stratum.best_of(State.RESERVE)
    still = _still_to_draw(stratum)
    if drawn:
        x, y = _at(cut, _LABEL_RADIUS)
        anchor = "" if cut < 0.5 else ' text-anchor="end"'
        yield (
            f'<text class="mid" x="{_figure(x)}" y="{_figure(y)}"{anchor}>{"抽到" if still else "截止签"}'
            f'<tspan x="{_figure(x)}" dy="1.3em">{drawn[-1][:8]}…</tspan></text>'
        )
    everyone, unit = _number(len(stratum.candidates)), escape(stratum.unit)
    total = _number(len(drawn) + still)
    yield _middle("mid", 248, escape(stratum.label))
    yield _middle(
        "big", 302, f"已抽 {_number(len(drawn))} / {total}" if still else f"{everyone} {unit}抽 {total} {unit}"
    )
    equal = len({len(candidate.tickets) for candidate in stratum.candidates}) == 1
    if equal:
        yield _middle("", 336, f"每{unit} {len(stratum.candidates[0].tickets)} 签，机会均等")
    elif stratum.candidates:
        yield _middle("", 336, f"共 {_number(_tickets(stratum))} 签，持签不等")
    if reserve:
        yield _middle("", 360, f"候补 {_number(len(reserve))} {unit}")


def _middle_of_small(stratum: Stratum) -> Iterator[str]:
    drawn = len(stratum.best_of(State.DRAWN))
    still = _still_to_draw(stratum)
    yield _middle("big", 308, escape(stratum.id))
    yield _middle(
        "", 356, f"{drawn} / {drawn + still}" if still else f"{_number(len(stratum.candidates))} 抽 {_number(drawn)}"
    )


def _middle(kind: str, y: int, text: str) -> str:
    """A centred line of text, already escaped."""
    attribute = f' class="{kind}"' if kind else ""
    return f'<text{attribute} x="300" y="{y}" text-anchor="middle">{text}</text>'


def _ring_around(turn: float, radius: float, small: bool) -> Iterator[str]:
    """The mark of the enterprise that was looked up; on the large dial with its words inside the ring."""
    x, y = _at(turn, radius)
    yield f'<circle class="me" cx="{_figure(x)}" cy="{_figure(y)}" r="{12 if small else 8}"/>'
    if not small:
        x, y = _at(turn, 147)
        yield f'<path class="me-line" d="{_spoke(turn, 188, 166)}"/>'
        yield f'<text class="me-text" x="{_figure(x)}" y="{_figure(y + 5)}" text-anchor="middle">所查对象</text>'


def _view_box(cut: float, small: bool) -> str:
    """Wide and high enough for the label of the last ticket drawn, which stands outside the ring."""
    if small:
        return "30 30 540 540"
    x, y = _at(cut, _LABEL_RADIUS)
    half = max(340, math.ceil(abs(x - CENTRE) + _LABEL_WIDTH))
    return f"{300 - half} -4 {2 * half} {max(604, math.ceil(y) + _LABEL_HEIGHT)}"


def _at(turn: float, radius: float) -> Point:
    """The point at a part of a turn, clockwise from the top."""
    return CENTRE + radius * math.sin(math.tau * turn), CENTRE - radius * math.cos(math.tau * turn)


def _sector(start: float, end: float) -> str:
    """The outline of the ring's piece from `start` to `end`, parts of a turn."""
    large = int(end - start > 0.5)
    return (
        f"M{_xy(_at(start, INNER))}L{_xy(_at(start, OUTER))}A262 262 0 {large} 1 {_xy(_at(end, OUTER))}"
        f"L{_xy(_at(end, INNER))}A196 196 0 {large} 0 {_xy(_at(start, INNER))}Z"
    )


def _spoke(turn: float, start: float, end: float) -> str:
    return f"M{_xy(_at(turn, start))}L{_xy(_at(turn, end))}"


def _xy(point: Point) -> str:
    return f"{_figure(point[0])} {_figure(point[1])}"


def _figure(value: float) -> str:
    """One decimal, none where it is 0: on a dial of 600 units an error of at most a fiftieth of a degree."""
    return f"{value:.1f}".removesuffix(".0")
