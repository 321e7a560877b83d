"""What follows a record with problems: an order to correct, its service, the re-inspection; a case handed over (监管衔接)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sunlot.inspecting.followups import actions
from sunlot.inspecting.followups.actions import HandOverText, OrderText
from sunlot.inspecting.models import CorrectionOrder, FormPart, HandOver
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history

from ..cast import PASSWORD
from .fieldwork import DAY, Fieldwork, on

FACT = '维修资金使用未公示 #import "x"'


def clerk_of(sent: Fieldwork, part: FormPart) -> Viewer:
    """A clerk of the very organisation that inspected, whichever the draw made it."""
    name = f"clerk-of-{part.organisation.code}"
    if name not in sent.city.viewers:
        sent.city.add(name, "后经办", part.organisation.code, Role.CLERK)
    return sent[name]


def proof(viewer: Viewer) -> Proof:
    return Proof(viewer.user_id, clock.now())


def order_text(**changes: Any) -> OrderText:
    said: dict[str, Any] = {
        "fact": FACT, "breached": "《物业管理条例》第五十四条", "demand": "公示使用情况", "basis": "行政处罚法第二十八条",
        "due_on": DAY + timedelta(days=10),
    }  # fmt: skip
    return OrderText(**(said | changes))


def handover_text(**changes: Any) -> HandOverText:
    said: dict[str, Any] = {
        "to": "", "receiver": "scjg", "grounds": "other", "facts": "涉嫌价格违法", "basis": "行政处罚法第二十五条",
        "attachments": "执法检查表 1 份", "due_on": DAY + timedelta(days=30),
    }  # fmt: skip
    return HandOverText(**(said | changes))


def sign_on_page(client: Client, address: str) -> int:
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(address).content.decode())
    assert digest is not None
    return client.post(address, {"act": "sign", "digest": digest[1], "password": PASSWORD}).status_code


def test_an_order_is_written_signed_served_and_closed_and_each_step_stands_in_its_story(sent: Fieldwork) -> None:
    part = sent.decided(sent.part(), problem=True)
    clerk, head = sent.client(clerk_of(sent, part)), sent.city.client("unit-head")
    form = reverse("inspecting:form", args=[part.form_id])
    write = reverse("inspecting:order-write", args=[part.pk])
    assert write in clerk.get(form).content.decode()
    assert "维修资金使用未公示" in clerk.get(write).content.decode()  # begun with what the record says
    text = order_text()
    address = clerk.post(
        write,
        {
            "fact": text.fact,
            "breached": text.breached,
            "demand": text.demand,
            "basis": text.basis,
            "due_on": text.due_on.isoformat(),
        },
    ).url
    assert address in head.get("/desk/").content.decode()
    assert clerk.post(address, {"act": "sign"}).status_code == 403
    assert sign_on_page(head, address) == 302
    for paper in ("order.pdf", "receipt.pdf"):
        assert clerk.get(f"{address}{paper}").content.startswith(b"%PDF")
    assert clerk.get(f"{address}order.docx").content.startswith(b"PK")
    served = {"on": DAY.isoformat(), "way": "直接送达", "to": "王守信"}
    assert "登记送达" in clerk.get("/desk/").content.decode()
    assert clerk.post(address, served).status_code == 302
    with on(DAY + timedelta(days=12)):
        clerk = sent.client(clerk_of(sent, part))  # signed in anew after so long
        home = clerk.get("/desk/").content.decode()
        assert "整改复查" in home and "逾期" in home
        assert "已逾期" in clerk.get(form).content.decode()
        closed = {"on": clock.today().isoformat(), "corrected": "yes", "result": "复查已公示"}
        assert clerk.post(address, closed).status_code == 302
        assert "整改复查" not in clerk.get("/desk/").content.decode()
    order = CorrectionOrder.objects.get()
    assert (order.state, order.is_corrected) == ("closed", True)
    words = [one.words for one in history(order.thing)]
    assert len(words) == 5 and any("直接送达" in one for one in words)


def test_a_case_handed_over_is_received_and_answered_by_the_receiver_to_the_end(sent: Fieldwork) -> None:
    part = sent.decided(sent.part(), problem=True)
    letter = actions.write_handover(clerk_of(sent, part), part, handover_text())
    address = reverse("inspecting:handover", args=[letter.pk])
    receiver = sent.city.client("scjg-clerk")
    assert receiver.get(address).status_code == 404  # not sent yet
    actions.sign(sent["unit-head"], letter, proof(sent["unit-head"]))
    assert "登记接收" in receiver.get("/desk/").content.decode()
    assert sent.city.client("yjj-clerk").get(address).status_code == 404
    assert receiver.get(f"{address}letter.pdf").content.startswith(b"%PDF")
    with on(DAY + timedelta(days=14)):
        receiver = sent.city.client("scjg-clerk")
        assert "催办接收移送" in sent.client(clerk_of(sent, part)).get("/desk/").content.decode()
        assert receiver.post(address, {"on": clock.today().isoformat(), "by": "施经办"}).status_code == 302
        answered = {"on": clock.today().isoformat(), "result": "已立案，案号 2026-18"}
        assert sent.client(clerk_of(sent, part)).post(address, answered).status_code == 403
        assert receiver.post(address, answered).status_code == 302
    found = HandOver.objects.get()
    assert (found.state, found.result) == ("closed", "已立案，案号 2026-18")
    page = sent.client(clerk_of(sent, part)).get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    assert address in page and "已办结" in page


def test_what_is_not_reviewed_or_has_no_problem_has_no_follow_up(sent: Fieldwork) -> None:
    fine = sent.decided(sent.part())
    with pytest.raises(Refused, match="没有发现问题"):
        actions.write_order(clerk_of(sent, fine), fine, order_text())
    page = sent.client(clerk_of(sent, fine)).get(reverse("inspecting:form", args=[fine.form_id])).content.decode()
    assert reverse("inspecting:order-write", args=[fine.pk]) not in page
    bad = sent.recorded(sent.part(number=1), problem=True)
    with pytest.raises(Refused, match="复核通过后"):
        actions.write_handover(clerk_of(sent, bad), bad, handover_text())


def test_nobody_signs_what_he_wrote_and_others_neither_write_nor_see(sent: Fieldwork) -> None:
    part = sent.decided(sent.part(), problem=True)
    order = actions.write_order(clerk_of(sent, part), part, order_text())
    for who in (clerk_of(sent, part), sent["scjg-head"], sent["yjj-clerk"]):
        with pytest.raises(NotAllowed):
            actions.sign(who, order, proof(who))
    for who in ("scjg-clerk", "yjj-clerk"):
        client = sent.city.client(who)
        assert client.get(reverse("inspecting:order", args=[order.pk])).status_code == 404
        assert client.get(reverse("inspecting:order-write", args=[part.pk])).status_code == 404


def test_refused_to_be_taken_it_is_left_with_a_witness_and_twice_signed_is_signed_once(sent: Fieldwork) -> None:
    part = sent.decided(sent.part(), problem=True)
    clerk, head = clerk_of(sent, part), sent["unit-head"]
    order = actions.write_order(clerk, part, order_text())
    actions.sign(head, order, proof(head))
    assert actions.sign(head, order, proof(head)).state == "signed"
    with pytest.raises(Refused, match="见证人"):
        actions.serve(clerk, order, on=DAY, way="留置送达", to="", refusal="负责人拒收")
    served = actions.serve(clerk, order, on=DAY, way="留置送达", to="", refusal="负责人拒收", witness="李见证")
    assert served.state == "served"
    with pytest.raises(Refused, match="整改中"):
        actions.serve(clerk, order, on=DAY, way="直接送达", to="王守信")


def test_a_letter_that_the_head_does_not_sign_is_void_with_the_reason_and_written_anew(sent: Fieldwork) -> None:
    part = sent.decided(sent.part(), problem=True)
    first = actions.write_order(clerk_of(sent, part), part, order_text())
    head = sent.city.client("unit-head")
    address = reverse("inspecting:order", args=[first.pk])
    assert head.post(address, {"void": "1", "reason": ""}).status_code == 422
    assert head.post(address, {"void": "1", "reason": "期限太短"}).status_code == 302
    assert "期限太短" in sent.client(clerk_of(sent, part)).get(address).content.decode()
    second = actions.write_order(clerk_of(sent, part), part, order_text(due_on=DAY + timedelta(days=30)))
    assert second.number != first.number
