"""Typst behind one function: a template and plain data in, the bytes of a PDF/A out.

The same data give the same bytes: fonts come from packages and never from the system, and the document's date is
given. Data reach the template as JSON and are set as text, so that nothing in a name is ever interpreted.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import pylopdf_fonts_zh_tw
import segno
import typst

from sunlot.documents.paper import Paper, images_in
from sunlot.documents.parts import Evidence, Image
from sunlot.documents.signs import visible
from sunlot.norms.clock import SHANGHAI

_TEMPLATES = Path(__file__).parent / "templates"

# PDF/A-2a: for archives (GB/T 18894 wants long-term formats), with tagged text for screen readers.
_STANDARD: "typst.PDFStandard" = "a-2a"

_WITHOUT_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_ROUNDS = 20

_QR_MASK = 3

VOLUME = 200
"""Documents in a volume: some 400 pages, half a gigabyte while they are set."""

_MANY = 20  # documents in one file, from which on what Typst remembers of them is worth to be let go
_REMEMBERED = 10  # compiles for which Typst keeps what it has laid out


class TypesettingError(RuntimeError):
    """A template that can't be set: a fault of ours, not of the data."""


def typeset(paper: Paper) -> bytes:
    """The PDF of one document.

    Its title and author also stand in the file's properties, its day is the file's date, and the QR code leads to its
    address. A character that the fonts lack is set as its number, 〔U+2A6D6〕, for a person to write in.
    Raises TypesettingError.
    """
    return _set([paper], paper.paper_title(), paper.authority, paper.day)


def typeset_together(papers: Sequence[Paper], *, title: str, author: str, day: date, bound: bool = False) -> bytes:
    """Many documents as one PDF to print in one go, in their order, each with page numbers of its own.

    `bound` adds page numbers through the whole (卷内页号), and lets the first document name the pages of the others.
    `title`, `author` and `day` are the file's. Raises TypesettingError, and ValueError for no document at all.
    """
    if not papers:
        raise ValueError("a file needs at least one document")
    made = _set(papers, title, author, day, bound)
    if len(papers) > _MANY:
        _forget()
    return made


def typeset_volumes(
    papers: Sequence[Paper], *, title: str, author: str, day: date, size: int = VOLUME
) -> Iterator[bytes]:
    """The same as volumes of at most `size` documents (第 1 册, …), for a job of any number within bounded memory.

    Raises as `typeset_together`.
    """
    volumes = [papers[start : start + size] for start in range(0, len(papers), size)] or [papers]
    for number, volume in enumerate(volumes, 1):
        named = title if len(volumes) == 1 else f"{title}（第 {number} 册，共 {len(volumes)} 册）"
        yield typeset_together(volume, title=named, author=author, day=day)


def typeset_apart(papers: Sequence[Paper]) -> Iterator[tuple[str, bytes]]:
    """Many documents as a file each: its name, unlike any other's, and its PDF. Raises TypesettingError."""
    seen: set[str] = set()
    for paper in papers:
        stem = "".join(sign if _is_plain(sign) else "_" for sign in f"{paper.file_number}-{paper.paper_title()}")[:120]
        name, count = f"{stem}.pdf", 1
        while name.casefold() in seen:
            count += 1
            name = f"{stem}-{count}.pdf"
        seen.add(name.casefold())
        yield name, typeset(paper)


def _set(papers: Sequence[Paper], title: str, author: str, day: date, bound: bool = False) -> bytes:
    data = {
        "documents": [_document(paper) for paper in papers],
        "title": title,
        "author": author,
        "bound": bound,
        "day": [day.year, day.month, day.day],
    }
    images = {name: data for paper in papers for name, data in images_in(paper).items()}
    with _folder(images) as folder:
        return _compiled(folder, data, day)


def _compiled(folder: Path, data: dict[str, Any], day: date) -> bytes:
    missing: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        try:
            return _compile(folder, json.dumps(_shown(data, missing), ensure_ascii=False, default=str), day)
        except typst.TypstError as error:
            found = _without_glyph(error) - missing
            if not found:
                raise TypesettingError(f"{data['title']}: {error.diagnostic or error.message}") from error
            missing |= found
    raise TypesettingError(f"{data['title']}: {len(missing)} characters without a glyph, and still more")


def _document(paper: Paper) -> dict[str, Any]:
    evidence: Evidence = paper.evidence
    return {
        "template": paper.template,
        "title": paper.paper_title(),
        "evidence": asdict(evidence),
        "qr": _qr(evidence.address),
        "document": _plain(paper.shown()),
    }


def _plain(value: Any) -> Any:
    """The data of a document as JSON can carry them: a picture by the name of its file, days as [year, month, day]."""
    if isinstance(value, Image):
        return value.file
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return [value.year, value.month, value.day]
    return value


def _forget() -> None:
    """Have Typst let go of the layout of what was set: it keeps all of it until ten more files have been compiled."""
    for _ in range(_REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True, format="svg")


@contextmanager
def _folder(images: Mapping[str, bytes]) -> Iterator[Path]:
    """The templates' folder; for documents with pictures one of their own, since Typst reads pictures from files alone."""
    if not images:
        yield _TEMPLATES
        return
    with tempfile.TemporaryDirectory(prefix="sunlot-") as made:
        folder = Path(made)
        for template in _TEMPLATES.glob("*.typ"):
            shutil.copy(template, folder)
        for name, image in images.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(image)
        yield folder


def _compile(folder: Path, data: str, day: date) -> bytes:
    return typst.compile(
        folder / "main.typ",
        root=folder,
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
    packages = (pylopdf_fonts_zh_cn, pylopdf_fonts_jp, pylopdf_fonts_zh_tw)
    folders = [str(package.serif_path().parent) for package in packages]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _qr(address: str) -> str:
    """The QR code of an address as SVG, without the quiet zone."""
    # Any of the eight masks can be read; weighing all of them takes four times as long as all the rest.
    code = segno.make(address, error="m", micro=False, mask=_QR_MASK)
    return str(code.svg_inline(border=0, omitsize=True))


def _is_plain(sign: str) -> bool:
    """Whether every system takes it in the name of a file."""
    return sign.isalnum() or sign in "-._（）〔〕"


def _shown(value: Any, missing: frozenset[str]) -> Any:
    """`value` with every text in it made fit to be shown."""
    if isinstance(value, str):
        text = visible(value)
        return text if missing.isdisjoint(text) else "".join(_numbered(sign, missing) for sign in text)
    if isinstance(value, dict):
        return {key: _shown(part, missing) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(part, missing) for part in value]
    return value


def _numbered(sign: str, missing: frozenset[str]) -> str:
    return f"〔U+{ord(sign):04X}〕" if sign in missing else sign


def _without_glyph(error: typst.TypstError) -> frozenset[str]:
    """The characters that Typst could not show, from its messages."""
    texts = _WITHOUT_GLYPH.findall(f"{error.message}\n{error.diagnostic}")
    return frozenset("".join(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in texts))
