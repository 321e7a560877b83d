"""The steps of an import, for the page and the command line alike: look, upload, match the columns, apply, discard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..locks import take_registry_lock
from ..models import ColumnMemory, Import, ImportFinding
from .columns import guess, score
from .fields import fields_of, label_of, plain_head
from .inspectors import InspectorTaking
from .objects_taking import ObjectTaking
from .preview import Preview, check
from .reading import Table, read

BATCH = 2000
State = Import.State


@dataclass(frozen=True)
class Applied:
    """What became of an import. `already` where somebody had confirmed it before: then nothing was done now."""

    new: int
    changed: int
    same: int
    unconfirmed: int
    faulty: int
    already: bool = False
    by: str = ""
    at: datetime | None = None

    @property
    def words(self) -> str:
        """“新增 46，更新 31，无变化 129；未确认 4 行、有错误 8 行没有导入”."""
        taken = f"新增 {self.new}，更新 {self.changed}，无变化 {self.same}"
        left = [f"待确认 {self.unconfirmed} 行"] if self.unconfirmed else []
        left += [f"有错误 {self.faulty} 行"] if self.faulty else []
        return taken + (f"；{'、'.join(left)}没有导入" if left else "")


def require_importer(viewer: Viewer, target: str) -> None:
    """Raise NotAllowed unless this person may bring rosters of this kind in."""
    if target == Import.Target.INSPECTORS and not policy.may_recommend(viewer, viewer.organisation):
        raise NotAllowed("执法检查人员名单由所在单位的经办人导入，统筹科室审核。")
    if target == Import.Target.OBJECTS and not policy.may_write(viewer):
        raise NotAllowed("检查对象名单由经办人或统筹科室导入。")


def look(viewer: Viewer, target: str, file_name: str, content: bytes, sheet: str | None = None) -> Preview:
    """The preview alone: nothing is stored. Raises Refused for a file that is no roster."""
    require_importer(viewer, target)
    table = read(content, sheet, score(target))
    memory = memory_of(viewer.organisation, target)
    columns = guess(target, table, memory)
    return check(viewer, target, table, columns, guess_defaults(viewer, target, table, columns, file_name))


def upload(viewer: Viewer, target: str, file_name: str, content: bytes, sheet: str | None = None) -> Import:
    """Take a file in for preview: the columns are guessed, the findings stored, the registry is not touched.

    Raises Refused, with what to do, for a file that is no roster; then nothing is stored.
    """
    require_importer(viewer, target)
    table = read(content, sheet, score(target))
    columns = guess(target, table, memory_of(viewer.organisation, target))
    defaults = guess_defaults(viewer, target, table, columns, file_name)
    found = check(viewer, target, table, columns, defaults)
    with transaction.atomic():
        roster = Import.objects.create(
            target=target,
            organisation=viewer.organisation,
            file=files.store(content),
            file_name=file_name[-255:],
            sheet=table.sheet,
            header_row=table.head_row,
            columns={str(column): name for column, name in columns.items()},
            defaults=defaults,
            created_by=viewer.membership.user,
            created_at=clock.now(),
        )
        counts = _store_preview(roster, found)
        after = {"file": roster.file_id, "name": roster.file_name, **counts}
        record(
            viewer,
            events.IMPORT_UPLOADED,
            f"import:{roster.pk}",
            f"上传《{roster.file_name}》，{counts['rows']} 行",
            after=after,
        )
    return roster


def table_of(roster: Import) -> Table:
    """The uploaded file, read again from its stored bytes."""
    return read(files.read(roster.file_id), roster.sheet or None, score(roster.target))


def columns_of(roster: Import) -> dict[int, str]:
    """Column → field as the import holds it."""
    return {int(column): name for column, name in roster.columns.items()}


def preview(roster: Import) -> Preview:
    """What the import would do now, for the person who uploaded it as the acting one."""
    membership = (
        roster.created_by.memberships.filter(organisation=roster.organisation, ended_at__isnull=True)
        .select_related("user", "organisation__parent", "organisation__region")
        .order_by("pk")
        .first()
    )
    if membership is None:
        raise Refused("上传人已不在该单位任职，请由现任经办人重新上传。")
    return _check(Viewer(membership), roster, table_of(roster))


def _check(viewer: Viewer, roster: Import, table: Table, *, lock: bool = False) -> Preview:
    return check(viewer, roster.target, table, columns_of(roster), roster.defaults, lock=lock)


def _store_preview(roster: Import, found: Preview) -> dict[str, int]:
    """Keep counts and findings for the pages."""
    roster.findings.all().delete()
    ImportFinding.objects.bulk_create(
        (
            ImportFinding(
                roster=roster,
                row=one.row,
                verdict=one.verdict,
                column=one.column,
                name=one.name,
                value=one.value,
                what=one.what,
                mend=one.mend,
            )
            for one in found.findings
        ),
        batch_size=BATCH,
    )
    counts = found.counts()
    roster.counts = {**counts, "missing": found.missing}
    roster.save(update_fields=["counts"])
    return counts


@transaction.atomic
def set_columns(
    viewer: Viewer,
    roster: Import,
    columns: Mapping[int, str],
    defaults: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> Import:
    """Match the columns anew, and remember the choice for the next file of this organisation.

    Another `sheet` starts with a fresh guess. Raises Refused once the import is confirmed, and for a field chosen twice.
    """
    current = _open(viewer, roster)
    if sheet is not None and sheet != current.sheet:
        table = read(files.read(current.file_id), sheet, score(current.target))
        guessed = guess(current.target, table, memory_of(current.organisation, current.target))
        current.sheet, current.header_row = table.sheet, table.head_row
        current.columns = {str(column): name for column, name in guessed.items()}
        current.defaults = guess_defaults(viewer, current.target, table, guessed, current.file_name)
    else:
        table = table_of(current)
        chosen = {column: name for column, name in columns.items() if name}
        _refuse_twice(current.target, chosen)
        current.columns = {str(column): name for column, name in chosen.items()}
        current.defaults = {name: value for name, value in (defaults or {}).items() if value}
        heads = enumerate(table.heads)
        _remember(current, {plain_head(head): chosen.get(column, "") for column, head in heads})
    current.save(update_fields=["sheet", "header_row", "columns", "defaults"])
    _store_preview(current, _check(viewer, current, table))
    after = {"sheet": current.sheet, "columns": current.columns, "defaults": current.defaults}
    record(viewer, events.IMPORT_COLUMNS, f"import:{current.pk}", "调整列的对应", after=after)
    return current


def _refuse_twice(target: str, chosen: Mapping[int, str]) -> None:
    known = {field.name for field in fields_of(target)}
    names = list(chosen.values())
    for name in names:
        if name not in known:
            raise Refused("选择了名录库没有的字段，请重新选择。")
        if names.count(name) > 1:
            raise Refused(f"有两列都对应“{label_of(target, name)}”。一个字段只能对应一列，另一列选“不导入”。")


def _remember(roster: Import, heads: Mapping[str, str]) -> None:
    """Keep head → field for the next file; empty where a person chose not to import that column."""
    ColumnMemory.objects.bulk_create(
        [
            ColumnMemory(organisation=roster.organisation, target=roster.target, head=head[:120], field=name)
            for head, name in heads.items()
            if head
        ],
        update_conflicts=True,
        unique_fields=["organisation", "target", "head"],
        update_fields=["field"],
    )


def memory_of(organisation: Organisation, target: str) -> dict[str, str]:
    """Head → field as this organisation chose before."""
    return dict(ColumnMemory.objects.filter(organisation=organisation, target=target).values_list("head", "field"))


def guess_defaults(
    viewer: Viewer, target: str, table: Table, columns: Mapping[int, str], file_name: str
) -> dict[str, str]:
    """What the whole roster is, where no column says so: the kind that the file's name or title names, the own district."""
    if target != Import.Target.OBJECTS:
        return {}
    found: dict[str, str] = {}
    if "kind" not in columns.values():
        around = f"{file_name} {table.title} {table.sheet}"
        named = [kind for kind in ObjectKind.objects.all() if kind.name in around]
        longest = [
            kind for kind in named if not any(kind.name != other.name and kind.name in other.name for other in named)
        ]
        if len(longest) == 1:
            found["kind"] = longest[0].code
    if "region" not in columns.values() and len(viewer.region_prefix) == len(viewer.region_code):
        found["region"] = viewer.region_code
    return found


