"""名录库名册: of objects and of inspectors as of a day, as PDF to file and as xlsx to calculate (notice, part 三（二）)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents import spreadsheets
from sunlot.documents.paper import Record
from sunlot.documents.parts import Name
from sunlot.documents.typesetting import typeset

_OBJECT_COLUMNS = (
    spreadsheets.Column("序号", 6, number=True),
    spreadsheets.Column("名称", 40),
    spreadsheets.Column("编号", 22),
    spreadsheets.Column("类别", 16),
    spreadsheets.Column("区划", 12),
    spreadsheets.Column("地址", 40),
    spreadsheets.Column("风险", 8),
    spreadsheets.Column("状态", 10),
)
_INSPECTOR_COLUMNS = (
    spreadsheets.Column("序号", 6, number=True),
    spreadsheets.Column("姓名", 12),
    spreadsheets.Column("单位", 30),
    spreadsheets.Column("职务", 16),
    spreadsheets.Column("执法证号", 20),
    spreadsheets.Column("有效期至", 12),
    spreadsheets.Column("专业领域", 30),
    spreadsheets.Column("检查户次", 10, number=True),
    spreadsheets.Column("状态", 10),
)


@dataclass(frozen=True, kw_only=True)
class ListedObject:
    """An inspection object."""

    name: Name
    number: str
    kind: str
    region: str
    address: str = ""
    risk: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedInspector:
    """An inspector."""

    name: Name
    unit: str
    post: str = ""
    certificate: str
    valid_until: str = ""
    fields: str = ""
    visits: int = 0
    """业绩: visits so far."""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class ObjectRoster(Record):
    """检查对象名录库 as of a day."""

    name: ClassVar[str] = "object_roster"
    template: ClassVar[str] = "object_roster"

    of_day: str
    """The day whose roster it is, in words."""
    objects: tuple[ListedObject, ...]
    narrowed: str = ""
    """What it was narrowed to; empty for the whole."""

    def paper_title(self) -> str:
        return f"{self.authority}检查对象名录库名册"


@dataclass(frozen=True, kw_only=True)
class InspectorRoster(Record):
    """执法检查人员名录库 as of a day."""

    name: ClassVar[str] = "inspector_roster"
    template: ClassVar[str] = "inspector_roster"

    of_day: str
    inspectors: tuple[ListedInspector, ...]
    narrowed: str = ""

    def paper_title(self) -> str:
        return f"{self.authority}执法检查人员名录库名册"


def object_roster(roster: ObjectRoster) -> bytes:
    """The roster as PDF, A4 across. Raises TypesettingError."""
    return typeset(roster)


def inspector_roster(roster: InspectorRoster) -> bytes:
    """The roster as PDF, A4 across. Raises TypesettingError."""
    return typeset(roster)


def object_roster_xlsx(roster: ObjectRoster) -> bytes:
    """The same rows as a spreadsheet."""
    rows = (
        (place, one.name.text, one.number, one.kind, one.region, one.address, one.risk, one.state)
        for place, one in enumerate(roster.objects, 1)
    )
    return spreadsheets.xlsx(_OBJECT_COLUMNS, rows, sheet="检查对象")


def inspector_roster_xlsx(roster: InspectorRoster) -> bytes:
    """The same rows as a spreadsheet."""
    rows = (
        (place, one.name.text, one.unit, one.post, one.certificate, one.valid_until, one.fields, one.visits, one.state)
        for place, one in enumerate(roster.inspectors, 1)
    )
    return spreadsheets.xlsx(_INSPECTOR_COLUMNS, rows, sheet="执法检查人员")
