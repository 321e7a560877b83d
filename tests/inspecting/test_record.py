"""The inspector's own work: a draft saved as it is, two people at one part, signatures, submission (notice, part 4 (3))."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sunlot.inspecting import actions, records
from sunlot.inspecting.forms import base_of
from sunlot.inspecting.models import Finding, Form, FormPart
from sunlot.inspecting.records import Answered, PartData
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail import files
from sunlot.visits.models import Visit

from ..cast import PASSWORD
from .fieldwork import DAY, NAME, STROKES, Fieldwork, absence, on

HOSTILE = "<script>alert(1)</script>=1+1'\"&"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64 + b"IEND\xaeB`\x82"


def post_record(client: Client, part: FormPart, **typed: object) -> object:
    """Save the part's page as the phone posts it, with the version and the fields that it was opened with."""
    sent = {"version": part.version, "base": base_of(part), "mode": part.mode, "remark": part.remark}
    for finding in part.findings.all():
        code = finding.version.item.code
        sent |= {f"answer-{code}": finding.answer, f"note-{code}": finding.note}
    return client.post(reverse("field:part", args=[part.pk]), sent | typed)


def local(moment: datetime | None) -> str:
    """A time as a phone's control posts it."""
    assert moment is not None
    return moment.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")


# --- a draft ------------------------------------------------------------------------------------------------------


