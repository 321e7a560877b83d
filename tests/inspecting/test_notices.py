"""The notice of a visit: one for all departments, behind a link of which the database holds no more than a digest."""

import io
import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from sunlot.desk.todo import waiting_for
from sunlot.inspecting import actions
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.models import (
    AvoidanceRequest,
    Category,
    ContactAttempt,
    Form,
    FormPart,
    NoticeMaterial,
    NoticeMessage,
    OutboxMessage,
    VisitNotice,
)
from sunlot.inspecting.notices import actions as notices
from sunlot.inspecting.notices.contact import is_enough
from sunlot.inspecting.records import Answered
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import InspectionObject
from sunlot.trail.models import EventDetail
from sunlot.visits.models import Visit

from .fieldwork import DAY, Fieldwork, absence, on
from .test_special import approved

pytestmark = pytest.mark.django_db
WHEN = {
    "visit_on": (DAY + timedelta(days=3)).isoformat(), "starts_at": "09:30", "ends_at": "11:00", "place": "滨河大街 1 号",
    "present": "项目负责人\n财务负责人", "recipient": "李经理", "phone": "13812345678", "email": "li@example.com",
}  # fmt: skip


def told(work: Fieldwork, form: Form, **changes: str) -> HttpResponse:
    return work.client(work["chen"]).post(f"/desk/inspecting/forms/{form.pk}/notice/", {**WHEN, **changes})


def link_in(answer: HttpResponse) -> str:
    found = re.search(r"/notice/[\w-]+/", answer.content.decode())
    assert found is not None, answer.content.decode()
    return found.group()


@pytest.fixture
def link(sent: Fieldwork) -> str:
    """The path of the link of a notice about the first form."""
    return link_in(told(sent, sent.form(), phone="", email=""))


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


def test_one_notice_tells_of_all_departments_and_is_opened_without_an_account(sent: Fieldwork, link: str) -> None:
    page = Client().get(link)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin" and "no-store" in page["Cache-Control"]
    shown = page.content.decode()
    for part in FormPart.objects.filter(form=sent.form()):
        assert part.organisation.name in shown
        assert all(member.inspector.certificate in shown for member in part.members.all())
        assert all(finding.version.item.code in shown for finding in part.findings.all())
    assert "2026年9月4日 09:30 至 11:00" in shown and "财务负责人" in shown
    assert Client().get(f"{link}notice.pdf").content.startswith(b"%PDF")
    again = told(sent, sent.form())
    assert again.status_code == 422 and "已有检查告知书" in again.content.decode()


def test_the_secret_of_a_link_is_nowhere_in_the_database(sent: Fieldwork, link: str) -> None:
    Client().get(link)
    secret = link.split("/")[2]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- the names of our own tables
            assert secret not in str(cursor.fetchall()), table


def test_opening_and_confirming_are_told_to_the_office_once(sent: Fieldwork, link: str) -> None:
    stranger = Client()
    for _ in range(2):
        stranger.get(link)
        stranger.post(link, {"name": "李强", "capacity": "项目负责人"})
    stranger.post(link, {"name": "别人", "capacity": "路人"})
    words = list(EventDetail.objects.filter(thing=f"form:{sent.form().pk}").values_list("type", flat=True))
    assert words.count("inspecting.notice_opened") == words.count("inspecting.notice_confirmed") == 1
    assert "李强（项目负责人）" in stranger.get(link).content.decode()
    office = sent.client(sent["chen"]).get(f"/desk/inspecting/forms/{sent.form().pk}/").content.decode()
    assert "已确认收到" in office and "李强（项目负责人）" in office


def test_a_link_ends_with_its_day_with_a_new_one_and_when_it_is_revoked(sent: Fieldwork, link: str) -> None:
    notice = VisitNotice.objects.get()
    with on(DAY + timedelta(days=3 + notices.LINK_DAYS), 12):
        late = Client().get(link)
        assert late.status_code == 410 and "链接已过期" in late.content.decode()
    newer = link_in(sent.client(sent["chen"]).post(f"/desk/inspecting/notices/{notice.pk}/resend/"))
    assert Client().get(link).status_code == 404 and Client().get(newer).status_code == 200
    sent.client(sent["chen"]).post(f"/desk/inspecting/notices/{notice.pk}/revoke/", {"reason": "改期"})
    ended = Client().post(newer, {"name": "李强", "capacity": "负责人"})
    assert ended.status_code == 410 and "改期" in ended.content.decode()
    assert VisitNotice.objects.get().confirmed_at is None
    assert told(sent, sent.form()).status_code == 200, "a revoked one makes room for the next"


