"""Letters as Word, laid out as GB/T 9704 has it, for an office that must edit one before it goes out.

The wording is `letters.Sheet`'s, the same as the PDF's. Texts go in as text nodes, escaped by the library. The same
data give the same bytes. The file names the fonts that offices have (方正小标宋, 仿宋_GB2312); none is embedded.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import segno
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import _Row
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from sunlot.documents.letters import Block, Heading, Letter, Lines, Paragraph, Sheet, Table, in_words, shown_name
from sunlot.documents.parts import Evidence
from sunlot.documents.signs import visible

_TITLE, _BODY, _HEAD, _CODE = "方正小标宋简体", "仿宋_GB2312", "黑体", "Consolas"
_RED = RGBColor(0xC8, 0x16, 0x1D)
_CORE = 156  # mm, the width of the text
_TEXT, _LINE = Pt(16), Pt(28.95)
_LARGEST, _SMALLEST = 36, 22  # points of the issuer's name
_AFTER_BORDERS = (
    "w:shd",
    "w:tabs",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:rPr",
    "w:sectPr",
)  # the order that Word insists on
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows


def letter_docx(letter: Letter) -> bytes:
    """The letter as the bytes of a .docx."""
    sheet = letter.shown()
    word = Document()
    _set_page(word)
    _name_file(word, letter)
    _opening(word, sheet)
    for block in sheet.blocks:
        _block(word, block)
    for number, name in enumerate(sheet.attachments, 1):
        label = "附件：" if number == 1 else "　　　"
        _running(word, f"{label}{number}. {name}" if len(sheet.attachments) > 1 else f"{label}{name}")
    _closing(word, sheet)
    for block in sheet.after:
        _block(word, block)
    _evidence(word, letter.evidence)
    _foot(word, letter.evidence)
    return _zipped(word)


def _set_page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = word.styles["Normal"]
    style.font.size = Pt(16)
    _font(style.element.get_or_add_rPr(), _BODY)


def _name_file(word: WordDocument, letter: Letter) -> None:
    facts = word.core_properties
    facts.title, facts.author, facts.last_modified_by = (
        visible(letter.paper_title()), visible(letter.authority)[:255], "",
    )  # fmt: skip
    facts.comments = facts.keywords = facts.subject = facts.category = ""
    facts.created = facts.modified = datetime(letter.day.year, letter.day.month, letter.day.day)  # noqa: DTZ001 -- the format knows no offset


def _opening(word: WordDocument, sheet: Sheet) -> None:
    colour = _RED if sheet.red else RGBColor(0, 0, 0)
    size = max(_SMALLEST, min(_LARGEST, int(_CORE / 25.4 * 72 / max(len(sheet.heading), 1) / 1.06)))
    heading = _centred(word, sheet.heading, _TITLE, Pt(size))
    heading.runs[0].font.color.rgb = colour
    number = _centred(word, sheet.file_number, _BODY, Pt(16))
    _line_under(number, str(colour))
    title = _centred(word, sheet.title, _TITLE, Pt(22))
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(20)
    _running(word, f"{shown_name(sheet.to)}：", indent=False)


def _block(word: WordDocument, block: Block) -> None:
    match block:
        case Heading():
            found = _running(word, block.text, font=_HEAD)
            found.paragraph_format.keep_with_next = True
        case Paragraph():
            _running(word, block.text)
        case Lines():
            labels = [f"{label}：＿＿＿＿＿＿＿＿＿＿" for label in block.labels]
            for place in range(0, len(labels), 2):
                _running(word, "　".join(labels[place : place + 2]), indent=False, size=Pt(12))
        case Table():
            _table(word, block)


def _table(word: WordDocument, table: Table) -> None:
    word.paragraphs[-1].paragraph_format.space_after = Pt(6)
    made = word.add_table(rows=0, cols=len(table.widths), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    widths = [Mm(_CORE * share / sum(table.widths)) for share in table.widths]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    if table.head:
        row = made.add_row()
        _fill(row, table.head, widths, font=_HEAD, centred=True)
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cells in table.rows:
        row = made.add_row()
        _fill(row, cells, widths)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    word.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _fill(
    row: _Row, cells: tuple[str, ...], widths: Sequence[Length], *, font: str = _BODY, centred: bool = False
) -> None:
    for place, (cell, text, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
        cell.width = width
        found = cell.paragraphs[0]
        found.paragraph_format.space_before = found.paragraph_format.space_after = Pt(3)
        found.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred or place == 0 else WD_ALIGN_PARAGRAPH.LEFT
        _run(found, text, font, Pt(12))


def _closing(word: WordDocument, sheet: Sheet) -> None:
    word.paragraphs[-1].paragraph_format.keep_with_next = True  # no signature on a page of its own
    for text in (sheet.signed_by, in_words(sheet.day)):
        found = _running(word, text, indent=False)
        found.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        found.paragraph_format.right_indent = Pt(64)  # four signs, by the standard
        found.paragraph_format.keep_together = True
        if text == sheet.signed_by:
            found.paragraph_format.space_before = Pt(56)
            found.paragraph_format.keep_with_next = True
    if sheet.note:
        _running(word, f"（{sheet.note}）")
    if sheet.after:
        rule = _centred(word, sheet.after_title, _TITLE, Pt(16))
        rule.paragraph_format.space_before = Pt(30)


def _evidence(word: WordDocument, evidence: Evidence) -> None:
    """QR code, digest and address of the letter as the system made it: what is edited afterwards no longer has this digest."""
    picture = io.BytesIO()
    segno.make(evidence.address, error="m", micro=False).save(picture, kind="png", scale=6, border=0)
    found = word.add_paragraph()
    found.paragraph_format.space_before = Pt(24)
    found.add_run().add_picture(picture, width=Mm(19))
    _run(found, f"　扫码核验本件的系统原文。摘要（{evidence.algorithm}）", _BODY, Pt(9))
    under = word.add_paragraph()
    _run(under, f"{evidence.digest}\n{evidence.address}", _CODE, Pt(8))
    found.paragraph_format.space_after = Pt(2)
    found.paragraph_format.keep_with_next = under.paragraph_format.keep_together = True


def _foot(word: WordDocument, evidence: Evidence) -> None:
    foot = word.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(foot, f"摘要 {evidence.digest[:16]}…　第 ", _BODY, Pt(9))
    _counter(foot, "PAGE")
    _run(foot, " 页　共 ", _BODY, Pt(9))
    _counter(foot, "NUMPAGES")
    _run(foot, " 页", _BODY, Pt(9))


def _counter(found: WordParagraph, code: str) -> None:
    """A field that Word counts itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    found._p.append(field)
    shown = _run(found, "1", _BODY, Pt(9))
    field.append(shown._r)


