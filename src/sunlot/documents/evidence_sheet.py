"""证据材料: photographs with time, place and digest, and the list of what was copied (notice, part 四（三）: 查阅、复制有关账册、合同和相关资料)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Image, Officer, Party, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photograph; its digest is the SHA-256 of the picture that is printed, unless another is given."""

    image: Image
    shows: str
    """证明对象: what it shows."""
    taken_at: str
    place: str = ""
    taken_by: str = ""
    original: str = ""
    """The digest of the original file, where a smaller picture is printed."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copied material."""

    title: str
    pages: int
    source: str = ""
    """From whom and where the original is kept."""
    proves: str = ""
    digest: str = ""
    """Of the scan, where there is one."""


@dataclass(frozen=True, kw_only=True)
class EvidenceSheet(Record):
    """Photographs, then the list of copies."""

    name: ClassVar[str] = "evidence_sheet"
    template: ClassVar[str] = "evidence_sheet"

    party: Party
    task: str
    photos: tuple[Photo, ...] = ()
    copies: tuple[Copy, ...] = ()
    officers: tuple[Officer, ...] = ()
    signatures: tuple[Signature, ...] = (
        Signature("提供人（与原件核对无误）"),
        Signature("执法检查人员"),
        Signature("执法检查人员"),
    )

    def paper_title(self) -> str:
        return "证据材料清单"


def evidence_sheet(sheet: EvidenceSheet) -> bytes:
    """The sheet as PDF, six photographs a page. Raises TypesettingError."""
    return typeset(sheet)
