"""延期审批表: 情况复杂或有特殊情况的，经本单位负责人批准 (notice, part 四（三）)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Officer, Opinion, Party
from sunlot.documents.typesetting import typeset

OPINIONS = (Opinion(role="承办人意见"), Opinion(role="科室负责人意见"), Opinion(role="单位负责人\n审批意见"))


@dataclass(frozen=True, kw_only=True)
class ExtensionForm(Record):
    """All that stands on the form."""

    name: ClassVar[str] = "extension_form"
    template: ClassVar[str] = "extension_form"

    task: str
    form_number: str
    """The number of the inspection form (执法检查表编号)."""
    party: Party
    department: str
    """Whose part of the form takes longer."""
    officers: tuple[Officer, ...]
    due: date
    """The time limit now."""
    asked_until: date
    """The time limit asked for."""
    days: str = ""
    """e.g. "10 个工作日"."""
    reason: str
    done: str = ""
    """What was done so far, and what is left."""
    earlier: str = ""
    """Earlier extensions."""
    opinions: tuple[Opinion, ...] = OPINIONS

    def paper_title(self) -> str:
        return "行政检查延期审批表"


def extension_form(form: ExtensionForm) -> bytes:
    """The form as PDF. Raises TypesettingError."""
    return typeset(form)
