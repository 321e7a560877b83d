"""Evidence: what is taken and what is refused, in pieces over a bad line, kept whole, and shown to no stranger."""

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from sunlot.catalogue.models import ItemVersion
from sunlot.inspecting import actions, records
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.models import Edition, Evidence, FormPart, Upload
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail import files

from .fieldwork import Fieldwork


def photo(*, side: int = 64, colour: str = "teal", kind: str = "JPEG") -> bytes:
    """A photo that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "TestPhone"
    exif.get_ifd(0x8825)[2] = (39.0, 40.0, 12.0)
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), colour).save(out, kind, exif=exif)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def huge_png() -> bytes:
    """A hundred bytes that say they are a picture of ten thousand million pixels."""
    from struct import pack
    from zlib import crc32

    body = b"IHDR" + pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + body + pack(">I", crc32(body)) + b"\0\0\0\0IEND\xaeB`\x82"


HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 64

REFUSED = [
    (b"", "photo", "文件是空的"),
    (b"<html><script>alert(1)</script>", "file", "看不出这是什么文件"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "photo", "看不出这是什么文件"),
    (b"MZ\x90\x00" + b"\0" * 64, "file", "这是程序文件"),
    (HEIC, "photo", "HEIC 照片.*种类选“文件”"),
    (HEIC, "scan", "HEIC 照片.*转成 JPEG"),
    (photo()[:200], "photo", "没有收"),
    (huge_png(), "photo", "没有收"),
    (b"%PDF-1.7 broken off", "file", "PDF 不完整"),
    (b"%PDF-1.7\n%%EOF", "photo", "这不是照片"),
    (archive("a.txt"), "file", "这是压缩文件"),
    (archive("[Content_Types].xml", "word/vbaProject.bin"), "file", "文档里有宏"),
    (archive("[Content_Types].xml", "word/document.xml"), "scan", "扫描件收 PDF 或照片"),
]


def test_what_is_no_evidence_is_refused_in_words_and_leaves_nothing(sent: Fieldwork) -> None:
    part = sent.part()
    for content, kind, words in REFUSED:
        with pytest.raises(Refused, match=words):
            actions.add_file(sent.inspector(part), part, content, Facts(kind=kind, name="照片.jpg"))
    with pytest.raises(Refused, match="不能超过 30 MB"):
        actions.begin_upload(sent.inspector(part), part, "0" * 64, 31 * 2**20, Facts(kind="photo"))
    assert not Evidence.objects.exists() and not Upload.objects.exists()


def test_a_photo_is_kept_as_it_came_and_its_copy_tells_neither_place_nor_device(sent: Fieldwork) -> None:
    part, content = sent.part(), photo(side=4000)
    taken = actions.add_file(
        sent.inspector(part), part, content, Facts(kind="photo", name="../../现场.exe", item="WY-01")
    )
    assert (files.read(taken.original_id), taken.name, taken.mime) == (content, "现场.jpg", "image/jpeg")
    with Image.open(io.BytesIO(files.read(taken.clean_copy_id or ""))) as copy:
        assert (copy.size, dict(copy.getexif())) == ((2560, 1280), {})
    assert f'"{taken.original_id}"'.encode() in records.content(sent.again(part), records.data_of(part), None)
    again = actions.add_file(sent.inspector(part), part, content, Facts(kind="photo"))
    assert again.pk == taken.pk


def test_a_heic_photo_of_an_iphone_is_kept_as_a_file_as_it_came(sent: Fieldwork) -> None:
    part = sent.part()
    phone = sent.client(sent.inspector(part))
    address = reverse("field:evidence", args=[part.pk])
    upload = {"kind": "photo", "item": "", "caption": "", "files": SimpleUploadedFile("IMG_0001.HEIC", HEIC)}
    shown = phone.post(address, upload)
    assert shown.status_code == 422 and "IMG_0001.HEIC：这是 HEIC 照片" in shown.content.decode()
    kept = {**upload, "kind": "file", "files": SimpleUploadedFile("IMG_0001.HEIC", HEIC)}
    assert phone.post(address, kept).status_code == 302
    taken = Evidence.objects.get(part=part)
    assert (taken.mime, taken.name, taken.clean_copy_id) == ("image/heic", "IMG_0001.heic", None)
    given = phone.get(reverse("inspecting:evidence-file", args=[part.pk, taken.pk]))
    assert given.content == HEIC and given["Content-Disposition"].startswith("attachment")
    assert phone.get(reverse("inspecting:document-preview", args=[part.pk, "evidence_sheet"])).status_code == 200


def test_pieces_go_on_where_the_line_broke_and_a_changed_byte_is_found(sent: Fieldwork) -> None:
    part = sent.part()
    viewer, content = sent.inspector(part), photo(side=900)
    begun = actions.begin_upload(viewer, part, digest_of(content), len(content), Facts(kind="photo"))
    assert isinstance(begun, Upload)
    actions.add_piece(viewer, part, begun.digest, 0, content[:1000])
    for offset in (0, 900, 1001):
        with pytest.raises(actions.WrongOffset) as found:
            actions.add_piece(viewer, part, begun.digest, offset, content[offset : offset + 50])
        assert found.value.offset == 1000
    resumed = actions.begin_upload(viewer, part, digest_of(content), len(content), Facts(kind="photo"))
    assert isinstance(resumed, Upload) and resumed.offset == 1000
    whole = actions.add_piece(viewer, part, begun.digest, 1000, content[1000:-1] + b"\0")
    with pytest.raises(Refused, match="与拍摄时的摘要不同"):
        actions.finish_upload(viewer, whole)
    assert not Upload.objects.exists()
    with pytest.raises(actions.WrongOffset):
        actions.add_piece(viewer, part, begun.digest, 1000, content[1000:])


def test_evidence_is_served_with_a_fixed_type_to_those_who_read_the_record_alone(sent: Fieldwork) -> None:
    part = sent.part("zjj-wuye")
    viewer = sent.inspector(part)
    taken = actions.add_file(viewer, part, photo(), Facts(kind="photo"))
    address = reverse("inspecting:evidence-file", args=[part.pk, taken.pk])
    for client in (sent.client(viewer), sent.city.client("chen")):
        shown = client.get(address)
        assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        original = client.get(address + "?original")
        assert (
            original["Content-Disposition"].startswith("attachment")
            and "sandbox" in original["Content-Security-Policy"]
        )
        assert digest_of(original.content) == taken.original_id
    assert sent.client(sent.inspector(sent.part("scjg"))).get(address).status_code == 404
    assert sent.city.client("scjg-clerk").get(address).status_code == 404
    with pytest.raises(NotAllowed):
        actions.add_file(sent["chen"], part, photo(colour="red"), Facts(kind="photo"))


def test_a_page_without_script_takes_files_and_puts_them_aside_with_a_reason(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    address = reverse("field:evidence", args=[part.pk])
    chosen = [SimpleUploadedFile("a.jpg", photo()), SimpleUploadedFile("b.exe", b"MZ\0\0")]
    page = client.post(address, {"kind": "photo", "item": "WY-01", "files": chosen}).content.decode()
    assert "b.exe：这是程序文件" in page and "选自相册" in page
    taken = Evidence.objects.get()
    change = reverse("field:evidence-change", args=[part.pk, taken.pk])
    client.post(change, {"why": "拍糊了"}, headers={"referer": f"http://testserver{address}"})
    assert "没有列入记录：拍糊了" in client.get(address).content.decode()
    assert taken.original_id.encode() not in records.content(sent.again(part), records.data_of(part), None)
    client.post(change)
    assert Evidence.objects.get().counts


def test_an_items_own_rule_asks_for_evidence_before_anybody_signs(sent: Fieldwork) -> None:
    ItemVersion.objects.filter(item__code="WY-01").update(proof=ItemVersion.Proof.ALWAYS)
    part = sent.saved(sent.part())
    assert [gap.words for gap in records.gaps(part, records.data_of(part))] == [
        "第 1 项“物业服务企业检查”按规定要有照片或文件"
    ]
    actions.add_file(sent.inspector(part), part, photo(), Facts(kind="photo", item="WY-01"))
    part = sent.again(part)
    assert records.gaps(part, records.data_of(part)) == []


def test_a_paper_form_entered_later_needs_its_scan(sent: Fieldwork) -> None:
    part = sent.saved(sent.part(), from_paper=True)
    assert [gap.place for gap in records.gaps(part, records.data_of(part))] == ["evidence"]
    actions.add_file(sent.inspector(part), part, photo(), Facts(kind="scan"))
    part = sent.again(part)
    assert records.gaps(part, records.data_of(part)) == []
    assert b'"from_paper":true' in records.content(part, records.data_of(part), None)


def test_a_record_taken_back_before_the_review_is_submitted_anew_as_its_next_edition(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    client = sent.client(sent.inspector(part))
    first, day = part.digest, part.completed_on
    address = reverse("field:take-back", args=[part.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "漏写一处"})
    part = sent.again(part)
    assert (part.state, part.correction_reason) == (FormPart.State.RETURNED, "漏写一处")
    assert "这份记录已收回更正" in client.get(reverse("field:part", args=[part.pk])).content.decode()
    again = sent.recorded(part, remark="漏写的一处")
    assert again.completed_on == day
    assert list(Edition.objects.values_list("digest", "reason")) == [(first, ""), (again.digest, "漏写一处")]
    assert files.read(first) and "更正：漏写一处" in client.get(reverse("field:part", args=[part.pk])).content.decode()
    actions.review_part(sent.reviewer(again), again, False, "再看看")
    with pytest.raises(Refused, match="不能收回更正"):
        actions.take_back(sent.inspector(again), again, "再改")
