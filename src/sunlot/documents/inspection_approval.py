"""行政检查审批表: the approval before any visit (first of the steps 审批—通知—实施—记录—反馈 of 司法部's texts of 2025)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import ItemLine, Officer, Opinion, Party
from sunlot.documents.typesetting import typeset

OPINIONS = (Opinion(role="承办人意见"), Opinion(role="承办机构\n负责人意见"), Opinion(role="行政机关\n负责人意见"))
"""Who is asked, in this order, where nothing was said yet."""


@dataclass(frozen=True, kw_only=True)
class InspectionApproval(Record):
    """All that stands on the form."""

    name: ClassVar[str] = "inspection_approval"
    template: ClassVar[str] = "inspection_approval"

    task: str
    """检查任务."""
    source: str
    """任务来源: the plan and draw, a complaint, a hand-over, a higher authority's order."""
    parties: tuple[Party, ...]
    """检查对象; more than one stand in a list under the form."""
    items: tuple[ItemLine, ...]
    mode: str
    period: str
    officers: tuple[Officer, ...]
    experts: tuple[str, ...] = ()
    place: str = ""
    joint: str = ""
    """联合检查的部门; empty for none."""
    frequency: str = ""
    """This year's visits so far against the cap."""
    reason: str = ""
    """检查理由, and that of an exception from the cap."""
    opinions: tuple[Opinion, ...] = OPINIONS

    def paper_title(self) -> str:
        return "行政检查审批表"


def inspection_approval(form: InspectionApproval) -> bytes:
    """The form as PDF. Raises TypesettingError."""
    return typeset(form)
