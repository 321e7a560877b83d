"""The second person's look: never the recorder, never the team; accepted or returned with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from sunlot.inspecting import actions, papers, presenting, queries
from sunlot.inspecting.models import Form, FormPart
from sunlot.organisations import actions as organisations
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.publishing.actions import publish_part
from sunlot.registry.models import Inspector

from ..cast import viewer_of
from .fieldwork import DAY, NAME, Fieldwork, on
from .test_record import PNG


def test_a_reviewer_accepts_and_the_part_waits_to_be_published(sent: Fieldwork) -> None:
    part = sent.countersigned(sent.part())
    client = sent.city.client("wuye-head")
    address = reverse("inspecting:review", args=[part.pk])
    assert address in client.get("/desk/").content.decode()
    assert "作出复核" in client.get(address).content.decode()
    assert client.post(address, {"decision": "accept"}).url == reverse("inspecting:form", args=[part.form_id])
    done = sent.again(part)
    assert (done.state, done.reviewed_by_id) == (FormPart.State.DECIDED, sent["wuye-head"].user_id)
    assert address not in client.get("/desk/").content.decode()


def test_a_returned_record_shows_the_comment_first_and_keeps_its_day_zero(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    client = sent.city.client("wuye-head")
    address = reverse("inspecting:review", args=[part.pk])
    assert "写明退回的理由" in client.post(address, {"decision": "return", "comment": " "}).content.decode()
    client.post(address, {"decision": "return", "comment": "第 2 项情况不清"})
    viewer = sent.inspector(part)
    with on(DAY.replace(day=8)):
        page = sent.client(viewer).get(reverse("field:part", args=[part.pk])).content.decode()
        assert page.index("复核退回：第 2 项情况不清") < page.index("<h1>")
        assert "改正：" in sent.client(viewer).get("/desk/").content.decode()
        assert sent.again(part).form.state == Form.State.INSPECTING
        again = sent.recorded(sent.again(part), remark="补充说明")
    assert (again.state, again.completed_on, again.reviewed_by) == (FormPart.State.RECORDED, DAY, None)
    assert again.digest != part.digest


def test_the_recorder_and_the_team_cannot_review_in_whatever_role(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part, 1)
    member = viewer.membership.user
    head = viewer_of(
        organisations.grant_role(SYSTEM, member, sent.city.organisations[part.organisation.code], Role.HEAD).pk
    )
    part = sent.recorded(part)
    for who in (
        viewer,
        head,
        sent.inspector(part),
        sent["scjg-head"],
        sent["supervisor"],
        sent["leader"],
        sent["outsider"],
    ):
        with pytest.raises(NotAllowed, match="填写人和检查组成员不能复核"):
            actions.review_part(who, part, True)


def test_review_twice_is_once_and_out_of_order_is_refused(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    with pytest.raises(Refused, match="待检查"):
        actions.review_part(sent["wuye-head"], part, True)
    sent.countersign(sent.submit(part))
    actions.review_part(sent["wuye-head"], part, True)
    actions.review_part(sent["wuye-head"], part, True)
    with pytest.raises(Refused, match="待公示"):
        actions.review_part(sent["chen"], part, False, "晚了")
    assert sent.again(part).state == FormPart.State.DECIDED


def test_a_record_that_one_of_two_inspectors_has_signed_is_neither_accepted_nor_published(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    second = sent.inspector(part, 1).membership.user.name
    page = sent.city.client("wuye-head").post(reverse("inspecting:review", args=[part.pk]), {"decision": "accept"})
    assert f"{second}还没有在检查记录上签字，签字后才能通过复核" in page.content.decode()
    FormPart.objects.filter(pk=part.pk).update(
        state="decided", reviewed_by=sent["wuye-head"].user_id
    )  # before the rule
    with pytest.raises(Refused, match=f"{second}还没有在检查记录上签字，签字后才能公示"):
        publish_part(sent.clerk(part), part)
    sent.countersign(part)
    publish_part(sent.clerk(part), part)


def test_paper_is_compared_by_the_reviewer_before_acceptance(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    actions.upload_inspected(sent.inspector(part), part, NAME, PNG, "检查表.png", version=part.version)
    sent.countersign(sent.submit(sent.again(part)))
    client = sent.city.client("wuye-head")
    address = reverse("inspecting:review", args=[part.pk])
    assert "与纸质原件核对" in client.get(address).content.decode()
    assert "把上传的扫描件与原件核对" in client.post(address, {"decision": "accept"}).content.decode()
    client.post(address, {"decision": "accept", "paper": "matches"})
    scan = Signature.objects.get(thing=part.thing, way=Signature.Way.PAPER)
    assert (scan.state, scan.confirmed_by_id) == (Signature.State.SIGNED, sent["wuye-head"].user_id)


def test_a_scan_that_differs_is_void_and_the_inspected_signs_again(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    actions.upload_inspected(sent.inspector(part), part, NAME, PNG, "检查表.png", version=part.version)
    part = sent.submit(sent.again(part))
    actions.review_part(sent["wuye-head"], part, False, "扫描件少一页", paper="differs")
    viewer = sent.inspector(part)
    assert Signature.objects.get(thing=part.thing, way=Signature.Way.PAPER).state == Signature.State.VOID
    with pytest.raises(Refused, match="还没有被检查人签字"):
        actions.record_part(viewer, part, part.digest, sent.proof(viewer))


def test_who_may_open_the_review_and_the_signatures(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    drawing = Signature.objects.get(thing=part.thing, way=Signature.Way.HAND)
    pages = {
        reverse("inspecting:review", args=[part.pk]): {
            "wuye-head": 200,
            "chen": 200,
            "scjg-head": 404,
            "supervisor": 403,
        },
        reverse("inspecting:signature-file", args=[part.pk, drawing.pk]): {
            "wuye-head": 200,
            "supervisor": 200,
            "scjg-head": 404,
            "sysadmin": 403,
        },
        reverse("inspecting:form", args=[part.form_id]): {
            "chen": 200,
            "scjg-clerk": 200,
            "outsider": 404,
            "auditor": 403,
        },
        reverse("inspecting:form-pdf", args=[part.form_id]): {"chen": 200, "outsider": 404},
    }
    for address, expected in pages.items():
        assert {name: sent.city.client(name).get(address).status_code for name in expected} == expected, address
        assert Client().get(address).status_code == 302
        assert sent.city.client("wuye-head").put(address).status_code == 405
    other = sent.recorded(sent.part("scjg"))
    foreign = Signature.objects.get(thing=other.thing, way=Signature.Way.HAND)
    mixed = reverse("inspecting:signature-file", args=[part.pk, foreign.pk])
    assert sent.city.client("wuye-head").get(mixed).status_code == 404


def test_another_department_sees_the_state_of_a_part_and_not_its_record(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part("zjj-wuye"), problem=True)
    own = sent.city.client("chen").get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    other = sent.city.client("scjg-clerk").get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    assert "维修资金使用未公示" in own
    assert "维修资金使用未公示" not in other
    assert "待复核" in other
    assert NAME not in other
    for member in part.members.all():
        assert member.inspector.name not in other


def test_the_printed_form_holds_the_parts_that_the_viewer_may_read(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part("zjj-wuye"), problem=True)
    shown = presenting.part_view(part, queries.signatures_by_part([part])[part.pk])
    printed = papers.document(part.form, [shown])
    assert printed.departments[0].items[0].finding == "发现问题"
    assert printed.departments[0].results == ("发现问题已责令改正",)
    assert printed.inspected.name == NAME
    assert printed.evidence.digest == part.digest
    answer = sent.city.client("chen").get(reverse("inspecting:form-pdf", args=[part.form_id]))
    assert answer.content.startswith(b"%PDF-")
    blank = sent.part("zjj-wuye", number=1)
    assert (
        sent.city.client("chen").get(reverse("inspecting:form-pdf", args=[blank.form_id])).content.startswith(b"%PDF-")
    )


def test_a_form_is_recorded_when_every_part_is(sent: Fieldwork) -> None:
    for department in ("zjj-wuye", "scjg"):
        sent.recorded(sent.part(department))
        assert sent.form().state == Form.State.INSPECTING
    sent.recorded(sent.part("yjj"))
    assert sent.form().state == Form.State.RECORDED


def test_an_inspector_who_left_no_longer_writes(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    client = sent.client(viewer)
    viewer.membership.delete()
    assert client.get(reverse("field:part", args=[part.pk])).status_code == 403
    assert Inspector.objects.get(user_id=viewer.user_id).number  # the person stays on the form


def test_a_visit_before_the_plans_time_is_said_to_the_inspector_and_to_the_reviewer(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    address = reverse("field:part", args=[part.pk])
    assert "现在检查早于计划" in sent.client(viewer).get(address).content.decode()
    with on(part.form.task.starts_on):
        assert "早于计划" not in sent.client(viewer).get(address).content.decode()
    early = sent.recorded(part)
    client = sent.city.client("wuye-head")
    assert "检查早于计划公布的检查时间" in client.get(reverse("inspecting:review", args=[early.pk])).content.decode()


def test_what_the_inspected_wrote_on_the_screen_is_printed(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    view = presenting.part_view(part, queries.signatures_by_part([part])[part.pk])
    printed = papers.document(part.form, [view])
    assert printed.inspected.name == NAME
    assert printed.inspected.drawing.startswith("<svg")
    assert papers.form_pdf(part.form, [view]).startswith(b"%PDF-")


def test_a_wrong_password_on_the_phone_is_said_first(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    address = reverse("field:submit", args=[part.pk])
    given = {"digest": sent.digest(part), "password": "falsch"}
    page = sent.client(sent.inspector(part)).post(address, given).content.decode()
    assert page.index("密码不对") < page.index("<h1")
