"""The inspection code: shown by the phone, signed for half a minute, opened by anybody; and what every false one answers."""

import re
from datetime import date, datetime, timedelta
from http import HTTPStatus as Status
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.test import Client

from sunlot.desk.todo import waiting_for
from sunlot.inspecting import actions, papers, presenting, queries
from sunlot.inspecting.codes import actions as codes
from sunlot.inspecting.codes import queries as reading
from sunlot.inspecting.codes import tokens
from sunlot.inspecting.models import CodeScan, Complaint, FieldDevice, Form, FormPart, PartMember, VisitCode
from sunlot.norms import clock, masking
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Inspector
from sunlot.trail.models import EventDetail

from .fieldwork import DAY, Fieldwork, at

pytestmark = pytest.mark.django_db

NOON = at(DAY + timedelta(days=2), 12)


@pytest.fixture
def visiting(sent: Fieldwork) -> Fieldwork:
    """The visits may begin; the tests move the clock from noon on."""
    return sent


def device_of(viewer: Viewer, number: str = "a" * 32) -> FieldDevice:
    return actions.greet_device(viewer, number, "手机")


def shown(device: FieldDevice, form: Form, moment: datetime) -> str:
    """The address that the phone shows at a moment of its clock."""
    step = tokens.step_at(moment)
    key = tokens.key_of(device.number, moment.astimezone(clock.SHANGHAI).date())
    return f"/c/{form.code.number}/{tokens.write(key, form.code.number, step, device.pk)}/"


def said(path: str, moment: datetime) -> tuple[int, str]:
    with time_machine.travel(moment, tick=False):
        answer = Client().get(path)
    return answer.status_code, re.search(r"<h1>(.*?)</h1>", answer.content.decode()).group(1)  # type: ignore[union-attr]


