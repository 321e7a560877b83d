"""Charts as SVG to stand in a page: drawn by pygal, without its script, styles and tips, which a page's content policy refuses.

Colours, fonts and strokes are the style sheet's (`.chart` in product.css). A chart is an image with a name: the table beside it says
every number of it, so nothing here is the only place of anything.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

WIDTH = 540
_ROW = 34  # of a bar, in SVG units
_FRAME = 62  # above and below the bars, the scale among it
_COLUMNS = 240  # height of a chart of columns
_LABEL = 13  # font size, in SVG units
_MOST_SIGNS = 12  # of a label beside a bar; the table has the whole name
_DROPPED = {"script", "style", "defs", "desc", "title"}
_PLAIN = {"class", "d", "x", "y", "width", "height", "transform", "viewBox"}


@dataclass(frozen=True)
class Bar:
    """A bar: its length `value` and, where they are given, the whisker from `low` to `high`."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def bars(name: str, rows: Sequence[Bar], *, top: float | None = None) -> str:
    """Horizontal bars, the first row on top, with whiskers. `name` says in a sentence what is to be seen; `top` ends the scale."""
    end = top or max([row.high if row.high is not None else row.value for row in rows] + [0.0]) or 1.0
    chart = pygal.HorizontalBar(**_config(_FRAME + _ROW * len(rows)), range=(0, end), truncate_label=-1)
    chart.x_labels = [_short(row.label) for row in reversed(rows)]
    chart.add("", [_value(row) for row in reversed(rows)])
    return _svg(chart, name, "chart bars")


def columns(name: str, rows: Sequence[Bar]) -> str:
    """Upright columns in order, for a distribution."""
    end = max([row.value for row in rows] + [0.0]) or 1.0
    chart = pygal.Bar(**_config(_COLUMNS), range=(0, end), show_y_guides=True)
    chart.x_labels = [row.label for row in rows]
    chart.add("", [row.value for row in rows])
    return _svg(chart, name, "chart columns")


def _config(height: int) -> dict[str, Any]:
    # pygal takes a sign to be 0.6 of the font size wide; a Chinese one is as wide as high.
    style = Style(label_font_size=_LABEL / 0.6, major_label_font_size=_LABEL / 0.6)
    return {
        "width": WIDTH, "height": height, "style": style, "js": [], "css": [], "show_legend": False, "print_values": False,
        "margin": 8, "margin_right": 16, "min_scale": 3, "max_scale": 7, "no_prefix": True, "disable_xml_declaration": True, "spacing": 6,
        "show_x_guides": False,
    }  # fmt: skip


def _value(row: Bar) -> dict[str, Any]:
    said: dict[str, Any] = {"value": row.value}
    if row.low is not None and row.high is not None:
        said["ci"] = {"low": row.low, "high": row.high}
    return said


def _short(label: str) -> str:
    """The label within the room that is kept for it, a narrow sign counting as half a one."""
    room = _MOST_SIGNS * 2
    for at, sign in enumerate(label):
        room -= 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if room < 0:
            return f"{label[: at - 1]}…"
    return label


def _svg(chart: Any, name: str, classes: str) -> str:
    """The chart's tree with nothing left in it but shapes, labels and classes."""
    root = ElementTree.fromstring(chart.render(is_unicode=True))  # noqa: S314 -- pygal wrote it a moment ago
    _clean(root)
    root.attrib = {"class": classes, "viewBox": root.get("viewBox", ""), "role": "img", "aria-label": name}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _clean(node: ElementTree.Element) -> None:
    node.tag = node.tag.rpartition("}")[2]
    for child in list(node):
        tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if (
            tag in _DROPPED
            or not tag
            or "tooltip-overlay" in child.get("class", "")
            or child.get("class") == "background"
        ):
            node.remove(child)
        else:
            _clean(child)
    node.tail = None
    node.attrib = {key: value for key, value in node.attrib.items() if key in _PLAIN and value}
