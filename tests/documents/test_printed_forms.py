"""The PDFs, read back with poppler's pdftotext and pdfinfo as a registry or a court would."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sunlot.documents.annual_plan import AnnualLine, annual_plan
from sunlot.documents.draw_record import DrawnObject, DrawnStratum, draw_record
from sunlot.documents.guide import guide
from sunlot.documents.inspection_form import Absence, inspection_form
from sunlot.documents.item_list import item_list
from sunlot.documents.parts import Evidence, Name, Signature
from sunlot.documents.plan_form import PlanStratum, plan_form
from sunlot.documents.signature_sheet import signature_sheet

from . import samples

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not installed")

ALL = [
    pytest.param(plan_form, samples.plan, id="plan_form"),
    pytest.param(annual_plan, samples.annual, id="annual_plan"),
    pytest.param(draw_record, samples.record, id="draw_record"),
    pytest.param(inspection_form, samples.form, id="inspection_form"),
    pytest.param(item_list, samples.items, id="item_list"),
    pytest.param(guide, samples.guide, id="guide"),
    pytest.param(signature_sheet, samples.sheet, id="signature_sheet"),
]

# What a name must never do: run as markup, code, formula or math; turn the line; break the data's JSON.
HOSTILE = '#panic("x") *粗* $a^2$ _b_ <c> @d =SUM(A1) \\e "f" [g] // h /* i */ ~ `j` -- \'k\' {l};\u202e倒'


def text_of(pdf: bytes) -> str:
    """The text of a PDF in the order in which it was set, cell by cell, without any white space."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return squeezed(done.stdout.decode())


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def pages_of(pdf: bytes, folder: Path) -> int:
    file = folder / "document.pdf"
    file.write_bytes(pdf)
    info = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
    return int(re.findall(r"^Pages:\s+(\d+)$", info, re.MULTILINE)[0])


@pytest.mark.parametrize(("document", "sample"), ALL)
def test_the_same_data_give_the_same_bytes(document, sample):
    assert document(sample()) == document(sample())


@pytest.mark.parametrize(("document", "sample"), ALL)
def test_every_document_is_a_pdf_for_the_archive(document, sample):
    pdf = document(sample())
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf


@needs_poppler
@pytest.mark.parametrize(("document", "sample"), ALL)
def test_every_document_shows_its_number_digest_pages_and_where_to_check_it(document, sample):
    text = text_of(document(sample()))
    for expected in (sample().file_number, samples.EVIDENCE.digest, samples.EVIDENCE.address, "SHA-256", "第1页"):
        assert expected in text


@needs_poppler
def test_the_plan_form_holds_the_notices_eleven_fields_in_order():
    text = text_of(plan_form(samples.plan()))
    labels = ["牵头科室", "本系统联合", "跨部门联合", "抽查任务名称", "抽查类别", "抽查事项", "抽查对象", "抽查依据"]
    labels += ["抽查时间", "市场主体", "检查人员范围", "科室负责人签字", "分管领导签字"]
    places = [text.index(label) for label in labels]
    assert places == sorted(places)
    for expected in ("乌海市住建局双随机抽查计划表", "本表一式两份", "演示", "☑一般检查事项☑重点检查事项", "陈静静"):
        assert expected in text
    for expected in ("30（40.0%）", "2（2.7%）", "合计15032（21.3%）"):
        assert expected in text


@needs_poppler
def test_the_boxes_of_the_plan_form_follow_from_its_items():
    only_key = replace(samples.plan(), items=samples.plan().items[:1], demo=False)
    text = text_of(plan_form(only_key))
    assert "☐一般检查事项☑重点检查事项" in text
    assert "演示" not in text


@needs_poppler
@pytest.mark.parametrize(
    ("quota", "candidates", "share"), [(0, 0, "0（—）"), (1, 1000, "1（0.1%）"), (3, 3, "3（100.0%）")]
)
def test_a_share_is_rounded_to_a_tenth_and_absent_without_candidates(quota, candidates, share):
    text = text_of(plan_form(replace(samples.plan(), strata=(PlanStratum("D", candidates, quota),))))
    assert text.count(share) == 2, "in the stratum and in the sum"