def test_a_half_done_record_is_saved_as_it_is_and_says_what_is_missing(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    response = post_record(client, part, **{"answer-WY-01": "problem", "note-WY-01": "", "mode": "on-site"})
    assert response.status_code == 302
    saved = sent.again(part)
    assert records.data_of(saved).findings == {"WY-01": Answered("problem"), "WY-02": Answered()}
    assert (saved.version, saved.form.state) == (2, Form.State.INSPECTING)
    page = client.get(reverse("field:part", args=[part.pk]) + "?missing=1").content.decode()
    assert "发现问题，要选问题或写明情况。" in page
    assert "还没有填写。" in page
    assert "还差 5 处" in page


def test_a_time_that_cannot_be_read_is_shown_at_its_field_and_everything_else_is_saved(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    response = post_record(client, part, began_at="昨天上午", remark="电梯机房锁闭")
    page = response.content.decode()
    assert response.status_code == 422
    assert "昨天上午" in page
    assert 'aria-invalid="true"' in page
    assert sent.again(part).remark == "电梯机房锁闭"


def test_what_is_typed_is_stored_and_shown_as_text(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    post_record(client, part, **{"answer-WY-01": "problem", "note-WY-01": HOSTILE, "remark": HOSTILE})
    assert sent.again(part).remark == HOSTILE
    for address in (reverse("field:part", args=[part.pk]), reverse("inspecting:form", args=[part.form_id])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;=1+1" in page


def test_two_inspectors_filling_different_items_at_once_lose_nothing(sent: Fieldwork) -> None:
    opened = sent.part()
    first, second = (sent.client(sent.inspector(opened, n)) for n in (0, 1))
    assert post_record(first, opened, **{"answer-WY-01": "fine"}).status_code == 302
    assert post_record(second, opened, **{"answer-WY-02": "na", "remark": "无维修资金"}).status_code == 302
    saved = records.data_of(sent.again(opened))
    assert (saved.findings["WY-01"].answer, saved.findings["WY-02"].answer) == ("fine", "na")
    assert saved.remark == "无维修资金"


def test_a_save_over_a_newer_one_shows_both_and_saves_neither_silently(sent: Fieldwork) -> None:
    opened = sent.part()
    first, second = (sent.client(sent.inspector(opened, n)) for n in (0, 1))
    post_record(first, opened, **{"answer-WY-01": "problem", "note-WY-01": "甲看到的"})
    response = post_record(second, opened, **{"answer-WY-01": "fine", "note-WY-01": "乙看到的", "answer-WY-02": "fine"})
    page = response.content.decode()
    assert response.status_code == 409
    for words in ("乙看到的", "甲看到的", "对方保存的是：发现问题", "有 2 处不同"):
        assert words in page
    stored = sent.again(opened)
    assert records.data_of(stored).findings["WY-01"] == Answered("problem", "甲看到的")
    response = post_record(second, stored, **{"answer-WY-01": "fine", "note-WY-01": "乙看到的", "answer-WY-02": "fine"})
    assert response.status_code == 302
    assert records.data_of(sent.again(opened)).findings == {
        "WY-01": Answered("fine", "乙看到的"),
        "WY-02": Answered("fine"),
    }


def test_a_hand_made_base_or_version_changes_nothing_but_the_comparison(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    for version, base in (("", ""), ("x", "[1]"), ("99999999999", "{}"), ("-1", '{"mode": 3}')):
        response = post_record(client, sent.again(part), version=version, base=base, remark="一样")
        assert response.status_code in (302, 409)
    assert sent.again(part).remark in ("", "一样")


def test_all_the_rest_without_problems_in_one_tap_after_a_look(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    response = post_record(client, part, **{"answer-WY-01": "problem", "note-WY-01": "缺记录", "then": "all-fine"})
    address = reverse("field:all-fine", args=[part.pk])
    assert response.url == address
    page = client.get(address).content.decode()
    assert "确认 1 项未发现问题" in page
    assert sent.again(part).findings.get(version__item__code="WY-02").answer == ""
    client.post(address)
    assert records.data_of(sent.again(part)).findings == {
        "WY-01": Answered("problem", "缺记录"),
        "WY-02": Answered("fine"),
    }


def test_line_ends_of_browsers_change_no_record(sent: Fieldwork) -> None:
    part = sent.saved(sent.part(), remark="第一行\n第二行")
    client = sent.client(sent.inspector(part))
    post_record(
        client,
        part,
        remark="第一行\r\n第二行",
        categories=["1", "1"],
        began_at=local(part.began_at),
        ended_at=local(part.ended_at),
    )
    assert (sent.again(part).remark, sent.again(part).version) == ("第一行\n第二行", part.version)


def test_starting_notes_the_time_once(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    client.post(reverse("field:start", args=[part.pk]))
    began = sent.again(part).began_at
    with on(DAY, 11):
        client.post(reverse("field:start", args=[part.pk]))
    assert sent.again(part).began_at == began
    assert sent.again(part).form.state == Form.State.INSPECTING


# --- what agrees with what ----------------------------------------------------------------------------------------

FINE, PROBLEM, NA = Finding.Answer.FINE, Finding.Answer.PROBLEM, Finding.Answer.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("answers", "categories", "remark", "fault"),
    [
        ((FINE, FINE), ("1",), "", None),
        ((FINE, NA), ("1",), "", None),
        ((FINE, FINE), (), "", "没有选检查结果"),
        ((FINE, FINE), ("1", "7"), "停业", "“未发现问题”不能与其他结果同时选"),
        ((FINE, PROBLEM), ("1",), "", "有事项发现问题，检查结果不能是“未发现问题”"),
        ((FINE, PROBLEM), ("5", "8"), "", None),
        ((FINE, PROBLEM), ("6",), "阻挠检查", None),
        ((FINE, PROBLEM), ("4",), "大门紧锁", "要选一个说明问题的类别"),
        ((FINE, FINE), ("5",), "", "没有事项发现问题，检查结果不能是“发现问题已责令改正”"),
        ((NA, NA), ("1",), "", "各项都不适用"),
        ((NA, NA), ("4",), "", "在情况说明里写明经过"),
        ((NA, NA), ("4",), "三次上门无人", "要有两次联系的登记"),
        ((NA, NA), ("7",), "已无物业项目", None),
    ],
)
def test_the_result_agrees_with_the_findings(
    sent: Fieldwork, answers: tuple[str, str], categories: tuple[str, ...], remark: str, fault: str | None
) -> None:
    part = sent.part()
    found = {
        code: Answered(answer, "缺记录" if answer == PROBLEM else "")
        for code, answer in zip(("WY-01", "WY-02"), answers, strict=True)
    }
    data = sent.filled(part, findings=found, categories=categories, remark=remark)
    gaps = [gap.words for gap in records.gaps(part, data)]
    assert gaps == [] if fault is None else any(fault in words for words in gaps)


def test_times_must_be_in_order_past_and_after_the_dispatch(sent: Fieldwork) -> None:
    part, now = sent.part(), clock.now()

    def words(**times: object) -> list[str]:
        return [gap.words for gap in records.gaps(part, sent.filled(part, **times))]

    assert words() == []
    assert words(ended_at=now + timedelta(minutes=1)) == []
    assert words(ended_at=now + timedelta(minutes=2)) == ["检查结束时间还没有到，核对时间"]
    assert words(ended_at=now - timedelta(hours=2)) == ["检查结束早于开始，核对时间"]
    assert words(began_at=now - timedelta(days=1)) == ["检查开始时间早于任务派发日，核对日期"]
    assert words(began_at=None, ended_at=None, mode="") == [
        "没有选检查方式",
        "没有填检查开始时间",
        "没有填检查结束时间",
    ]


# --- the inspected ------------------------------------------------------------------------------------------------


def test_the_inspected_signs_by_hand_over_the_finished_record(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    client = sent.client(sent.inspector(part))
    page = client.get(reverse("field:inspected", args=[part.pk])).content.decode()
    assert "由被检查人核对" in page
    response = client.post(
        reverse("field:inspected", args=[part.pk]),
        {"way": "hand", "version": part.version, "hand-name": NAME, "hand-strokes": STROKES},
    )
    assert response.url == reverse("field:submit", args=[part.pk])
    signature = Signature.objects.get(thing=part.thing)
    assert (signature.capacity, signature.name, signature.way) == ("被检查人", NAME, Signature.Way.HAND)
    assert signature.digest == sent.digest(sent.again(part))
    drawing = client.get(reverse("inspecting:signature-file", args=[part.pk, signature.pk]))
    assert drawing["Content-Type"] == "image/svg+xml"
    assert STROKES.encode() in drawing.content


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ("", "还没有签字"),
        ("M10 10", "看不出姓名"),
        ("M10 10L20 20", "看不出姓名"),
        ('M1 1L200 200"/><script>alert(1)</script>', "没有传完整"),
        ("M1 1L200 900", "超出了签字框"),
        ("M1 1" + "L200 200L1 1" * 6000, "没有传完整"),
        ("L1 1M200 200", "没有传完整"),
    ],
)
def test_a_drawing_that_is_no_signature_is_refused_and_the_name_stays(
    sent: Fieldwork, strokes: str, words: str
) -> None:
    part = sent.saved(sent.part())
    client = sent.client(sent.inspector(part))
    response = client.post(
        reverse("field:inspected", args=[part.pk]),
        {"way": "hand", "version": part.version, "hand-name": NAME, "hand-strokes": strokes},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert NAME in page
    assert not Signature.objects.filter(thing=part.thing).exists()


def test_nobody_signs_an_unfinished_record(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    address = reverse("field:inspected", args=[part.pk])
    assert client.get(address).url == f"/field/{part.pk}/?missing=1#item-WY-01"
    given = {"way": "hand", "version": "x", "hand-name": NAME, "hand-strokes": STROKES}
    assert "签字之前记录又有改动" in client.post(address, given).content.decode()
    given["version"] = str(part.version)
    assert "填完再签字：第 1 项" in client.post(address, given).content.decode()


def test_changing_the_record_after_the_signature_asks_for_a_new_one(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    viewer = sent.inspector(part)
    changed = actions.save_part(viewer, part, sent.filled(part, remark="补充一句"))
    with pytest.raises(Refused, match="还没有被检查人签字"):
        actions.record_part(viewer, changed, sent.digest(changed), sent.proof(viewer))
    assert sent.client(viewer).get(reverse("field:submit", args=[part.pk])).url == reverse(
        "field:inspected", args=[part.pk]
    )


def test_a_signature_over_another_version_than_the_one_shown_is_refused(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    actions.save_part(sent.inspector(part, 1), part, sent.filled(part, remark="另一人补充"))
    with pytest.raises(Refused, match="签字之前记录又有改动"):
        actions.sign_inspected(sent.inspector(part), part, NAME, STROKES, version=part.version)


def test_without_a_signature_the_reason_and_a_witness_are_needed(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    client = sent.client(sent.inspector(part))
    given = {"way": "absence", "version": part.version, "absence-reason": "拒绝签字", "absence-witness": ""}
    response = client.post(reverse("field:inspected", args=[part.pk]), given)
    assert response.status_code == 422
    assert sent.again(part).absence_reason == ""
    given |= {"absence-witness": "李见证", "absence-strokes": STROKES}
    client.post(reverse("field:inspected", args=[part.pk]), given)
    noted = sent.again(part)
    assert (noted.absence_reason, noted.witness) == ("拒绝签字", "李见证")
    assert Signature.objects.get(thing=part.thing).capacity == "见证人"
    assert sent.submit(noted).state == FormPart.State.RECORDED


def test_a_signature_takes_back_an_absence_noted_before(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    viewer = sent.inspector(part)
    noted = actions.note_absence(viewer, part, absence(), version=part.version)
    actions.sign_inspected(viewer, noted, NAME, STROKES, version=noted.version)
    assert sent.again(part).absence_reason == ""
    assert sent.submit(sent.again(part)).state == FormPart.State.RECORDED


def test_a_scan_of_the_signed_paper_is_told_by_its_bytes(sent: Fieldwork) -> None:
    part = sent.saved(sent.part())
    client = sent.client(sent.inspector(part))

    def upload(content: bytes, name: str) -> str:
        scan = SimpleUploadedFile(name, content)
        given = {"way": "paper", "version": part.version, "paper-name": NAME, "paper-scan": scan}
        return client.post(reverse("field:inspected", args=[part.pk]), given, follow=True).content.decode()

    assert "文件是空的" in upload(b"", "检查表.pdf")
    assert "这是程序文件" in upload(b"MZ\x90\x00", "检查表.pdf")
    assert "看不出这是什么文件" in upload(b"<svg xmlns='x'><script/></svg>", "a.svg")
    assert not Signature.objects.filter(thing=part.thing).exists()
    assert "待复核人与原件核对" in upload(PNG, "../../检查表.png")
    assert Signature.objects.get(thing=part.thing).state == Signature.State.UNCONFIRMED


# --- submission ---------------------------------------------------------------------------------------------------


def test_submitting_freezes_the_record_under_the_inspectors_password(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    viewer = sent.inspector(part)
    client = sent.client(viewer)
    address = reverse("field:submit", args=[part.pk])
    digest = sent.digest(part)
    assert digest in client.get(address).content.decode()
    wrong = client.post(address, {"digest": digest, "password": "不对"}).content.decode()
    assert "密码不对" in wrong
    assert sent.again(part).state == FormPart.State.OPEN
    page = client.post(address, {"digest": digest, "password": PASSWORD}, follow=True).content.decode()
    other = part.members.all()[1].inspector.name
    assert f"还应由{other}在自己的账号签字" in page
    done = sent.again(part)
    assert (done.state, done.digest, done.completed_on) == (FormPart.State.RECORDED, digest, DAY)
    assert files.read(digest) == records.content(done, records.data_of(done), None)
    assert Visit.objects.get(thing=part.thing).visited_on == DAY
    names = set(Signature.objects.filter(thing=part.thing, digest=digest).values_list("capacity", flat=True))
    assert names == {"被检查人", "检查人员1"}
    assert client.get(reverse("field:part", args=[part.pk])).status_code == 200
    assert post_record(client, done, remark="再改").status_code == 409
    assert sent.again(part).remark == ""


def test_a_record_changed_after_the_look_is_shown_again_before_it_is_signed(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    viewer = sent.inspector(part)
    actions.note_absence(sent.inspector(part, 1), part, absence(), version=part.version)
    page = sent.client(viewer).post(
        reverse("field:submit", args=[part.pk]), {"digest": sent.digest(part), "password": PASSWORD}
    )
    assert "核对之后记录又有改动" in page.content.decode()
    assert sent.digest(sent.again(part)) in page.content.decode()
    assert sent.again(part).state == FormPart.State.OPEN


def test_submitting_twice_submits_once_and_a_stale_proof_submits_nothing(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    viewer, digest = sent.inspector(part), sent.digest(part)
    stale = Proof(viewer.user_id, clock.now() - timedelta(minutes=11))
    with pytest.raises(Refused, match="已超过十分钟"):
        actions.record_part(viewer, part, digest, stale)
    actions.record_part(viewer, part, digest, sent.proof(viewer))
    again = actions.record_part(viewer, part, digest, sent.proof(viewer))
    assert again.version == part.version
    assert Signature.objects.filter(thing=part.thing, capacity="检查人员1").count() == 1


def test_the_second_inspector_signs_from_the_own_account(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    second = sent.inspector(part, 1)
    client = sent.client(second)
    address = reverse("field:sign", args=[part.pk])
    assert address in client.get("/desk/").content.decode()
    assert address in client.get("/field/").content.decode()
    assert "已签字" in client.post(address, {"digest": part.digest, "password": PASSWORD}, follow=True).content.decode()
    assert address not in client.get("/desk/").content.decode()
    client.post(address, {"digest": part.digest, "password": PASSWORD})
    assert Signature.objects.filter(thing=part.thing, capacity="检查人员2").count() == 1


def test_a_part_that_is_not_submitted_cannot_be_countersigned(sent: Fieldwork) -> None:
    part = sent.signed(sent.part())
    second = sent.inspector(part, 1)
    with pytest.raises(Refused, match="还没有提交"):
        actions.sign_part(second, part, sent.digest(part), sent.proof(second))


# --- who may ------------------------------------------------------------------------------------------------------


def test_every_field_page_is_for_the_parts_own_inspectors(sent: Fieldwork) -> None:
    part = sent.signed(sent.part("zjj-wuye"))
    stranger = sent.inspector(sent.part("scjg"))
    names = ("part", "start", "all-fine", "inspected", "submit", "sign")
    for name in names:
        address = reverse(f"field:{name}", args=[part.pk])
        assert sent.client(stranger).post(address).status_code == 404, name
        assert sent.city.client("chen").post(address).status_code == 403, name
        assert Client().post(address).url.startswith("/accounts/"), name
        assert sent.client(sent.inspector(part)).put(address).status_code == 405, name
    assert Client().get("/field/").status_code == 302
    assert sent.city.client("chen").get("/field/").status_code == 403


ACTS: dict[str, Callable[[Fieldwork, FormPart, object], object]] = {
    "start": lambda work, part, who: actions.start_part(who, part),
    "save": lambda work, part, who: actions.save_part(who, part, PartData()),
    "fill": lambda work, part, who: actions.fill_fine(who, part),
    "inspected": lambda work, part, who: actions.sign_inspected(who, part, NAME, STROKES, version=part.version),
    "paper": lambda work, part, who: actions.upload_inspected(who, part, NAME, PNG, "a.png", version=part.version),
    "absence": lambda work, part, who: actions.note_absence(who, part, absence(), version=part.version),
    "record": lambda work, part, who: actions.record_part(who, part, work.digest(part), work.proof(who)),
    "sign": lambda work, part, who: actions.sign_part(who, part, work.digest(part), work.proof(who)),
}


@pytest.mark.parametrize("act", ACTS)
def test_no_action_is_open_to_others_than_the_drawn(sent: Fieldwork, act: str) -> None:
    part = sent.signed(sent.part("zjj-wuye"))
    for who in (sent["chen"], sent["wuye-head"], sent["supervisor"], sent.inspector(sent.part("scjg"))):
        with pytest.raises(NotAllowed, match="抽取产生的检查人员"):
            ACTS[act](sent, part, who)


@pytest.mark.parametrize("act", ["start", "save", "fill", "inspected", "paper", "absence"])
def test_nothing_is_written_into_a_submitted_record(sent: Fieldwork, act: str) -> None:
    part = sent.recorded(sent.part())
    with pytest.raises(Refused, match="不能再改"):
        ACTS[act](sent, part, sent.inspector(part))
