"""A day's 执法检查表 in one go: 1,000 forms as one PDF, against Typst's own compile of the same content and against WeasyPrint.

    python -m benchmarks.documents [--forms 1000] [--html-forms 30]

One process after the other, each measured alone, the fonts loaded before the clock starts:

- ours: `typeset_volumes` of the forms, from dataclasses to bytes: PDF/A-2a, tagged, with a QR code and a digest each;
- Typst alone: the same content already written out as one Typst file with every value in its place, compiled with the
  same fonts and the same standard, nothing of ours running;
- WeasyPrint: an equal page (the same rows, texts, widths and font) from HTML, `--html-forms` of them, each a document, and all in one.

Prints a table and exits 1 when an aim is missed. WeasyPrint is no part of the product: it comes with the extra
`sunlot[bench]`; where it is missing, that row is left out and said so.
"""

import argparse
import html
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime
from datetime import time as midnight
from importlib.util import find_spec
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from sunlot.documents import typesetting
from sunlot.documents.inspection_form import FormDepartment, FormInspector, FormItem, InspectionForm
from sunlot.documents.parts import Evidence, Field, Name, Signature
from sunlot.norms.clock import SHANGHAI

MAX_RATIO = 1.5
MIN_FASTER = 15
DAY = date(2026, 11, 18)
ITEMS = 4
FINDINGS = ("未发现问题", "发现问题", "不适用")
CATEGORIES = (
    "未发现问题",
    "通过登记的住所（经营场所）无法联系",
    "发现问题已责令改正",
    "不配合检查情节严重",
    "发现问题待后续处理",
)
HEADS = ("序号", "检查事项与内容", "检查依据", "检查方式", "检查情况")


def form(number: int) -> InspectionForm:
    """An invented form to fill in, two departments with four items each."""
    items = tuple(
        FormItem(
            f"WY-{n:02d}", "物业服务企业检查", f"合同履约、收费公示与服务质量（第 {n} 项）",
            "《物业管理条例》第五条、第三十五条；《住宅专项维修资金管理办法》", "现场检查",
        )
        for n in range(1, ITEMS + 1)
    )  # fmt: skip
    departments = tuple(
        FormDepartment(
            name,
            (FormInspector(Name(f"陈静{number}"), "15030200123"), FormInspector(Name("王伟"), "15030200456")),
            items,
            signatures=(Signature("执法检查人员"), Signature("执法检查人员")),
        )
        for name in ("市住房和城乡建设局物业科", "市市场监督管理局")
    )
    return InspectionForm(
        authority="乌海市住房和城乡建设局", file_number=f"150300-2026-2853-{number:04d}", day=DAY, task="三区部门联合抽查",
        object_name=Name(f"滨河第{number}物业服务有限公司", demo=True),
        facts=(Field("信用代码", f"91150302MA{number:08d}", mono=True), Field("负责人", "张○"), Field("电话", "0473-2000000"), Field("检查时间", "")),
        departments=departments, categories=CATEGORIES, findings=FINDINGS, inspected=Signature("检查对象"),
        evidence=Evidence(f"{number:064x}", f"https://sunlot.example/verify/{number}/"),
    )  # fmt: skip


def ours(count: int) -> list[bytes]:
    papers = [form(number) for number in range(count)]
    return list(typesetting.typeset_volumes(papers, title="当日检查表", author="乌海市住房和城乡建设局", day=DAY))


