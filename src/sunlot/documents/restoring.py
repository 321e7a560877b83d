"""A document made again from its digested content: the paper of today for what was given out years ago.

`paper.content` and `restored` are each other's inverse, but for pictures, of which the content holds the digest alone.
"""

import types
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from sunlot.documents import (  # noqa: F401 -- each module's records are known once it is imported
    case_file,
    case_sheet,
    copied_materials,
    correction_order,
    evidence_sheet,
    extension_form,
    inspection_approval,
    questioning_record,
    result_notice,
    rosters,
    sampling_record,
    service_receipt,
    site_record,
    transfer_letter,
    visit_notice,
)
from sunlot.documents.paper import Record
from sunlot.documents.parts import Image
from sunlot.norms import canonical

Pictures = Callable[[str], bytes]
"""The bytes of a picture by its SHA-256."""


def restored(content: bytes, pictures: Pictures) -> Record:
    """The record with this content, as `paper.content` wrote it.

    Raises ValueError for what is no content of a known document, and whatever `pictures` raises for one that is gone.
    """
    value = canonical.loads(content)
    if not isinstance(value, dict) or set(value) != {"document", "content"}:
        raise ValueError("not the content of a document")
    kind = _kinds().get(str(value["document"]))
    if kind is None:
        raise ValueError(f"no document is called {value['document']!r}")
    made: Record = _made(kind, value["content"], pictures)
    return made


@cache
def _kinds() -> dict[str, type[Record]]:
    return {kind.name: kind for kind in _below(Record) if "name" in vars(kind)}


def _below(kind: type[Record]) -> Iterator[type[Record]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _made(wanted: Any, value: canonical.Json, pictures: Pictures) -> Any:
    """The value as the annotated type has it."""
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    if wanted is Image and isinstance(value, str):
        return Image(pictures(value))
    if is_dataclass(wanted) and isinstance(value, dict):
        hints = get_type_hints(wanted)
        init = [field.name for field in fields(wanted) if field.init and field.name in value]
        return wanted(**{name: _made(hints[name], value[name], pictures) for name in init})  # type: ignore[operator]  # a class
    if get_origin(wanted) is tuple and isinstance(value, list):
        inner = get_args(wanted)
        shared = len(inner) == 2 and inner[1] is Ellipsis
        return tuple(_made(inner[0 if shared else at], one, pictures) for at, one in enumerate(value))
    if get_origin(wanted) in (Union, types.UnionType):
        return _one_of(get_args(wanted), value, pictures)
    if wanted in (str, int, bool, type(None)) and isinstance(value, wanted):
        return value
    raise ValueError(f"{value!r} is no {wanted}")


def _one_of(wanted: tuple[Any, ...], value: canonical.Json, pictures: Pictures) -> Any:
    for one in wanted:
        try:
            return _made(one, value, pictures)
        except (TypeError, ValueError):
            continue
    raise ValueError(f"{value!r} is none of {wanted}")
