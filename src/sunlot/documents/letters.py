"""What an office sends out: one wording, set as PDF (`templates/letter.typ`) or written as Word (`word.py`) where an office must edit it."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Worded
from sunlot.documents.parts import Name, Party


@dataclass(frozen=True)
class Heading:
    """一、…: a line that stays with what follows."""

    text: str
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Paragraph:
    """Running text, its first line indented by two signs. Lines of their own become paragraphs of their own."""

    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Table:
    """A table with its head repeated on every page; `widths` are shares of the width. The first column of two is a label's."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Lines:
    """Lines to write on by hand, each with its label: 签收人, 签收日期."""

    labels: tuple[str, ...]
    kind: str = field(default="lines", init=False)


Block = Heading | Paragraph | Table | Lines


@dataclass(frozen=True)
class Sheet:
    """One letter: 发文机关标志, 发文字号, 标题, 主送机关, 正文, 附件, 署名, 成文日期, 附注; then what is torn off or signed for.

    `red` sets the heading and the line under it in red, as GB/T 9704 has it.
    """

    heading: str
    file_number: str
    title: str
    to: Name
    blocks: tuple[Block, ...]
    signed_by: str
    day: date
    attachments: tuple[str, ...] = ()
    note: str = ""
    after: tuple[Block, ...] = ()
    """What stands under the signature on the same document, e.g. the receipt."""
    after_title: str = ""
    red: bool = True


@dataclass(frozen=True, kw_only=True)
class Letter(Worded):
    """A record that is sent out."""

    template: ClassVar[str] = "letter"
    title: ClassVar[str]

    def paper_title(self) -> str:
        return self.title

    def sheet(self) -> Sheet:
        """The letter in words; of a letter whose slots are filled."""
        raise NotImplementedError

    def shown(self) -> Sheet:
        return self.filled().sheet()


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The lines of a slot or a field as paragraphs; empty ones are left out."""
    return tuple(Paragraph(line.strip()) for line in text.splitlines() if line.strip())


def party_table(party: Party) -> Table:
    """Who it is; what is not known leaves room."""
    rows = [("名　　称", shown_name(party.name)), ("统一社会信用代码", party.number), ("地　　址", party.address)]
    rows += [("负 责 人", party.person), ("联系电话", party.phone)]
    return Table((), (38, 118), tuple(rows))


def shown_name(name: Name) -> str:
    """A name with its mark, where the mark can't be framed."""
    return f"{name.text}（演示）" if name.demo and name.text else name.text


def or_blank(text: str, signs: int = 8) -> str:
    """The text, or a line to write it on."""
    return text or "＿" * signs


def in_brackets(text: str) -> str:
    return f"（{text}）" if text else ""


def rows_or_blank(rows: tuple[tuple[str, ...], ...], columns: int) -> tuple[tuple[str, ...], ...]:
    """The rows, or three empty ones to fill in by hand."""
    return rows or (("",) * columns,) * 3


def in_words(day: date | None) -> str:
    """2026年11月18日, or room to write it."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　　年　　月　　日"
