"""The columns of a roster that hold what a kind has of its own."""

from collections.abc import Mapping
from typing import Any

from sunlot.catalogue.models import ObjectKind

from ..kinds import ATTRIBUTES, Attribute, Type, UnfitValueError, attributes_of, kept
from .fields import ATTR
from .rows import Cursor
from .values import date_of, text_of

_FIGURE = str.maketrans("", "", ",， \u2009")


def attribute_values(at: Cursor, kind: ObjectKind, columns: Mapping[str, int]) -> dict[str, Any]:
    """What the row says of its kind's own attributes. One that the kind does not have is to be confirmed: it is left out."""
    found: dict[str, Any] = {}
    own = {one.name for one in attributes_of(kind)}
    for field in columns:
        if not field.startswith(ATTR) or at.is_broken(field):
            continue
        attribute = ATTRIBUTES[field.removeprefix(ATTR)]
        text = text_of(at.raw(field))
        if not text:
            continue
        if attribute.name not in own:
            at.warn(field, f"“{kind.name}”没有“{attribute.label}”这一项，不导入这一格", "类别无误的，勾选确认")
            continue
        try:
            found[attribute.name] = _value(at, field, attribute, text)
        except UnfitValueError as fault:
            at.fault(field, fault.what, fault.mend)
    return found


def _value(at: Cursor, field: str, attribute: Attribute, text: str) -> Any:
    """The typed value of one cell. Raises UnfitValueError."""
    if attribute.type is Type.DATE:
        day = date_of(at.raw(field))
        if day is None:
            raise UnfitValueError(f"“{text}”不是日期", "按 2026-05-31 的样子填写")
        return kept(attribute, day)
    if attribute.type in (Type.NUMBER, Type.WHOLE):
        return kept(attribute, text.translate(_FIGURE).removesuffix(attribute.unit))
    return kept(attribute, text)