def apply(viewer: Viewer, roster: Import, accept_warnings: bool) -> Applied:
    """Take the good rows, once, in one transaction; faulty ones never hold the good ones up.

    The rows are compared anew under the registry lock, so what another import brought in meanwhile counts as same. An
    import confirmed already is left as it is, and the answer says by whom and when.
    Raises Refused where nothing can be taken, or the import was discarded.
    """
    require_importer(viewer, roster.target)
    table = table_of(roster)  # before the transaction: reading takes time, and the bytes of a stored file never change
    with transaction.atomic():
        current = Import.objects.select_for_update().get(pk=roster.pk)
        if current.state == State.APPLIED:
            return _applied(current, already=True)
        _open(viewer, current)
        if current.sheet != table.sheet:
            table = table_of(current)  # somebody chose another sheet while we read
        return _take(viewer, current, table, accept_warnings)


def _take(viewer: Viewer, roster: Import, table: Table, accept_warnings: bool) -> Applied:
    """Compare and write, inside the transaction that holds the import's row."""
    take_registry_lock()
    found = _check(viewer, roster, table, lock=True)
    good, counts = found.good(accept_warnings), found.counts(accept_warnings)
    if not good:
        raise Refused("没有可以导入的行。改正错误后重新上传，或勾选确认待确认的行。")
    reason = f"导入：{roster.file_name}"
    taking: Any = (
        ObjectTaking(viewer, reason) if roster.target == Import.Target.OBJECTS else InspectorTaking(viewer, reason)
    )
    taking.take(good)
    _store_preview(roster, found)
    roster.state, roster.applied_by, roster.applied_at = State.APPLIED, viewer.membership.user, clock.now()
    roster.taken = {key: counts[key] for key in ("new", "changed", "same", "confirm", "faulty")}
    roster.save(update_fields=["state", "applied_by", "applied_at", "taken"])
    columns = columns_of(roster)
    _remember(
        roster, {plain_head(head): columns[column] for column, head in enumerate(table.heads) if column in columns}
    )
    done = _applied(roster)
    after = {"accept_warnings": accept_warnings, **roster.taken}
    record(
        viewer, events.IMPORT_APPLIED, f"import:{roster.pk}", f"导入《{roster.file_name}》：{done.words}", after=after
    )
    return done


