"""Tasks, one form for each object (一企一表), a part for each department, findings per item, their evidence, phones, notices, codes."""

from .codes import CodeScan, Complaint, VisitCode
from .devices import CheckOut, DraftCopy, FieldDevice
from .dispatches import Dispatch
from .evidence import Evidence, Upload
from .extensions import Extension
from .followups import CorrectionOrder, HandOver
from .forms import Form, FormExpert, Task
from .invited import Invitation, Opinion
from .issued import IssuedDocument
from .notices import AvoidanceRequest, ContactAttempt, NoticeMaterial, NoticeMessage, OutboxMessage, VisitNotice
from .obstacles import Obstacle
from .parts import NEED_REMARK, OF_PROBLEMS, Category, Edition, Finding, FormPart, PartMember
from .ratings import RatingBucket, RatingSpent
from .reassignments import Reassignment
from .requests import CheckRequest
from .written import WrittenRecord

__all__ = [
    "NEED_REMARK",
    "OF_PROBLEMS",
    "AvoidanceRequest",
    "Category",
    "CheckOut",
    "CheckRequest",
    "CodeScan",
    "Complaint",
    "ContactAttempt",
    "CorrectionOrder",
    "Dispatch",
    "DraftCopy",
    "Edition",
    "Evidence",
    "Extension",
    "FieldDevice",
    "Finding",
    "Form",
    "FormExpert",
    "FormPart",
    "HandOver",
    "Invitation",
    "IssuedDocument",
    "NoticeMaterial",
    "NoticeMessage",
    "Obstacle",
    "Opinion",
    "OutboxMessage",
    "PartMember",
    "RatingBucket",
    "RatingSpent",
    "Reassignment",
    "Task",
    "Upload",
    "VisitCode",
    "VisitNotice",
    "WrittenRecord",
]
