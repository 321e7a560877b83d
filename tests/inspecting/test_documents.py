"""Documents of a part: looked at, given out once for ever, and checked by anybody who holds the paper."""

import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from sunlot.inspecting import issuing
from sunlot.inspecting.actions import documents
from sunlot.inspecting.models import IssuedDocument
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail.models import PublicEntry

from .fieldwork import Fieldwork


def words_of(pdf: bytes, folder: Path) -> str:
    (folder / "document.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", folder / "document.pdf", "-"], capture_output=True, check=True)
    return re.sub(r"[\s\u200b]", "", done.stdout.decode())


def test_every_document_can_be_looked_at_before_the_visit_and_given_out_after_it(
    sent: Fieldwork, tmp_path: Path
) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    page = reverse("inspecting:documents", args=[part.pk])
    assert page in client.get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    for name in issuing.KINDS:
        answer = client.get(reverse("inspecting:document-preview", args=[part.pk, name]))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), name
    assert not IssuedDocument.objects.exists()
    refused = client.post(reverse("inspecting:document-issue", args=[part.pk, "result_notice"]))
    assert refused.status_code == 409
    sent.recorded(part, problem=True, remark="电梯间没有公示栏")
    for name in ("site_record", "result_notice", "service_receipt"):
        client.post(reverse("inspecting:document-issue", args=[part.pk, name]))
    numbers = list(IssuedDocument.objects.values_list("number", flat=True))
    assert numbers == [f"{part.form.number}-{letters}-1" for letters in ("BL", "JG", "SD")]
    shown = client.get(page).content.decode()
    assert all(number in shown for number in numbers)
    opened = {}
    for one in IssuedDocument.objects.all():
        pdf = client.get(reverse("inspecting:document-issued", args=[part.pk, one.pk])).content
        opened[one.kind] = words_of(pdf, tmp_path)
        assert one.digest in opened[one.kind]
    assert "电梯间没有公示栏" in opened["site_record"] and "发现问题已责令改正" in opened["result_notice"]
    assert numbers[0] in opened["service_receipt"] and numbers[1] in opened["service_receipt"]


def test_anybody_checks_a_paper_and_learns_no_name(sent: Fieldwork, client: Client) -> None:
    part = sent.part()
    issued = documents.issue(sent.inspector(part), part, "site_record")
    entry = PublicEntry.objects.get(type="inspecting.document_issued")
    assert entry.subject == f"document:{issued.digest}"
    address = f"/verify/document/{issued.digest}/"
    page = client.get(address).content.decode()
    assert "有登记" in page and issued.number in page and "现场检查笔录" in page
    persons = [member.inspector.name for member in part.members.all()]
    assert not any(name in page for name in [*persons, part.form.object.name])
    typed = client.get("/verify/document/", {"digest": " ".join(issued.digest.upper())})
    assert typed["Location"] == address
    unknown = client.get(f"/verify/document/{'0' * 64}/")
    assert unknown.status_code == 404 and "没有登记" in unknown.content.decode()
    assert "64 位" in client.get("/verify/document/", {"digest": "<script>"}).content.decode()
    assert client.get("/verify/document/").status_code == 200


def test_only_who_inspects_and_the_department_give_documents_out(sent: Fieldwork) -> None:
    part = sent.part()
    for username in ("supervisor", "scjg-clerk", "outsider"):
        with pytest.raises(NotAllowed, match="文书由"):
            documents.issue(sent[username], part, "site_record")
    with pytest.raises(Refused, match="提交检查记录以后"):
        documents.issue(sent["chen"], part, "result_notice")
    documents.issue(sent["chen"], part, "extension_form")
    page = reverse("inspecting:documents", args=[part.pk])
    assert sent.client(sent["scjg-clerk"]).get(page).status_code == 404
    assert sent.client(sent["chen"]).get(page.replace("documents/", "documents/nothing.pdf")).status_code == 404
    assert (
        sent.client(sent["outsider"])
        .get(reverse("inspecting:document-preview", args=[part.pk, "site_record"]))
        .status_code
        == 404
    )
