"""Rosters of experts: what a row says, how it compares with the registry, and writing the good ones."""

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
from ..actions.experts import VOUCHED_FOR
from ..bulk_writing import BulkWriting
from ..models import Expert, Import, Inspector, Institution
from .days import day_of
from .reading import Cells
from .roster import Roster
from .rows import Cursor, Row, Verdict
from .units import Units
from .values import words_of

TARGET = Import.Target.EXPERTS.value
CHUNK = 5000
_LABELS = {
    "name": "姓名", "institution": "所在单位", "fields": "专业领域", "title": "职称", "post": "职务", "engaged_from": "聘期起",
    "engaged_until": "聘期至", "organisation": "聘请单位", "phone": "手机",
}  # fmt: skip
_COLUMNS = [name for name in _LABELS if name != "fields"]
_WRITTEN = [*_COLUMNS, "search_keys", "state", "state_reason", "recommended_by", "reviewed_by", "version", "updated_at"]
_KINDS = {label: value for value, label in Institution.Kind.choices}
_KIND_WORDS = (("检测", "testing"), ("检验", "testing"), ("大学", "institute"), ("学院", "institute"), ("研究", "institute"),
               ("设计院", "institute"), ("协会", "trade"), ("学会", "trade"), ("公司", "trade"))  # fmt: skip


@dataclass(slots=True)
class ExpertRow(Row):
    """A row of an expert roster. Empty text or None: the file says nothing."""

    given_number: str = ""
    organisation: Organisation | None = None
    institution: str = ""
    kind: str = ""
    fields: list[str] = field(default_factory=list)
    title: str = ""
    post: str = ""
    engaged_from: date | None = None
    engaged_until: date | None = None
    phone: str = ""
    existing: Expert | None = None
    changes: dict[str, Any] = field(default_factory=dict)


class ExpertRoster(Roster):
    """Reads and compares the rows of one import of experts, for one viewer."""

    target = TARGET
    matters = ("number", "name", "institution", "fields", "until")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._viewer, self._lock = viewer, lock
        self._units = Units(viewer, defaults, policy.may_engage, "由该单位的经办人推荐")
        self._fields = {one.name: one for one in Competence.objects.all()}
        self._fields |= {one.code: one for one in self._fields.values()}

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        needed = {
            "number": "专家编号",
            "name": "姓名",
            "institution": "所在单位",
            "fields": "专业领域",
            "until": "聘期至",
        }
        return [label for name, label in needed.items() if name not in filled]

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> ExpertRow:
        """What one row says, with all its faults at once."""
        row = ExpertRow(number)
        at = Cursor(TARGET, row, cells, columns, behind)
        at.called("name", 40)
        row.given_number = at.identifier("number")
        if not row.given_number and not row.is_faulty:
            at.fault("number", "没有填写专家编号", "每人一个编号，不要用身份证号")
        row.institution = at.text("institution", 120)
        if not row.institution and not row.is_faulty:
            at.fault("institution", "没有填写所在单位", "填写检验检测机构、科研院所或协会的全称")
        row.kind = self._kind(at, row.institution)
        row.fields = self._named(at)
        row.title, row.post = at.text("title", 40), at.text("post", 40)
        row.engaged_from, row.engaged_until = day_of(at, "engaged_from"), day_of(at, "until")
        if row.engaged_until is None and not row.is_faulty:
            at.fault("until", "没有填写聘期至", "按聘书填写年月日")
        elif row.engaged_until is not None and row.engaged_from is not None and row.engaged_until < row.engaged_from:
            at.fault("until", "聘期至早于聘期起", "核对两个日期")
        elif row.engaged_until is not None and row.engaged_until < clock.today():
            at.warn("until", f"聘期已于 {row.engaged_until.isoformat()} 届满，续聘前不参加抽取", "仍要列入的，勾选确认")
        row.phone = at.text("phone", 20, phone=True)
        row.organisation = self._units.named(at)
        return row

    def _kind(self, at: Cursor, institution: str) -> str:
        text = at.text("institution_kind", 20)
        if text and text not in _KINDS:
            at.fault("institution_kind", f"没有“{text}”这一类", f"填写{'、'.join(_KINDS)}，或留空")
        if text:
            return _KINDS.get(text, "")
        return next((kind for word, kind in _KIND_WORDS if word in institution), Institution.Kind.OTHER.value)

    def _named(self, at: Cursor) -> list[str]:
        words = words_of(at.text("fields", 200))
        unknown = [one for one in words if one not in self._fields]
        if unknown:
            known = "、".join(sorted({one.name for one in self._fields.values()}))
            at.fault(
                "fields",
                f"没有“{'、'.join(unknown)}”这个专业领域",
                f"可填：{known}；要增加的请统筹科室在“对象类别和专业领域”中增加",
            )
        elif not words and not at.row.is_faulty:
            at.fault("fields", "没有填写专业领域", "专家按领域抽取，至少填一个")
        return [] if unknown else [self._fields[one].name for one in words]

    def mark(self, rows: Sequence[ExpertRow]) -> None:
        """Find duplicates inside the file; `rows` are all its rows."""
        first: dict[str, ExpertRow] = {}
        for row in rows:
            if row.given_number and first.setdefault(row.given_number, row) is not row:
                what = f"与第 {first[row.given_number].number} 行重复"
                row.say(Verdict.FAULT, "专家编号", row.given_number, what, "每人一个编号，保留一行")

    def compare(self, rows: Sequence[ExpertRow]) -> None:
        """Find what the registry holds already; sets status, changes and further faults. `rows` may be a part of the file."""
        good = [row for row in rows if not row.is_faulty]
        for start in range(0, len(good), CHUNK):
            part = good[start : start + CHUNK]
            numbers = [row.given_number for row in part]
            known = Expert.objects.filter(number__in=numbers).select_related("organisation", "institution")
            held = {one.number: one for one in known.prefetch_related("fields")}
            inspectors = set(Inspector.objects.filter(number__in=numbers).values_list("number", flat=True))
            for row in part:
                row.existing = held.get(row.given_number)
                if row.given_number in inspectors:
                    what = "这个编号已给了一名执法检查人员"
                    row.say(Verdict.FAULT, "专家编号", row.given_number, what, "换一个编号，每人一个")
                else:
                    self._set_status(row)

    def _set_status(self, row: ExpertRow) -> None:
        old = row.existing
        if old is None:
            row.status = "new"
            return
        if not policy.may_engage(self._viewer, old.organisation):
            what = f"这个编号属于{old.organisation.name}聘请的专家"
            row.say(Verdict.FAULT, "专家编号", row.given_number, what, "核对编号，每人一个")
            return
        row.changes = {
            name: getattr(row, name)
            for name in _COLUMNS
            if name != "institution" and getattr(row, name) and getattr(row, name) != getattr(old, name)
        }
        if row.institution != old.institution.name:
            row.changes["institution"] = row.institution
        if sorted(row.fields) != sorted(one.name for one in old.fields.all()):
            row.changes["fields"] = row.fields
        if "name" in row.changes:
            row.say(Verdict.WARNING, "姓名", row.name, f"名录库中这个编号是“{old.name}”", "确是同一人的，勾选确认")
        if row.changes and old.reviewed_by_id == self._viewer.user_id and not VOUCHED_FOR & set(row.changes):
            what = "这名专家由您审核过，登记内容不能再由您修改"
            row.say(Verdict.FAULT, "专家编号", row.given_number, what, "由另一名经办人导入")
        row.status = "changed" if row.changes else "same"


