"""The four modes: each says its own, what it must say is asked for, and everything is read wherever the record is."""

import pytest
from django.urls import reverse

from sunlot.inspecting import actions, modes, papers, presenting, queries, records
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.forms import base_of
from sunlot.inspecting.models import Evidence, FormPart
from sunlot.organisations.viewer import Refused

from .fieldwork import Fieldwork
from .test_evidence import HEIC, archive, photo
from .test_phone_sync import line_of

EVERY = modes.ordered(modes.Mode.values)
DETAILS = {
    "paper_asked": "维修资金台账\n业主大会决议", "paper_received_on": "2026-09-01", "paper_complete": "no",
    "paper_missing": "收到台账，缺决议",
    "network_address": "https://example.invalid/shop", "network_at": "2026-09-01T09:30:00+08:00", "network_method": "逐页查看",
    "body_name": "检测有限公司", "body_qualification": "2026050001Z", "body_commission": "电梯检测，委 3 号",
    "body_report": "J-77", "body_report_on": "2026-08-30", "body_conclusion": "两台不合格",
}  # fmt: skip


def missing(work: Fieldwork, part: FormPart, **changes: object) -> list[str]:
    return [gap.words for gap in records.gaps(part, work.filled(part, **changes))]  # type: ignore[arg-type]  # as filled


@pytest.mark.parametrize("mode", modes.Mode.values)
def test_a_mode_alone_asks_for_what_it_must_say_and_for_nothing_of_the_others(sent: Fieldwork, mode: str) -> None:
    label = modes.Mode(mode).label
    asked = [f"{label}没有{one.verb}“{one.label}”" for one in modes.BLANKS[mode] if one.required]
    asked += [modes.NO_SHOT] if mode == "network" else []
    assert missing(sent, sent.part(), mode=mode) == asked
    assert len(asked) == {"paper": 3, "on-site": 0, "network": 4, "commissioned": 6}[mode]


def test_a_visit_of_all_four_says_everything_of_each_and_is_read_by_the_reviewer_and_on_paper(sent: Fieldwork) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    with pytest.raises(Refused, match="网页截图收"):
        actions.add_file(viewer, part, archive("[Content_Types].xml", "word/document.xml"), Facts(kind="shot"))
    with pytest.raises(Refused, match="HEIC"):
        actions.add_file(viewer, part, HEIC, Facts(kind="shot"))
    assert missing(sent, part, mode=EVERY, details=DETAILS) == [modes.NO_SHOT]
    actions.add_file(viewer, part, photo(kind="PNG"), Facts(kind="shot", name="页面.png"))
    part = sent.again(part)
    assert missing(sent, part, mode=EVERY, details={**DETAILS, "paper_missing": " "}) == [
        "书面检查没有填“收到哪些、缺哪些”"
    ]
    sent.countersigned(part, mode=EVERY, details=DETAILS)
    shown = sent.city.client("wuye-head").get(reverse("inspecting:review", args=[part.pk])).content.decode()
    for said in (
        "书面检查、现场检查、网络核查、委托专业机构",
        "收到台账，缺决议",
        "2026年9月1日 09:30",
        "不齐全",
        "两台不合格",
    ):
        assert said in shown
    again = sent.again(part)
    view = presenting.part_view(again, queries.signatures_by_part([again])[again.pk])
    ways = papers.document(again.form, [view]).departments[0].ways
    assert [one.label for one in ways] == ["书面检查", "网络核查", "委托专业机构"]
    assert "报告日期：2026年8月30日" in ways[2].value
    assert papers.form_pdf(again.form, [view]).startswith(b"%PDF")
    assert Evidence.objects.get(part=part).original_id.encode() in records.content(again, records.data_of(again), None)


def test_the_page_without_script_keeps_what_a_mode_says_and_signs_nothing_before_it_is_there(sent: Fieldwork) -> None:
    part = sent.part()
    client, address = sent.client(sent.inspector(part)), reverse("field:part", args=[part.pk])
    typed = {"version": part.version, "base": base_of(part), "mode": ["network", "paper", ""], "then": "inspected"}
    answer = client.post(address, {**typed, "network_at": "2026-09-01T09:30", "paper_asked": "台账\r\n合同"})
    assert answer.url.startswith(f"{address}?missing=1")
    saved = sent.again(part)
    assert (saved.mode, saved.mode_details) == (
        "paper,network",
        {"network_at": "2026-09-01T09:30:00+08:00", "paper_asked": "台账\n合同"},
    )
    page = client.get(f"{address}?missing=1").content.decode()
    assert "网络核查没有填“监测的网址或平台”。" in page and 'value="2026-09-01T09:30"' in page
    faulty = client.post(address, {**typed, "version": saved.version, "base": base_of(saved), "network_at": "昨天"})
    assert faulty.status_code == 422 and "时间写成 2026-09-01 10:00 这样" in faulty.content.decode()
    assert sent.again(part).mode_details["network_at"] == "2026-09-01T09:30:00+08:00"


def test_a_phone_brings_what_the_modes_say_and_nothing_that_no_control_could_hold(sent: Fieldwork) -> None:
    part = sent.part()
    line = line_of(sent, part)
    texts = records.flat(sent.filled(part, mode=EVERY, details=DETAILS))
    hostile = (
        {"mode": "on-site,paper"}, {"mode": "paper,paper"}, {"paper_received_on": "2026-9-1"}, {"paper_complete": "maybe"},
        {"network_at": "2026-09-01T09:30"}, {"body_name": "甲\n乙"}, {"body_conclusion": "x" * 4001},
    )  # fmt: skip
    for wrong in hostile:
        assert line.post("draft", part.pk, texts={**texts, **wrong}).status_code == 422, wrong
    assert line.post("draft", part.pk, texts=texts).status_code == 200
    assert records.data_of(sent.again(part)).details == DETAILS


def test_two_who_write_the_same_place_both_see_what_the_other_wrote(sent: Fieldwork) -> None:
    part = sent.part()
    client, address = sent.client(sent.inspector(part)), reverse("field:part", args=[part.pk])
    opened = {"version": part.version, "base": base_of(part), "mode": ["paper"]}
    colleague = sent.inspector(part, 1)
    actions.save_part(colleague, part, sent.filled(part, mode="paper,on-site", details={"paper_asked": "合同"}))
    answer = client.post(address, {**opened, "paper_asked": "台账"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "对方保存的是：合同" in page and "对方保存的是：书面检查、现场检查" in page and "台账</textarea>" in page
