"""The pages of tables of ratios: those that one sees, one with all its versions, its form. Deciding is the catalogue's."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.catalogue.forms import MORE_ROWS, typed
from sunlot.catalogue.views.standing import standing
from sunlot.desk.forms import accepts
from sunlot.desk.lists import XLSX_TYPE
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from ..models import RatioTable, RatioVersion
from . import actions, forms, policy, queries, sheet
from .text import text_of

READ = "read"
"""The button's name: fill the rows from the file, store nothing."""

MOST_BYTES = 2_000_000


@require_GET
@desk_view()
def tables(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The tables that this person sees, and the way to a new one."""
    found = list(queries.tables_seen(viewer).order_by("organisation__path"))
    standing = {one.ratio_table_id: one for one in queries.standing_today(found)}
    own = next((one for one in found if one.organisation_id == viewer.base.pk), None)
    holding = queries.table_for(viewer.base, clock.today())
    context = {
        "rows": [(one, standing.get(one.pk)) for one in found],
        "own": own,
        "holding": holding,
        "may_write": policy.may_write(viewer, viewer.base),
        "today": clock.today(),
    }
    return render(request, "planning/ratios/list.html", context)


@require_GET
@desk_view()
def table(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One table: how it stands, what waits, what every version says, and its story."""
    found = _table(viewer, code)
    versions = list(queries.versions_seen(viewer, found).select_related("approved_by"))
    return render(request, "planning/ratios/table.html", {"table": found, **standing(request, viewer, found, versions)})


@require_http_methods(["GET", "POST"])
@desk_view()
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Draft the department's first table, from the figures that are suggested without one."""
    if not policy.may_write(viewer, viewer.base):
        raise NotAllowed(f"抽查比例和频次表由{policy.WRITERS}起草，由{policy.DECIDER}审核。")
    own = RatioTable.objects.filter(organisation=viewer.base).first()
    if own is not None:
        return redirect("planning:ratio-page", own.code)
    context = {"title": "起草抽查比例和频次表", "back": None, "fresh": True}
    return _write(request, viewer, None, actions.suggested(), "", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Write on at the open draft of a table, or begin its next version from the newest one."""
    found = _table(viewer, code)
    if not policy.may_write(viewer, found.organisation):
        raise NotAllowed(f"{found.organisation.name}的比例和频次表由{policy.WRITERS}起草，由{policy.DECIDER}审核。")
    newest = queries.with_rows(RatioVersion.objects.filter(ratio_table=found)).order_by("-number")[0]
    fresh = not newest.is_open
    text = text_of(newest)
    number = newest.number + 1 if fresh else newest.number
    context = {"title": f"{code} 第 {number} 版", "back": found, "newest": newest, "fresh": fresh}
    return _write(request, viewer, newest, text, "" if fresh else text.reason, context)


@require_GET
@desk_view()
def xlsx(request: HttpRequest, viewer: Viewer, code: str, number: int) -> HttpResponse:
    """A version as xlsx: to look at, or to change and read in again."""
    found = _table(viewer, code)
    version = visible_or_404(viewer, queries.versions_seen(viewer, found), number=number)
    response = HttpResponse(sheet.xlsx(version), content_type=XLSX_TYPE)
    name = f"{found.organisation.name}抽查比例和频次表-第{number}版.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# --- inside -------------------------------------------------------------------------------------------------------


def _table(viewer: Viewer, code: str) -> RatioTable:
    return visible_or_404(viewer, queries.tables_seen(viewer), code=code)


def _write(
    request: HttpRequest, viewer: Viewer, newest: RatioVersion | None, text: Any, reason: str, context: dict[str, Any]
) -> HttpResponse:
    """Show the form, fill its rows from a file, add one, or keep what it says as a draft."""
    subjects = forms.Subjects(text.rows)
    if request.method != "POST":
        form = forms.ReasonForm(initial={"reason": reason})
        rows = forms.formset(subjects, initial=[forms.initial_of(row) for row in text.rows])
        return _form_page(request, form, rows, context)
    if READ in request.POST or MORE_ROWS in request.POST:
        form = forms.ReasonForm(initial=dict(typed(forms.ReasonForm(), request.POST)))
        return _form_page(request, form, _rows_asked(request, subjects, context), context)
    form, rows = forms.ReasonForm(request.POST), forms.formset(subjects, request.POST)
    if not all([form.is_valid(), rows.is_valid()]):
        return _form_page(request, form, rows, context)
    said = forms.text_of_forms(form, rows, subjects)
    made: list[RatioVersion] = []
    if not accepts(form, None, lambda _: made.append(actions.write(viewer, newest, said))):
        return _form_page(request, form, rows, context)
    messages.success(request, f"已保存 {made[0].code} 第 {made[0].number} 版的草稿。核对后提交{policy.DECIDER}审核。")
    return redirect("planning:ratio-page", made[0].code)


def _rows_asked(request: HttpRequest, subjects: forms.Subjects, context: dict[str, Any]) -> Any:
    """One row more, or the rows of a file, judged at once; what the file is refused for stands above the rows as sent."""
    if MORE_ROWS in request.POST:
        return forms.one_more(subjects, request.POST)
    try:
        return forms.formset(subjects, _rows_read(request, subjects))
    except Refused as refused:
        context["refused"] = str(refused)
        return forms.one_more(subjects, request.POST)


def _rows_read(request: HttpRequest, subjects: forms.Subjects) -> QueryDict:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("选择要读入的文件（xlsx、xls、ods 或 csv）。")
    if (upload.size or 0) > MOST_BYTES:
        raise Refused("文件太大，这张表不会超过 2 MB。核对选的是不是比例和频次表。")
    return sheet.rows_of(upload.read(), subjects)


def _form_page(request: HttpRequest, form: forms.ReasonForm, rows: Any, context: dict[str, Any]) -> HttpResponse:
    faulty = sum(1 for row in rows if row.errors) if rows.is_bound else 0
    given = {"form": form, "rows": rows, "faulty": faulty, "more_rows": MORE_ROWS, "prefix": forms.PREFIX, "read": READ}
    return render(request, "planning/ratios/form.html", {**context, **given})
