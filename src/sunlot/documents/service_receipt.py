"""送达回证: that documents were served, how, and who took them (民事诉讼法第八十七条、第八十九条)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Name
from sunlot.documents.typesetting import typeset

WAYS = ("直接送达", "留置送达", "邮寄送达", "委托送达", "电子送达", "公告送达")


@dataclass(frozen=True, kw_only=True)
class Served:
    """A document that is served."""

    title: str
    number: str
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class ServiceReceipt(Record):
    """All that stands on it; what is empty is filled in by hand."""

    name: ClassVar[str] = "service_receipt"
    template: ClassVar[str] = "service_receipt"

    matter: str
    """案由."""
    receiver: Name
    """受送达人."""
    documents: tuple[Served, ...]
    place: str = ""
    ways: tuple[str, ...] = ()
    """The chosen ones of WAYS."""
    received_at: str = ""
    received_by: str = ""
    proxy: str = ""
    """代收人 and why he may take it."""
    refusal: str = ""
    """拒收事由和日期."""
    witnesses: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    """送达人, at least two."""
    filled_by: str = ""
    """填发人."""
    remark: str = ""

    def paper_title(self) -> str:
        return "送达回证"


def service_receipt(receipt: ServiceReceipt) -> bytes:
    """The receipt as PDF. Raises TypesettingError."""
    return typeset(receipt)
