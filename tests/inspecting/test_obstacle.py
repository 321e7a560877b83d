"""An object that can't be inspected goes from the phone to its replacement by the protocol's rule, with what was found."""

from html import unescape

import pytest
from django.urls import reverse

from sunlot.inspecting import actions
from sunlot.organisations.viewer import NotAllowed
from sunlot.trail.queries import history

from .fieldwork import Fieldwork

SAID = "现场核实项目已停工 <script>"


def test_the_inspectors_report_leads_the_clerk_to_the_replacement_with_cause_and_reason_filled_in(
    sent: Fieldwork,
) -> None:
    part = sent.part()
    phone = sent.client(sent.inspector(part))
    address = reverse("field:obstacle", args=[part.pk])
    assert address in phone.get(reverse("field:part", args=[part.pk])).content.decode()
    assert phone.post(address, {"cause": "closed", "reason": " "}).status_code == 422
    assert phone.post(address, {"cause": "closed", "reason": SAID}).status_code == 302
    clerk = sent.city.client("chen")
    home = unescape(clerk.get("/desk/").content.decode())
    assert f"“{part.form.object.name}”不能检查" in home
    page = reverse("drawing:replace-object", args=[sent.attempt.draw.number, part.form.object.number])
    assert page in home
    shown = clerk.get(page, {"cause": "closed", "reason": SAID}).content.decode()
    assert "现场核实项目已停工 &lt;script&gt;" in shown
    story = [one.words for one in history(f"form:{part.form_id}")]
    assert any("报告不能检查" in one for one in story)


def test_only_the_team_reports(sent: Fieldwork) -> None:
    part = sent.part()
    for who in ("chen", "outsider"):
        with pytest.raises(NotAllowed):
            actions.report_obstacle(sent[who], part, "closed", SAID)
