"""双随机抽查计划表: the plan form annexed to the notice 乌建局函字〔2019〕223号, its eleven fields in its order."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents import spreadsheets
from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class PlanItem:
    """An inspection item of the plan; `key` is 重点检查事项, else 一般检查事项.

    Of a plan of several departments, `departments` are those that check it, and `kinds` the kinds of object for which it
    stands in this place: a new heading where they are not those of the line before.
    """

    code: str
    name: str
    key: bool
    departments: tuple[str, ...] = ()
    kinds: str = ""


@dataclass(frozen=True)
class PlanStratum:
    """One line of 市场主体抽查比例, e.g. ("D　高", 75, 30)."""

    label: str
    candidates: int
    quota: int


@dataclass(frozen=True)
class PlanForm(Paper):
    """All that stands on the form; the names of the fields say the form's own words."""

    template: ClassVar[str] = "plan_form"

    authority: str
    """Whose form it is, e.g. "乌海市住建局"."""
    file_number: str
    day: date
    lead: str
    """牵头科室."""
    sections: tuple[str, ...]
    """本系统联合检查科室; may be empty."""
    departments: tuple[str, ...]
    """跨部门联合检查部门; may be empty."""
    title: str
    """抽查任务名称."""
    kind: str
    """抽查类别, e.g. "部门联合抽查，定向（按信用风险分类分层）"."""
    items: tuple[PlanItem, ...]
    """抽查事项; the two boxes follow from them."""
    objects: str
    """抽查对象."""
    bases: tuple[str, ...]
    """抽查依据, one law each."""
    period: str
    """抽查时间."""
    strata: tuple[PlanStratum, ...]
    """市场主体抽查比例."""
    inspectors: str
    """检查人员范围."""
    signatures: tuple[Signature, ...]
    evidence: Evidence
    stratified_by: str = "信用风险"
    unit: str = "户"
    demo: bool = False
    """Whether objects of the plan are invented: the mark 演示 after the title."""

    def paper_title(self) -> str:
        return f"{self.authority}双随机抽查计划表"


def plan_form(form: PlanForm) -> bytes:
    """The form as PDF; “本表一式两份” is printed on it. Raises TypesettingError."""
    return typeset(form)


def plan_form_xlsx(form: PlanForm) -> bytes:
    """The form as a sheet to work with: its eleven fields in their order, then signatures and where it is public."""
    title = f"{form.paper_title()}{'（演示）' if form.demo else ''}"
    columns = [spreadsheets.Column(title, 26), spreadsheets.Column("本表一式两份", 90)]
    signed = [(one.role, "　".join(filter(None, (one.name, one.signed_at)))) for one in form.signatures]
    rows: list[spreadsheets.Row] = [
        *_fields(form),
        *signed,
        ("文号", form.file_number),
        ("内容摘要", form.evidence.digest),
        ("公开页面", form.evidence.address),
    ]
    return spreadsheets.xlsx(columns, rows, sheet="双随机抽查计划表")


def _fields(form: PlanForm) -> list[tuple[str, str]]:
    boxes = "　".join(
        f"{'☑' if any(one.key == key for one in form.items) else '☐'} {name}"
        for key, name in ((False, "一般检查事项"), (True, "重点检查事项"))
    )
    items = [
        f"{one.code} {one.name}{'（重点）' if one.key else ''}　{'、'.join(one.departments)}" for one in form.items
    ]
    shares = [f"{one.label}：候选 {one.candidates} {form.unit}，抽取 {one.quota} {form.unit}" for one in form.strata]
    return [
        ("牵头科室", form.lead),
        ("本系统联合检查科室", "、".join(form.sections) or "—"),
        ("跨部门联合检查部门", "、".join(form.departments) or "—"),
        ("抽查任务名称", form.title),
        ("抽查类别", form.kind),
        ("抽查事项", "\n".join([boxes, *(one.rstrip() for one in items)])),
        ("抽查对象", form.objects),
        ("抽查依据", "；".join(form.bases)),
        ("抽查时间", form.period),
        ("市场主体抽查比例", "\n".join(shares)),
        ("检查人员范围", form.inspectors),
    ]
