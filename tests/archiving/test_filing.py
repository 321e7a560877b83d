"""Filing: who, when, what comes of it, who opens it, how it is found, held and proposed to be destroyed."""

import hashlib
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sunlot.archiving import actions, queries
from sunlot.archiving.models import CaseFile, Disposal, LegalHold, Years
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.actions import documents as issuing
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.followups import actions as followups
from sunlot.inspecting.models import Category, Form
from sunlot.inspecting.written import actions as written
from sunlot.norms import clock
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.publishing import actions as publishing
from sunlot.trail.log import sealing
from sunlot.trail.models import PublicEntry

from ..inspecting.fieldwork import Fieldwork, on
from ..inspecting.test_evidence import photo
from ..inspecting.test_followups import clerk_of, order_text
from ..inspecting.test_notices import WHEN, link_in
from ..inspecting.test_written import completed, filled, signed
from .filing import DEPARTMENTS, entries, filed, finish, packed, run

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/desk/archive/"


def test_the_leads_clerk_files_a_finished_form_and_everybody_who_may_finds_it(sent: Fieldwork, tmp_path: Path) -> None:
    form = finish(sent)
    chen = sent.client(sent["chen"])
    page = chen.get(reverse("inspecting:form", args=[form.pk])).content.decode()
    assert "下一步：由您归档" in page
    assert "待归档" in chen.get("/desk/").content.decode()
    asked = chen.post(reverse("archiving:of-form", args=[form.pk]), follow=True).content.decode()
    assert "归档中" in asked
    chen.post(reverse("archiving:of-form", args=[form.pk]))
    file = run(CaseFile.objects.get())  # asked twice is asked once
    form.refresh_from_db()
    assert (file.state, form.state, file.keep_until) == ("filed", "filed", date(2056, 9, 1))
    entry = PublicEntry.objects.get(type="archiving.filed")
    assert (entry.subject, entry.event_id) == (f"file:{form.number}:1", file.filing_id)

    shown = chen.get(reverse("archiving:file", args=[file.pk])).content.decode()
    assert "下载归档包" in shown and str(file.manifest_id) in re.sub(r"<[^>]*>|\s", "", shown)
    pdf = chen.get(reverse("archiving:file-pdf", args=[file.pk])).content
    words = words_of(pdf, tmp_path)
    for paper in (
        "卷内目录",
        "双随机抽查计划表",
        "抽取公告",
        "抽取记录",
        "派发签收、指派和延期",
        "执法检查表",
        "证据材料清单",
        "签署情况",
        "处理决定",
        "日志证明",
    ):
        assert paper in words
    pages = re.findall(r"卷内第(\d+)页", words)
    assert [int(one) for one in pages] == list(range(1, len(pages) + 1))
    assert f"{len(pages)}页" in words, "the cover says how many pages there are"
    zipped = b"".join(chen.post(reverse("archiving:file-zip", args=[file.pk])).streaming_content)  # type: ignore[attr-defined]  # a file response
    assert zipped == packed(file) and entries(zipped)["case.pdf"] == pdf
    assert "已归档" in chen.get("/desk/inspecting/").content.decode()
    with pytest.raises(Refused, match="已经归档"):
        actions.file_form(sent["chen"], form)
    assert chen.post(reverse("archiving:of-form", args=[form.pk])).status_code == 409

    for query in ({"q": form.object.name}, {"q": form.number}, {"text": "电梯间 公示栏"}, {"year": "2026"}):
        assert form.number in chen.get(LIST, query).content.decode(), query
    assert "没有符合条件" in chen.get(LIST, {"text": "不在卷内的话"}).content.decode()


def test_nobody_else_files_and_nobody_outside_opens_a_file(sent: Fieldwork) -> None:
    open_form = sent.form()
    with pytest.raises(Refused, match="都公示以后才能归档"):
        actions.file_form(sent["chen"], open_form)
    file = filed(sent)
    for username in ("wuye-head", "scjg-clerk", "supervisor", "outsider"):
        with pytest.raises(NotAllowed, match="归档由"):
            actions.file_form(sent[username], Form.objects.get(pk=file.form_id))
    addresses = [reverse(f"archiving:{name}", args=[file.pk]) for name in ("file", "file-pdf")]
    for username, status in (
        ("wuye-head", 200),
        ("supervisor", 200),
        ("coordinator", 200),
        ("scjg-clerk", 404),
        ("outsider", 404),
    ):
        client = sent.client(sent[username])
        assert [client.get(address).status_code for address in addresses] == [status, status], username
        assert (file.number in client.get(LIST).content.decode()) == (status == 200)
    inspector = sent.client(sent.inspector(sent.part()))
    assert inspector.get(addresses[0]).status_code == 404


