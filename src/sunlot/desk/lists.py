"""Every list of the product: searched, filtered, sorted, paged and exported, with its whole state in the address."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import django_filters
from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header

from sunlot.documents import spreadsheets

from .models import SavedFilter
from .saved import saved_for

M = TypeVar("M", bound=models.Model)
PER_PAGE = 30
EXPORT_CHUNK = 2000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"


LISTED = 5000
"""So many rows are counted one by one and can be leafed through. Counting 200,000 takes longer than showing a page of
them, and nobody leafs so far: who searches in more narrows them, or exports.
"""

COUNT_KEPT = 60  # seconds

AT_ONCE = 5000
"""Exports of at most so many rows are answered in the request; larger ones are made by a job (`exporting.py`)."""


def count_of(rows: "models.QuerySet[Any]") -> int:
    """How many rows there are; where there are more than LISTED, as of at most a minute ago."""
    few = rows.order_by()[: LISTED + 1].count()
    if few <= LISTED:
        return few
    sql, values = rows.query.sql_with_params()
    key = f"count:{hashlib.sha256(repr((sql, values)).encode()).hexdigest()}"
    found: int | None = cache.get_or_set(key, lambda: rows.order_by().count(), COUNT_KEPT)
    return found if found is not None else few


class ListPaginator(Paginator):
    """Leafs through the first LISTED rows; `is_more` where there are others behind them."""

    @cached_property
    def _few(self) -> int:
        rows = self.object_list
        return rows.order_by()[: LISTED + 1].count() if isinstance(rows, models.QuerySet) else len(rows)

    @property
    def is_more(self) -> bool:
        return self._few > LISTED

    @cached_property
    def count(self) -> int:
        return min(self._few, LISTED)


@dataclass(frozen=True)
class Column(Generic[M]):
    """One column of an export, and of the JSON beside it under `key`; `number` is written as one, not as text."""

    key: str
    label: str
    value: Callable[[M], Any]
    number: bool = False


class JobRequest(HttpRequest):
    """What a job asks a list's view with: `Listing.export` then hands it the list itself (`Handed`)."""


class Handed(HttpResponse):
    """The list that a job asked a view for, and what its file is called; never sent to anybody."""

    def __init__(self, listing: "Listing[Any]", name: str, recorded: Callable[[], object] | None) -> None:
        super().__init__()
        self.listing, self.name, self.recorded = listing, name, recorded


@dataclass(frozen=True)
class Chosen:
    """A filter in force, and the address without it."""

    label: str
    without: str


