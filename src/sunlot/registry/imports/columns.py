"""Which column of a file fills which field: guessed by the head, by the content, and by what was chosen the last time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import credit_code, regions

from .fields import Field, fields_of, plain_head
from .reading import Table
from .values import date_of, risk_of, text_of

SAMPLE = 50
MOST = 0.6  # of the filled cells of a sample must look like the field

_PHONE = re.compile(r"\+?[\d-]{7,20}", re.ASCII)


class Sureness:
    """How a column was matched, in the words of the page and the class of its mark."""

    MEMORY = ("上次的对应", "done")
    BOTH = ("表头与内容", "done")
    HEAD = ("表头一致", "done")
    CONTENT = ("内容一致", "done")
    LIKELY = ("请确认", "now")
    CHOSEN = ("已选定", "done")
    NONE = ("不导入", "off")


@dataclass(frozen=True)
class Match:
    """One column of the file: its head, the field it fills (empty: none), how that was found, and what stands in it."""

    column: int
    head: str
    field: str
    how: tuple[str, str]
    sample: tuple[str, ...]


def score(target: str) -> Callable[[Sequence[str]], int]:
    """A function that counts the known heads in a row; a row without a head for the name counts nothing."""
    known = {head: field.name for field in fields_of(target) for head in field.known_heads}
    required = {field.name for field in fields_of(target) if field.required}

    def count(cells: Sequence[str]) -> int:
        found = {known[head] for head in map(plain_head, cells) if head in known}
        return len(found) if len(found & required) else 0

    return count


def guess(target: str, table: Table, memory: Mapping[str, str]) -> dict[int, str]:
    """Column → field for the columns that can be matched, each field once; the surest match of a field wins.

    `memory` is head → field (or empty) as this organisation chose before.
    """
    return {match.column: match.field for match in matches(target, table, memory) if match.field}


def matches(
    target: str, table: Table, memory: Mapping[str, str], chosen: Mapping[int, str] | None = None
) -> list[Match]:
    """Every column with a head or content, and its field: the `chosen` one, or the guess where nothing is chosen."""
    looks = _looks(target)
    candidates: list[tuple[int, int, str, tuple[str, str]]] = []
    for column, head in enumerate(table.heads):
        sample = _sample(table, column)
        candidates += [(rank, column, name, how) for rank, name, how in _ranked(target, head, sample, memory, looks)]
    taken: dict[int, tuple[str, tuple[str, str]]] = {}
    for _, column, name, how in sorted(candidates):
        if column not in taken and (not name or all(name != other for other, _ in taken.values())):
            taken[column] = (name, how)
    found = []
    for column, head in enumerate(table.heads):
        guessed, how = taken.get(column, ("", Sureness.NONE))
        if chosen is not None:
            name = chosen.get(column, "")
            how = (how if name == guessed else Sureness.CHOSEN) if name else Sureness.NONE
            guessed = name
        if head or _sample(table, column):
            found.append(
                Match(
                    column, head or f"第 {column + 1} 列（没有表头）", guessed, how, tuple(_sample(table, column)[:2])
                )
            )
    return found


def _ranked(
    target: str, head: str, sample: list[str], memory: Mapping[str, str], looks: Mapping[str, Callable[[str], bool]]
) -> list[tuple[int, str, tuple[str, str]]]:
    """The fields that a column may be, with a rank: smaller is surer."""
    plain = plain_head(head)
    if plain and plain in memory:
        return [(0, memory[plain], Sureness.MEMORY if memory[plain] else Sureness.NONE)]
    found = []
    for field in fields_of(target):
        by_content = field.name in looks and _mostly(sample, looks[field.name])
        if plain in field.known_heads:
            found.append((1 if by_content else 2, field.name, Sureness.BOTH if by_content else Sureness.HEAD))
        elif by_content and field.name != "phone":
            found.append((3, field.name, Sureness.CONTENT if not _hinted(field, plain) else Sureness.BOTH))
        elif _hinted(field, plain):
            found.append((4, field.name, Sureness.LIKELY))
    return found


def _hinted(field: Field, plain: str) -> bool:
    return any(hint in plain for hint in field.hints)


def _mostly(sample: list[str], looks_right: Callable[[str], bool]) -> bool:
    return bool(sample) and sum(map(looks_right, sample)) >= MOST * len(sample)


def _sample(table: Table, column: int) -> list[str]:
    texts = (text_of(cells[column]) for _, cells in table.rows[:SAMPLE] if column < len(cells))
    return [text for text in texts if text]


def _looks(target: str) -> dict[str, Callable[[str], bool]]:
    """For fields whose content is known by its form: whether a cell looks like it."""
    if target == "items":
        return {}  # known by their heads: an exported list, or the blank one
    if target == "inspectors":
        return {"expires": lambda text: len(text) > 5 and date_of(text) is not None, "phone": _is_phone}
    if target in ("marks", "licences"):
        return {"code": _is_code}  # one day is like the other: they are known by their heads
    kinds = set(ObjectKind.objects.values_list("name", flat=True))
    return {
        "code": _is_code,
        "region": _is_region,
        "risk": lambda text: risk_of(text) is not None and len(text) < 6,
        "kind": kinds.__contains__,
        "phone": _is_phone,
    }


def _is_code(text: str) -> bool:
    return len(credit_code.normalise(text)) == credit_code.LENGTH and credit_code.check(text).usable


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text))


def _is_region(text: str) -> bool:
    try:
        regions.parse_region(text)
    except regions.RegionError:
        return False
    return True