def test_a_correction_after_the_filing_is_filed_as_the_next_edition(sent: Fieldwork) -> None:
    first = filed(sent)
    part = sent.part("scjg")
    publishing.correct(sent["scjg-clerk"], part, [Category.NO_ACTIVITY], "", "登记错误")
    form = Form.objects.get(pk=first.form_id)
    assert list(queries.to_file(sent["chen"])) == [form]
    second = run(actions.file_form(sent["chen"], form))
    assert (second.edition, second.number, second.state) == (2, f"{form.number}-2", "filed")
    assert len([name for name in entries(packed(second)) if name.startswith("result-")]) == len(DEPARTMENTS) + 1
    first.refresh_from_db()
    assert packed(first) != packed(second) and first.state == "filed"


def test_what_was_told_given_out_and_ordered_is_in_the_file_and_what_follows_is_filed_again(
    sent: Fieldwork, tmp_path: Path
) -> None:
    form = sent.form()
    told = sent.client(sent["chen"]).post(f"/desk/inspecting/forms/{form.pk}/notice/", WHEN)
    address = link_in(told)
    inspected = Client()
    inspected.post(address, {"name": "李经理", "capacity": "项目经理"})
    form = finish(sent)
    part = sent.part()
    clerk = clerk_of(sent, part)
    receipt = issuing.issue(sent.inspector(part), part, "site_record")
    order = followups.write_order(clerk, part, order_text())
    head = sent["unit-head"]
    followups.sign(head, order, Proof(head.user_id, clock.now()))
    sealing.seal()
    first = run(actions.file_form(sent["chen"], form))
    names = entries(packed(first))
    assert [sum(name.startswith(what) for name in names) for what in ("notice-", "document-")] == [1, 2]
    words = words_of(sent.client(sent["chen"]).get(reverse("archiving:file-pdf", args=[first.pk])).content, tmp_path)
    for said in (
        "检查告知情况",
        "李经理",
        "现场检查笔录",
        receipt.number,
        "责令改正通知书",
        order.number,
        "后续处理情况",
        "还没有办结",
    ):
        assert said in words, said
    shown = Client().get(reverse("portal:verify-document", args=[receipt.digest])).content.decode()
    assert "现场检查笔录" in shown
    assert list(queries.to_file(sent["chen"])) == []

    followups.serve(clerk, order, on=clock.today(), way="直接送达", to="李经理")
    followups.close(clerk, order, on=clock.today(), result="已在公示栏公示", corrected=True)
    assert list(queries.to_file(sent["chen"])) == [form]
    second = run(actions.file_form(sent["chen"], Form.objects.get(pk=form.pk)))
    words = words_of(sent.client(sent["chen"]).get(reverse("archiving:file-pdf", args=[second.pk])).content, tmp_path)
    assert (second.edition, "送达回证" in words, "已在公示栏公示" in words, "还没有办结" in words) == (
        2,
        True,
        True,
        False,
    )


def words_of(pdf: bytes, folder: Path) -> str:
    (folder / "case.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", folder / "case.pdf", "-"], capture_output=True, check=True)
    return re.sub(r"[\s\u200b]", "", text.stdout.decode())


def test_records_beside_the_form_are_in_the_file_each_edition_with_its_signatures(
    sent: Fieldwork, tmp_path: Path
) -> None:
    part = sent.part(DEPARTMENTS[0])
    viewer = sent.inspector(part)
    inspecting.add_file(viewer, part, photo(side=80), Facts(kind="photo", name="示意图.jpg", caption="勘验示意图"))
    first = signed(sent, completed(sent, sent.again(part), "scene"))
    draft = written.correct(viewer, first, "天气记错")
    saved = written.save(viewer, draft, filled(sent, sent.again(part), "scene", weather="阴"), version=1)
    second = signed(sent, written.complete(viewer, saved, version=saved.version))
    written.void(viewer, written.begin(viewer, part, "copies"), "不用了")
    written.issue(viewer, second)
    file = filed(sent)
    files_in = entries(packed(file))
    for one in (first, second):
        assert hashlib.sha256(files_in[f"written-{one.digest[:16]}.json"]).hexdigest() == one.digest
    assert sum(name.startswith("written-") for name in files_in) == 2
    assert files_in["signatures.json"].decode().count('"of":"现场勘验笔录"') == 6
    words = words_of(files_in["case.pdf"], tmp_path)
    for said in ("勘验示意图", "天气记错", "2.3m", f"{part.form.number}-KY-1"):
        assert said in words


