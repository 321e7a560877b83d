"""What each kind of record says: its places, its rows, who signs it beside the inspectors. Pages, the phone, what is missing
and the canonical content follow from these declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..blanks import Blank
from ..models import WrittenRecord

MAX_ROWS = 100
_TOLD = (("told", "已出示执法证，已告知权利和义务"),)
_SPAN = (Blank("began_at", "开始时间", "minute"), Blank("ended_at", "结束时间", "minute"))


@dataclass(frozen=True)
class Kind:
    """A kind. `paper` is the key of its document (issuing.KINDS); `signer` the capacity in which the other side signs."""

    value: str
    paper: str
    signer: str
    blanks: tuple[Blank, ...]
    row: str
    """What one row is called."""
    columns: tuple[Blank, ...]
    least_rows: int = 1
    closing: tuple[Blank, ...] = ()
    """Places that stand after the rows."""
    shows_evidence: bool = True

    @property
    def label(self) -> str:
        return WrittenRecord.Kind(self.value).label

    @property
    def places(self) -> tuple[Blank, ...]:
        return (*self.blanks, *self.closing)

    def for_phone(self) -> dict[str, Any]:
        """The declaration as JSON."""
        return {
            "kind": self.value, "label": self.label, "signer": self.signer, "row": self.row, "least_rows": self.least_rows,
            "blanks": [one.for_phone() for one in self.blanks], "columns": [one.for_phone() for one in self.columns],
            "closing": [one.for_phone() for one in self.closing], "shows_evidence": self.shows_evidence,
        }  # fmt: skip


KINDS: Mapping[str, Kind] = {
    one.value: one
    for one in (
        Kind(
            WrittenRecord.Kind.QUESTIONING, "questioning_record", "被询问人",
            (
                Blank("asked_name", "被询问人", hint="姓名。"),
                Blank("asked_capacity", "身份", hint="如：项目负责人；知情人，3 号楼业主。"),
                Blank("asked_unit", "单位和职务", required=False),
                Blank("asked_id", "身份证号码", required=False),
                Blank("asked_phone", "联系电话", required=False),
                *_SPAN,
                Blank("place", "询问地点"),
                Blank("writer", "记录人"),
                Blank("told", "告知权利", "choice", _TOLD),
                Blank("rights_answer", "答复", hint="如：听清楚了，不申请回避。"),
            ),
            "问答",
            (Blank("question", "问", "long"), Blank("answer", "答", "long")),
            closing=(
                Blank("read", "核对", "choice", (("self", "被询问人已阅看"), ("aloud", "已向被询问人宣读"))),
                Blank("statement", "意见", "long", required=False, hint="被询问人对笔录的意见，如：以上记录属实。"),
            ),
            shows_evidence=False,
        ),
        Kind(
            WrittenRecord.Kind.COPIES, "copied_materials", "提供人",
            (
                Blank("given_by", "提供人", hint="单位名称或姓名。"),
                Blank("given_capacity", "身份", required=False, hint="如：项目经理。"),
                Blank("taken_at", "复制（提取）时间", "minute"),
                Blank("place", "复制（提取）地点"),
            ),
            "材料",
            (
                Blank("title", "材料名称"),
                Blank("copies", "份数"),
                Blank("pages", "页数"),
                Blank("source", "原件保存处", required=False),
                Blank("remark", "备注", required=False),
            ),
        ),
        Kind(
            WrittenRecord.Kind.SAMPLING, "sampling_record", "被抽样单位",
            (
                Blank("taken_at", "抽样时间", "minute"),
                Blank("place", "抽样地点"),
                Blank("basis", "抽样依据", hint="如：产品标准、抽查实施细则。"),
                Blank("method", "抽样方法", hint="如：从 3 号库随机抽取。"),
                Blank("institution", "检测机构", required=False),
                Blank("kept", "备份样品保存处", required=False),
            ),
            "样品",
            (
                Blank("title", "样品名称"),
                Blank("model", "规格型号", required=False),
                Blank("batch", "生产日期或批号"),
                Blank("base", "抽样基数"),
                Blank("quantity", "抽样数量"),
                Blank("seal", "封样方式、封条编号"),
            ),
            closing=(Blank("remark", "备注", "long", required=False),),
        ),
        Kind(
            WrittenRecord.Kind.SCENE, "scene_record", "被检查人",
            (
                *_SPAN,
                Blank("place", "勘验地点"),
                Blank("weather", "天气、光线和现场条件"),
                Blank("writer", "记录人"),
                Blank("attendants", "在场人员", required=False, hint="姓名和身份，几人之间用顿号。"),
                Blank("told", "告知权利", "choice", _TOLD),
                Blank("course", "勘验经过和所见", "long", hint="按顺序写方位、状态、数量。示意图拍照后列入照片。"),
            ),
            "测量",
            (
                Blank("name", "测量项目"),
                Blank("value", "数值"),
                Blank("unit", "单位", required=False),
                Blank("where", "位置和方法", required=False),
            ),
            least_rows=0,
            closing=(Blank("statement", "被检查人意见", "long", required=False),),
        ),
    )
}  # fmt: skip
