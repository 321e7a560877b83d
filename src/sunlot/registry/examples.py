"""Rosters to import by hand while getting to know the product: a clean one, one with the faults that Excel files have,
and one as older systems export it. All names are invented and marked 演示.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from sunlot.norms import credit_code

_HEADS = ["单位名称", "统一社会信用代码", "类别", "所在区", "地址", "信用风险", "法定代表人", "联系人", "联系电话"]
_WIDTHS = [36, 24, 18, 12, 30, 10, 12, 12, 16]
_DISTRICTS = [("150302", "海勃湾区"), ("150303", "海南区"), ("150304", "乌达区")]
_NAMES = (
    "胡杨渡 沙打旺 柠条塬 沙冬青 蒙古扁桃 半日花 四合木 绵刺滩 霸王坡 红砂岗 珍珠柴 盐爪爪 罗布麻 甘草圃 苦豆子 披碱草 冰草甸 羊柴梁 花棒沙 沙拐枣"
).split()
_PEOPLE = "巴图 其木格 赵一鸣 钱思雨 孙立军 李晓燕 周海波 吴婷 郑国栋 王雅琴".split()

CLEAN = "1-物业服务企业名单-正常（演示）.xlsx"
FAULTY = "2-检查对象名单-有典型错误（演示）.xlsx"
OLD = "3-房地产经纪机构名单-GB18030（演示）.csv"
INSPECTORS = "4-执法检查人员名单（演示）.xlsx"
ACCOUNTS = "5-账号名单（演示）.xlsx"


def write(folder: Path) -> list[Path]:
    """Write the files into `folder`, over those of an earlier version; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {CLEAN: clean(), FAULTY: faulty(), OLD: old_csv(), INSPECTORS: inspectors(), ACCOUNTS: accounts()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def _row(serial: int, kind: str = "物业服务企业", ending: str = "物业服务有限公司") -> list[Any]:
    """An invented enterprise whose code is valid by computation."""
    region, district = _DISTRICTS[serial % 3]
    return [
        # Two names in one: none is one character off an enterprise of the demonstration city.
        f"{_NAMES[serial % len(_NAMES)]}{_NAMES[(serial + 7) % len(_NAMES)]}{ending}（演示）",
        credit_code.make(region, f"MA0Y{serial:04d}"),
        kind,
        district,
        f"滨河大道{serial + 1}号",
        "BBCABD"[serial % 6],
        _PEOPLE[serial % 10],
        _PEOPLE[(serial + 3) % 10],
        f"0473-201{serial:04d}",
    ]


def clean() -> bytes:
    """Twenty property companies without a fault."""
    return _xlsx([_HEADS, *(_row(serial) for serial in range(20))])


def faulty() -> bytes:
    """Titles above the head, and below it one row for each fault that people make most."""
    rows = [_row(serial, "施工企业", "建筑工程有限公司") for serial in range(100, 116)]
    rows[2][1] = 9.1150302e17  # Excel made a number of the code
    rows[3][1] = rows[3][1][:16]
    rows[4] = [*rows[1][:8], "0473-2019999"]  # row 5 again, with another phone
    rows[5][3] = "海南省"
    rows[6][1] = rows[6][1][:17] + ("1" if rows[6][1][17] != "1" else "2")
    rows[7][8] = "０４７３－２０１０１０７"
    rows[8][0] = f"  {rows[8][0]}　"
    rows[9][0] = '=HYPERLINK("http://example.invalid","点这里")'
    rows[10][2] = "建筑公司"
    rows[11][5] = "E"
    rows[12][0] = ""
    rows[13][1] = "".join(chr(ord(sign) + 0xFEE0) for sign in rows[13][1])  # typed with a Chinese input method

    def titles(book: Any, page: Any) -> None:
        title = book.add_format({"bold": True, "align": "center", "font_size": 16})
        page.merge_range(0, 0, 0, len(_HEADS) - 1, "乌海市建筑施工企业检查对象名单（演示）", title)
        page.merge_range(1, 0, 1, len(_HEADS) - 1, "填报单位：演示　　填报日期：2026年11月")

    return _xlsx([[], [], [], _HEADS, *rows], titles)


def old_csv() -> bytes:
    """Ten agencies as an older system exports them: GB 18030, separated by tabs, the kind only in the file's name."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter="\t", lineterminator="\r\n")
    table.writerow(["企业名称", "信用代码", "行政区划", "注册地址", "等级", "电话"])
    for serial in range(200, 210):
        name, code, _, district, address, risk, _, _, phone = _row(serial, "房地产经纪机构", "房地产经纪有限公司")
        table.writerow([name, code, district, address, risk, phone])
    return out.getvalue().encode("gb18030")


def inspectors() -> bytes:
    """Six people of one unit, dates in the spellings that offices use, one certificate expired."""
    heads = ["人员编号", "姓名", "单位", "执法证号", "有效期至", "专业领域", "岗位", "职务", "手机", "考核合格日期"]
    dates = ["2029-05-31", "2029年6月30日", "2028/7/31", "2028.8.31", "20290930", "2025年1月31日"]
    fields = ["物业、消防", "房屋安全；物业", "燃气", "质量安全、燃气", "房产市场", "物业"]
    rows = [
        [
            f"demo-{at + 1:03d}",
            f"{_PEOPLE[at]}（演示）",
            "",
            f"15030299{at + 1:04d}",
            day,
            area,
            "一线执法",
            "科员",
            f"1380473{at:04d}",
            "2026年3月20日" if at else "",
        ]
        for at, (day, area) in enumerate(zip(dates, fields, strict=True))
    ]
    return _xlsx([heads, *rows])


def accounts() -> bytes:
    """Five people of the department at the top and its sections, one of them with two roles."""
    heads = ["姓名", "用户名", "单位", "角色", "手机"]
    units = ["物业科", "质安监科", "", "法规科", "海勃湾区住房和城乡建设局"]
    asked = ["经办人", "经办人、科室负责人", "分管领导", "统筹科室", "经办人"]
    rows = [
        [f"{_PEOPLE[at]}（演示）", f"demo-person-{at + 1}", unit, role, f"1380473{at:04d}"]
        for at, (unit, role) in enumerate(zip(units, asked, strict=True))
    ]
    return _xlsx([heads, *rows])


def _xlsx(rows: Sequence[Sequence[Any]], finish: Any = None) -> bytes:
    """A workbook as offices make them: codes as text unless a row says otherwise."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Sheet1")
    as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, float):
                page.write_number(line, place, value)
            elif value:
                page.write_string(
                    line, place, str(value), bold if row[0] in ("单位名称", "人员编号", "姓名") else as_text
                )
    if finish:
        finish(book, page)
    book.close()
    return out.getvalue()