def _applied(roster: Import, *, already: bool = False) -> Applied:
    taken = roster.taken
    return Applied(
        new=taken["new"],
        changed=taken["changed"],
        same=taken["same"],
        unconfirmed=taken["confirm"],
        faulty=taken["faulty"],
        already=already,
        by=roster.applied_by.name if roster.applied_by else "",
        at=roster.applied_at,
    )


@transaction.atomic
def discard(viewer: Viewer, roster: Import) -> Import:
    """Give an import up: it stays on record, and can't be confirmed any more. Discarded twice is discarded once."""
    current = Import.objects.select_for_update().get(pk=roster.pk)
    if current.state == State.DISCARDED:
        return current
    _open(viewer, current)
    current.state = State.DISCARDED
    current.save(update_fields=["state"])
    record(viewer, events.IMPORT_DISCARDED, f"import:{current.pk}", f"放弃导入《{current.file_name}》")
    return current


def _open(viewer: Viewer, roster: Import) -> Import:
    """The import, locked, if it still waits and is this person's to handle."""
    require_importer(viewer, roster.target)
    current = Import.objects.select_for_update().get(pk=roster.pk)
    if not viewer.covers(current.organisation):
        raise NotAllowed("这份名单由上传单位的经办人办理。")
    if current.state == State.APPLIED:
        raise Refused(f"这份名单已经导入：{_applied(current).words}。要更正内容，请修改文件后重新上传。")
    if current.state == State.DISCARDED:
        raise Refused("这份名单已放弃导入。需要的话请重新上传。")
    return current


def size_limit() -> int:
    """Bytes of one upload."""
    return int(settings.SUNLOT_UPLOAD_LIMIT)