@needs_poppler
def test_the_annual_plan_has_the_notices_eight_columns_on_every_page(tmp_path):
    pdf = annual_plan(samples.annual(lines=60))
    text = text_of(pdf)
    pages = pages_of(pdf, tmp_path)
    assert pages > 1
    for label in ("序", "抽查计划名称", "抽查事项", "抽查类型", "抽查对象范围", "抽取日期", "抽查对象数量", "备注"):
        assert text.count(label) >= pages
    assert f"第{pages}页共{pages}页" in text
    assert "乌海市住建局2026年度“双随机、一公开”抽查工作计划" in text


@needs_poppler
def test_the_draw_record_lists_everything_that_decided_the_draw():
    text = text_of(draw_record(samples.record()))
    expected = [samples.digest(name) for name in ("commitment", "nonce", "seed")]
    expected += ["机关纪委", "纪检监督", "三楼会议室", "滨河第1物业有限公司", "91150302MA00000003", "待指派"]
    expected += ["候选75户，抽中3户，候补1户", samples.digest("1")[:16], "陈○静", "15030200456", "市应急管理局"]
    expected += ["与全部检查组有回避关系", "抽取人签字", "拒签，理由：对名单有异议"]
    assert [piece for piece in expected if piece not in text] == []


@needs_poppler
def test_the_draw_record_grows_with_its_list_and_repeats_the_head(tmp_path):
    short, long = draw_record(samples.record(3)), draw_record(samples.record(200))
    pages = pages_of(long, tmp_path)
    assert pages > pages_of(short, tmp_path) + 3
    text = text_of(long)
    assert all(f"滨河第{n}物业有限公司" in text for n in range(1, 202))
    assert text.count("名称及代码") >= 200 // 20


@needs_poppler
def test_a_form_to_fill_in_offers_every_finding_and_category_and_both_ways_to_sign():
    text = text_of(inspection_form(samples.form()))
    for finding in samples.FINDINGS:
        assert text.count(f"☐{finding}") >= 2
    for category in samples.CATEGORIES:
        assert f"☐{category}" in text
    assert "☑" not in text
    for expected in (
        "一企一表",
        "执法证15030200123",
        "检查对象签字",
        "未签字的",
        "见证人签字",
    ):
        assert expected in text


@needs_poppler
def test_a_recorded_form_shows_what_was_found_and_why_the_inspected_did_not_sign():
    blank = samples.form()
    item = replace(blank.departments[0].items[0], finding="发现问题", note="收益未公布")
    part = replace(blank.departments[0], items=(item,), results=("发现问题已责令改正",), summary="第三季度未公布")
    done = replace(blank, departments=(part,), absence=Absence("负责人外出", "赵○", "社区工作人员"), statement="无异议")
    text = text_of(inspection_form(done))
    for expected in ("☑发现问题", "收益未公布", "☑发现问题已责令改正", "☐未发现问题", "第三季度未公布", "负责人外出"):
        assert expected in text
    assert "赵○（社区工作人员）" in text
    assert "检查对象签字" not in text


@needs_poppler
def test_a_signature_given_in_the_system_stands_with_its_time():
    signed = replace(samples.form(), inspected=Signature("检查对象", "张三", "2026年12月1日 10:40"))
    text = text_of(inspection_form(signed))
    assert "检查对象签字：张三" in text
    assert "日期：2026年12月1日10:40" in text
    assert "未签字的" not in text


