"""Typst behind one function: a template and plain data in, the bytes of a PDF/A out.

The same data give the same bytes: fonts come from packages and never from the system, and the document's date is
given. Data reach the template as JSON and are set as text, so that nothing in a name is ever interpreted.
"""

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pylopdf_fonts_zh_cn
import segno
import typst

from sunlot.norms.clock import SHANGHAI

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_TEMPLATES = Path(__file__).parent / "templates"

# PDF/A-2a: for archives (GB/T 18894 wants long-term formats), with tagged text for screen readers.
_STANDARD: "typst.PDFStandard" = "a-2a"

# Characters that show nothing, or turn the order of what stands beside them, become visible.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_VISIBLE = "□"

_WITHOUT_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_ROUNDS = 20


class TypesettingError(RuntimeError):
    """A template that can't be set: a fault of ours, not of the data."""


def typeset(template: str, document: "DataclassInstance", *, title: str, author: str, day: date, address: str) -> bytes:
    """The PDF of the dataclass `document` in `templates/<template>.typ`.

    `title` and `author` also stand in the file's properties; `day` is the document's date there; `address` is where
    the QR code leads. A character that the fonts lack is set as its number, 〔U+20BB7〕, for a person to write in.
    Raises TypesettingError.
    """
    data = {
        "document": asdict(document),
        "title": title,
        "author": author,
        "day": [day.year, day.month, day.day],
        "qr": _qr(address),
    }
    missing: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        try:
            return _compile(template, json.dumps(_shown(data, missing), ensure_ascii=False, default=str), day)
        except typst.TypstError as error:
            found = _without_glyph(error) - missing
            if not found:
                raise TypesettingError(f"{template}: {error.diagnostic or error.message}") from error
            missing |= found
    raise TypesettingError(f"{template}: {len(missing)} characters without a glyph, and still more")


def _compile(template: str, data: str, day: date) -> bytes:
    return typst.compile(
        _TEMPLATES / f"{template}.typ",
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=_STANDARD,
        timestamp=datetime.combine(day, time(), SHANGHAI),
    )


@cache
def _fonts() -> typst.Fonts:
    """Loaded once: searching the fonts takes longer than setting a page."""
    folder = str(pylopdf_fonts_zh_cn.serif_path().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _qr(address: str) -> str:
    """The QR code of an address as SVG, without the quiet zone."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(border=0, omitsize=True))


def _shown(value: Any, missing: frozenset[str]) -> Any:
    """`value` with every text in it made fit to be shown."""
    if isinstance(value, str):
        return "".join(_sign(sign, missing) for sign in value.replace("\t", " "))
    if isinstance(value, dict):
        return {key: _shown(part, missing) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(part, missing) for part in value]
    return value


def _sign(sign: str, missing: frozenset[str]) -> str:
    if sign in missing:
        return f"〔U+{ord(sign):04X}〕"
    return _VISIBLE if sign != "\n" and unicodedata.category(sign) in _HIDDEN_CATEGORIES else sign


def _without_glyph(error: typst.TypstError) -> frozenset[str]:
    """The characters that Typst could not show, from its messages."""
    texts = _WITHOUT_GLYPH.findall(f"{error.message}\n{error.diagnostic}")
    return frozenset("".join(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in texts))