def test_the_link_of_a_visit_that_was_replaced_says_that_it_was_called_off(sent: Fieldwork, link: str) -> None:
    Form.objects.filter(pk=sent.form().pk).update(state="replaced", replaced_at=clock.now(), replaced_why="替补")
    page = Client().get(link)
    assert page.status_code == 410 and "这次检查已取消" in page.content.decode()


def test_who_has_no_part_in_a_visit_neither_sends_nor_reads_its_notice(sent: Fieldwork, link: str) -> None:
    pk, form = VisitNotice.objects.get().pk, sent.form()
    for path in (f"forms/{form.pk}/notice/", f"notices/{pk}/notice.pdf", f"notices/{pk}/revoke/"):
        assert sent.client(sent["outsider"]).get(f"/desk/inspecting/{path}").status_code == 404, path
    assert sent.client(sent["wuye-head"]).get(f"/desk/inspecting/forms/{form.pk}/notice/").status_code == 403
    for strange in ("/notice/x/", f"{link[:-2]}/", "/notice/%00/", "/notice/" + "A" * 5000 + "/"):
        assert Client().get(strange).status_code == 404


def test_messages_go_the_way_that_is_set_and_a_failure_is_said(
    sent: Fieldwork, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    settings.SUNLOT_EMAIL, settings.SUNLOT_SMS = "smtp", "gateway"  # type: ignore[attr-defined]
    settings.SUNLOT_SMS_URL = "http://127.0.0.1:9/send?to={to}&text={text}"  # type: ignore[attr-defined]  # nobody there
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
        answer = told(sent, sent.form())
    [letter] = mail.outbox
    assert link_in(answer) in letter.body and letter.to == ["li@example.com"]
    assert letter.attachments[0][1].startswith(b"%PDF")  # type: ignore[index]
    by_channel = {one.channel: one for one in NoticeMessage.objects.all()}
    assert by_channel["email"].state == "sent" and by_channel["sms"].state == "failed"
    assert "没有连上短信网关" in by_channel["sms"].words
    assert not OutboxMessage.objects.exists()


def test_messages_about_demonstration_objects_never_leave_the_house(
    sent: Fieldwork, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    settings.SUNLOT_EMAIL = "smtp"  # type: ignore[attr-defined]
    form = sent.form()
    InspectionObject.objects.filter(pk=form.object_id).update(is_demo=True)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        address = link_in(told(sent, form))
    assert mail.outbox == []
    box = sent.client(sent["chen"]).get("/desk/inspecting/notices/outbox/").content.decode()
    assert box.count(address) >= 2 and "演示" in box
    assert address not in sent.client(sent["outsider"]).get("/desk/inspecting/notices/outbox/").content.decode()


def test_materials_are_told_by_their_bytes_and_reach_the_inspectors_alone(sent: Fieldwork, link: str) -> None:
    stranger = Client()
    code = sent.part().findings.all()[0].version.item.code
    good = SimpleUploadedFile("=合同<b>.exe", jpeg())
    bad = SimpleUploadedFile("合同.pdf", b"<script>alert(1)</script>")
    answer = stranger.post(f"{link}materials/", {"files": [good, bad], "item": code})
    assert answer.status_code == 422 and "看不出这是什么文件" in answer.content.decode()
    stranger.post(f"{link}materials/", {"files": [SimpleUploadedFile("again.jpg", jpeg())], "item": code})
    [kept] = NoticeMaterial.objects.all()
    assert kept.name.endswith(".jpg") and kept.item == code
    address = f"/desk/inspecting/notices/materials/{kept.pk}/"
    inspector = sent.client(sent.inspector(sent.part()))
    file = inspector.get(address)
    assert file.content == jpeg() and file["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file["Content-Security-Policy"] and file["Content-Type"] == "image/jpeg"
    assert sent.client(sent["outsider"]).get(address).status_code == 404
    assert (
        kept.name.replace("<", "&lt;").replace(">", "&gt;")
        in inspector.get(f"/field/{sent.part().pk}/").content.decode()
    )


def test_no_more_files_are_taken_than_a_notice_may_have(
    sent: Fieldwork, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MAX_MATERIALS", 1)
    stranger = Client()
    stranger.post(f"{link}materials/", {"files": SimpleUploadedFile("1.jpg", jpeg())})
    more = stranger.post(f"{link}materials/", {"files": SimpleUploadedFile("2.jpg", jpeg() + b"\0")})
    assert more.status_code == 422 and "最多提交 1 个文件" in more.content.decode()


def test_asking_for_avoidance_goes_to_the_head_and_leads_to_the_replacement(sent: Fieldwork, link: str) -> None:
    part = sent.part()
    inspector = part.members.all()[0].inspector
    asks = {"who": f"{part.pk}-{inspector.pk}", "reason": "是我姐夫", "asked_by": "李强", "contact": "138"}
    Client().post(f"{link}avoidance/", asks)
    Client().post(f"{link}avoidance/", asks)
    asked = AvoidanceRequest.objects.get()
    head, clerk = sent.reviewer(part), sent["chen"]
    assert any("决定回避申请" in todo.title for todo in waiting_for(head))
    address = f"/desk/inspecting/avoidance/{asked.pk}/"
    assert sent.client(sent["outsider"]).get(address).status_code == 404
    sent.client(clerk).post(address, {"granted": "yes", "decision": "属实"})
    asked.refresh_from_db()
    assert asked.state == "asked", "the clerk does not decide"
    assert sent.client(head).post(address, {"granted": "yes", "decision": ""}).status_code == 422
    sent.client(head).post(address, {"granted": "yes", "decision": "属实，应当回避"})
    assert any("更换检查人员" in todo.title for todo in waiting_for(clerk))
    page = sent.client(clerk).get(address).content.decode()
    replacing = re.search(r'href="(/desk/drawing/[^"]+object=[^"]+)"', page)
    assert replacing is not None
    assert sent.client(clerk).get(replacing.group(1)).status_code == 200
    assert "属实，应当回避" in Client().get(link).content.decode()


def test_a_drawn_visit_and_an_approved_one_on_one_day_are_told_in_one_notice(sent: Fieldwork) -> None:
    first = sent.form()
    second = approved(sent.stage.town, objects=(first.object_id,)).forms.get()
    assert second.code.number not in ("", first.code.number)  # it has its code with the approval
    Visit.objects.filter(form__in=[f"form:{first.pk}", f"form:{second.pk}"]).update(together="both", agreed_on=DAY)
    address = link_in(told(sent, first, phone="", email=""))
    assert set(VisitNotice.objects.get().forms.all()) == {first, second}
    assert second.task.title in Client().get(address).content.decode()
    assert told(sent, second).status_code == 422


def test_nobody_is_unreachable_without_two_attempts_a_photo_and_a_witness(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    data = sent.filled(part, categories=(Category.UNREACHABLE,), remark="登记住所无人",
                       findings={f.version.item.code: Answered("na") for f in part.findings.all()})  # fmt: skip
    saved = actions.save_part(viewer, part, data)
    address = f"/field/{part.pk}/unreachable/"
    client = sent.client(viewer)

    def why() -> str:
        with pytest.raises(Refused) as refusal:
            actions.note_absence(viewer, saved, absence(), version=saved.version)
        return str(refusal.value)

    assert "两次联系" in why() and "照片" in why()
    client.post(address, {"way": "visit", "on": DAY.isoformat(), "words": "门锁着"})
    client.post(address, {"way": "visit", "on": DAY.isoformat(), "words": "同一天又去"})
    assert ContactAttempt.objects.count() == 1 and "两次联系" in why()
    assert client.post(address, {"way": "letter", "on": DAY.isoformat(), "words": "退回"}).status_code == 422
    client.post(address, {"way": "letter", "on": DAY.isoformat(), "words": "退回", "letter_number": "XA123"})
    assert "两次联系" not in why()
    actions.add_file(viewer, part, jpeg(), Facts(kind="photo", name="门.jpg"))
    saved = sent.again(part)
    actions.sign_inspected(viewer, saved, "王守信", "M84 38L140 32L180 60M112 34L108 186", version=saved.version)
    with pytest.raises(Refused, match="由见证人见证"):
        sent.submit(sent.again(part))
    actions.note_absence(viewer, saved := sent.again(part), absence(), version=saved.version)
    assert sent.submit(sent.again(part)).state == "recorded"


@pytest.mark.parametrize(
    ("ways", "enough"),
    [
        ([("letter", 1), ("letter", 15)], False),
        ([("letter", 1), ("letter", 16)], True),
        ([("letter", 1), ("letter", 31)], True),
        ([("letter", 1), ("letter", 32)], False),
        ([("visit", 1)], False),
        ([("visit", 1), ("visit", 2)], True),
    ],
)
def test_two_letters_count_15_to_30_days_apart(ways: list[tuple[str, int]], enough: bool) -> None:
    first = date(2026, 8, 31)
    assert is_enough([ContactAttempt(way=way, on=first + timedelta(days=day)) for way, day in ways]) is enough
