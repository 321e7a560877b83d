"""Objects from a list: numbers and credit codes, pasted or uploaded, and which objects of the registry they name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Refused
from sunlot.registry.imports import columns, reading
from sunlot.registry.imports.fields import OBJECT_FIELDS
from sunlot.registry.imports.values import text_of
from sunlot.registry.models import InspectionObject, Involvement

from .narrowing import MOST_LISTED

CHUNK = 500
_NAMES_ONE = ("number", "code")
_HEADS = {head for one in OBJECT_FIELDS if one.name in _NAMES_ONE for head in one.known_heads}
_BETWEEN = re.compile(r"[\s,;，；、]+")


@dataclass
class Resolved:
    """What a list names: object numbers, in order; what names nothing; what names several objects, with their numbers."""

    numbers: tuple[str, ...] = ()
    missing: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_clear(self) -> bool:
        return not self.missing and not self.ambiguous


def words_of(text: str) -> list[str]:
    """The numbers and codes of a pasted text, each once, in order."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(half_width(text)) if trim(word)))


def read_list(content: bytes) -> list[str]:
    """The numbers and codes of an uploaded table: the column of the number, and where it is empty that of the code.

    Raises Refused for a file that is no table, or has neither column.
    """
    table = reading.read(content, None, _score)
    wanted = [
        at for name in _NAMES_ONE for at, head in enumerate(table.heads) if columns.plain_head(head) in _heads_of(name)
    ]
    found = []
    for _, cells in table.rows:
        said = (text_of(cells[at]).strip() for at in wanted if at < len(cells))
        first = next((word for word in said if word), "")
        if first:
            found.append(first.replace(" ", ""))
    if not found:
        raise Refused("“编号”和“统一社会信用代码”两列都没有内容。")
    return list(dict.fromkeys(found))


def resolve(words: Sequence[str]) -> Resolved:
    """Which objects the words name: an object's number, or the credit code of the one entity that it is or that runs it.

    A few queries, whatever the length. Merged objects are named by nothing. Raises Refused for a list that is too long.
    """
    if len(words) > MOST_LISTED:
        raise Refused(f"名单有 {len(words)} 个编号，最多 {MOST_LISTED} 个。对象更多时，改用条件确定范围。")
    by_word: dict[str, set[str]] = {word: set() for word in words}
    folded = {word.upper(): word for word in words}
    for start in range(0, len(words), CHUNK):
        part = words[start : start + CHUNK]
        either = [*part, *(word.upper() for word in part)]
        standing = InspectionObject.objects.exclude(state=InspectionObject.State.MERGED)
        for number in standing.filter(number__in=either).values_list("number", flat=True):
            by_word[number if number in by_word else folded[number.upper()]].add(number)
        ties = Involvement.objects.filter(
            Q(part=Involvement.Part.ITSELF) | Q(part=Involvement.Part.OPERATOR), entity__credit_code__in=either
        ).exclude(object__state=InspectionObject.State.MERGED)
        for code, number in ties.values_list("entity__credit_code", "object__number"):
            word = folded[(code or "").upper()]
            if word not in by_word[word]:  # a number is meant before the code that is written the same way
                by_word[word].add(number)
    return Resolved(
        numbers=tuple(sorted({number for found in by_word.values() if len(found) == 1 for number in found})),
        missing=[word for word, found in by_word.items() if not found],
        ambiguous={word: sorted(found) for word, found in by_word.items() if len(found) > 1},
    )


def complaints(resolved: Resolved, most: int = 20) -> list[str]:
    """What is wrong with a list, in words, the first so many by name."""
    found = []
    if resolved.missing:
        found.append(f"名录库中没有：{_some(resolved.missing, most)}。核对后改正，或删去。")
    for word, numbers in list(resolved.ambiguous.items())[:most]:
        found.append(f"{word} 名下有 {len(numbers)} 个对象，写明是哪个的编号：{_some(numbers, most)}。")
    return found


def _some(words: Sequence[str], most: int) -> str:
    rest = f" 等 {len(words)} 个" if len(words) > most else ""
    return f"{'、'.join(words[:most])}{rest}"


def _heads_of(name: str) -> frozenset[str]:
    return next(one.known_heads for one in OBJECT_FIELDS if one.name == name)


def _score(cells: Iterable[str]) -> int:
    """A list may have one column alone, where a roster has several."""
    return 2 * sum(columns.plain_head(cell) in _HEADS for cell in cells)