# What Typst alone is given: set rules, and after them nothing but elements with their texts in place.
HEAD = """
#set document(title: "当日检查表", author: "乌海市住房和城乡建设局", date: datetime(year: 2026, month: 11, day: 18))
#let serif = ("Noto Serif SC", "Noto Sans SC", "DejaVu Sans Mono")
#let sans = ("Noto Sans SC", "Noto Serif SC", "DejaVu Sans Mono")
#set text(font: serif, size: 10.5pt, lang: "zh", region: "cn", fallback: false, hyphenate: false)
#set par(leading: 0.62em, spacing: 0.8em, justify: false, linebreaks: "simple")
#set table(stroke: 0.6pt + black, inset: (x: 6pt, y: 6pt), align: left + horizon)
#show heading: it => block(above: 1.5em, below: 0.8em, sticky: true, text(font: sans, size: 10.5pt, weight: "regular", stroke: 0.022em + black, it.body))
#let l(body) = table.cell(align: center + horizon, body)
#let line = box(width: 34mm, stroke: (bottom: 0.5pt + black), outset: (bottom: 2pt), hide(text(size: 12pt)[　]))
#let box-of = text(font: "DejaVu Sans Mono", size: 1.2em)[☐]
#let mono(body) = text(font: ("DejaVu Sans Mono", "Noto Sans SC"), size: 8pt, body)
#let sign(role) = block(breakable: false, { set par(leading: 0.9em); [#role 签字：#line#linebreak()日期：　　　　年　　月　　日] })
"""


def written_out(count: int) -> bytes:
    """The same forms as one Typst file."""
    return (HEAD + "".join(_form_written(form(number), number) for number in range(count))).encode()


def _form_written(one: InspectionForm, place: int) -> str:
    say = lambda text: "#" + json.dumps(text, ensure_ascii=False)  # noqa: E731 -- a string literal of Typst
    qr = json.dumps(typesetting._qr(one.evidence.address))
    digest = " ".join(one.evidence.digest[at : at + 4] for at in range(0, 64, 4))
    foot = (
        f'#set page(paper: "a4", margin: (left: 26mm, right: 22mm, top: 24mm, bottom: 20mm), footer-descent: 30%, footer: context {{ set text(font: sans, size: 8pt);'
        f" grid(columns: (1fr, auto), column-gutter: 6mm, [{say(one.file_number)}　摘要 {digest[:19]} …],"
        f" [第 #counter(page).display() 页　共 #counter(page).at(<end-{place}>).first() 页]) }})\n#counter(page).update(1)\n"
    )
    head = (
        f"#grid(columns: (1fr, auto), column-gutter: 6mm, align: (left, right), text(size: 9.5pt)[编号：{say(one.file_number)}], text(size: 9.5pt)[一企一表])\n#v(5mm)\n"
        f"#align(center, heading(level: 1, text(font: serif, size: 19pt)[{say(one.paper_title())}]))\n#align(center)[{say(one.authority)}]\n#v(6mm)\n"
    )
    facts = "".join(f", l[{say(field.label)}], [{say(field.value)}]" for field in one.facts)
    top = (
        f"#table(columns: (26mm, 1fr), l[抽查任务], [{say(one.task)}], l[检查对象], text(size: 11.5pt)[{say(one.object_name.text)}])\n#v(0pt)\n"
        f"#block(above: 0pt, table(columns: (26mm, 1fr, 26mm, 1fr){facts}))\n"
    )
    parts = "".join(_part_written(part, say) for part in one.departments)
    confirm = (
        "#block(breakable: false, above: 1.5em)[== 检查对象确认\n 执法检查人员已出示执法证件，告知检查事项和陈述、申辩、申请回避的权利。\n"
        "#table(columns: (26mm, 1fr), l[陈述与意见], v(12mm), l[未签字的，注明原因], v(7mm))\n#v(3mm)\n#grid(columns: (1fr, 1fr), column-gutter: 8mm, sign[检查对象], sign[见证人])]\n"
    )
    evidence = (
        f'#v(1fr)\n#block(breakable: false, above: 8mm, grid(columns: (19mm, 1fr), column-gutter: 5mm, align: left + horizon, image(bytes({qr}), format: "svg", width: 19mm, alt: "二维码"),'
        f" text(size: 8.5pt)[扫码核验本件。摘要（SHA-256）#linebreak()#mono[{digest}]#linebreak(){say(one.evidence.address)}]))\n#metadata(none)<end-{place}>\n"
    )
    return f"#[\n{foot}{head}{top}{parts}{confirm}{evidence}]\n"  # a block of its own: set rules would pile up


