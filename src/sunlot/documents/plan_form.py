"""双随机抽查计划表: the plan form annexed to the notice 乌建局函字〔2019〕223号, its eleven fields in its order."""

from dataclasses import dataclass
from datetime import date

from sunlot.documents.parts import Evidence, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class PlanItem:
    """An inspection item of the plan; `key` is 重点检查事项, else 一般检查事项."""

    code: str
    name: str
    key: bool


@dataclass(frozen=True)
class PlanStratum:
    """One line of 市场主体抽查比例, e.g. ("D　高", 75, 30)."""

    label: str
    candidates: int
    quota: int


@dataclass(frozen=True)
class PlanForm:
    """All that stands on the form; the names of the fields say the form's own words."""

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


def plan_form(form: PlanForm) -> bytes:
    """The form as PDF; “本表一式两份” is printed on it. Raises TypesettingError."""
    title = f"{form.authority}双随机抽查计划表"
    return typeset("plan_form", form, title=title, author=form.authority, day=form.day, address=form.evidence.address)
