"""Lists of inspection items: what a row says, how it compares with the catalogue, and drafting the good ones.

The catalogue stands before the registries and knows nothing of imports; how a cell reads is its `notation`. What comes in
is a draft like any other: it waits to be submitted and reviewed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sunlot.catalogue import actions, notation
from sunlot.catalogue import policy as catalogue_policy
from sunlot.catalogue.articles import article_of
from sunlot.catalogue.models import Competence, Item, ItemVersion, ObjectKind
from sunlot.catalogue.models.version import CODE_FORM
from sunlot.catalogue.notation import NotationError
from sunlot.catalogue.texts import ItemText, NewItem, text_of
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Viewer

from ..models import Import
from .reading import Cells
from .roster import Roster
from .rows import Cursor, Row, Verdict
from .values import text_of as cell_text
from .values import words_of

T = TypeVar("T")
_CODE = re.compile(CODE_FORM)
TARGET = Import.Target.ITEMS.value
_LONGEST = 8000
_NAMED = "、".join


def require_drafter(viewer: Viewer) -> None:
    """Raise NotAllowed unless this person may draft items."""
    if viewer.role not in catalogue_policy.WRITERS:
        raise NotAllowed("事项由各科室（单位）的经办人或统筹科室导入为草稿，统筹科室审核后生效。")


@dataclass(slots=True)
class ItemRow(Row):
    """A row of a list of items. `said` holds the fields that the file fills; an empty cell says nothing."""

    code: str = ""
    organisation: Organisation | None = None
    said: dict[str, Any] | None = None
    item: Item | None = None
    newest: ItemVersion | None = None
    text: ItemText | None = None


class ItemRoster(Roster):
    """Reads and compares the rows of one import of items, for one viewer."""

    target = TARGET
    matters = ("code", "name", "organisation")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._viewer, self._lock = viewer, lock
        self._kinds = {kind.name: kind for kind in ObjectKind.objects.all()}
        self._competences = {one.name: one for one in Competence.objects.all()}
        self._organisations: dict[str, list[Organisation]] = {}
        for one in Organisation.objects.filter(is_active=True).select_related("parent"):
            for name in (one.code, one.name):
                self._organisations.setdefault(name, []).append(one)
        chosen = self._organisations.get(defaults.get("organisation", ""), [])
        self._default = chosen[0] if chosen else viewer.organisation

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        return [label for name, label in {"code": "编号", "name": "事项名称"}.items() if name not in filled]

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> ItemRow:
        """What one row says, with all its faults at once."""
        row = ItemRow(number)
        at = Cursor(TARGET, row, cells, columns, behind)
        name = at.called("name", 120)
        row.code = half_width(cell_text(at.raw("code"))).replace(" ", "").upper()
        if not row.code and not row.is_faulty:
            at.fault("code", "没有填写编号", "写大写字母、数字和短横线，如 WY-04")
        elif row.code and not _CODE.fullmatch(row.code):
            at.fault("code", "编号只能用大写字母、数字和短横线，以字母开头", "写成 WY-04 的样子")
        row.organisation = self._organisation(at)
        said: dict[str, Any] = {"name": name}
        for field, read in self._readers().items():
            text = "" if at.is_broken(field) else trim(at.written(field).replace("\r\n", "\n"))
            if len(text) > _LONGEST:
                at.fault(field, f"有 {len(text)} 个字，最多 {_LONGEST} 个字", "缩短后再上传")
            elif text:
                self._read(at, field, text, read, said)
        row.said = said
        return row

    def _readers(self) -> dict[str, Callable[[str], Any]]:
        """How the cell of each field reads. NotationError says what is wrong with it."""
        return {
            "category": notation.parse_category,
            "kinds": lambda text: _known(text, self._kinds, "检查对象类别"),
            "content": str,
            "modes": notation.parse_modes,
            "bases": notation.parse_bases,
            "sub_items": notation.parse_sub_items,
            "materials": notation.parse_materials,
            "findings": notation.parse_findings,
            "frequencies": notation.parse_frequencies,
            "competences": lambda text: _known(text, self._competences, "专业领域"),
            "reason": str,
        }

    def _read(self, at: Cursor, field: str, text: str, read: Callable[[str], Any], said: dict[str, Any]) -> None:
        try:
            said[field] = read(text)
        except NotationError as fault:
            at.fault(field, str(fault), "照模板或导出的清单改写")

    def _organisation(self, at: Cursor) -> Organisation | None:
        text = "" if at.is_broken("organisation") else cell_text(at.raw("organisation"))
        found = self._organisations.get(text, []) if text else [self._default]
        allowed = [one for one in found if catalogue_policy.may_write(self._viewer, one)]
        if not found:
            at.fault("organisation", f"没有“{text}”这个科室（单位）", "填写全称或代码，与“机构”中的一致")
        elif not allowed:
            at.fault("organisation", f"{found[0].name}不在您单位之下", "由该科室（单位）的经办人导入")
        elif len(allowed) > 1:
            at.fault("organisation", f"有 {len(allowed)} 个单位叫“{text}”", "改填单位代码")
        return allowed[0] if len(allowed) == 1 else None

    def mark(self, rows: Sequence[ItemRow]) -> None:
        """A later row with the same code is a fault."""
        first: dict[str, ItemRow] = {}
        for row in rows:
            earlier = first.setdefault(row.code, row)
            if row.code and earlier is not row:
                row.say(Verdict.FAULT, "编号", row.code, f"与第 {earlier.number} 行重复", "每个事项一行，保留一行")

    def compare(self, rows: Sequence[ItemRow]) -> None:
        """Compare with the catalogue; sets status, what is to be drafted, and further faults."""
        codes = [row.code for row in rows if not row.is_faulty]
        items = Item.objects.filter(code__in=codes).select_related("organisation")
        held = {item.code: item for item in (items.select_for_update(of=("self",)) if self._lock else items)}
        versions = ItemVersion.objects.filter(item__code__in=codes).select_related("item").order_by("number")
        rows_of = ("kinds", "bases", "sub_items", "materials", "offered_findings", "frequencies", "competences")
        newest = {version.item.code: version for version in versions.prefetch_related(*rows_of)}
        for row in rows:
            if not row.is_faulty:
                self._set_status(row, held.get(row.code), newest.get(row.code))

    def _set_status(self, row: ItemRow, item: Item | None, newest: ItemVersion | None) -> None:
        assert row.said is not None  # noqa: S101 -- every parsed row has it
        if item is None or newest is None:
            row.status = "new"
            row.text = ItemText(**{"category": ItemVersion.Category.GENERAL.value, **row.said})
            return
        row.item, row.newest = item, newest
        if not catalogue_policy.may_write(self._viewer, item.organisation):
            what = f"这个编号是{item.organisation.name}的事项"
            row.say(Verdict.FAULT, "编号", row.code, what, "核对编号，或由该科室（单位）导入")
            return
        stored = text_of(newest)
        row.text = replace(stored, reason="", **{**row.said, **self._with_words(row.said, stored)})
        if row.text.as_json() == {**stored.as_json(), "reason": row.text.reason}:
            row.status = "same"
        elif newest.state == ItemVersion.State.IN_REVIEW:
            what = f"第 {newest.number} 版在审核，不能修改"
            row.say(Verdict.FAULT, "编号", row.code, what, "等审核办完，或由统筹科室退回后再导入")
        else:
            row.status = "changed"

    def _with_words(self, said: Mapping[str, Any], stored: ItemText) -> dict[str, Any]:
        """The bases with the words of their articles, which no cell holds, as they are stored."""
        if "bases" not in said:
            return {}
        words = {(basis.law, basis.article): basis.text for basis in stored.bases}
        return {
            "bases": [
                replace(basis, article=article, text=words.get((basis.law, article), ""))
                for basis in said["bases"]
                for article in [article_of(basis.article)]
            ]
        }


class ItemTaking:
    """One import's drafts, inside its transaction. A catalogue has dozens of items: each goes the way of every draft."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._reason = viewer, roster.why

    def take(self, rows: Sequence[ItemRow]) -> None:
        """Draft the rows; they were compared in this transaction and none is faulty."""
        for row in rows:
            if row.status != "same" and row.text is not None:
                self._draft(row, row.text)

    def _draft(self, row: ItemRow, text: ItemText) -> None:
        said = text if text.reason.strip() else replace(text, reason=self._reason)
        if row.newest is not None and row.newest.is_open:
            actions.change_draft(self._viewer, row.newest, said)
        elif row.item is not None:
            actions.draft_version(self._viewer, row.item, said)
        elif row.organisation is not None:
            actions.draft_version(self._viewer, NewItem(row.code, row.organisation), said)


def _known(text: str, known: Mapping[str, T], what: str) -> list[T]:
    words = words_of(text.replace("\n", "、"))
    unknown = [word for word in words if word not in known]
    if unknown:
        raise NotationError(f"没有“{_NAMED(unknown)}”这种{what}，在“对象类别和专业领域”中查看可用的词")
    return [known[word] for word in words]
