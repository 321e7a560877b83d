"""An object that can't be inspected goes from the phone to its replacement by the protocol's rule, with what was found."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sunlot.inspecting import actions
from sunlot.inspecting.models import Evidence, Obstacle
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed
from sunlot.trail.queries import history

from .fieldwork import Fieldwork
from .test_evidence import HEIC, photo
from .test_phone_sync import line_of

SAID = "现场核实项目已停工 <script>"


def test_the_inspectors_report_leads_the_clerk_to_the_replacement_with_cause_and_reason_filled_in(
    sent: Fieldwork,
) -> None:
    part = sent.part()
    phone = sent.client(sent.inspector(part))
    address = reverse("field:obstacle", args=[part.pk])
    assert address in phone.get(reverse("field:part", args=[part.pk])).content.decode()
    assert phone.post(address, {"cause": "closed", "reason": " "}).status_code == 422
    without = phone.post(address, {"cause": "closed", "reason": SAID})
    assert without.status_code == 422 and "拍下能说明不能检查的照片" in without.content.decode()
    heic = {"cause": "closed", "reason": SAID, "files": SimpleUploadedFile("门.heic", HEIC)}
    assert "门.heic：这是 HEIC 照片" in phone.post(address, heic).content.decode()
    assert not Obstacle.objects.exists()
    shut = {"cause": "closed", "reason": SAID, "files": SimpleUploadedFile("门.jpg", photo())}
    assert phone.post(address, shut).status_code == 302
    taken = Evidence.objects.get(part=part)
    assert taken.caption == "不能检查：已停业、歇业" and Obstacle.objects.get().photos == [taken.original_id]
    clerk = sent.city.client("chen")
    home = unescape(clerk.get("/desk/").content.decode())
    assert f"“{part.form.object.name}”不能检查" in home
    page = reverse("drawing:replace-object", args=[sent.attempt.draw.number, part.form.object.number])
    assert page in home
    shown = clerk.get(page, {"cause": "closed", "reason": SAID}).content.decode()
    assert "现场核实项目已停工 &lt;script&gt;" in shown
    form = clerk.get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    assert "检查人员报告不能检查：已停业、歇业" in form and f"{page}?cause=closed" in form
    story = [one.words for one in history(f"form:{part.form_id}")]
    assert any("报告不能检查" in one for one in story)


def test_a_phone_reports_after_its_photos_and_a_report_sent_twice_is_one(sent: Fieldwork) -> None:
    part = sent.part()
    line = line_of(sent, part)
    found = clock.now() - timedelta(minutes=30)
    given = {"cause": "closed", "reason": SAID, "at": clock.iso(found + timedelta(minutes=5)), "offset": 300}
    assert "拍下能说明不能检查的照片" in line.post("send-obstacle", part.pk, **given).json()["refused"]
    assert line.upload(part, photo(), kind="photo").json()["done"] is True
    for _ in range(2):  # a phone sends again what it heard no answer to
        assert line.post("send-obstacle", part.pk, **given).status_code == 200
    made = Obstacle.objects.get(part=part)
    assert abs(made.found_at - found) < timedelta(seconds=1)
    assert len([one for one in history(f"form:{part.form_id}") if "报告不能检查" in one.words]) == 1
    page = sent.client(sent.inspector(part)).get(reverse("field:part", args=[part.pk])).content.decode()
    assert "检查人员报告不能检查：已停业、歇业" in page


def test_only_the_team_reports(sent: Fieldwork) -> None:
    part = sent.part()
    for who in ("chen", "outsider"):
        with pytest.raises(NotAllowed):
            actions.report_obstacle(sent[who], part, "closed", SAID)
    stranger = line_of(sent, sent.part("scjg"), device="b" * 32)
    assert stranger.post("send-obstacle", part.pk, cause="closed", reason=SAID).status_code == 404
