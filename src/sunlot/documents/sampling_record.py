"""抽样取证凭证: what samples were taken, how they were sealed and where they are tested."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Officer, Party, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample."""

    title: str
    model: str = ""
    """规格型号."""
    batch: str = ""
    """生产日期或批号."""
    base: str = ""
    """抽样基数."""
    quantity: str = ""
    seal: str = ""
    """封样方式、封条编号."""


@dataclass(frozen=True, kw_only=True)
class SamplingRecord(Record):
    """All that stands on it."""

    name: ClassVar[str] = "sampling_record"
    template: ClassVar[str] = "sampling_record"

    party: Party
    task: str
    basis: str = ""
    """抽样依据."""
    method: str = ""
    """抽样方法."""
    taken_at: str = ""
    place: str = ""
    officers: tuple[Officer, ...] = ()
    samples: tuple[Sample, ...]
    institution: str = ""
    """检测机构."""
    kept: str = ""
    """备份样品的保存处."""
    reason: str = ""
    """Of a corrected record: why it was written anew."""
    remark: str = ""
    signatures: tuple[Signature, ...] = (
        Signature("被抽样单位（签字或盖章）"),
        Signature("执法检查人员"),
        Signature("执法检查人员"),
        Signature("见证人"),
    )

    def paper_title(self) -> str:
        return "抽样取证凭证"


def sampling_record(record: SamplingRecord) -> bytes:
    """The record as PDF. Raises TypesettingError."""
    return typeset(record)
