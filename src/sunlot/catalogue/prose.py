"""The light markup of guides: one line is one paragraph, `# ` begins a heading, `- ` and `1. ` begin the items of lists."""

import re
from dataclasses import dataclass
from itertools import groupby

from sunlot.norms.text import half_width

_BULLET = re.compile(r"[-*•·]\s+(.+)")
_NUMBER = re.compile(r"[(（]?\d{1,3}[.、)）．]\s*(.+)")
_HEADING = re.compile(r"#{1,3}\s*(.+)")

HEADING, PARAGRAPH, BULLETS, NUMBERS = "heading", "paragraph", "bullets", "numbers"


@dataclass(frozen=True)
class Block:
    """A heading or paragraph of one line, or a list with its items."""

    kind: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line of a heading or paragraph."""
        return self.lines[0]


def blocks(text: str) -> list[Block]:
    """The blocks of a text in their order. Any text has blocks: what is no markup is a paragraph."""
    read = [_read(line.strip()) for line in text.splitlines() if line.strip()]
    found: list[Block] = []
    for kind, group in groupby(read, key=lambda one: one[0]):
        lines = tuple(line for _, line in group)
        found += [Block(kind, lines)] if kind in (BULLETS, NUMBERS) else [Block(kind, (line,)) for line in lines]
    return found


def _read(line: str) -> tuple[str, str]:
    plain = half_width(line)
    for kind, form in ((HEADING, _HEADING), (BULLETS, _BULLET), (NUMBERS, _NUMBER)):
        if match := form.fullmatch(plain):
            return kind, line[-len(match[1]) :]
    return PARAGRAPH, line
