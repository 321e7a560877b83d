"""Signatures drawn by finger: the strokes as posted, checked, and drawn again as an SVG of our own."""

import re
from itertools import pairwise

from .viewer import Refused

WIDTH, HEIGHT = 680, 240
"""The pad's own units; the page shows it as wide as the phone."""

MAX_LENGTH = 60_000
"""Characters of the posted path: a very long name leaves some ten thousand."""

# Absolute moves and lines between whole numbers, nothing else: no other command, no markup.
_PATH = re.compile(r"(?:M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})*)+", re.ASCII)
_POINT = re.compile(r"([ML])(\d+) (\d+)", re.ASCII)
_LEAST_INK = 80  # in the pad's units: less is a tap, not a name


def as_svg(strokes: str) -> bytes:
    """The SVG file of a posted drawing such as `M84 38L96 36L140 32M112 34L108 86`.

    Raises Refused where nothing was drawn, and for anything that is not such a path within the pad.
    """
    text = strokes.strip()
    if not text:
        raise Refused("还没有签字。请在框内手写姓名。")
    if len(text) > MAX_LENGTH or not _PATH.fullmatch(text):
        raise Refused("签字没有传完整，请重签。")
    points = [(command, int(x), int(y)) for command, x, y in _POINT.findall(text)]
    if any(x > WIDTH or y > HEIGHT for _, x, y in points):
        raise Refused("签字超出了签字框，请重签。")
    ink = sum(abs(x - before[1]) + abs(y - before[2]) for before, (command, x, y) in pairwise(points) if command == "L")
    if ink < _LEAST_INK:
        raise Refused("签字太短，看不出姓名，请重签。")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<path d="{text}" fill="none" stroke="#1b1e23" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    ).encode()
