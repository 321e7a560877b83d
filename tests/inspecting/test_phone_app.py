"""The phone app in a real browser: a day without a network, a killed tab, two phones, a new version, a bad line."""

import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from sunlot.catalogue.models import Item, ItemVersion
from sunlot.inspecting import actions, modes, phone_app, phone_data, records
from sunlot.inspecting.blanks import Blank
from sunlot.inspecting.models import (
    Category,
    CheckOut,
    DraftCopy,
    Evidence,
    FieldDevice,
    Finding,
    FormPart,
    Obstacle,
    PartMember,
)
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Viewer

from ..cast import PASSWORD, City
from .fieldwork import Fieldwork, build_fieldwork
from .phones import Phone, jpeg, phones, weight_of_first_load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHOTOS, MEGABYTES = int(os.environ.get("SUNLOT_TEST_PHOTOS", "3")), 8
"""A visit may have forty: SUNLOT_TEST_PHOTOS=40."""


@pytest.fixture
def sent(city: City, monkeypatch: pytest.MonkeyPatch) -> Fieldwork:
    """A draw of today, dispatched: the browser's clock can't be moved."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop running in this thread
    work = build_fieldwork(city, clock.today())
    work.dispatch()
    return work


@pytest.fixture
def phone(live_server: LiveServer, sent: Fieldwork) -> Iterator[Phone]:
    with phones(live_server.url) as found:
        yield found[0]


def three_visits(work: Fieldwork) -> tuple[Viewer, list[FormPart]]:
    """An inspector with three parts to fill, the first of which has fifteen items."""
    first = work.part()
    viewer = work.inspector(first)
    inspector = first.members.all()[0].inspector
    for part in (work.part(number=1), work.part(number=2)):
        if all(member.inspector_id != inspector.pk for member in part.members.all()):
            PartMember.objects.filter(part=part, position=0).update(inspector=inspector)
    like = first.findings.all()[0].version
    for number in range(3, 16):
        item = Item.objects.create(code=f"WY-X{number:02}", organisation=like.item.organisation)
        copy = ItemVersion.objects.get(pk=like.pk)
        copy.pk, copy.item, copy.name = None, item, f"第 {number} 项检查"
        copy.save(force_insert=True)
        Finding.objects.create(part=first, version=copy, position=number)
    return viewer, [work.again(first), work.part(number=1), work.part(number=2)]


def test_three_visits_without_a_network_reach_the_office_whole(
    sent: Fieldwork, phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, parts = three_visits(sent)
    titles = [part.form.object.name for part in parts]
    photos = [jpeg(tmp_path / f"{at}.jpg", MEGABYTES, at) for at in range(PHOTOS)]
    phone.sign_in(viewer.username)
    phone.offline()

    # the first: fifteen items, all fine, counted
    phone.forget_taps()
    phone.visit(titles[0], "王守信")
    assert phone.taps <= 20
    expect(phone.page.locator(".cards li", has_text=titles[0])).to_contain_text("待上传")

    # the second: a problem, with photos, and nobody who signs
    page = phone.page
    page.locator(".cards a", has_text=titles[1]).click()
    phone.button("开始检查，记下时间")
    page.locator("#item-WY-01").get_by_role("radio", name="发现问题", exact=True).check()
    page.locator("#item-WY-01").get_by_label("情况说明").fill("分摊清册未张贴\n3 号楼")
    page.locator("#item-WY-01 .offers input").first.check()
    phone.choose("从相册选：WY-01", *photos)
    expect(page.locator("#item-WY-01 .shots li")).to_have_count(PHOTOS)
    page.locator("#item-WY-02").get_by_role("radio", name="未发现问题").check()

    # the tab is killed half-way, still without a network
    phone.killed()
    page = phone.page
    page.locator(".cards a", has_text=titles[1]).click()
    assert page.locator("#item-WY-01").get_by_label("情况说明").input_value() == "分摊清册未张贴\n3 号楼"
    expect(page.locator("#item-WY-01 .shots li")).to_have_count(PHOTOS)
    phone.button("去签字")
    assert "还差" in page.locator(".pfoot").inner_text()  # never silently signed
    page.get_by_label("发现问题已责令改正").check()
    phone.button("去签字")
    page.get_by_text("写明原因和见证人").click()
    page.get_by_label("原因").fill("负责人拒绝签字")
    page.get_by_label("见证人姓名", exact=True).fill("李见证")
    phone.button("注明无法取得签字")
    expect(page.locator(".cards")).to_be_visible()
    phone.kept()

    # a new version of the app waits until it is asked for, and finds everything; then the line is bad
    phone.online()
    monkeypatch.setattr(phone_app, "version", lambda: "another")
    page.reload()
    phone.flaky()
    page.evaluate("navigator.serviceWorker.ready.then((one) => one.update())")
    phone.button("更新")
    page.wait_for_function("caches.keys().then((names) => names.join() === 'sunlot-field-another')")
    phone.synced()

    # the third, with a network, and a photo taken on the spot
    page.locator(".cards a", has_text=titles[2]).click()
    phone.choose("拍照", jpeg(tmp_path / "now.jpg", 0.1, 99))
    expect(page.locator(".shots li")).to_contain_text("现场拍摄")
    page.get_by_role("link", name="返回").click()
    phone.visit(titles[2], "赵○")
    phone.synced()

    # the office sees all
    saved = [sent.again(part) for part in parts]
    assert [Evidence.objects.filter(part=part).count() for part in saved] == [0, PHOTOS, 1]
    assert Evidence.objects.get(part=saved[2]).latitude is not None
    assert set(Evidence.objects.filter(part=saved[1]).values_list("from_camera", flat=True)) == {False}
    assert saved[1].absence_reason == "负责人拒绝签字"
    assert records.data_of(saved[1]).findings["WY-01"].note == "分摊清册未张贴\n3 号楼"
    assert [records.gaps(part, records.data_of(part)) for part in saved] == [[], [], []]
    for part in (saved[0], saved[2]):
        assert Signature.objects.get(thing=part.thing).digest == sent.digest(part)
    phone.page.locator(".cards li", has_text=titles[0]).get_by_role("link", name="核对并签名提交").click()
    phone.page.get_by_label("您的登录密码").fill(PASSWORD)
    phone.button("签名并提交复核")
    phone.page.wait_for_url("**/field/")
    assert sent.again(parts[0]).state == FormPart.State.RECORDED
    shown = sent.city.client("chen").get(f"/desk/inspecting/forms/{parts[1].form_id}/").content.decode()
    assert shown.count("原件</a>") == PHOTOS and "负责人拒绝签字" in shown


def test_one_phone_at_a_time_fills_a_part_and_what_comes_late_is_kept_to_be_read(
    sent: Fieldwork, live_server: LiveServer
) -> None:
    part, other = sent.part("zjj-wuye"), sent.part("scjg")
    title = part.form.object.name
    with phones(live_server.url, 3) as (first, second, partner):
        first.sign_in(sent.inspector(part).username)
        partner.sign_in(sent.inspector(other).username)
        first.page.locator(".cards a", has_text=title).first.click()
        first.button("开始检查，记下时间")
        first.synced()
        partner.visit(title, "王守信")  # the other department's part, side by side
        partner.synced()
        first.offline()
        first.page.locator("#item-WY-01").get_by_role("radio", name="不适用").check()

        second.sign_in(sent.inspector(part, 1).username)
        second.page.locator(".cards a", has_text=title).first.click()
        expect(second.page.locator("main .note.bad").first).to_contain_text("正在" + sent.inspector(part).person)
        second.button("接手，以本机填的为准")
        second.page.locator("#item-WY-01").get_by_role("radio", name="未发现问题").check()
        second.synced()

        first.online()
        expect(first.page.locator("main .note.bad").first).to_contain_text("已在系统里留存副本")
    held = CheckOut.objects.get(part=part, ended_at=None)
    assert held.device.user_id == sent.inspector(part, 1).user_id
    assert records.data_of(sent.again(part)).findings["WY-01"].answer == "fine"
    copy = DraftCopy.objects.get(part=part)
    assert copy.texts["answer-WY-01"] == "na"
    page = sent.city.client("chen").get(f"/desk/inspecting/parts/{part.pk}/copies/{copy.pk}/").content.decode()
    assert "不适用" in page and "WY-01 结论" in page
    assert Signature.objects.filter(thing=other.thing).count() == 1


def test_a_lost_phone_wipes_itself_and_one_signed_out_keeps_its_drafts_locked(sent: Fieldwork, phone: Phone) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    phone.sign_in(viewer.username)
    phone.offline()
    phone.page.locator(".cards a", has_text=part.form.object.name).first.click()
    phone.button("开始检查，记下时间")
    phone.page.get_by_role("link", name="返回").click()
    phone.button("退出登录")
    expect(phone.page.get_by_role("dialog")).to_contain_text("还有 1 处没有上传")
    phone.button("仍然退出")
    expect(phone.page.locator("main")).to_contain_text("离线的内容已锁上")
    phone.online()
    phone.context.clear_cookies()
    phone.sign_in(viewer.username)  # and what was locked is open, and sent
    assert sent.again(part).began_at is not None
    actions.report_lost(viewer, FieldDevice.objects.get(user=viewer.user_id))
    phone.page.reload()
    expect(phone.page.locator("main")).to_contain_text("上面的检查数据已清除")
    assert phone.page.evaluate("indexedDB.databases()") == []
    assert FieldDevice.objects.get(user=viewer.user_id).wiped_at is not None


def test_a_tap_is_heard_and_the_focus_stays_while_the_list_changes_under_the_thumb(
    sent: Fieldwork, phone: Phone
) -> None:
    part = sent.part()
    phone.sign_in(sent.inspector(part).username)
    page = phone.page
    card = page.get_by_role("link", name=part.form.object.name)
    card.focus()
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.evaluate("""() => {
      dispatchEvent(new Event("online"));  // a sync begins and ends, each shown on the list
      return new Promise((shown) => { requestAnimationFrame(() => requestAnimationFrame(shown)); });
    }""")
    phone.synced()
    expect(card).to_be_focused()
    page.mouse.up()
    expect(page.get_by_role("heading", name=part.form.object.name)).to_be_visible()


def test_each_mode_asks_for_its_own_without_a_network_and_the_inspected_reads_it(
    sent: Fieldwork, phone: Phone, tmp_path: Path
) -> None:
    part = sent.part()
    phone.sign_in(sent.inspector(part).username)
    phone.offline()
    page = phone.page
    page.locator(".cards a", has_text=part.form.object.name).first.click()
    phone.button("开始检查，记下时间")
    phone.button("全部未发现问题")
    page.get_by_role("button", name="确认").click()
    for mode in ("书面检查", "网络核查"):
        page.get_by_label(mode, exact=True).check()
    phone.button("去签字")
    expect(page.locator(".pfoot")).to_contain_text("还差 7 处")
    expect(page.locator("main")).to_contain_text("书面检查没有选“材料是否齐全”。")
    page.get_by_label("要求提供的材料").fill("维修资金台账\n合同")
    page.get_by_label("收到日期").fill("2026-09-01")
    page.get_by_label("材料是否齐全").select_option("no")
    page.get_by_label("收到哪些、缺哪些").fill("缺合同")
    page.get_by_label("监测的网址或平台").fill("https://example.invalid/")
    page.get_by_label("监测时间").fill("2026-09-01T09:30")
    page.get_by_label("监测方法").fill("逐页查看")
    phone.choose("选择网页截图", jpeg(tmp_path / "page.jpg", 0.1, 3))
    expect(page.locator("#shots .shots li")).to_contain_text("网页截图")
    phone.is_sound()
    phone.button("去签字")
    expect(page.locator("main .facts")).to_contain_text("缺合同")
    expect(page.locator("main .facts")).to_contain_text("网页截图 1 张")
    phone.sign("王守信")
    phone.online()
    phone.synced()
    saved = sent.again(part)
    assert (saved.mode, records.gaps(saved, records.data_of(saved))) == ("paper,on-site,network", [])
    assert Signature.objects.get(thing=part.thing).digest == sent.digest(saved)


def test_a_closed_door_is_reported_without_a_network_with_its_photo(
    sent: Fieldwork, phone: Phone, tmp_path: Path
) -> None:
    part = sent.part()
    phone.sign_in(sent.inspector(part).username)
    phone.offline()
    page = phone.page
    page.locator(".cards a", has_text=part.form.object.name).first.click()
    page.get_by_role("link", name="不能检查").click()
    phone.is_sound()
    page.get_by_label("已停业、歇业").check()
    page.get_by_label("具体情况").fill("大门上锁，门上贴有停业告示")
    phone.button("报告")
    expect(page.locator("main .fault")).to_contain_text("拍下能说明不能检查的照片")
    phone.choose("拍照", jpeg(tmp_path / "door.jpg", 0.1, 7))
    expect(page.locator(".shots li")).to_have_count(1)
    phone.button("报告")
    card = page.locator(".cards li", has_text=part.form.object.name)
    expect(card).to_contain_text("不能检查，待上传")
    phone.killed()
    phone.online()
    phone.page.reload()
    phone.synced()
    card = phone.page.locator(".cards li", has_text=part.form.object.name)
    expect(card).to_contain_text("已报告不能检查，等经办人替补")
    made = Obstacle.objects.get(part=part)
    assert made.photos == [Evidence.objects.get(part=part).original_id]


@pytest.mark.looks
def test_the_app_is_light_sound_and_goes_by_the_keyboard(sent: Fieldwork, phone: Phone) -> None:
    part = sent.part()
    phone.sign_in(sent.inspector(part).username)
    device = FieldDevice.objects.get().number
    assert weight_of_first_load(phone, phone_app.assets(), device) < 200_000
    phone.is_sound()
    page = phone.page
    page.get_by_role("link", name=part.form.object.name).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="开始检查，记下时间").focus()
    page.keyboard.press("Enter")
    page.locator("#item-WY-01 input").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#item-WY-01").get_by_label("严重程度")).to_be_visible()
    page.locator("#item-WY-01 details summary").click()
    page.locator("#item-WY-01").get_by_role("button", name="添加测量值").click()
    phone.is_sound()
    page.locator("#item-WY-01").get_by_label("情况说明").fill("缺记录")
    page.locator("#item-WY-02 input").first.focus()
    page.keyboard.press("Space")
    page.get_by_label("发现问题已责令改正").check()
    page.get_by_role("button", name="去签字").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="由被检查人核对")).to_be_visible()
    phone.is_sound()


def test_the_phone_finds_the_same_gaps_and_the_same_digest_as_the_server(sent: Fieldwork, phone: Phone) -> None:
    ItemVersion.objects.filter(item__code="WY-02").update(proof=ItemVersion.Proof.PROBLEM)
    part = sent.part()
    device = actions.greet_device(sent.inspector(part), "0" * 32, "Android Chrome")
    day = json.loads(json.dumps(phone_data.day(sent.inspector(part), device)))
    given = next(one for one in day["parts"] if one["id"] == part.pk)
    chance = random.Random(20260901)  # noqa: S311 -- drafts, no secrets
    drafts = [records.flat(some_draft(part, chance)) for _ in range(150)]
    phone.page.goto("/accounts/login/")  # a page that stays where it is
    found = phone.page.evaluate(
        """async ([part, words, drafts]) => {
          const record = await import("/static/inspecting/app/record.js");
          return Promise.all(drafts.map(async (texts) => [
            record.gaps(part, texts, [], words).map((gap) => [gap.place, gap.words]),
            await record.digestOf(part, texts, [], null, words),
          ]));
        }""",
        [given, day["words"], drafts],
    )
    for texts, (gaps, digest) in zip(drafts, found, strict=True):
        data = phone_data.read_texts(part, texts)
        assert gaps == [[gap.place, gap.words] for gap in records.gaps(part, data)]
        assert digest == records.digest_of(records.content(part, data, None))


def some_words(blank: Blank, chance: random.Random) -> str:
    """Anything that the control of a place can hold."""
    if blank.sort == "choice":
        return chance.choice(blank.choices)[0]
    held = {
        "day": ("2026-09-01",),
        "minute": ("2026-09-01T10:00:00+08:00",),
        "long": (" ", "台账\n合同"),
        "text": (" ", "“甲”"),
    }
    return chance.choice(held[blank.sort])


def some_draft(part: FormPart, chance: random.Random) -> records.PartData:
    """A draft with anything that the controls can hold, sense or not."""
    began = clock.now() - timedelta(minutes=chance.choice((5, 90, 3000)))
    remark = chance.choice(("", "  ", '停业\n“两年”\u2028 \x7f 𠮷 "\\ é'))
    findings = {}
    for finding in part.findings.all():
        positions = [one.position for one in finding.version.offered_findings.all()]
        findings[finding.version.item.code] = records.Answered(
            chance.choice(Finding.Answer.values),
            chance.choice(("", " ", "缺记录|；<b>")),
            tuple(sorted(chance.sample(positions, chance.randint(0, len(positions))))),
            chance.choice(("", *Finding.Severity.values)),
            chance.choice(("", "《条例》第三条")),
            chance.choice(((), (records.Measured("浓度", "0.3", "%LEL", "", "20"), records.Measured("压力", "2")))),
        )
    return records.PartData(
        mode=modes.ordered(chance.sample(modes.Mode.values, chance.randint(0, 4))),
        details={one.name: some_words(one, chance) for one in modes.ALL if chance.random() < 0.6},
        began_at=chance.choice((None, began)),
        ended_at=chance.choice(
            (None, clock.now() - timedelta(minutes=1), began - timedelta(hours=1), clock.now() + timedelta(hours=1))
        ),
        categories=tuple(chance.sample(Category.values, chance.randint(0, 3))),
        remark=remark,
        from_paper=chance.random() < 0.2,
        findings=findings,
    )
