"""Taking the good rows of a confirmed roster into the registry.

Up to INLINE_ROWS they are taken in one transaction, in the request. Larger rosters are taken in chunks of whole rows:
entity, object, involvement and their histories commit together with `next_row` and the counts, so that a killed worker
leaves no row half-taken, none missing and none twice. One transaction over 200,000 rows would keep every other writer of
an SQLite installation waiting for the better part of a minute, and every clerk who enters an object on PostgreSQL. What a
list that is half in may not do is to be drawn from: `queries.being_imported` keeps draws from being sealed until it is
whole, or somebody has closed it as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..actions.common import keys_of
from ..locks import take_registry_lock
from ..models import ColumnMemory, Import, ImportFinding
from .accounts import AccountTaking
from .checking import add_findings, columns_of, keep, table_of
from .experts import ExpertTaking
from .fields import plain_head
from .inspectors import InspectorTaking
from .items import ItemTaking
from .licences import LicenceTaking
from .marks import MarkTaking
from .objects_taking import ObjectTaking
from .outcome import COUNTED, Applied
from .preview import Tell, check, parsed, roster_of, silent
from .reading import Table

INLINE_ROWS = 2000
INLINE_BYTES = 2**20
CHUNK = 1000
TAKINGS: dict[str, Any] = {
    Import.Target.OBJECTS: ObjectTaking,
    Import.Target.INSPECTORS: InspectorTaking,
    Import.Target.EXPERTS: ExpertTaking,
    Import.Target.ITEMS: ItemTaking,
    Import.Target.MARKS: MarkTaking,
    Import.Target.LICENCES: LicenceTaking,
    Import.Target.ACCOUNTS: AccountTaking,
}
"""What writes each target's rows."""
State = Import.State


@dataclass(frozen=True)
class Shown:
    """The rows with a fault and those with a question, as the preview showed them."""

    faulty: set[int]
    doubtful: set[int]


def take_whole(viewer: Viewer, roster: Import, table: Table, accept_warnings: bool) -> Applied:
    """Compare and write everything, inside the transaction that holds the import's row."""
    take_registry_lock()
    found = check(viewer, roster.target, table, columns_of(roster), roster.defaults, lock=True)
    good, counts = found.good(accept_warnings), found.counts(accept_warnings)
    if not good:
        raise Refused("没有可以导入的行。改正错误后重新上传，或勾选确认待确认的行。")
    _writer(viewer, roster).take(good)
    keep(roster, found)
    roster.accept_warnings, roster.applied_by = accept_warnings, viewer.membership.user
    roster.next_row = len(found.rows)
    roster.taken = {**{key: counts[key] for key in COUNTED}, "left": 0}
    return close(viewer, roster)


def close(viewer: Viewer, roster: Import) -> Applied:
    """The import is over: everything is decided upon, or somebody closes it as it is. Inside a transaction."""
    roster.state, roster.applied_at = State.APPLIED, clock.now()
    roster.save()
    columns = columns_of(roster)
    heads = enumerate(roster.layout["heads"])
    remember(roster, {plain_head(head): columns[column] for column, head in heads if column in columns})
    done = Applied.of(roster)
    after = {"accept_warnings": roster.accept_warnings, **roster.taken}
    record(
        viewer, events.IMPORT_APPLIED, f"import:{roster.pk}", f"导入《{roster.file_name}》：{done.words}", after=after
    )
    return done


def take_in_chunks(viewer: Viewer, roster: Import, saved: Callable[[int], object], tell: Tell = silent) -> Applied:
    """Take the rows from `next_row` on, chunk by chunk; `saved` is called with the rows done in each one's transaction.

    Called again after any interruption it goes on where it was.
    """
    tell(roster.next_row, "读取文件")
    table = table_of(roster)
    reader = roster_of(viewer, roster.target, roster.defaults, lock=True)
    found = parsed(reader, table, columns_of(roster), lambda _done, words: tell(roster.next_row, words), use_up=True)
    if found.missing:
        raise Refused(f"没有找到“{'”“'.join(found.missing)}”这一列。")
    waiting: list[Any] = reader.taking_order(found.rows)[roster.next_row :]
    waiting.reverse()
    del table, found  # a row is held once, and let go of as it is taken
    faults = roster.findings.filter(verdict=ImportFinding.Verdict.FAULT)
    doubts = roster.findings.filter(verdict=ImportFinding.Verdict.WARNING)
    shown = Shown(set(faults.values_list("row", flat=True)), set(doubts.values_list("row", flat=True)))
    while waiting:
        part = [waiting.pop() for _ in range(min(CHUNK, len(waiting)))]
        for row in part:
            keys_of(row.name)  # worked out and remembered before the transaction, which others wait for
        with transaction.atomic():
            roster = Import.objects.select_for_update().get(pk=roster.pk)
            _take_chunk(viewer, roster, reader, part, shown)
            roster.taken["left"] = len(waiting)
            roster.save(update_fields=["next_row", "taken"])
            saved(roster.next_row)
        tell(roster.next_row, f"写入{roster.into}")
    with transaction.atomic():
        roster = Import.objects.select_for_update().get(pk=roster.pk)
        return Applied.of(roster) if roster.state == State.APPLIED else close(viewer, roster)


def _take_chunk(viewer: Viewer, roster: Import, reader: Any, part: list[Any], shown: Shown) -> None:
    """Compare a chunk anew, under the registry lock, and write what is good of it."""
    take_registry_lock()
    reader.compare(part)
    fates = [(row, _fate(row, roster.accept_warnings, shown)) for row in part]
    _writer(viewer, roster).take([row for row, fate in fates if fate in ("new", "changed", "same")])
    for _, fate in fates:
        roster.taken[fate] = roster.taken.get(fate, 0) + 1
    add_findings(
        roster,
        (one for row, fate in fates if fate == "faulty" and row.number not in shown.faulty for one in row.findings),
    )
    roster.next_row += len(part)


def _fate(row: Any, accept_warnings: bool, shown: Shown) -> str:
    """Under which count a compared row falls. What the preview asked about is not taken unconfirmed."""
    if row.is_faulty:
        return "faulty"
    doubtful = row.is_doubtful or row.number in shown.doubtful
    return "confirm" if doubtful and not accept_warnings else str(row.status)


def _writer(viewer: Viewer, roster: Import) -> Any:
    return TAKINGS[roster.target](viewer, roster)


def remember(roster: Import, heads: dict[str, str]) -> None:
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
