"""The file of a case tells who received it, that a part was handed on, and that it was extended."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from sunlot.archiving import actions
from sunlot.archiving.case import case_of
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.extending import actions as extending
from sunlot.inspecting.models import Form
from sunlot.inspecting.reassigning import actions as reassigning
from sunlot.inspecting.reassigning import competence
from sunlot.inspecting.receiving import actions as receiving
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.publishing import actions as publishing
from sunlot.trail.log import sealing

from ..inspecting.fieldwork import Fieldwork
from ..inspecting.test_documents import words_of
from .filing import run

pytestmark = pytest.mark.django_db(transaction=True)

DISTRICTS = {"150302": "hbw-zjj", "150303": "hn-zjj", "150304": "wd-zjj"}


def finished(work: Fieldwork) -> Form:
    """A form whose first part was extended and handed to its district, all published."""
    part = work.part("zjj-wuye")
    to = Organisation.objects.get(code=DISTRICTS[part.form.object.region_id])
    head = work.city.add("district-head", "区局长", to.code, Role.HEAD)
    clerk = work.city.add("district-clerk", "区经办", to.code, Role.CLERK)
    receiving.confirm(work["scjg-clerk"], part.form.task)
    more = extending.ask(work["chen"], part, part.inspect_by + timedelta(days=9), "停产检修")
    extending.approve(work["unit-head"], more, work.proof(work["unit-head"]), "同意延期办理")
    found = reassigning.ask(work["chen"], work.again(part), to, "由属地检查便于监管")
    reassigning.approve(work["wuye-head"], found, work.proof(work["wuye-head"]))
    people = [one.pk for one in competence.eligible(part, to)[:2]]
    taken = work.again(reassigning.accept(head, found, work.proof(head), people, "分管物业服务"))
    inspecting.review_part(clerk, work.countersigned(taken), True)
    publishing.publish_part(clerk, work.again(taken))
    for department in ("scjg", "yjj"):
        decided = work.decided(work.part(department))
        publishing.publish_part(work.clerk(decided), decided)
    return Form.objects.get(pk=part.form_id)


def test_the_file_holds_receipts_the_hand_on_and_the_extension(sent: Fieldwork, tmp_path: Path) -> None:
    sealing.seal()
    form = finished(sent)
    assert form.state == Form.State.CLOSED
    case = case_of(form.pk)
    types = {one.type for one in case.events}
    assert {
        "inspecting.dispatch_received",
        "inspecting.extension_approved",
        "inspecting.reassignment_approved",
        "inspecting.reassigned",
    } <= types
    assert {one.capacity for _, one in case.course_signatures} == {"单位负责人", "移交单位负责人", "接收单位负责人"}
    file = run(actions.file_form(sent["chen"], form))
    assert file.state == "filed"
    page = sent.city.client("chen").get(reverse("archiving:file-pdf", args=[file.pk]))
    words = words_of(page.content, tmp_path)
    for said in ("派发签收、指派和延期", "由属地检查便于监管", "分管物业服务", "停产检修", "开始填写即视为签收"):
        assert said in words, said