def _part_written(part: FormDepartment, say) -> str:  # type: ignore[no-untyped-def]
    boxes = "#linebreak()".join(f"#box-of {say(one)}" for one in FINDINGS)
    rows = "".join(
        f", l[{n}], [{say(f'{item.code} {item.name}')}#linebreak()#text(size: 8.5pt)[{say(item.content)}]], [{say(item.basis)}], l[{say(item.method)}], [{boxes}]"
        for n, item in enumerate(part.items, 1)
    )
    who = "、".join(f"{one.name.text}（执法证 {one.certificate}）" for one in part.inspectors)
    heads = ", ".join(f"l(text(font: sans, size: 0.95em)[{head}])" for head in HEADS)
    categories = "　".join(f"#box[#box-of {say(one)}]" for one in CATEGORIES)
    return (
        f"== {say(part.name)}\n执法检查人员：{say(who)}\n"
        f"#[#set text(size: 9pt)\n#table(columns: (9mm, 1.5fr, 1.25fr, 19mm, 32mm), inset: (x: 4pt, y: 5pt), table.header({heads}){rows})]\n#v(0pt)\n"
        f"#block(above: 0pt, table(columns: (26mm, 1fr), l[检查结果], [{categories}], l[情况说明], v(12mm), l[后续处理], v(7mm)))\n#v(3mm)\n"
        "#grid(columns: (1fr, 1fr), column-gutter: 8mm, sign[执法检查人员], sign[执法检查人员])\n"
    )


def typst_alone(source: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main.typ"
        path.write_bytes(source)
        return typst.compile(
            path,
            font_paths=typesetting._fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="a-2a",
            timestamp=datetime.combine(DAY, midnight(), SHANGHAI),
        )


STYLE = """
@font-face { font-family: Serif; src: url(file://%s) }
@page { size: A4; margin: 24mm 22mm 20mm 26mm; @bottom-right { content: '第 ' counter(page) ' 页　共 ' counter(pages) ' 页'; font: 8pt Serif } }
body { font: 10.5pt/1.3 Serif } p { margin: 1.5mm 0 } h1 { font-size: 19pt; text-align: center; font-weight: normal } h2 { font-size: 10.5pt; font-weight: normal }
table { width: 100%%; border-collapse: collapse; table-layout: fixed } td, th { border: 0.6pt solid; padding: 4pt; font-weight: normal } .form { break-before: page }
.items { font-size: 9pt } .q { width: 19mm }
"""


def pages_as_html(numbers: Iterable[int]) -> str:
    """The same forms as HTML for WeasyPrint."""
    say = html.escape
    forms = []
    for number in numbers:
        one = form(number)
        facts = "".join(f"<tr><td>{say(field.label)}<td>{say(field.value)}" for field in one.facts)
        parts = ""
        for part in one.departments:
            boxes = "<br>".join(f"☐ {say(name)}" for name in FINDINGS)
            rows = "".join(
                f"<tr><td>{n}<td>{say(item.code)} {say(item.name)}<br>{say(item.content)}<td>{say(item.basis)}<td>{say(item.method)}<td>{boxes}"
                for n, item in enumerate(part.items, 1)
            )
            who = "、".join(f"{one.name.text}（执法证 {one.certificate}）" for one in part.inspectors)
            parts += (
                f"<h2>{say(part.name)}</h2><p>执法检查人员：{say(who)}<table class=items><thead><tr>{''.join(f'<th>{head}' for head in HEADS)}</thead>{rows}</table>"
                f"<table><tr><td>检查结果<td>{'　'.join(f'☐ {say(name)}' for name in CATEGORIES)}<tr><td>情况说明<td style='height:12mm'><tr><td>后续处理<td style='height:7mm'></table>"
                "<p>执法检查人员签字：＿＿＿＿＿＿　执法检查人员签字：＿＿＿＿＿＿"
            )
        forms.append(
            f"<div class=form><p>编号：{one.file_number}<h1>{say(one.paper_title())}</h1><table><tr><td>抽查任务<td>{say(one.task)}<tr><td>检查对象<td>{say(one.object_name.text)}{facts}</table>"
            f"{parts}<h2>检查对象确认</h2><table><tr><td>陈述与意见<td style='height:12mm'><tr><td>未签字的，注明原因<td></table><div class=q>{typesetting._qr(one.evidence.address)}</div><p>{one.evidence.digest}</div>"
        )
    return f"<meta charset=utf-8><style>{STYLE % pylopdf_fonts_zh_cn.serif_path()}</style>{''.join(forms)}"


def weasyprint_pages(count: int) -> list[bytes]:
    """A document for each form, as ours is one for each."""
    from weasyprint import HTML

    return [HTML(string=pages_as_html([number])).write_pdf() for number in range(count)]


def weasyprint_together(count: int) -> list[bytes]:
    """All forms in one document: its fonts are read and cut down once."""
    from weasyprint import HTML

    return [HTML(string=pages_as_html(range(count))).write_pdf()]


def pages_of(pdf: bytes) -> int:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        said = subprocess.run(["pdfinfo", file.name], capture_output=True, check=True, text=True).stdout
    return int(next(line.split()[1] for line in said.splitlines() if line.startswith("Pages:")))


def measure(what: str, count: int) -> None:
    """Do one of the four in this process and print seconds, pages, bytes and peak memory as JSON."""
    source = written_out(count) if what == "typst" else b""
    if what.startswith("weasyprint"):
        weasyprint_pages(1)  # imports and the font's first reading are not counted
    typesetting._fonts()
    work: dict[str, Callable[[], list[bytes]]] = {
        "ours": lambda: ours(count),
        "typst": lambda: [typst_alone(source)],
        "weasyprint": lambda: weasyprint_pages(count),
        "weasyprint together": lambda: weasyprint_together(count),
    }
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    made = work[what]()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([wall, processor, sum(map(pages_of, made)), sum(map(len, made)), after.ru_maxrss / 1000]))


