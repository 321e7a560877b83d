"""Rosters as offices keep them in Excel, for uploading in a browser."""

from datetime import timedelta

from sunlot.documents.spreadsheets import Column, xlsx
from sunlot.norms import clock, credit_code

DISTRICTS = (("150302", "海勃湾区"), ("150304", "乌达区"))
WORDS = "沙枣花 石榴籽 红柳湾 梭梭林 骆驼刺 马兰草 芨芨滩 云杉坡 白刺滩 枸杞园 葡萄架 苜蓿地".split()


def enterprises() -> bytes:
    """The list of `enterprise_rows`. The column 位置 is known by nothing."""
    return _table(["单位名称", "统一社会信用代码", "类别", "所在区", "位置", "信用风险"], enterprise_rows())


def enterprise_rows() -> list[list[str]]:
    """24 property companies of two districts, eight in each of three risk classes."""
    rows = []
    for number in range(24):
        region, district = DISTRICTS[number % 2]
        name = f"{WORDS[number % 12]}{'一二'[number // 12]}期物业服务有限公司"
        code = credit_code.make(region, f"MA0B{number:04}")
        rows.append([name, code, "物业服务企业", district, f"滨河大道{number + 1}号", "DCB"[number // 2 % 3]])
    return rows


def inspectors(unit: str, names: str) -> bytes:
    """One inspector of a unit for each name of two signs, certificates valid for years."""
    expires = (clock.today() + timedelta(days=900)).isoformat()
    people = [names[at : at + 2] for at in range(0, len(names), 2)]
    tested = (clock.today() - timedelta(days=40)).isoformat()
    rows = [
        [f"{unit}-{at:03}", name, f"150300{unit}{at:03}", expires, "物业", tested] for at, name in enumerate(people, 1)
    ]
    return _table(["人员编号", "姓名", "执法证号", "有效期至", "专业领域", "考核合格日期"], rows)


def _table(heads: list[str], rows: list[list[str]]) -> bytes:
    return xlsx([Column(head) for head in heads], rows)