class Listing(Generic[M]):
    """A list in the state that the address asks for.

    `sorts` maps a word of the address to the fields ordered by; each order is made total by the primary key, so
    that pages never repeat or lose a row. `keep` names parameters of the address that are no filters.
    """

    def __init__(
        self,
        request: HttpRequest,
        queryset: "models.QuerySet[M]",
        *,
        filters: type[django_filters.FilterSet],
        sorts: dict[str, Sequence[str]],
        default_sort: str,
        columns: Sequence[Column[M]] = (),
        unit: str = "条",
        per_page: int = PER_PAGE,
        keep: Sequence[str] = (),
    ) -> None:
        self.request, self.columns, self.unit, self.per_page = request, columns, unit, per_page
        self.filterset = filters(request.GET, queryset=queryset, request=request)
        self._sorts, self._default_sort = sorts, default_sort
        self._all = queryset
        self._keep = keep

    @cached_property
    def form(self) -> Any:
        return self.filterset.form

    @cached_property
    def saved(self) -> "models.QuerySet[SavedFilter]":
        """The states of this list that the viewer kept or a colleague shares; nobody's, where nobody is signed in."""
        viewer = getattr(self.request, "viewer", None)
        return saved_for(viewer, self.request.path) if viewer is not None else SavedFilter.objects.none()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What of the address is no filter and stays when one is set: names of `keep` with their values."""
        return [(name, self.request.GET[name]) for name in self._keep if name in self.request.GET]

    @cached_property
    def sort(self) -> str:
        """The order in force, `-` before it for descending; an unknown one in the address is the default."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.lstrip("-") in self._sorts else self._default_sort

    @cached_property
    def rows(self) -> "models.QuerySet[M]":
        """All rows that match, in order."""
        fields = list(self._sorts[self.sort.lstrip("-")])
        if self.sort.startswith("-"):
            fields = [field[1:] if field.startswith("-") else f"-{field}" for field in fields]
        # The key goes the same way, so that one index serves both orders.
        return self.filterset.qs.order_by(*fields, "-pk" if self.sort.startswith("-") else "pk")

    @cached_property
    def page(self) -> "Page[M]":
        """The page asked for; a number out of range is the nearest page there is."""
        return ListPaginator(self.rows, self.per_page).get_page(self.request.GET.get("page"))

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than can be leafed through."""
        return bool(getattr(self.page.paginator, "is_more", False))

    @cached_property
    def found(self) -> str:
        """How many rows match, in words: “1 219”, or “5 000 多” where a filter finds more than are counted."""
        if not self.is_more:
            return f"{self.page.paginator.count:,}".replace(",", "\u2009")
        if self.chosen:
            return f"{LISTED:,}多".replace(",", "\u2009")
        return f"{self.total:,}".replace(",", "\u2009")

    @cached_property
    def total(self) -> int:
        """How many there are without any filter."""
        return count_of(self._all)

    @cached_property
    def chosen(self) -> list[Chosen]:
        """The filters in force, each with the address that takes it off."""
        found = []
        for name, field in self.form.fields.items():
            values = [value for value in self.request.GET.getlist(name) if value != ""]
            for value in values:
                words = f"查找“{value}”" if name == "q" else f"{field.label}：{_words(field, value)}"
                found.append(Chosen(words, self._address(drop=(name, value))))
        return found

    def address_sorted(self, word: str) -> str:
        """The address of this list sorted by `word`; once more turns the order round."""
        turned = f"-{word}" if self.sort == word else word
        return self._address(sort=turned)

    def address_of_page(self, number: int) -> str:
        return self._address(page=str(number))

    @property
    def address_of_list(self) -> str:
        """The address of the list itself, as it is narrowed and sorted."""
        return self._address()

    def address_of_export(self, form: str) -> str:
        return self._address(format=form)

    @property
    def pages(self) -> Iterator[int | str]:
        """Page numbers to show, with … where some are left out."""
        return self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)

    def _address(self, drop: tuple[str, str] | None = None, **changes: str) -> str:
        query = self.request.GET.copy()
        query.pop("page", None)
        query.pop("format", None)
        if drop:
            query.setlist(drop[0], [value for value in query.getlist(drop[0]) if value != drop[1]])
        for name, value in changes.items():
            query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def wants_export(self) -> bool:
        """Whether the address asks for a file (`?format=csv` or `xlsx`) instead of the page."""
        return bool(self.columns) and self.request.GET.get("format") in ("csv", "xlsx")

    def export(self, name: str, recorded: Callable[[], object] | None = None) -> HttpResponseBase:
        """The matching rows as a file; where they are too many for a request, the page that offers to have it made.

        Text that begins like a formula is written so that no program runs it. `recorded` writes to the trail that the
        list is taken away, for a list of which that must be known.
        """
        if isinstance(self.request, JobRequest):
            return Handed(self, name, recorded)
        if self.rows.order_by()[: AT_ONCE + 1].count() > AT_ONCE:
            return render(self.request, "desk/export.html", {"listing": self, "name": name, "form": self.form_asked})
        if recorded is not None:
            recorded()
        cells = self.cells(self.rows.iterator(chunk_size=EXPORT_CHUNK))
        if self.form_asked == "xlsx":
            body, kind = spreadsheets.xlsx_stream(self.heads, cells, sheet=name), XLSX_TYPE
        else:
            body, kind = spreadsheets.csv_stream(self.heads, cells, bom=self.wants_bom), CSV_TYPE
        response = StreamingHttpResponse(body, content_type=kind)
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.{self.form_asked}") or ""
        return response

    @property
    def form_asked(self) -> str:
        """`csv` or `xlsx`, where the address asks for a file."""
        return self.request.GET["format"]

    @property
    def wants_bom(self) -> bool:
        return self.request.GET.get("bom") != "0"

    @property
    def heads(self) -> list[spreadsheets.Column]:
        return [spreadsheets.Column(column.label, number=column.number) for column in self.columns]

    def cells(self, rows: Iterable[M]) -> Iterator[list[Any]]:
        """The rows as the file holds them."""
        return ([column.value(row) for column in self.columns] for row in rows)

    def count_matching(self) -> int:
        """How many rows the file will hold; of very many, as of at most a minute ago."""
        return count_of(self.rows)


def _words(field: Any, value: str) -> str:
    """A filter's value as the form shows it."""
    for key, label in getattr(field, "choices", []):
        if str(getattr(key, "value", key)) == value:
            return str(label)
    return value
