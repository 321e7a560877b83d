"""Rosters of inspectors: what a row says, how it compares with the registry, and writing the good ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sunlot.catalogue.models import Competence
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from .. import policy
from ..actions.common import inspector_keys, user_of
from ..actions.inspectors import needs_new_review
from ..bulk_writing import BulkWriting
from ..models import Assessment, Expert, Import, Inspector
from .days import day_of
from .reading import Cells
from .roster import Roster
from .rows import Cursor, Row, Verdict
from .units import Units
from .values import date_of, is_lossy, text_of, words_of

TARGET = Import.Target.INSPECTORS.value
CHUNK = 5000
_LABELS = {
    "name": "姓名", "organisation": "单位", "certificate": "执法证号", "certificate_issuer": "发证机关",
    "certificate_expires": "执法证有效期至", "second_certificate": "部门执法证号",
    "second_certificate_expires": "部门执法证有效期至", "fields": "专业领域", "post": "岗位", "rank": "职务", "title": "职称",
    "education": "学历", "major": "所学专业", "on_post_since": "从事执法岗位起", "beat": "管辖片区", "phone": "手机",
}  # fmt: skip
_TEXTS = {
    "certificate_issuer": 80, "second_certificate": 40, "post": 40, "rank": 40, "title": 40, "education": 20, "major": 40,
    "beat": 80,
}  # fmt: skip
_DAYS = {"second_certificate_expires": "second_expires", "on_post_since": "on_post_since"}
_WRITTEN = [*_LABELS, "search_keys", "state", "state_reason", "recommended_by", "reviewed_by", "version", "updated_at"]


@dataclass(slots=True)
class InspectorRow(Row):
    """A row of an inspector roster. Empty text or None: the file says nothing."""

    given_number: str = ""
    organisation: Organisation | None = None
    certificate: str = ""
    certificate_expires: date | None = None
    fields: list[str] = field(default_factory=list)
    certificate_issuer: str = ""
    second_certificate: str = ""
    second_certificate_expires: date | None = None
    post: str = ""
    rank: str = ""
    title: str = ""
    education: str = ""
    major: str = ""
    on_post_since: date | None = None
    beat: str = ""
    phone: str = ""
    tested: date | None = None
    tested_until: date | None = None
    subjects: list[str] = field(default_factory=list)
    existing: Inspector | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    new_tests: list[str] = field(default_factory=list)  # subjects that the registry does not hold for that day


class InspectorRoster(Roster):
    """Reads and compares the rows of one import of inspectors, for one viewer."""

    target = TARGET
    matters = ("number", "name", "organisation", "certificate", "expires")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._viewer, self._lock = viewer, lock
        self._units = Units(viewer, defaults, policy.may_recommend, "由该单位的经办人推荐")
        self._competences = set(Competence.objects.filter(is_active=True).values_list("name", flat=True))

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        needed = {"number": "人员编号", "name": "姓名", "certificate": "执法证号", "expires": "执法证有效期至"}
        return [label for name, label in needed.items() if name not in filled]

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> InspectorRow:
        """What one row says, with all its faults at once."""
        row = InspectorRow(number)
        at = Cursor(TARGET, row, cells, columns, behind)
        at.called("name", 40)
        row.given_number = at.identifier("number")
        if not row.given_number and not row.is_faulty:
            at.fault("number", "没有填写人员编号", "填写单位内部的人员编号，不要用身份证号")
        row.organisation = self._units.named(at)
        row.certificate = _certificate(at)
        row.certificate_expires = _expires(at)
        row.fields = words_of(at.text("fields", 200))
        unknown = [word for word in row.fields if self._competences and word not in self._competences]
        if unknown:
            at.warn(
                "fields",
                f"专业领域目录中没有“{'、'.join(unknown)}”",
                "与事项要求的写法一致才能按专业抽取；仍要列入的，勾选确认",
            )
        for name, limit in _TEXTS.items():
            setattr(row, name, at.text(name, limit))
        for name, column in _DAYS.items():
            setattr(row, name, day_of(at, column))
        _tests(at, row)
        row.phone = at.text("phone", 20, phone=True)
        return row

    def mark(self, rows: Sequence[InspectorRow]) -> None:
        """Find duplicates inside the file; `rows` are all its rows."""
        _mark_duplicates(rows)

    def compare(self, rows: Sequence[InspectorRow]) -> None:
        """Find what the registry holds already; sets status, changes and further faults. `rows` may be a part of the file."""
        good = [row for row in rows if not row.is_faulty]
        for start in range(0, len(good), CHUNK):
            part = good[start : start + CHUNK]
            numbers = [row.given_number for row in part]
            held = {
                one.number: one for one in Inspector.objects.filter(number__in=numbers).select_related("organisation")
            }
            tests: dict[str, set[tuple[str, date]]] = {}
            known = Assessment.objects.filter(inspector__number__in=numbers, voided_at__isnull=True)
            for number, subject, day in known.values_list("inspector__number", "subject", "tested_on"):
                tests.setdefault(number, set()).add((subject, day))
            experts = set(Expert.objects.filter(number__in=numbers).values_list("number", flat=True))
            for row in part:
                row.existing = held.get(row.given_number)
                if row.given_number in experts:
                    row.say(
                        Verdict.FAULT, "人员编号", row.given_number, "这个编号已给了一名专家", "换一个编号，每人一个"
                    )
                    continue
                if row.tested is not None:
                    had = tests.get(row.given_number, set())
                    row.new_tests = [one for one in row.subjects if (one, row.tested) not in had]
                self._set_status(row)

    def _set_status(self, row: InspectorRow) -> None:
        old = row.existing
        if old is None:
            row.status = "new"
            return
        if not policy.may_recommend(self._viewer, old.organisation):
            row.say(
                Verdict.FAULT,
                "人员编号",
                row.given_number,
                f"这个编号属于{old.organisation.name}的人员",
                "核对编号，每人一个",
            )
            return
        row.changes = {
            name: getattr(row, name)
            for name in _LABELS
            if getattr(row, name) and getattr(row, name) != getattr(old, name)
        }
        if "name" in row.changes:
            row.say(Verdict.WARNING, "姓名", row.name, f"名录库中这个编号是“{old.name}”", "确是同一人的，勾选确认")
        if row.changes and old.reviewed_by_id == self._viewer.user_id and not needs_new_review(old, row.changes):
            row.say(
                Verdict.FAULT,
                "人员编号",
                row.given_number,
                "这名人员由您审核过，登记内容不能再由您修改",
                "由另一名经办人导入",
            )
        row.status = "changed" if row.changes or row.new_tests else "same"


def _certificate(at: Cursor) -> str:
    if at.is_broken("certificate"):
        return ""
    if is_lossy(at.raw("certificate")):
        at.fault("certificate", "证号在 Excel 中是数值，末几位已丢失", "把该列设为“文本”后重新填写")
        return ""
    value = at.text("certificate", 40)
    if not value and not at.row.is_faulty:
        at.fault("certificate", "没有填写执法证号", "没有执法证的人员不能列入")
    return value


def _expires(at: Cursor) -> date | None:
    """The last day of the certificate; one that has passed is to be confirmed."""
    if at.is_broken("expires"):
        return None
    cell = at.raw("expires")
    if cell == "" or text_of(cell) == "":
        at.fault("expires", "没有填写执法证有效期", "按执法证填写年月日")
        return None
    found = date_of(cell)
    if found is None:
        at.fault("expires", f"“{text_of(cell)}”不是日期", "写成 2027-05-31、2027年5月31日 或 2027/5/31")
        return None
    if found < clock.today():
        at.warn("expires", f"执法证已于 {found.isoformat()} 过期，换证前不参加抽取", "仍要列入的，勾选确认")
    return found


def _tests(at: Cursor, row: InspectorRow) -> None:
    """The passed test of the row: of the subjects named, else of the fields of competence and of law enforcement."""
    row.tested, row.tested_until = day_of(at, "tested"), day_of(at, "tested_until")
    named = words_of(at.text("subjects", 200))
    row.subjects = named or [Assessment.GENERAL, *row.fields]
    if row.tested is None:
        if named and not row.is_faulty:
            at.fault("tested", "写了考核科目，没有写考核合格日期", "补上日期，或去掉科目")
        return
    if row.tested > clock.today():
        at.fault("tested", f"考核合格日期 {row.tested.isoformat()} 晚于今天", "核对日期")
    if row.tested_until is not None and row.tested_until < row.tested:
        at.fault("tested_until", "考核有效期至早于考核合格日期", "核对两个日期")


def _mark_duplicates(rows: Sequence[InspectorRow]) -> None:
    """A later row with the same number is a fault; the same certificate under another number is to be confirmed."""
    numbers: dict[str, InspectorRow] = {}
    certificates: dict[str, InspectorRow] = {}
    for row in rows:
        if row.given_number:
            earlier = numbers.setdefault(row.given_number, row)
            if earlier is not row:
                differing = [label for name, label in _LABELS.items() if getattr(row, name) != getattr(earlier, name)]
                mend = f"保留一行；两行内容不同处：{'、'.join(differing)}" if differing else "两行内容相同，删去一行"
                row.say(Verdict.FAULT, "人员编号", row.given_number, f"与第 {earlier.number} 行重复", mend)
                continue
        if row.certificate:
            earlier = certificates.setdefault(row.certificate, row)
            if earlier is not row:
                row.say(
                    Verdict.WARNING,
                    "执法证号",
                    row.certificate,
                    f"与第 {earlier.number} 行的执法证号相同",
                    "按证件核对后勾选确认",
                )


class InspectorTaking:
    """One import's writing, inside its transaction and under the registry lock. All wait for review (推荐、审核)."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._now, self._reason = viewer, clock.now(), roster.why
        self._write = BulkWriting(user_of(viewer), roster.why, self._now)

    def take(self, rows: Sequence[InspectorRow]) -> None:
        """Write the rows; they were compared in this transaction and none is faulty."""
        fresh = [self._made(row) for row in rows if row.status == "new"]
        self._write.create(Inspector, fresh)
        changed = [self._changed(row, row.existing) for row in rows if row.changes and row.existing is not None]
        self._write.update(Inspector, changed, _WRITTEN)
        known = {one.number: one for one in (*fresh, *changed)}
        known |= {row.given_number: row.existing for row in rows if row.existing is not None}
        Assessment.objects.bulk_create(
            Assessment(
                inspector=known[row.given_number],
                subject=subject,
                tested_on=row.tested,
                valid_until=row.tested_until,
                recorded_by=user_of(self._viewer),
                recorded_at=self._now,
            )
            for row in rows
            if row.tested is not None
            for subject in row.new_tests
        )

    def _made(self, row: InspectorRow) -> Inspector:
        assert row.organisation is not None and row.certificate_expires is not None  # noqa: S101 -- else the row is faulty
        return Inspector(
            number=row.given_number,
            name=row.name,
            organisation=row.organisation,
            **{name: getattr(row, name) for name in _LABELS if name not in ("name", "organisation")},
            recommendation=f"{self._reason}（名单推荐）"[:200],
            is_demo=row.is_demo,
            recommended_by=user_of(self._viewer),
            search_keys=inspector_keys(row.name, row.fields),
            created_at=self._now,
            updated_at=self._now,
        )

    def _changed(self, row: InspectorRow, inspector: Inspector) -> Inspector:
        again = needs_new_review(inspector, row.changes)
        for name, value in row.changes.items():
            setattr(inspector, name, value)
        if again:
            inspector.state, inspector.state_reason, inspector.reviewed_by = Inspector.State.RECOMMENDED, "", None
        inspector.recommended_by = user_of(self._viewer)
        inspector.search_keys = inspector_keys(inspector.name, inspector.fields)
        inspector.version += 1
        inspector.updated_at = self._now
        return inspector
