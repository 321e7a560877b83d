"""Text as people type and paste it: full-width letters, stray spaces, and cells that a spreadsheet would calculate."""

import re

_HALF_WIDTH = {
    code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)
}

# What pasted cells carry at their ends and nobody sees: zero-width characters and the byte order mark.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"

# The characters with which Excel, WPS or LibreOffice begin a formula, also typed in a Chinese input method.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

# XML 1.0 §2.2 forbids these in any file of an xlsx.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

XLSX_CELL_LIMIT = 32_767
"""Characters (UTF-16 units) that one xlsx cell holds, by ECMA-376 and Excel."""


def half_width(text: str) -> str:
    """`text` with full-width digits and letters made half-width; Chinese punctuation stays as it is."""
    return text.translate(_HALF_WIDTH)


def trim(text: str) -> str:
    """`text` without white space (also the ideographic and the no-break space) and invisible marks at both ends."""
    previous = None
    while text != previous:
        previous, text = text, text.strip().strip(_INVISIBLE)
    return text


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet that opens `text` as a cell may calculate it: = + - @ tab or CR first, spaces aside."""
    return text.lstrip(" \u3000\u00a0").startswith(_FORMULA_STARTS)


def csv_safe(text: str) -> str:
    """`text` for a CSV that people open in Excel or WPS: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if looks_like_formula(text) else text


def excel_safe(text: str) -> str:
    """`text` for a text cell of an xlsx: without characters that XML forbids, cut to what one cell holds.

    A formula needs no mark here, because the cell itself is declared to be text.
    """
    clean = _NOT_IN_XML.sub("", text)
    units = clean.encode("utf-16-le")
    if len(units) <= 2 * XLSX_CELL_LIMIT:
        return clean
    return units[: 2 * XLSX_CELL_LIMIT - 2].decode("utf-16-le", errors="ignore") + "…"
