"""复制（提取）材料清单: what was copied or taken along, from whom, and where the originals are (notice, part 四（三）)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Officer, Party, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True, kw_only=True)
class Material:
    """One material."""

    title: str
    copies: str = ""
    pages: str = ""
    source: str = ""
    """Where the original is kept."""
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class CopiedMaterials(Record):
    """The whole list."""

    name: ClassVar[str] = "copied_materials"
    template: ClassVar[str] = "copied_materials"

    party: Party
    task: str
    given_by: str = ""
    """提供人, with what he is."""
    taken_at: str = ""
    place: str = ""
    officers: tuple[Officer, ...] = ()
    materials: tuple[Material, ...] = ()
    scans: tuple[str, ...] = ()
    """Files of the copies by name and digest."""
    reason: str = ""
    """Of a corrected list: why it was written anew."""
    signatures: tuple[Signature, ...] = (
        Signature("提供人（与原件核对无误）"),
        Signature("执法检查人员"),
        Signature("执法检查人员"),
    )

    def paper_title(self) -> str:
        return "复制（提取）材料清单"


def copied_materials(record: CopiedMaterials) -> bytes:
    """The list as PDF. Raises TypesettingError."""
    return typeset(record)
