"""Signing on paper, from the printed sheet to the second person's confirmation."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Thing
from sunlot.organisations.viewer import Viewer
from sunlot.trail.files import path_of
from sunlot.trail.models import EventDetail
from tests.cast import City
from tests.organisations.test_scans import JPEG, PDF, png

DIGEST = "ab" * 32
PAPER = "/desk/organisations/papers/testing/7/"


@pytest.fixture(autouse=True)
def _a_room_with_something_to_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(viewer: Viewer, keys: object) -> dict[str, Thing]:
        if viewer.organisation.department_code != "zjj" or viewer.organisation.code.startswith("wd"):
            return {}
        clerk = viewer.role_code in ("clerk", "coordinator")
        page = Page("testing:7", "三区部门联合抽查计划", DIGEST, "科室负责人")
        facts = (("抽查对象", "物业服务企业 300 户"),)
        return {
            "7": Thing(
                "三区部门联合抽查计划", "/desk/", "150300-2026-0007", facts, (page,), may_enter=clerk, may_confirm=clerk
            )
        }

    monkeypatch.setattr(signatures, "_THING_KINDS", {})
    signatures.register_thing("testing", resolve)


def upload(client: Client, content: bytes, name: str = "scan.pdf", signer: str = "吴科长") -> HttpResponse:
    given = {"capacity": "科室负责人", "name": signer, "scan": SimpleUploadedFile(name, content)}
    return client.post(PAPER, given)


def test_the_sheet_to_sign_is_a_pdf_for_a_capacity_that_waits(city: City) -> None:
    response = city.client("chen").get(f"{PAPER}sheet.pdf", {"capacity": "科室负责人"})
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert city.client("chen").get(f"{PAPER}sheet.pdf", {"capacity": "无此身份"}).status_code == 404


@pytest.mark.parametrize(("content", "mime"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (png(), "image/png")])
def test_a_scan_is_uploaded_compared_and_confirmed_by_a_second_person(city: City, content: bytes, mime: str) -> None:
    assert upload(city.client("chen"), content).status_code == 302
    paper = Signature.objects.get()
    second = city.client("coordinator")
    assert "核对纸质签署件：三区部门联合抽查计划" in second.get("/desk/").content.decode()
    page = second.get(f"/desk/organisations/signatures/{paper.pk}/").content.decode()
    assert "".join(f"<span>{DIGEST[at : at + 4]}</span>" for at in range(0, 64, 4)) in page
    assert f"/desk/organisations/signatures/{paper.pk}/file/" in page
    file = second.get(f"/desk/organisations/signatures/{paper.pk}/file/")
    assert (file.content, file["Content-Type"]) == (content, mime)
    second.post(f"/desk/organisations/signatures/{paper.pk}/", {"act": "confirm"})
    assert Signature.objects.get().state == Signature.State.SIGNED
    assert "核对纸质签署件" not in second.get("/desk/").content.decode()


def test_the_one_who_uploaded_is_told_that_another_compares(city: City) -> None:
    own = city.client("chen")
    upload(own, PDF)
    address = f"/desk/organisations/signatures/{Signature.objects.get().pk}/"
    page = own.get(address).content.decode()
    assert "这是您上传的，由另一名经办人核对" in page
    assert "确认签署" not in page
    assert own.post(address, {"act": "confirm"}).status_code == 403
    assert "核对纸质签署件" not in own.get("/desk/").content.decode()


def test_a_scan_that_does_not_show_it_is_sent_back_with_the_reason(city: City) -> None:
    upload(city.client("chen"), PDF)
    address = f"/desk/organisations/signatures/{Signature.objects.get().pk}/"
    second = city.client("coordinator")
    assert 'id="id_reason_error"' in second.post(address, {"reason": " "}).content.decode()
    second.post(address, {"reason": "没有盖章"})
    assert Signature.objects.get().state == Signature.State.VOID
    assert "不符之处：没有盖章" in city.client("chen").get(address).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("scan.pdf", b"", "0 字节"),
        ("scan.pdf", b"MZ\x90\x00 an exe", "程序文件"),
        ("scan.jpg", b"PK\x03\x04 a docx", "Word、Excel 或压缩文件"),
        ("scan.png", b"<html><script>alert(1)</script>", "看不出这是什么文件"),
        ("scan.pdf", PDF[:-7], "不完整"),
        ("scan.pdf", b"%PDF-1.7" + b"\x00" * (20 * 2**20) + b"%%EOF", "20.0 MB，不能超过 20 MB"),
    ],
)
def test_a_wrong_file_is_refused_at_its_field_and_what_was_typed_stays(
    city: City, name: str, content: bytes, message: str
) -> None:
    response = upload(city.client("chen"), content, name)
    page = response.content.decode()
    assert response.status_code == 200
    assert message in page
    assert '<a href="#id_scan">' in page
    assert 'value="吴科长"' in page
    assert not Signature.objects.exists()


def test_no_file_at_all_says_so(city: City) -> None:
    response = city.client("chen").post(PAPER, {"capacity": "科室负责人", "name": "吴科长"})
    assert "选择签字后扫描的文件" in response.content.decode()


def test_a_pdf_under_another_name_is_taken_for_what_it_is(city: City) -> None:
    assert upload(city.client("chen"), PDF, "照片.jpg").status_code == 302
    address = f"/desk/organisations/signatures/{Signature.objects.get().pk}/file/"
    assert city.client("coordinator").get(address)["Content-Type"] == "application/pdf"


def test_a_scan_is_served_as_what_it_is_and_never_as_a_page(city: City) -> None:
    upload(city.client("chen"), png(), "x.html")
    address = f"/desk/organisations/signatures/{Signature.objects.get().pk}/file/"
    response = city.client("coordinator").get(address)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Disposition"].startswith("inline")
    assert city.client("coordinator").get(address + "?download")["Content-Disposition"].startswith("attachment")


def test_a_pdf_may_be_framed_by_our_own_page_and_no_other_page_frames_anything(city: City) -> None:
    upload(city.client("chen"), PDF)
    page = city.client("coordinator").get(f"/desk/organisations/signatures/{Signature.objects.get().pk}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-src" not in city.client("coordinator").get("/desk/")["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["", "file/"])
def test_who_does_not_see_the_thing_does_not_see_its_papers(city: City, address: str) -> None:
    upload(city.client("chen"), PDF)
    paper = Signature.objects.get()
    for username in ("outsider", "scjg-clerk"):
        assert city.client(username).get(f"/desk/organisations/signatures/{paper.pk}/{address}").status_code == 404
    assert EventDetail.objects.filter(type="access.refused").count() == 2
    assert city.client("outsider").get(PAPER).status_code == 404


def test_who_may_not_upload_is_told_who_may(city: City) -> None:
    page = city.client("leader").get(PAPER).content.decode()
    assert "扫描件由经办人上传" in page
    assert upload(city.client("leader"), PDF).status_code == 403
    assert not Signature.objects.exists()


def test_a_scan_changed_on_disk_is_not_shown(city: City) -> None:
    upload(city.client("chen"), PDF)
    paper = Signature.objects.get()
    kept = path_of(str(paper.file_id))
    kept.write_bytes(PDF + b"changed %%EOF")
    with pytest.raises(ValueError, match="changed on disk"):
        city.client("coordinator").get(f"/desk/organisations/signatures/{paper.pk}/file/")
    kept.write_bytes(PDF)
