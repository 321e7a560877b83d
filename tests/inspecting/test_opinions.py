"""Experts and commissioned bodies by a link: what they see, what they file, and that it stands apart from the findings."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sunlot.inspecting import records
from sunlot.inspecting.actions import invited
from sunlot.inspecting.models import Invitation, Opinion
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused

from .fieldwork import DAY, Fieldwork, on

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\nstartxref\n9\n%%EOF\n"
ASKED = {"kind": "body", "name": "乌海市建设工程检测中心", "asks": "抽检三号楼钢筋", "days": "15", "expert": ""}


def link_from(work: Fieldwork, pk: int) -> str:
    page = work.client(work["chen"]).post(reverse("inspecting:opinions", args=[pk]), ASKED).content.decode()
    found = re.search(r"/invited/[A-Za-z0-9_-]+/", page)
    assert found is not None
    return found[0]


def test_a_body_files_a_report_by_its_link_and_sees_nothing_of_the_record(sent: Fieldwork, client: Client) -> None:
    part = sent.saved(sent.part(), problem=True, remark="内部的情况说明")
    before = records.content(part, records.data_of(part), None)
    link = link_from(sent, part.pk)
    secret = link.split("/")[2]
    assert secret not in repr(Invitation.objects.values())
    page = client.get(link)
    shown = page.content.decode()
    assert "抽检三号楼钢筋" in shown and part.form.object.name in shown
    hidden = ["内部的情况说明", "维修资金使用未公示", *(member.inspector.name for member in part.members.all())]
    assert not any(words in shown for words in hidden)
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("no-referrer", True)
    for content, words in ((b"<html>", "只收"), (b"\xff\xd8\xff\xe0 photo \xff\xd9", "只收 PDF"), (b"", "空")):
        answer = client.post(link, {"text": "", "report": SimpleUploadedFile("报告.pdf", content)})
        assert (answer.status_code, words in answer.content.decode()) == (422, True), content
    report = {"text": "两组合格，一组复检", "report": SimpleUploadedFile("../报告.pdf", PDF)}
    assert client.post(link, report).status_code == 302
    report = {"text": "两组合格，一组复检", "report": SimpleUploadedFile("报告.pdf", PDF)}
    client.post(link, report)
    opinion = Opinion.objects.get()  # filed twice is once
    desk = sent.client(sent.inspector(part))
    assert "两组合格，一组复检" in desk.get(reverse("inspecting:opinions", args=[part.pk])).content.decode()
    assert desk.get(reverse("inspecting:opinion-file", args=[part.pk, opinion.pk])).content == PDF
    again = sent.again(part)
    assert records.content(again, records.data_of(again), None) == before, "the record says nothing of it"


def test_a_link_ends_by_its_day_and_by_being_taken_back(sent: Fieldwork, client: Client) -> None:
    part = sent.part()
    link = link_from(sent, part.pk)
    secret = link.split("/")[2]
    ends = Invitation.objects.get().expires_at
    assert ends.astimezone(clock.SHANGHAI).date() == DAY + timedelta(days=15)
    with on(DAY + timedelta(days=15), 12):
        assert client.get(link).status_code == 404
        with pytest.raises(Refused, match="链接已失效"):
            invited.file_opinion(secret, "迟了", None, "", "")
    assert client.get(link).status_code == 200
    chen = sent.client(sent["chen"])
    chen.post(reverse("inspecting:opinion-revoke", args=[part.pk, Invitation.objects.get().pk]))
    assert client.get(link).status_code == 404
    assert client.get("/invited/nothing/").status_code == 404
    assert not Opinion.objects.exists()


def test_only_who_inspects_and_the_department_ask(sent: Fieldwork) -> None:
    part = sent.part()
    asked = invited.Asked("body", "检测中心", "查明", 10)
    for username in ("supervisor", "scjg-clerk", "outsider"):
        with pytest.raises(NotAllowed):
            invited.invite(sent[username], part, asked)
    assert sent.client(sent["scjg-clerk"]).get(reverse("inspecting:opinions", args=[part.pk])).status_code == 404
    with pytest.raises(Refused, match="1 至 60 天"):
        invited.invite(sent["chen"], part, invited.Asked("body", "检测中心", "查明", 61))
    with pytest.raises(Refused, match="没有抽入这个检查组"):
        invited.invite(sent["chen"], part, invited.Asked("expert", "", "查明", 10, 10**9))
