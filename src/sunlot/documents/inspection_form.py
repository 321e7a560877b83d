"""执法检查表: one form for one inspected object (一企一表), a part for each department (notice, part 四（二）、（三）).

Printed empty it is filled in by hand on the spot; printed afterwards it shows what was recorded.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Field, Name, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class FormItem:
    """An item to inspect with its legal basis; `finding` and `note` are empty on a form still to be filled in."""

    code: str
    name: str
    content: str
    basis: str
    method: str
    finding: str = ""
    """One of `InspectionForm.findings`."""
    note: str = ""


@dataclass(frozen=True)
class FormInspector:
    """An inspector with certificate number, or an expert with what he is."""

    name: Name
    certificate: str


@dataclass(frozen=True)
class FormDepartment:
    """One department's part: who inspected, what was found, which category the result has."""

    name: str
    inspectors: tuple[FormInspector, ...]
    items: tuple[FormItem, ...]
    ways: tuple[Field, ...] = ()
    """What each mode of inspecting says: its name and everything that was filled in."""
    results: tuple[str, ...] = ()
    """The chosen ones of `InspectionForm.categories`."""
    summary: str = ""
    """检查情况."""
    follow_up: str = ""
    """后续处理."""
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class Absence:
    """Why the inspected signed nothing, and who witnessed it (notice, part 四（三）)."""

    reason: str
    witness: str = ""
    witness_is: str = ""
    """What the witness is, e.g. "滨河社区居委会工作人员"."""


@dataclass(frozen=True)
class InspectionForm(Paper):
    """The whole form of one object."""

    template: ClassVar[str] = "inspection_form"

    authority: str
    file_number: str
    day: date
    task: str
    """抽查任务名称."""
    object_name: Name
    facts: tuple[Field, ...]
    """Credit code, address, person in charge, phone, way of inspecting, time from and to, place; two stand in a row."""
    departments: tuple[FormDepartment, ...]
    categories: tuple[str, ...]
    """All categories of result, in their official order."""
    findings: tuple[str, ...]
    """All findings that an item may have, e.g. ("未发现问题", "发现问题", "不涉及")."""
    inspected: Signature
    evidence: Evidence
    statement: str = ""
    """What the inspected has to say (陈述、申辩)."""
    absence: Absence | None = None

    def paper_title(self) -> str:
        return "“双随机、一公开”执法检查表"


def inspection_form(form: InspectionForm) -> bytes:
    """The form as PDF. Raises TypesettingError."""
    return typeset(form)
