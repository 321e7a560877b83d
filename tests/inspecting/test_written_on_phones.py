"""Records beside the form from a phone: written, completed and signed without a network, and taken in once, all of it or nothing."""

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from sunlot.inspecting.models import WrittenRecord
from sunlot.inspecting.written import actions, queries
from sunlot.inspecting.written.content import Written, content
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.trail import files

from ..cast import City
from .fieldwork import NAME, STROKES, Fieldwork, build_fieldwork
from .phones import Phone, phones
from .test_phone_sync import line_of
from .test_written import filled

NUMBER = "c" * 32


def as_sent(written: Written, kind: str, **more: object) -> dict[str, object]:
    """A record as the phone posts it."""
    return {
        "number": NUMBER, "kind": kind, "texts": written.texts, "rows": [list(row) for row in written.rows],
        "officers": list(written.officers), "shown": list(written.shown), "version": 0, **more,
    }  # fmt: skip


def test_a_phone_brings_a_draft_then_the_complete_record_with_its_signature_and_each_is_taken_once(
    sent: Fieldwork,
) -> None:
    part = sent.part()
    line = line_of(sent, part)
    written = filled(sent, part, "questioning")
    first = as_sent(Written({"asked_name": "王"}, (), written.officers), "questioning")
    for _ in range(2):  # a phone sends again what it heard no answer to
        begun = line.post("send-written", part.pk, **first).json()
    found = WrittenRecord.objects.get(number=NUMBER)
    assert (begun["pk"], found.texts) == (found.pk, {"asked_name": "王"})
    wrong = as_sent(written, "questioning", complete=True, digest="0" * 64, version=begun["version"])
    assert "与手机上完成的不同" in line.post("send-written", part.pk, **wrong).json()["refused"]
    found.refresh_from_db()
    assert found.is_draft and found.texts == {"asked_name": "王"}, "all of it or nothing"

    actions.save(sent.inspector(part, 1), found, Written({"asked_name": "李"}), version=found.version)
    late = line.post("send-written", part.pk, **as_sent(written, "questioning", version=begun["version"]))
    found.refresh_from_db()
    assert (late.status_code, late.json()["version"], found.texts) == (422, found.version, {"asked_name": "李"})

    found.texts, found.rows, found.officers = written.texts, [list(row) for row in written.rows], list(written.officers)
    digest = hashlib.sha256(content(found, part)).hexdigest()
    signature = {"name": NAME, "strokes": STROKES}
    whole = as_sent(written, "questioning", complete=True, digest=digest, signature=signature, version=found.version)
    for _ in range(2):
        assert line.post("send-written", part.pk, **whole).status_code == 200
    found.refresh_from_db()
    assert found.digest == digest
    assert Signature.objects.filter(thing=found.thing, capacity="被询问人", digest=digest).count() == 1


def test_what_no_record_could_be_and_what_is_another_parts_is_refused(sent: Fieldwork) -> None:
    part = sent.part("zjj-wuye")
    line, stranger = line_of(sent, part), line_of(sent, sent.part("scjg"), device="b" * 32)
    good = as_sent(filled(sent, part, "copies"), "copies")
    hostile: list[dict[str, object]] = [
        {"kind": "novel"}, {"number": ""}, {"number": "x" * 32}, {"texts": []}, {"texts": {"place": 3}}, {"rows": "a"},
        {"rows": [["a"]]}, {"rows": [[1, 2, 3, 4, 5]]}, {"texts": {"taken_at": "now"}},
    ]  # fmt: skip
    for wrong in hostile:
        assert line.post("send-written", part.pk, **{**good, **wrong}).status_code == 422, wrong
    assert not WrittenRecord.objects.exists()
    assert stranger.post("send-written", part.pk, **good).status_code == 404
    assert line.post("send-written", part.pk, **good).status_code == 200
    other = sent.part("scjg")
    assert "已是另一份" in stranger.post("send-written", other.pk, **good).json()["refused"]


@pytest.fixture
def phone(live_server: LiveServer, today: Fieldwork) -> Iterator[Phone]:
    with phones(live_server.url) as found:
        yield found[0]


@pytest.fixture
def today(city: City, monkeypatch: pytest.MonkeyPatch) -> Fieldwork:
    """A draw of today, dispatched: the browser's clock can't be moved."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop running in this thread
    work = build_fieldwork(city, clock.today())
    work.dispatch()
    return work


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_questioning_is_written_completed_and_signed_without_a_network(today: Fieldwork, phone: Phone) -> None:
    part = today.part()
    phone.sign_in(today.inspector(part).username)
    phone.offline()
    page = phone.page
    page.locator(".cards a", has_text=part.form.object.name).first.click()
    page.get_by_role("link", name="笔录和清单").click()
    phone.is_sound()
    phone.button("询问笔录")
    for label, text in (
        ("被询问人", "王守信"), ("身份", "项目负责人"), ("开始时间", "2026-09-01T09:00"), ("结束时间", "2026-09-01T09:40"),
        ("询问地点", "项目部"), ("答复", " 听清楚了 "), ("问", "为何未公布？"), ("答", "没有交接\n𠮷"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("告知权利").select_option("told")
    phone.is_sound()
    phone.button("完成，去签字")
    expect(page.locator("main .note.bad")).to_contain_text("没有选“核对”")
    phone.killed()
    page = phone.page
    page.goto(f"/field/app/#/p/{part.pk}/written")
    page.locator(".cards a", has_text="询问笔录").click()
    assert page.get_by_label("答", exact=True).input_value() == "没有交接\n𠮷"
    phone.button("再写一条问答")
    page.get_by_label("核对", exact=True).select_option("self")
    phone.button("完成，去签字")
    phone.button("完成")
    phone.sign("王守信", done="被询问人签字完毕")
    expect(page.locator(".cards")).to_contain_text("已完成、已签字，待上传")
    phone.online()
    phone.synced()
    expect(page.locator(".cards")).to_contain_text("还没有签字")
    found = WrittenRecord.objects.get(part=part)
    shown = queries.standing(today.again(part))[0]
    assert found.state == "complete" and files.read(found.digest) == content(found, today.again(part))
    assert (found.rows, found.texts["rights_answer"]) == ([["为何未公布？", "没有交接\n𠮷"]], "听清楚了")
    assert shown.person is not None and shown.person.name == "王守信"
    page.locator(".cards a", has_text="询问笔录").click()
    page.get_by_role("link", name="检查人员签字").click()
    expect(page.get_by_role("heading", name="您的签名")).to_be_visible()
