"""The documents that are digested themselves: longest, emptiest and hostile data, read back as a registry or a court would."""

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from docx import Document

from sunlot.documents.correction_order import correction_order_docx
from sunlot.documents.paper import content, digest_of
from sunlot.documents.parts import Image, Slots
from sunlot.documents.restoring import restored
from sunlot.documents.rosters import object_roster_xlsx
from sunlot.documents.transfer_letter import transfer_letter_docx
from sunlot.documents.typesetting import typeset_apart, typeset_together, typeset_volumes
from sunlot.documents.visit_notice import visit_notice_docx

from . import records, samples
from .records import DAY
from .test_printed_forms import needs_poppler, pages_of, squeezed, text_of

XML = '</w:t></w:r></w:p><w:p>&lt;&amp; {{ 7*7 }} {% for x in y %} #read("/etc/passwd") #import "x.typ": * #{1+1} ]]> \u202e'

# What a kind of document holds for its digest, or shows in other circumstances alone.
_LETTER = {"authority"}  # its heading is a slot
ABSENT: dict[str, set[str]] = {
    "visit_notice": _LETTER,
    "result_notice": {*_LETTER, "officers.unit"},
    "correction_order": {*_LETTER, "officers.unit"},
    "transfer_letter": _LETTER,
    "site_record": {*_LETTER, "slots.contact", "weather"},
    "site_record_scene": {*_LETTER, "slots.contact"},
    "questioning_record": {*_LETTER, "slots.contact"},
    "service_receipt": {"ways"},  # boxes of a fixed list
    "evidence_sheet": {"party.address", "party.person", "party.phone"},
}
TYPST = '#read("x") #import *b* $a^2$ <c> @d _e_ `f` \\g [h]{i} // =j'


@pytest.mark.parametrize("kind", records.SAMPLES)
def test_a_record_is_made_again_from_its_content_and_is_the_same_paper(kind: str) -> None:
    for record in (
        records.SAMPLES[kind][1],
        records.longest(records.SAMPLES[kind][1]),
        records.emptiest(records.SAMPLES[kind][1]),
    ):
        pictures = {picture.digest: picture.data for picture in pictures_in(record)}
        again = restored(content(record), pictures.__getitem__)
        assert (type(again), content(again)) == (type(record), content(record))
        assert again == record.filled()
    with pytest.raises(ValueError, match="no document is called"):
        restored(content(record).replace(record.name.encode(), b"nothing"), pictures.__getitem__)


def pictures_in(value: Any) -> Iterator[Image]:
    if isinstance(value, Image):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from pictures_in(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from pictures_in(getattr(value, field.name))


def texts_in(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with the way to it: `party.name.text`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_in(part, path)
    elif is_dataclass(value) and not isinstance(value, Image):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name), f"{path}.{field.name}".strip("."))


def numbered(record: Any, text: str) -> Any:
    """The record with `text` and a number of its own in every place."""
    count = iter(range(100, 1000))
    return records.with_texts(record, lambda: f"{text}№{next(count)}!")


@needs_poppler
@pytest.mark.parametrize("name", records.SAMPLES)
def test_every_text_of_a_document_comes_out_as_the_text_it_is(name: str) -> None:
    document, record = records.SAMPLES[name]
    hostile = numbered(record, TYPST)
    shown = text_of(document(hostile))
    wanted = {squeezed(text): path for path, text in texts_in(hostile) if "№" in text}
    missing = {path for text, path in wanted.items() if text not in shown}
    assert missing <= {path for path in wanted.values() if path in ABSENT.get(name, set())}, missing


