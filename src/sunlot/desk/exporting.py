"""Large lists as files: made by a long job, fetched by the person who asked, deleted after a set time.

The job asks the list's own view for the list, as that person in that role: whatever narrows the page for somebody narrows
the file, and no list is declared twice. It notes the keys of all rows first and then reads them piece by piece, so that
memory does not grow with the rows, no reading transaction stays open while the job writes its progress, and rows that
come in meanwhile change nothing. A job that was interrupted begins anew: half a spreadsheet can't be continued.
"""

import hashlib
from array import array
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve, reverse

from sunlot.documents import spreadsheets
from sunlot.norms import clock
from sunlot.organisations.middleware import walled_off
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from . import events, work
from .lists import EXPORT_CHUNK, Handed, JobRequest, Listing
from .models import Export, Job

KEPT = timedelta(days=7)
"""So long the file waits for the person, over a weekend and some days; then it is deleted: it may hold personal data."""


def asked_list(viewer: Viewer, path: str, query: str) -> Handed:
    """The list at this address as the viewer sees it.

    Raises Refused where there is no list that can be exported, NotAllowed where the viewer may not open the page.
    """
    request = JobRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.GET = QueryDict(query)
    request.user = viewer.membership.user
    request.viewer = viewer  # type: ignore[attr-defined]  # as organisations.middleware sets it
    if not path.startswith("/desk/"):
        raise Refused("这个地址不是可以导出的列表。")
    if walled_off(viewer, path):  # the middleware does not stand before a view that a job calls
        raise NotAllowed(f"{viewer.role.label}不查看业务数据。")
    try:
        found = resolve(path)
        answer = found.func(request, *found.args, **found.kwargs)
    except (Resolver404, Http404):
        raise Refused("这份名单已经不在了，或不在您的范围内。") from None
    if not isinstance(answer, Handed):
        raise Refused("这个地址不是可以导出的列表。")
    return answer


@transaction.atomic
def ask(viewer: Viewer, path: str, query: str) -> Job:
    """Have the list at this address made into a file; asked for twice while it is being made is once."""
    handed = asked_list(viewer, path, query)
    digest = hashlib.sha256(f"{path}?{query}".encode()).hexdigest()[:16]
    subject = f"export:{viewer.membership.pk}:{digest}"
    before = work.job_of(subject, EXPORT)
    if before is not None and before.is_live:
        return before
    total = handed.listing.count_matching()
    after = {"path": path, "query": query, "rows": total}
    record(viewer, events.LIST_EXPORTED, f"user:{viewer.user_id}", f"导出“{handed.name}”", after=after)
    if handed.recorded is not None:
        handed.recorded()
    return work.start(
        viewer,
        EXPORT,
        f"导出“{handed.name}.{handed.listing.form_asked}”",
        subject=subject,
        address=reverse("exports"),
        arguments={"path": path, "query": query},
        total=total,
    )


def exports_of(viewer: Viewer) -> "QuerySet[Export]":
    """The files that the viewer asked for in the role that it acts in, newest first."""
    return Export.objects.filter(owner=viewer.membership)


def delete(viewer: Viewer, pk: int) -> Export | None:
    """Delete one of the viewer's own files before its time; deleted twice is deleted once."""
    found = exports_of(viewer).filter(pk=pk).first()
    if found is not None:
        _remove([found])
    return found


def path_of(export: Export) -> Path:
    """Where the file lies."""
    return _folder() / f"{export.job_id}.{export.form}"


def clear() -> None:
    """Delete the files whose time is over, and those that no row names: of a worker that was killed."""
    now = clock.now()
    _remove(list(Export.objects.filter(until__lt=now)))
    named = {path_of(one).name for one in Export.objects.all()}
    live = set(Job.objects.filter(kind=EXPORT.name, state__in=Job.LIVE).values_list("pk", flat=True))
    for path in _folder().iterdir():
        if path.name not in named and not (path.stem.isdecimal() and int(path.stem) in live):
            path.unlink(missing_ok=True)


def _remove(exports: list[Export]) -> None:
    """The file first: a row without a file says so, a file without a row would be found by nobody but `clear`."""
    for one in exports:
        path_of(one).unlink(missing_ok=True)
    Export.objects.filter(pk__in=[one.pk for one in exports]).delete()


def _folder() -> Path:
    folder = Path(settings.SUNLOT_EXPORTS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _make(hands: work.Work) -> work.Outcome:
    """Write the file aside, put it in its place, then its row: a crash in between leaves what `clear` takes away."""
    viewer, asked = hands.viewer, hands.arguments
    handed = asked_list(viewer, asked["path"], asked["query"])
    listing, form = handed.listing, handed.listing.form_asked
    keys = array("q", listing.rows.values_list("pk", flat=True).iterator(chunk_size=EXPORT_CHUNK))
    hands.progress(0, len(keys), "正在写入文件")
    part = _folder() / f"{hands.job.pk}.part"
    try:
        with part.open("wb") as target:
            cells = listing.cells(_rows(hands, listing, keys))
            if form == "xlsx":
                spreadsheets.write_xlsx(target, listing.heads, cells, sheet=handed.name)
            else:
                target.writelines(spreadsheets.csv_stream(listing.heads, cells, bom=listing.wants_bom))
        size = part.stat().st_size
        part.replace(_folder() / f"{hands.job.pk}.{form}")
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    with transaction.atomic():
        hands.save(len(keys), {})  # nobody else holds the job
        now = clock.now()
        facts = {"owner": viewer.membership, "name": handed.name, "form": form, "rows": len(keys), "size": size}
        Export.objects.update_or_create(job=hands.job, defaults={**facts, "made_at": now, "until": now + KEPT})
    return work.Outcome(f"文件已生成，保留 {KEPT.days} 天", reverse("exports"))


def _rows(hands: work.Work, listing: Listing[Any], keys: "array[int]") -> Iterator[Any]:
    """The rows in their order, piece by piece; what was deleted since the keys were noted is left out."""
    for start in range(0, len(keys), EXPORT_CHUNK):
        piece = keys[start : start + EXPORT_CHUNK]
        found = {row.pk: row for row in listing.rows.filter(pk__in=piece.tolist())}
        yield from (found[key] for key in piece if key in found)
        hands.progress(start + len(piece))


EXPORT = work.JobKind("desk.export", "导出名单", _make, unit="行")
