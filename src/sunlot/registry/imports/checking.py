"""Looking at an uploaded roster and keeping what there is to say: counts, findings, and the file's layout for the pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from sunlot.catalogue.models import ObjectKind
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files

from ..models import ColumnMemory, Import, ImportFinding
from .columns import SAMPLE, guess, score
from .marks import kind_named
from .preview import Preview, Tell, check, silent
from .reading import Format, Table, read
from .rows import Finding
from .values import as_written

BATCH = 2000


def table_of(roster: Import) -> Table:
    """The uploaded file, read again from its stored bytes."""
    return read(files.read(roster.file_id), roster.sheet or None, score(roster.target))


def layout_of(table: Table) -> dict[str, Any]:
    """What the pages need of a file: as much as its first rows, as JSON."""
    return {
        "sheets": list(table.sheets),
        "heads": list(table.heads),
        "title": table.title,
        "first": [[as_written(cell) for cell in cells] for _, cells in table.rows[:SAMPLE]],
    }


def first_rows(roster: Import) -> Table:
    """The head and the first rows of the file, without reading it."""
    layout = roster.layout
    rows: list[tuple[int, list[Any]]] = [
        (roster.header_row + place, cells) for place, cells in enumerate(layout["first"], 1)
    ]
    return Table(
        Format.XLSX,
        roster.sheet,
        tuple(layout["sheets"]),
        roster.header_row,
        tuple(layout["heads"]),
        layout["title"],
        rows,
    )


def columns_of(roster: Import) -> dict[int, str]:
    """Column → field as the import holds it."""
    return {int(column): name for column, name in roster.columns.items()}


def memory_of(organisation: Organisation, target: str) -> dict[str, str]:
    """Head → field as this organisation chose before."""
    return dict(ColumnMemory.objects.filter(organisation=organisation, target=target).values_list("head", "field"))


def guess_columns(viewer: Viewer, roster: Import, table: Table) -> None:
    """Match the columns of a file that is new to the import, or of another sheet of it."""
    guessed = guess(roster.target, table, memory_of(roster.organisation, roster.target))
    roster.sheet, roster.header_row, roster.layout = table.sheet, table.head_row, layout_of(table)
    roster.columns = {str(column): name for column, name in guessed.items()}
    roster.defaults = guess_defaults(viewer, roster.target, table, guessed, roster.file_name)


def guess_defaults(
    viewer: Viewer, target: str, table: Table, columns: Mapping[int, str], file_name: str
) -> dict[str, str]:
    """What the whole roster is, where no column says so: the kind of object or of mark that the file's name or title
    names, the own district.
    """
    around = f"{file_name} {table.title} {table.sheet}"
    if target == Import.Target.MARKS and "mark" not in columns.values():
        mark = kind_named(around)
        return {"mark": mark.value} if mark else {}
    if target != Import.Target.OBJECTS:
        return {}
    found: dict[str, str] = {}
    if "kind" not in columns.values():
        named = [kind for kind in ObjectKind.objects.all() if kind.name in around]
        longest = [
            kind for kind in named if not any(kind.name != other.name and kind.name in other.name for other in named)
        ]
        if len(longest) == 1:
            found["kind"] = longest[0].code
    if "region" not in columns.values() and len(viewer.region_prefix) == len(viewer.region_code):
        found["region"] = viewer.region_code
    return found


def look_at(viewer: Viewer, roster: Import, table: Table, tell: Tell = silent, *, use_up: bool = False) -> Preview:
    """What the import would do now; `use_up` empties the table."""
    return check(viewer, roster.target, table, columns_of(roster), roster.defaults, tell=tell, use_up=use_up)


@transaction.atomic
def keep(roster: Import, found: Preview) -> dict[str, int]:
    """Keep what was found, and let the import wait for its confirmation; returns the counts."""
    roster.findings.all().delete()
    add_findings(roster, found.findings)
    counts = found.counts()
    roster.counts = {**counts, "missing": found.missing}
    roster.state = Import.State.PREVIEW
    roster.save()
    return counts


def add_findings(roster: Import, findings: Iterable[Finding]) -> None:
    """Add findings for the pages."""
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
                about_id=one.about,
            )
            for one in findings
        ),
        batch_size=BATCH,
    )


def refuse_unreadable(roster: Import, refusal: str) -> None:
    """The file turned out to be no roster: the import says why and is over."""
    Import.objects.filter(pk=roster.pk, state=Import.State.CHECKING).update(
        state=Import.State.UNREADABLE, refusal=refusal or str(Refused("没有读完。"))
    )
