"""Public lists: the same list as a page, as CSV and as JSON, at the same address with a suffix."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from sunlot.desk.lists import CSV_TYPE, Column, Listing
from sunlot.documents import spreadsheets
from sunlot.norms import clock

M = TypeVar("M", bound=models.Model)
FORMS = "csv|json"
_PIECE = 500


class PublicListing(Listing[M]):
    """A list whose exports stand beside it: `/items/` as `/items.csv` and `/items.json`, filtered alike."""

    def address_of_export(self, form: str) -> str:
        query = self.request.GET.copy()
        query.pop("page", None)
        path = f"{self.request.path.rstrip('/')}.{form}"
        return f"{path}?{query.urlencode()}" if query else path


def answer(listing: "PublicListing[M]", form: str | None, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """The list in the form that the address asks for: a page where `form` is None."""
    if form is None:
        return render(listing.request, template, {**context, "listing": listing})
    count = listing.rows.count() if form == "json" else 0
    return table(listing.request, form, listing.columns, listing.rows.iterator(chunk_size=2000), count)


def table(
    request: HttpRequest, form: str, columns: Sequence[Column[Any]], rows: Iterable[Any], count: int
) -> HttpResponseBase:
    """Rows as CSV (with a mark for Excel and WPS, without at `?bom=0`) or as JSON, which says `count`; both are written
    piece by piece.
    """
    if form == "csv":
        heads = [spreadsheets.Column(column.label, number=column.number) for column in columns]
        values = ([column.value(row) for column in columns] for row in rows)
        body = spreadsheets.csv_stream(heads, values, bom=request.GET.get("bom") != "0")
        return StreamingHttpResponse(body, content_type=CSV_TYPE)
    return StreamingHttpResponse(_json(columns, rows, count), content_type="application/json; charset=utf-8")


def _json(columns: Sequence[Column[Any]], rows: Iterable[Any], count: int) -> Iterator[bytes]:
    """`{"generated_at", "count", "columns": {key: label}, "rows": [{key: value}]}`."""
    head = {"generated_at": clock.iso(clock.now()), "count": count, "columns": {c.key: c.label for c in columns}}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": ['
    written = (json.dumps({c.key: c.value(row) for c in columns}, ensure_ascii=False, default=str) for row in rows)
    separated = chain.from_iterable(((",\n" if place else "\n"), text) for place, text in enumerate(written))
    while piece := "".join(islice(separated, 2 * _PIECE)):
        yield piece.encode("utf-8", errors="replace")
    yield b"\n]}\n"


def json_page(value: Any) -> HttpResponse:
    """A value as JSON for programs."""
    return HttpResponse(
        json.dumps(value, ensure_ascii=False, default=str) + "\n", content_type="application/json; charset=utf-8"
    )