def _centred(word: WordDocument, text: str, font: str, size: Length) -> WordParagraph:
    found = word.add_paragraph()
    found.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(found, text, font, size)
    return found


def _running(
    word: WordDocument, text: str, *, indent: bool = True, font: str = _BODY, size: Length = _TEXT
) -> WordParagraph:
    found = word.add_paragraph()
    found.paragraph_format.line_spacing = _LINE
    found.paragraph_format.space_after = Pt(0)
    if indent:
        found.paragraph_format.first_line_indent = Pt(32)
    _run(found, text, font, size)
    return found


def _run(found: WordParagraph, text: str, font: str, size: Length) -> Run:
    run = found.add_run(visible(text))
    run.font.size = size
    _font(run._r.get_or_add_rPr(), font)
    return run


def _font(properties: object, name: str) -> None:
    """The font for every script: Word keeps four of them apart."""
    fonts = properties.get_or_add_rFonts()  # type: ignore[attr-defined]  # docx.oxml is not typed
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _line_under(found: WordParagraph, colour: str) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in {"val": "single", "sz": "12", "space": "12", "color": colour}.items():
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    found._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)


def _zipped(word: WordDocument) -> bytes:
    """The file with every entry dated the same, so that the same letter is the same bytes."""
    made, target = io.BytesIO(), io.BytesIO()
    word.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            sink.writestr(entry, source.read(name))
    return target.getvalue()
