"""The steps of an import, for the page and the command line alike: look, upload, match the columns, apply, go on, discard."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from sunlot.desk.models import Job
from sunlot.desk.work import job_of, start
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Import
from .accounts import require_keeper
from .background import APPLY, CHECK, address_of
from .checking import columns_of, first_rows, guess_columns, guess_defaults, keep, look_at, memory_of, table_of
from .columns import guess, score
from .fields import fields_of, label_of, plain_head
from .items import require_drafter
from .outcome import Applied
from .preview import ROSTERS, Preview, check
from .reading import read
from .recognition import recognise
from .taking import INLINE_BYTES, INLINE_ROWS, close, remember, take_whole

State = Import.State

__all__ = ["columns_of", "first_rows", "memory_of"]


def require_importer(viewer: Viewer, target: str) -> None:
    """Raise NotAllowed unless this person may bring rosters of this kind in."""
    if target == Import.Target.INSPECTORS and not policy.may_recommend(viewer, viewer.organisation):
        raise NotAllowed("执法检查人员名单由所在单位的经办人导入，统筹科室审核。")
    if target == Import.Target.EXPERTS and not policy.may_engage(viewer, viewer.organisation):
        raise NotAllowed("专家名单由聘请单位的经办人导入，统筹科室审核。")
    if target == Import.Target.OBJECTS and not policy.may_write(viewer):
        raise NotAllowed("检查对象名单由经办人或统筹科室导入。")
    if target in (Import.Target.MARKS, Import.Target.LICENCES) and not policy.may_write(viewer):
        raise NotAllowed(f"{Import.Target(target).label}由管理单位的经办人或统筹科室导入。")
    if target == Import.Target.ACCOUNTS:
        require_keeper(viewer)
    if target == Import.Target.ITEMS:
        require_drafter(viewer)


def may_handle(viewer: Viewer, roster: Import) -> bool:
    """Whether this person may match, confirm or give up this import."""
    try:
        require_importer(viewer, roster.target)
    except NotAllowed:
        return False
    return viewer.covers(roster.organisation)


def look(viewer: Viewer, target: str, file_name: str, content: bytes, sheet: str | None = None) -> Preview:
    """The preview alone: nothing is stored. Raises Refused for a file that is no roster."""
    require_importer(viewer, target)
    table = read(content, sheet, score(target))
    columns = guess(target, table, memory_of(viewer.organisation, target))
    return check(viewer, target, table, columns, guess_defaults(viewer, target, table, columns, file_name))


def upload(viewer: Viewer, target: str, file_name: str, content: bytes, sheet: str | None = None) -> Import:
    """Take a file in for preview: the columns are guessed, the findings stored, the registry is not touched.

    A file of more than INLINE_BYTES or INLINE_ROWS is looked at by a job. Raises Refused, with what to do, for what is
    no table at all, and for a smaller file that is no roster; then nothing is stored.
    """
    require_importer(viewer, target)
    recognise(content)
    is_small = len(content) <= INLINE_BYTES or target == Import.Target.ACCOUNTS
    table = read(content, sheet, score(target)) if is_small else None
    if table is not None:
        ROSTERS[target].refuse(table)
    roster = Import(
        target=target,
        organisation=viewer.organisation,
        file_name=file_name[-255:],
        sheet=sheet or "",
        state=State.CHECKING,
        created_by=viewer.membership.user,
        created_at=clock.now(),
    )
    if table is not None:
        guess_columns(viewer, roster, table)
    found = look_at(viewer, roster, table) if table is not None and len(table.rows) <= INLINE_ROWS else None
    with transaction.atomic():
        roster.file = files.store(content)
        roster.save()
        after = {"file": roster.file_id, "name": roster.file_name, **(found.counts() if found else {})}
        rows = f"，{len(table.rows)} 行" if table is not None else ""
        record(viewer, events.IMPORT_UPLOADED, f"import:{roster.pk}", f"上传《{roster.file_name}》{rows}", after=after)
        if found is not None:
            keep(roster, found)
        else:
            _check_later(viewer, roster, len(table.rows) if table is not None else 0)
    return roster


def _check_later(viewer: Viewer, roster: Import, rows: int, sheet: str | None = None) -> Job:
    return start(
        viewer,
        CHECK,
        f"核对《{roster.file_name}》",
        subject=f"import:{roster.pk}",
        address=address_of(roster),
        arguments={"sheet": sheet} if sheet is not None else {},
        total=rows,
    )


def job_of_import(roster: Import) -> Job | None:
    """The newest job for this import."""
    return job_of(f"import:{roster.pk}", CHECK, APPLY)


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
    another = sheet if sheet is not None and sheet != current.sheet else None
    if another is None:
        chosen = {column: name for column, name in columns.items() if name}
        _refuse_twice(current.target, chosen)
        current.columns = {str(column): name for column, name in chosen.items()}
        current.defaults = {name: value for name, value in (defaults or {}).items() if value}
        heads = enumerate(current.layout["heads"])
        remember(current, {plain_head(head): chosen.get(column, "") for column, head in heads})
    elif another not in current.layout["sheets"]:
        raise Refused(f"文件里没有工作表“{another}”。")
    _look_again(viewer, current, another)
    after = {"sheet": another or current.sheet, "columns": current.columns, "defaults": current.defaults}
    record(viewer, events.IMPORT_COLUMNS, f"import:{current.pk}", "调整列的对应", after=after)
    return current


def _look_again(viewer: Viewer, current: Import, sheet: str | None) -> None:
    """Look at the file with other columns, or at another of its sheets; a large one in a job."""
    if current.file.size > INLINE_BYTES or current.counts.get("rows", 0) > INLINE_ROWS:
        current.state = State.CHECKING
        current.save()
        _check_later(viewer, current, current.counts.get("rows", 0), sheet)
        return
    table = table_of(current) if sheet is None else read(files.read(current.file_id), sheet, score(current.target))
    if sheet is not None:
        guess_columns(viewer, current, table)
    keep(current, look_at(viewer, current, table))


def _refuse_twice(target: str, chosen: Mapping[int, str]) -> None:
    known = {field.name for field in fields_of(target)}
    names = list(chosen.values())
    for name in names:
        if name not in known:
            raise Refused("没有这样的字段，请重新选择。")
        if names.count(name) > 1:
            raise Refused(f"有两列都对应“{label_of(target, name)}”。一个字段只能对应一列，另一列选“不导入”。")


def apply(viewer: Viewer, roster: Import, accept_warnings: bool) -> Applied:
    """Take the good rows, once; faulty ones never hold the good ones up. Up to INLINE_ROWS in one transaction now, more
    by a job.

    The rows are compared anew under the registry lock, so what another import brought in meanwhile counts as same. An
    import confirmed already is left as it is, and the answer says by whom and when.
    Raises Refused where nothing can be taken, or the import was discarded.
    """
    require_importer(viewer, roster.target)
    table = None if _is_large(roster) else table_of(roster)  # before the transaction: a stored file never changes
    with transaction.atomic():
        current = Import.objects.select_for_update(of=("self",)).select_related("applied_by").get(pk=roster.pk)
        if current.state in (State.APPLYING, State.APPLIED):
            return Applied.of(current, already=True)
        _open(viewer, current)
        if table is None or _is_large(current):
            return _apply_later(viewer, current, accept_warnings)
        if current.sheet != table.sheet:
            table = table_of(current)  # somebody chose another sheet while we read
        return take_whole(viewer, current, table, accept_warnings)


def _is_large(roster: Import) -> bool:
    return bool(roster.counts.get("rows", 0) > INLINE_ROWS)


def _apply_later(viewer: Viewer, roster: Import, accept_warnings: bool) -> Applied:
    """Confirmed: a job takes the rows in."""
    counts = roster.counts
    good = 0 if counts["missing"] else counts["new"] + counts["changed"] + counts["same"]
    if not good and not (accept_warnings and counts["confirm"]):
        raise Refused("没有可以导入的行。改正错误后重新上传，或勾选确认待确认的行。")
    roster.accept_warnings, roster.taken, roster.next_row = accept_warnings, {"left": counts["rows"]}, 0
    record(
        viewer,
        events.IMPORT_CONFIRMED,
        f"import:{roster.pk}",
        f"确认导入《{roster.file_name}》，{counts['rows']} 行，在后台进行",
        after={"accept_warnings": accept_warnings},
    )
    return _start_taking(viewer, roster)


def _start_taking(viewer: Viewer, roster: Import) -> Applied:
    roster.state, roster.applied_by = State.APPLYING, viewer.membership.user
    roster.save()
    start(
        viewer,
        APPLY,
        f"导入《{roster.file_name}》",
        subject=f"import:{roster.pk}",
        address=address_of(roster),
        total=roster.counts["rows"],
    )
    return Applied.of(roster)


@transaction.atomic
def go_on(viewer: Viewer, roster: Import) -> Applied:
    """Go on with an import that was stopped half-way. One that goes on already is left as it is."""
    current = _handled(viewer, roster)
    if current.state != State.STOPPED:
        return Applied.of(current, already=True)
    record(
        viewer,
        events.IMPORT_CONFIRMED,
        f"import:{current.pk}",
        f"继续导入《{current.file_name}》，从第 {current.next_row + 1} 行起",
    )
    return _start_taking(viewer, current)


@transaction.atomic
def finish(viewer: Viewer, roster: Import) -> Applied:
    """Close an import that was stopped half-way as it is: what was taken stays, the rest is not taken."""
    current = _handled(viewer, roster)
    return close(viewer, current) if current.state == State.STOPPED else Applied.of(current, already=True)


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


def _handled(viewer: Viewer, roster: Import) -> Import:
    """The import, locked, if it is this person's to handle."""
    require_importer(viewer, roster.target)
    found = Import.objects.select_for_update(of=("self",)).select_related("organisation", "applied_by", "file")
    current = found.get(pk=roster.pk)
    if not viewer.covers(current.organisation):
        raise NotAllowed("这份名单由上传单位的经办人办理。")
    return current


def _open(viewer: Viewer, roster: Import) -> Import:
    """The same, if it still waits."""
    current = _handled(viewer, roster)
    if current.state == State.APPLIED:
        raise Refused(f"这份名单已经导入：{Applied.of(current).words}。要更正内容，请修改文件后重新上传。")
    if current.state == State.DISCARDED:
        raise Refused("这份名单已放弃导入。需要的话请重新上传。")
    if current.state == State.UNREADABLE:
        raise Refused("这份文件不能读取。请按提示处理后重新上传。")
    if current.state == State.CHECKING:
        raise Refused("这份名单还在核对。核对完以后再办理。")
    if current.state != State.PREVIEW:
        raise Refused("这份名单正在导入，不能再更改。")
    return current


def size_limit() -> int:
    """Bytes of one upload."""
    return int(settings.SUNLOT_UPLOAD_LIMIT)