def test_a_job_that_failed_says_why_and_can_be_asked_for_again(
    sent: Fieldwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = finish(sent)
    asked = actions.file_form(sent["chen"], form)

    def refuses(*_: object) -> bytes:
        raise Refused("磁盘满了")

    with monkeypatch.context() as broken:
        broken.setattr("sunlot.archiving.papers.bound", refuses)
        failed = run(asked)
    assert (failed.state, failed.failure) == ("failed", "磁盘满了")
    page = sent.client(sent["chen"]).get(reverse("archiving:file", args=[failed.pk])).content.decode()
    assert "磁盘满了" in page and "重新归档" in page
    again = run(actions.file_form(sent["chen"], form))
    assert (again.pk, again.state, again.edition) == (failed.pk, "filed", 1)


def test_retention_holds_and_the_list_that_a_second_person_approves(sent: Fieldwork) -> None:
    coordinator = sent.client(sent["coordinator"])
    kind = sent.form().object.kind
    said = {"others": "30", f"kind-{kind.pk}": "10"}
    page = reverse("archiving:retention")
    form = coordinator.get(page).context["form"]
    coordinator.post(page, dict.fromkeys(form.fields, "") | said)
    assert sent.client(sent["chen"]).post(page, said).status_code == 403
    held, free = filed(sent, 0), filed(sent, 1)
    assert {held.years, free.years} == {Years.TEN} and held.keep_until == date(2036, 9, 1)
    with pytest.raises(Refused, match="没有保管期满"):
        actions.propose_disposal(sent["coordinator"], "已鉴定")
    with on(date(2036, 9, 2)):
        sent.client(sent["supervisor"]).post(
            reverse("archiving:hold", args=[held.pk]), {"reason": "行政诉讼（2036）3 号"}
        )
        assert LegalHold.objects.get().file_id == held.pk
        with pytest.raises(NotAllowed):
            actions.set_hold(sent["chen"], free, "无权")
        made = actions.propose_disposal(sent["coordinator"], "逐卷鉴定，没有继续保存的价值")
        assert [line.file_id for line in made.lines.all()] == [free.pk]
        with pytest.raises(NotAllowed):
            actions.decide_disposal(sent["coordinator"], made, True)
        leader = sent.client(sent["leader"])
        assert "审批案卷销毁清单" in leader.get("/desk/").content.decode()
        address = reverse("archiving:disposal", args=[made.pk])
        assert leader.post(address, {"refuse": "yes", "comment": ""}).status_code == 422
        actions.set_hold(sent["coordinator"], free, "审计调卷")
        leader.post(address, {"approve": "yes", "comment": "同意"})
        free.refresh_from_db()
        assert (free.state, Disposal.objects.get().lines.get().kept_why) == ("filed", "暂停销毁：审计调卷")
        actions.lift_hold(sent["coordinator"], free, "审计结束")
        actions.decide_disposal(sent["leader"], actions.propose_disposal(sent["coordinator"], "再次鉴定"), True)
        free.refresh_from_db()
        held.refresh_from_db()
        assert (free.state, held.state) == ("disposed", "filed")
        chen = sent.client(sent["chen"])
        assert chen.get(reverse("archiving:file-pdf", args=[free.pk])).status_code == 409
        assert "已核准销毁" in chen.get(reverse("archiving:file", args=[free.pk])).content.decode()


def test_all_finished_forms_are_filed_with_one_click(sent: Fieldwork) -> None:
    finish(sent, 0)
    finish(sent, 1)
    answer = sent.client(sent["chen"]).post(reverse("archiving:file-all"), follow=True).content.decode()
    assert "2 份检查表开始归档" in answer and "2 份正在归档" in answer
    assert sent.client(sent["supervisor"]).post(reverse("archiving:file-all")).status_code == 403


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.sampled_from([10, 30]))
def test_a_time_of_keeping_ends_on_the_same_day_of_a_later_year(day: date, years: int) -> None:
    until = queries.keep_until(day, years)
    assert until is not None and (until.year - day.year, until.month) == (years, day.month)
    assert until.day == day.day or (day.month, day.day, until.day) == (2, 29, 28)
    assert queries.keep_until(day, Years.FOR_EVER) is None
