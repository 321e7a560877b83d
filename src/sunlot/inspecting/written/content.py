"""A record's texts as plain values: checked for what is missing, and frozen under a digest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sunlot.norms import canonical
from sunlot.norms.canonical import Json

from .. import records
from ..models import Evidence, FormPart, WrittenRecord
from ..policy import LEAST_INSPECTORS
from ..records import Gap
from .kinds import KINDS, MAX_ROWS, Kind


@dataclass(frozen=True)
class Written:
    """What is typed: everything may be missing while it is a draft."""

    texts: dict[str, str] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    officers: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def written_of(found: WrittenRecord) -> Written:
    """What is stored."""
    return Written(
        dict(found.texts), tuple(tuple(row) for row in found.rows), tuple(found.officers), tuple(found.shown)
    )


def fitted(kind: Kind, part: FormPart, written: Written) -> Written:
    """The same without empty rows and texts, and without people and files that are not the part's. Raises ValueError for
    a text that no control could hold, and for too many rows.
    """
    places = {one.name: one for one in kind.places}
    texts = {name: text.strip() for name, text in written.texts.items() if name in places and text.strip()}
    rows = tuple(tuple(text.strip() for text in row) for row in written.rows if any(text.strip() for text in row))
    if len(rows) > MAX_ROWS:
        raise ValueError(f"{kind.row}最多 {MAX_ROWS} 条，多的另写一份。")
    if any(len(row) != len(kind.columns) for row in rows):
        raise ValueError("有一行的格数不对。")
    cells = [(column, text) for row in rows for column, text in zip(kind.columns, row, strict=True)]
    for place, text in [*((places[name], text) for name, text in texts.items()), *cells]:
        if not place.holds(text):
            raise ValueError(f"“{place.label}”看不懂，或太长。")
    team = [member.inspector.number for member in part.members.all()]
    files = [one.original_id for one in evidence_of(part, kind)]
    return Written(
        texts,
        rows,
        tuple(number for number in team if number in written.officers),
        tuple(sorted(digest for digest in files if digest in written.shown)),
    )


def evidence_of(part: FormPart, kind: Kind) -> list[Evidence]:
    """The files that the record may name, in the order in which they came."""
    return [one for one in part.evidence.all() if one.counts] if kind.shows_evidence else []


def gaps(kind: Kind, part: FormPart, written: Written) -> list[Gap]:
    """Everything that stands between a draft and its completion, in the order of the page."""
    found = [
        Gap(f"id_{one.name}", f"没有{one.verb}“{one.label}”") for one in kind.blanks if one.is_missing(written.texts)
    ]
    began, ended = written.texts.get("began_at", ""), written.texts.get("ended_at", "")
    if began and ended and ended < began:
        found.append(Gap("id_ended_at", "结束早于开始，核对时间"))
    least = min(LEAST_INSPECTORS, len(part.members.all()))
    if len(written.officers) < least:
        found.append(Gap("officers", f"检查人员不少于 {least} 人"))
    if len(written.rows) < kind.least_rows:
        found.append(Gap("rows", f"至少写一条{kind.row}"))
    for number, row in enumerate(written.rows, 1):
        texts = {column.name: text for column, text in zip(kind.columns, row, strict=True)}
        found += [
            Gap(f"id_row-{number - 1}-{at}", f"第 {number} 条{kind.row}没有{one.verb}“{one.label}”")
            for at, one in enumerate(kind.columns)
            if one.is_missing(texts)
        ]
    return found + [
        Gap(f"id_{one.name}", f"没有{one.verb}“{one.label}”") for one in kind.closing if one.is_missing(written.texts)
    ]


def content(found: WrittenRecord, part: FormPart) -> bytes:
    """The record as canonical JSON: what is signed, and what is kept for ever once it is complete.

    A phone without a network writes the same bytes (static/inspecting/app/written.js).
    """
    kind, written = KINDS[found.kind], written_of(found)
    texts: dict[str, Json] = {one.name: written.texts.get(one.name, "") for one in kind.places}
    return canonical.dumps(
        {
            **records.frame(part),
            "record": "sunlot-written/1",
            "kind": found.kind,
            "number": found.number,
            "edition": found.edition,
            "corrects": found.corrects.digest if found.corrects else None,
            "reason": found.reason,
            "texts": texts,
            "columns": [one.name for one in kind.columns],
            "rows": [list(row) for row in written.rows],
            "officers": list(written.officers),
            "evidence": list(written.shown),
        }
    )


def rows_in_words(kind: Kind, rows: Iterable[Sequence[str]]) -> list[list[tuple[str, str]]]:
    """Of each row the label and words of what is filled in."""
    return [
        [(column.label, column.words(text)) for column, text in zip(kind.columns, row, strict=True) if text]
        for row in rows
    ]