def run(what: str, count: int) -> tuple[float, float, int, int, float]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.documents", "--only", what, "--forms", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    wall, processor, pages, size, memory = json.loads(done.stdout)
    print(
        f"{what:>19}: {count:>5} forms, {pages:>5} pages in {wall:6.2f} s ({processor:6.2f} s of the processor),"
        f" {pages / wall:7.1f} pages a second, {size / 1e6:.1f} MB, peak {memory:.0f} MB"
    )
    return wall, processor, pages, size, memory


def main() -> int:
    """Measure, print the table, tell by the exit status whether the aims are met."""
    parser = argparse.ArgumentParser(description="Measure a day's forms against Typst alone and WeasyPrint.")
    parser.add_argument("--forms", type=int, default=1000)
    parser.add_argument("--html-forms", type=int, default=30)
    parser.add_argument("--only", choices=["ours", "typst", "weasyprint", "weasyprint together"])
    options = parser.parse_args()
    if options.only:
        measure(options.only, options.forms)
        return 0
    print(f"{os.cpu_count()} cores, {platform.platform()}")
    mine, bare = run("ours", options.forms), run("typst", options.forms)
    ratio = mine[1] / bare[1]
    print(f"ours against Typst alone: {ratio:.2f} ×, aim at most {MAX_RATIO}")
    missed = ratio > MAX_RATIO
    if find_spec("weasyprint") is None:
        print("WeasyPrint is not installed (pip install sunlot[bench]): not compared.")
        return int(missed)
    others = [run(what, options.html_forms) for what in ("weasyprint", "weasyprint together")]
    faster, together = ((mine[2] / mine[0]) / (other[2] / other[0]) for other in others)
    print(
        f"pages a second against WeasyPrint, a document each: {faster:.1f} ×, aim at least {MIN_FASTER}; all in one: {together:.1f} ×"
    )
    return int(missed or faster < MIN_FASTER)


if __name__ == "__main__":
    sys.exit(main())
