"""What stands behind cells that the reader gives as empty: an error (#N/A), or a formula that was never calculated."""

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"([A-Z]+)(\d+)")

Place = tuple[int, int]
"""Row from 1 and column from 0."""


def behind_empty_cells(content: bytes, sheet: str, wanted: set[Place]) -> dict[Place, str]:
    """For each wanted place of an xlsx sheet that holds an error or an uncalculated formula: `#N/A` or `=VLOOKUP(…)`.

    The content has been through `unpacking.check_xlsx`. Places that are simply empty are left out.
    """
    found: dict[Place, str] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = _path_of(archive, sheet)
        if path is None:
            return {}
        with archive.open(path) as part:
            for _, element in ElementTree.iterparse(part):  # noqa: S314 - sizes are checked; expat refuses entity bombs
                if element.tag == f"{_MAIN}c":
                    place = _place(element.get("r", ""))
                    if place in wanted:
                        text = _behind(element)
                        if text:
                            found[place] = text
                elif element.tag == f"{_MAIN}row":
                    element.clear()
    return found


def _behind(cell: ElementTree.Element) -> str:
    """The error or the uncalculated formula of a cell, else empty text."""
    value, formula = cell.findtext(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
    if cell.get("t") == "e":
        return value or "#N/A"
    if formula is not None and not value:
        return f"={formula.text or ''}"
    return ""


def _place(reference: str) -> Place | None:
    match = _PLACE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part that holds the sheet of this name."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - sizes are checked; expat refuses entity bombs
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the same
    except (KeyError, ElementTree.ParseError):
        return None
    key = next((one.get(_OFFICE_ID) for one in book.iter(f"{_MAIN}sheet") if one.get("name") == sheet), None)
    target = next((one.get("Target") for one in links if one.get("Id") == key), None)
    if key is None or target is None:
        return None
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return path if path in archive.namelist() else None