@needs_poppler
@pytest.mark.parametrize("name", records.SAMPLES)
def test_a_document_holds_the_longest_data_and_the_emptiest_and_is_the_same_bytes_each_time(
    name: str, tmp_path
) -> None:
    document, record = records.SAMPLES[name]
    assert document(record) == document(record)
    longest = document(records.longest(record))
    text, pages = text_of(longest), pages_of(longest, tmp_path)
    assert records.LONG in text and "𠮷" in text and "㐂" in text and "〔U+" not in text
    assert f"第{pages}页共{pages}页" in text and pages > 1
    boxes = subprocess.run(["pdftotext", "-bbox", tmp_path / "document.pdf", "-"], capture_output=True, check=True)
    widths, right = [
        re.findall(rf'{what}="([\d.]+)"', boxes.stdout.decode(errors="replace")) for what in ("page width", "xMax")
    ]
    assert max(map(float, right)) < float(widths[0]) - 20 / 25.4 * 72 + 2, "nothing leaves the page's core"
    empty = document(records.emptiest(record))
    assert pages_of(empty, tmp_path) <= 3
    assert digest_of(records.emptiest(record)) in text_of(empty)


def test_the_printed_digest_is_that_of_the_canonical_json_of_the_data() -> None:
    _, notice = records.SAMPLES["visit_notice"]
    data = content(notice)
    assert json.loads(data)["document"] == "visit_notice"
    assert json.loads(data)["content"]["day"] == "2026-11-18"
    assert "严禁" in json.loads(data)["content"]["slots"]["rights"], "the words that are printed are digested too"
    assert hashlib.sha256(data).hexdigest() == digest_of(notice)
    assert notice.evidence.address.endswith(digest_of(notice))
    _, sheet = records.SAMPLES["evidence_sheet"]
    assert json.loads(content(sheet))["content"]["photos"][0]["image"] == records.picture().digest
    other = replace(sheet, photos=(replace(sheet.photos[0], image=records.picture(shade=9)),))
    assert digest_of(other) != digest_of(sheet)


@needs_poppler
def test_many_documents_print_as_one_file_each_with_page_numbers_of_its_own(tmp_path) -> None:
    papers = [record for _, record in records.SAMPLES.values()] + [samples.plan(), samples.form(40), samples.form(2)]
    together = typeset_together(papers, title="当日文书", author="乌海市住房和城乡建设局", day=DAY)
    apart = dict(typeset_apart(papers))
    pages = [pages_of(pdf, tmp_path) for pdf in apart.values()]
    assert len(apart) == len(papers) and pages_of(together, tmp_path) == sum(pages)
    found = re.findall(r"第(\d+)页共(\d+)页", text_of(together))
    assert found == [(str(n), str(last)) for last in pages for n in range(1, last + 1)]
    assert len(together) < sum(map(len, apart.values())) / 2, "the fonts are in the file once"
    volumes = typeset_volumes(papers[:3], title="当日文书", author="乌海市住房和城乡建设局", day=DAY, size=2)
    assert [pages_of(pdf, tmp_path) for pdf in volumes] == [sum(pages[:2]), pages[2]]


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (visit_notice_docx, "visit_notice"),
        (correction_order_docx, "correction_order"),
        (transfer_letter_docx, "transfer_letter"),
    ],
)
def test_a_letter_in_word_says_the_same_and_holds_hostile_text_as_text(write, name: str) -> None:
    _, letter = records.SAMPLES[name]
    hostile = numbered(replace(letter, slots=Slots(heading="a", contact="b", rights="c", closing="d")), XML)
    data = write(hostile)
    assert data == write(hostile)
    word = Document(io.BytesIO(data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    said = squeezed("".join([*(one.text for one in word.paragraphs), *cells]))
    missing = [
        path for path, text in texts_in(hostile) if "№" in text and squeezed(text.replace("\u202e", "□")) not in said
    ]
    assert set(missing) <= ABSENT.get(name, set())
    assert not [one for one in zipfile.ZipFile(io.BytesIO(data)).infolist() if one.date_time[0] != 1980]


def test_a_roster_is_a_spreadsheet_too() -> None:
    _, roster = records.SAMPLES["object_roster"]
    assert object_roster_xlsx(roster) == object_roster_xlsx(roster)


def test_a_picture_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JPEG or a PNG"):
        Image(b"<svg/>")