class ExpertTaking:
    """One import's writing, inside its transaction and under the registry lock. All wait for review (推荐、审核)."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._now, self._reason = viewer, clock.now(), roster.why
        self._write = BulkWriting(user_of(viewer), roster.why, self._now)

    def take(self, rows: Sequence[ExpertRow]) -> None:
        """Write the rows; they were compared in this transaction and none is faulty."""
        touched = [row for row in rows if row.status == "new" or row.changes]
        wanted = {row.institution: row.kind for row in touched}
        known = set(Institution.objects.filter(name__in=list(wanted)).values_list("name", flat=True))
        fresh_bodies = [Institution(name=name, kind=kind) for name, kind in wanted.items() if name not in known]
        self._write.create(Institution, fresh_bodies)
        institutions = {one.name: one for one in Institution.objects.filter(name__in=list(wanted))}
        fields = {one.name: one for one in Competence.objects.all()}
        fresh = [self._made(row, institutions) for row in touched if row.existing is None]
        self._write.create(Expert, fresh)
        changed = [self._changed(row, row.existing, institutions) for row in touched if row.existing is not None]
        self._write.update(Expert, changed, _WRITTEN)
        by_number = {one.number: one for one in (*fresh, *changed)}
        for row in touched:
            expert = by_number[row.given_number]
            expert._history_user, expert._history_date = user_of(self._viewer), self._now  # type: ignore[attr-defined]  # simple_history reads these two
            expert.fields.set([fields[name] for name in row.fields])

    def _made(self, row: ExpertRow, institutions: Mapping[str, Institution]) -> Expert:
        assert row.organisation is not None and row.engaged_until is not None  # noqa: S101 -- else the row is faulty
        return Expert(
            number=row.given_number,
            name=row.name,
            organisation=row.organisation,
            institution=institutions[row.institution],
            title=row.title,
            post=row.post,
            phone=row.phone,
            engaged_from=row.engaged_from,
            engaged_until=row.engaged_until,
            is_demo=row.is_demo,
            recommendation=f"{self._reason}（名单推荐）"[:200],
            recommended_by=user_of(self._viewer),
            search_keys=inspector_keys(row.name, [row.institution, *row.fields]),
            created_at=self._now,
            updated_at=self._now,
        )

    def _changed(self, row: ExpertRow, expert: Expert, institutions: Mapping[str, Institution]) -> Expert:
        vouched = bool(VOUCHED_FOR & set(row.changes)) and expert.state not in (
            Expert.State.RECOMMENDED,
            Expert.State.LEFT,
        )
        for name, value in row.changes.items():
            if name != "fields":
                setattr(expert, name, institutions[value] if name == "institution" else value)
        if vouched or expert.state == Expert.State.RETURNED:
            expert.state, expert.state_reason, expert.reviewed_by = Expert.State.RECOMMENDED, "", None
        expert.recommended_by = user_of(self._viewer)
        expert.search_keys = inspector_keys(expert.name, [row.institution, *row.fields])
        expert.version += 1
        expert.updated_at = self._now
        return expert