def page(path: str, moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        return Client().get(path).content.decode()


def ready(work: Fieldwork) -> tuple[Form, FieldDevice]:
    """The first form, and the phone of one of its inspectors, who have names as people have."""
    for member in PartMember.objects.select_related("inspector"):
        Inspector.objects.filter(pk=member.inspector_id).update(name=f"陈静{chr(0x4E00 + member.inspector_id)}")
    part = work.part()
    return part.form, device_of(work.inspector(part))


def test_a_fresh_code_says_that_the_visit_is_lawful_and_all_about_it(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    text = page(shown(device, form, NOON), NOON)
    assert "<h1>本次检查合法有效</h1>" in text and form.object.name in text
    assert f"/plans/{form.task.plan.number}/" in text  # type: ignore[union-attr]
    assert f"/draws/{form.task.attempt.draw.number}/" in text  # type: ignore[union-attr]
    for member in PartMember.objects.filter(part__form=form).select_related("inspector"):
        assert member.inspector.certificate in text and masking.person(member.inspector.name) in text
        assert member.inspector.name not in text
    for part in form.parts.all():
        assert all(finding.version.item.code in text for finding in part.findings.all())


def test_a_code_lives_sixty_seconds_by_the_servers_clock(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    path = shown(device, form, NOON)  # its step begins at noon exactly
    assert said(path, NOON + timedelta(seconds=60))[0] == Status.OK
    assert said(path, NOON + timedelta(seconds=61)) == (Status.GONE, "检查码已过期，请检查人员刷新")
    assert said(path, NOON - timedelta(seconds=30))[0] == Status.OK
    assert said(path, NOON - timedelta(seconds=31)) == (Status.FORBIDDEN, "检查人员的手机时间不准")


def test_every_false_code_answers_clearly_and_tells_nothing_of_the_visit(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    other = Form.objects.exclude(pk=form.pk).select_related("code")[0]
    stranger = device_of(visiting["chen"], "b" * 32)
    good = shown(device, form, NOON)
    start, mac = good[:-2], good[-2]
    false = {
        good.replace(form.code.number, "A" * 12): (Status.NOT_FOUND, "查无此检查"),
        good.replace(form.code.number, other.code.number): (Status.FORBIDDEN, "检查码不是本系统签发的"),
        f"{start}{'A' if mac != 'A' else 'Q'}/": (Status.FORBIDDEN, "检查码不是本系统签发的"),
        f"/c/{form.code.number}/0.0.x/": (Status.FORBIDDEN, "检查码不是本系统签发的"),
        f"/c/{form.code.number}/%00{'9' * 400}/": (Status.FORBIDDEN, "检查码不是本系统签发的"),
        shown(stranger, form, NOON): (Status.FORBIDDEN, "出示人不在本次检查的检查组"),
        shown(device, form, NOON - timedelta(hours=1)): (Status.GONE, "检查码已过期，请检查人员刷新"),
        f"/c/{form.code.number}/": (Status.OK, "只有编号，不能核实"),
        "/c/nothing/": (Status.NOT_FOUND, "查无此检查"),
    }
    assert {path: said(path, NOON) for path in false} == false
    assert not any(form.object.name in page(path, NOON) for path in false)
    assert not CodeScan.objects.exists()


def test_a_lost_phones_code_and_that_of_a_visit_called_off_are_refused(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    path = shown(device, form, NOON)
    actions.report_lost(visiting.inspector(visiting.part()), device)
    assert said(path, NOON) == (Status.FORBIDDEN, "出示检查码的手机已挂失")
    FieldDevice.objects.update(lost_at=None)
    Form.objects.filter(pk=form.pk).update(state="replaced", replaced_at=NOON, replaced_why="替补")
    assert said(path, NOON) == (Status.GONE, "这次检查已取消")


def test_outside_of_its_time_and_with_an_expired_certificate_a_visit_is_not_called_lawful(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    early = at(DAY, 12)
    assert said(shown(device, form, early), early)[1] == "检查码有效，但今天不在公布的检查时间内"
    Inspector.objects.filter(parts__part__form=form).update(certificate_expires=NOON.date() - timedelta(days=1))
    assert said(shown(device, form, NOON), NOON)[1] == "检查码有效，但有人的执法证已过期"


def test_nobody_makes_a_code_from_what_the_database_holds(visiting: Fieldwork, settings: object) -> None:
    form, device = ready(visiting)
    genuine = shown(device, form, NOON)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]  # what somebody with the database alone does not have
    assert shown(device, form, NOON) != genuine


def test_the_first_scan_is_the_entry_and_one_ten_minutes_later_the_exit(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    later = [NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=40)]
    for moment in later:
        page(shown(device, form, moment), moment)
    times = reading.times_of(form, [])
    assert (times.entered_at, times.left_at, times.left_by_scan) == (NOON, later[2], True)
    assert EventDetail.objects.filter(type="inspecting.code_scanned").count() == 1


def test_opening_a_code_twice_is_one_scan_and_says_so_and_a_head_request_is_none(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    path = shown(device, form, NOON)
    with time_machine.travel(NOON, tick=False):
        Client().head(path)
    assert not CodeScan.objects.exists()
    assert "已有人扫过" not in page(path, NOON)
    assert "已有人扫过" in page(path, NOON + timedelta(seconds=5))
    assert CodeScan.objects.count() == 1


def test_without_a_later_scan_the_exit_is_when_the_inspectors_ended(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    page(shown(device, form, NOON), NOON)
    ended = NOON + timedelta(minutes=50)
    FormPart.objects.filter(form=form).update(ended_at=ended)
    assert reading.times_of(form, list(FormPart.objects.filter(form=form))).left_at == ended


def test_a_visit_recorded_without_a_code_stands_out_everywhere(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    office = sent.client(sent["chen"]).get(f"/desk/inspecting/forms/{part.form_id}/").content.decode()
    assert "未扫检查码" in office
    supervisor = sent.client(sent["supervisor"]).get("/desk/inspecting/uncoded/").content.decode()
    assert part.form.object.name in supervisor
    assert sent.client(sent["chen"]).get("/desk/inspecting/uncoded/").status_code == Status.FORBIDDEN
    told = {"paper_asked": "台账", "paper_received_on": "2026-09-01", "paper_complete": "yes"}
    afar = sent.recorded(sent.part(number=1), mode="paper", details=told)
    assert (
        afar.form.object.name not in sent.client(sent["supervisor"]).get("/desk/inspecting/uncoded/").content.decode()
    )
    view = presenting.part_view(part, queries.signatures_by_part([part])[part.pk])
    assert ("检查码", "未扫检查码") in [(one.label, one.value) for one in papers.document(part.form, [view]).facts]
    codes.note_scan(sent["chen"], part.form.code, device_of(sent.inspector(part)), 1)
    assert "未扫检查码" not in sent.client(sent["chen"]).get(f"/desk/inspecting/forms/{part.form_id}/").content.decode()


def test_a_complaint_reaches_the_supervisor_and_no_inspecting_department(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    path = re.search(r"/c/by/[^/]+/complaint/", page(shown(device, form, NOON), NOON)).group()  # type: ignore[union-attr]
    with time_machine.travel(NOON):
        for _ in range(2):
            assert "已转纪检监督" in Client().post(path, {"words": "要求请吃饭 <b>"}).content.decode()
        [made] = Complaint.objects.all()
        assert any("处理对检查的反映" in one.title for one in waiting_for(visiting["supervisor"]))
        address = f"/desk/inspecting/complaints/{made.pk}/"
        read = visiting.client(visiting["supervisor"]).get(address).content.decode()
        assert "要求请吃饭 &lt;b&gt;" in read
        for username in ("chen", "wuye-head", "unit-head", "outsider"):
            client = visiting.client(visiting[username])
            assert client.get(address).status_code == Status.FORBIDDEN
            assert "请吃饭" not in client.get(f"/desk/inspecting/forms/{form.pk}/", follow=True).content.decode()
        assert "请吃饭" not in "".join(EventDetail.objects.values_list("whole", flat=True))
        visiting.client(visiting["supervisor"]).post(address, {"answer": "已核实"})
    assert Complaint.objects.get().state == "answered"
    with time_machine.travel(NOON + timedelta(days=codes.PASS_DAYS, minutes=1)):
        assert Client().get(path).status_code == Status.NOT_FOUND, "a pass ends"
    assert Client().get("/c/by/forged/complaint/").status_code == Status.NOT_FOUND


def test_avoidance_can_be_asked_for_on_the_spot(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    part = visiting.part()
    member = part.members.all()[0]
    path = re.search(r"/c/by/[^/]+/avoidance/", page(shown(device, form, NOON), NOON)).group()  # type: ignore[union-attr]
    with time_machine.travel(NOON):
        form_page = Client().get(path).content.decode()
        assert member.inspector.name not in form_page and member.inspector.certificate in form_page
        Client().post(path, {"who": f"{part.pk}-{member.inspector_id}", "reason": "亲戚", "asked_by": "李强"})
    assert part.avoidance_requests.get().inspector == member.inspector


def test_the_public_page_weighs_less_than_fifty_kilobytes_in_all(visiting: Fieldwork) -> None:
    form, device = ready(visiting)
    like = form.parts.all()[0].findings.all()[0]
    for number in range(25):  # a long list of items, each with its basis
        item = type(like.version.item).objects.create(
            code=f"X-{number:02}", organisation=like.version.item.organisation
        )
        version, bases = type(like.version).objects.get(pk=like.version_id), list(like.version.bases.all())
        version.pk, version.item, version.name = (
            None,
            item,
            f"第 {number} 项" + "检查物业服务企业履行合同约定的情况" * 3,
        )
        version.save(force_insert=True)
        for basis in bases:
            basis.pk, basis.version = None, version
            basis.save(force_insert=True)
        like.pk, like.version, like.position = None, version, 100 + number
        like.save(force_insert=True)
    html = page(shown(device, form, NOON), NOON)
    assert html.count("X-2") >= 5
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', html)
    assert linked
    assert len(html.encode()) + sum(len(Path(finders.find(name)).read_bytes()) for name in linked) < 50_000  # type: ignore[arg-type]


def test_every_form_has_its_code_and_the_phone_gets_keys_for_the_days_to_come_alone(sent: Fieldwork) -> None:
    assert VisitCode.objects.count() == Form.objects.count() > 1
    viewer = sent.inspector(sent.part())
    device = device_of(viewer)
    day = sent.client(viewer).get(f"/field/api/day/?device={device.number}").json()
    assert list(day["codes"]["keys"]) == [(DAY + timedelta(days=later)).isoformat() for later in range(3)]
    assert day["parts"][0]["code"] in set(VisitCode.objects.values_list("number", flat=True))
    other = device_of(sent.inspector(sent.part(), 1), "c" * 32)
    keys = reading.for_phone(other, "")["keys"]
    assert set(keys.values()).isdisjoint(day["codes"]["keys"].values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "1.2", "1.2.3.4", "01.1.x", "A.1.x", "1.1e3!.x", "-1.1.x", f"{'1' * 13}.1.x"])
def test_what_is_no_code_is_not_read(text: str) -> None:
    assert tokens.parse(text) is None


def test_what_is_written_is_read_again() -> None:
    key = tokens.key_of("f" * 32, date(2026, 9, 1))
    read = tokens.parse(tokens.write(key, "VISIT", 59_000_000, 35))
    assert read is not None and (read.step, read.device) == (59_000_000, 35)
    assert tokens.is_by(key, "VISIT", read) and not tokens.is_by(key, "OTHER", read)