def hostile_documents(name: str) -> list[bytes]:
    plan, one, form = samples.plan(), samples.record(), samples.form()
    drawn = DrawnObject(1, Name(name), name, name, samples.digest("1"), name)
    line = AnnualLine(name, name, name, name, name, name, name)
    return [
        plan_form(replace(plan, title=name, lead=name, bases=(name,), file_number=name)),
        annual_plan(replace(samples.annual(), lines=(line,))),
        draw_record(replace(one, title=name, strata=(DrawnStratum(name, 1, (drawn,), ()),))),
        inspection_form(replace(form, object_name=Name(name), statement=name)),
        signature_sheet(replace(samples.sheet(), title=name, roles=(name,))),
    ]


@needs_poppler
def test_a_hostile_name_comes_out_as_the_text_it_is():
    # The mark that turns the line round is made visible instead of obeyed.
    expected = squeezed(HOSTILE.replace("\u202e", "□"))
    for pdf in hostile_documents(HOSTILE):
        assert expected in text_of(pdf)


@needs_poppler
def test_a_very_long_name_breaks_inside_its_cell_and_loses_nothing(tmp_path):
    latin, chinese = "x" * 300, "长" * 300
    for name in (latin, chinese):
        for pdf in hostile_documents(name):
            assert text_of(pdf).count(name[0]) >= 300
    file = tmp_path / "long.pdf"
    file.write_bytes(plan_form(replace(samples.plan(), title=latin)))
    boxes = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True, text=True).stdout
    assert max(float(right) for right in re.findall(r'xMax="([\d.]+)"', boxes)) < 595 - 22 / 25.4 * 72 + 1


@needs_poppler
def test_a_character_without_glyph_is_printed_as_its_number():
    text = text_of(plan_form(replace(samples.plan(), title="𠮷祥物业ᠮ𪛕")))
    assert "𠮷祥物业〔U+182E〕〔U+2A6D5〕" in text


@pytest.mark.parametrize("name", ["", "\x00\x07", "\ud800", "\ufdd0", "\n\n", "\ufeff", "👨\u200d👩", "\U000e0041"])
def test_no_name_stops_a_document(name):
    assert all(pdf.startswith(b"%PDF") for pdf in hostile_documents(name))


def test_empty_lists_make_a_document_all_the_same():
    bare = replace(
        samples.record(), facts=(), contributors=(), randomness=(), strata=(), teams=(), inspector_reserves=(),
        remarks=(), signatures=(),
    )  # fmt: skip
    assert draw_record(bare).startswith(b"%PDF")
    assert annual_plan(replace(samples.annual(), lines=(), signatures=())).startswith(b"%PDF")
    assert inspection_form(replace(samples.form(), departments=(), facts=())).startswith(b"%PDF")
    plan = replace(samples.plan(), sections=(), departments=(), items=(), bases=(), strata=(), signatures=())
    assert plan_form(plan).startswith(b"%PDF")
    assert signature_sheet(replace(samples.sheet(), roles=(), facts=())).startswith(b"%PDF")


@pytest.mark.parametrize("digest", ["", "0" * 63, "G" * 64, "A" * 64])
def test_an_evidence_without_a_digest_is_refused(digest):
    with pytest.raises(ValueError, match="64 lowercase hex digits"):
        Evidence(digest, "https://sunlot.example/")


@needs_poppler
def test_the_item_list_counts_its_items_and_repeats_its_head_on_every_page(tmp_path):
    pdf = item_list(samples.items(60))
    text = text_of(pdf)
    assert "共60项" in text and "2026年11月18日有效" in text and "科室（单位）：物业科" in text
    assert text.count("建议比例频次") == pages_of(pdf, tmp_path) > 1


@needs_poppler
def test_a_guide_holds_the_eight_parts_in_the_notices_order():
    text = text_of(guide(samples.guide()))
    places = [text.index(f"{ordinal}、{part}") for ordinal, part in zip("一二三四五六七八", samples.PARTS, strict=True)]
    assert places == sorted(places)


@needs_poppler
def test_a_hostile_text_in_a_guide_stays_text():
    assert "#panic" in text_of(guide(samples.guide(HOSTILE)))
