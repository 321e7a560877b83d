"""The inspector's pages at /field/: made for a phone, one thumb, and readable without script."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue import queries as catalogue
from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.drawing.models import Replacement
from sunlot.norms import clock
from sunlot.organisations import scans
from sunlot.organisations.handwriting import HEIGHT, WIDTH
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.staff.keys import has_key

from . import actions, deadlines, modes, presenting, queries, records
from .actions.guards import held_by
from .evidence import Facts
from .evidence_views import take_all
from .forms import (
    AbsenceForm,
    InspectedHandForm,
    InspectedPaperForm,
    ObstacleForm,
    RecordForm,
    SignForm,
    TakeBackForm,
    base_of,
    version_in,
)
from .models import Evidence, Finding, FormPart
from .notices import contact
from .notices.queries import materials_of

inspector_view = desk_view(Role.INSPECTOR)


def _part(viewer: Viewer, pk: int) -> FormPart:
    """A part with what stands at hand while it is filled in: sub-items, materials, the findings that each item offers."""
    at_hand = ("sub_items", "materials", "offered_findings")
    parts = queries.whole(queries.parts_seen(viewer))
    return visible_or_404(viewer, parts.prefetch_related(*(f"findings__version__{rows}" for rows in at_hand)), pk=pk)


def _view_of(part: FormPart) -> presenting.PartView:
    return presenting.part_view(part, queries.signatures_by_part([part])[part.pk])


@require_GET
@inspector_view
def mine(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """My forms: those to inspect by deadline, those to sign, and the newest that are done with."""
    parts = (
        queries.parts_seen(viewer)
        .select_related("form__task", "form__object", "organisation")
        .prefetch_related("findings")
    )
    open_states = [FormPart.State.OPEN, FormPart.State.RETURNED]
    waiting = sorted(parts.filter(state__in=open_states), key=lambda part: (part.inspect_by, part.form.number))
    return render(
        request,
        "inspecting/field_mine.html",
        {
            "waiting": [
                (part, deadlines.due_of(part), sum(bool(f.answer) for f in part.findings.all())) for part in waiting
            ],
            "to_sign": queries.to_countersign(viewer)
            .select_related("form__object", "recorded_by")
            .order_by("completed_on"),
            "done": parts.exclude(state__in=open_states).order_by(F("recorded_at").desc(nulls_last=True), "-pk")[:20],
        },
    )


@require_http_methods(["GET", "POST"])
@inspector_view
def part(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The form: shown, or saved as far as it goes."""
    found = _part(viewer, pk)
    if not found.is_editable:
        if request.method == "POST":
            raise Refused(found.why_closed)
        return render(
            request,
            "inspecting/field_done.html",
            {
                "shown": _view_of(found),
                "way": presenting.way(found.form),
                "editions": found.editions.select_related("recorded_by"),
            },
        )
    if request.method == "POST":
        return _save(request, viewer, found)
    return _show(request, found, RecordForm(found, initial=RecordForm.initial_of(records.data_of(found))))


def _save(request: HttpRequest, viewer: Viewer, found: FormPart) -> HttpResponse:
    form = RecordForm(found, request.POST)
    form.is_valid()
    try:
        saved = actions.save_part(viewer, found, form.record(), version=form.version(), base=form.base())
    except actions.Clash as clash:
        current = _part(viewer, found.pk)
        merged = RecordForm(current, initial=RecordForm.initial_of(clash.mine))
        return _show(request, current, merged, clash=clash, status=409)
    if form.errors:
        saved = _part(viewer, found.pk)
        form.part = saved
        return _show(request, saved, form, status=422)
    then = request.POST.get("then", "")
    if then == "all-fine":
        return redirect("field:all-fine", found.pk)
    missing = records.gaps(saved, records.data_of(saved))
    if then == "inspected" and not missing:
        return redirect("field:inspected", found.pk)
    if then == "inspected":
        return redirect(f"{reverse('field:part', args=[found.pk])}?missing=1#{missing[0].place}")
    messages.success(request, "已保存。" if missing else "已保存，各项都已填写，可以请被检查人签字。")
    return redirect("field:part", found.pk)


def _show(
    request: HttpRequest, found: FormPart, form: RecordForm, *, clash: actions.Clash | None = None, status: int = 200
) -> HttpResponse:
    data = records.data_of(found)
    missing = records.gaps(found, data)
    shown = _view_of(found)
    places: dict[str, list[str]] = {}
    for gap in missing:
        places.setdefault(gap.place, []).append(gap.words)
    context: dict[str, Any] = {
        "shown": shown,
        "part": found,
        "form": form,
        "rows": [_row(number, finding, form, clash) for number, finding in enumerate(found.findings.all(), 1)],
        "modes": [
            (mode, modes.Mode(mode).label, [form[blank.name] for blank in blanks], mode in (form["mode"].value() or ()))
            for mode, blanks in modes.BLANKS.items()
        ],
        "base": base_of(found),
        "missing": missing,
        "places": places,
        "show_missing": "missing" in request.GET,
        "begun": shown.answered > 0,
        "clash": clash,
        "theirs": _clash_words(form, clash),
        "handed_in": materials_of([found.form_id]).get(found.form_id, []),
        "guides": catalogue.guides_covering(
            [finding.version.item_id for finding in found.findings.all()], clock.today()
        ),
        "held": held_by(found),
        "copies": found.copies.select_related("user", "device"),
        "obstacles": found.obstacles.select_related("reported_by"),
        "way": presenting.way(found.form, found.form.team_label),
        "colleagues": [line.name for line in shown.members],
    }
    return render(request, "inspecting/field_part.html", context, status=status)


def _row(number: int, finding: Finding, form: RecordForm, clash: actions.Clash | None) -> dict[str, Any]:
    """One item as the page shows it, with both versions where two people changed it."""
    version, code = finding.version, finding.version.item.code
    theirs = clash.theirs if clash else {}
    bound = {name: form[f"{name}-{code}"] for name in ("answer", "note", "severity", "article", "measured")}
    chosen = {str(value) for value in form[f"offers-{code}"].value() or ()}
    bound["article"].field.widget.attrs["list"] = f"bases-{code}"
    return {
        **bound,
        "number": number,
        "finding": finding,
        "code": code,
        "value": bound["answer"].value() or "",
        "told": any(one.value() for name, one in bound.items() if name != "answer"),
        "repealed": version.is_repealed_on(clock.today()),
        "offers": [(one, str(one.position) in chosen) for one in version.offered_findings.all()],
        "evidence": [one for one in finding.part.evidence.all() if one.finding_id == finding.pk and one.counts],
        "their_answer": Finding.Answer(theirs[f"answer-{code}"]).label if f"answer-{code}" in theirs else None,
        "their_note": theirs.get(f"note-{code}"),
        "theirs": _their_rest(finding, theirs),
    }


def _their_rest(finding: Finding, theirs: Mapping[str, str]) -> list[str]:
    """The other's values of the fields that only a problem has, in words."""
    code = finding.version.item.code
    said = {
        name: theirs[f"{name}-{code}"]
        for name in ("offers", "severity", "article", "measured")
        if f"{name}-{code}" in theirs
    }
    if "offers" in said:
        positions = said["offers"].split(",")
        said["offers"] = "；".join(
            o.text for o in finding.version.offered_findings.all() if str(o.position) in positions
        )
    if said.get("severity"):
        said["severity"] = Finding.Severity(said["severity"]).label
    names = {"offers": "问题", "severity": "严重程度", "article": "违反条款", "measured": "测量值"}
    return [f"{names[name]}：{value or '（空）'}" for name, value in said.items()]


def _clash_words(form: RecordForm, clash: actions.Clash | None) -> dict[str, str]:
    """The other's value of each field outside the items, in words."""
    if clash is None:
        return {}
    stored = RecordForm.initial_of(records.unflat({**records.flat(clash.mine), **clash.theirs}))
    words = {name: stored[name] for name in ("began_at", "ended_at", "remark", "from_paper") if name in clash.theirs}
    if "mode" in clash.theirs:
        words["mode"] = modes.words(clash.theirs["mode"])
    words |= {blank.name: blank.words(stored[blank.name]) for blank in modes.ALL if blank.name in clash.theirs}
    if "categories" in clash.theirs:
        labels = dict(form.fields["categories"].choices)  # type: ignore[attr-defined]  # a MultipleChoiceField
        words["categories"] = "、".join(labels[value] for value in stored["categories"])
    return words


@require_POST
@inspector_view
def start(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The visit begins now."""
    actions.start_part(viewer, _part(viewer, pk))
    return redirect("field:part", pk)


@require_POST
@inspector_view
def take_over(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Fill the part here, whichever phone has it."""
    found = _part(viewer, pk)
    actions.check_out(viewer, found, None, over=True)
    messages.success(request, "已接手，现在可以在这里填写。那部手机上没有上传的内容会留存为副本。")
    return redirect("field:part", pk)


@require_http_methods(["GET", "POST"])
@inspector_view
def take_back(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take a submitted record back, with the reason, to submit it anew."""
    found = _part(viewer, pk)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(viewer, found, form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已收回，改正后重新签字提交。原来的一版留存可查。")
            return redirect("field:part", pk)
    context = {"part": found, "form": form, "shown": _view_of(found)}
    return render(request, "inspecting/field_take_back.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@inspector_view
def obstacle(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Report that the object can't be inspected; its replacement by the rule is for the clerks."""
    found = _part(viewer, pk)
    form = ObstacleForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        label = Replacement.Cause(data["cause"]).label
        facts = Facts(kind=Evidence.Kind.PHOTO, caption=f"不能检查：{label}")
        faults = take_all(viewer, found, request.FILES.getlist("files"), facts)
        if faults:
            raise Refused("；".join(faults))
        actions.report_obstacle(viewer, found, data["cause"], data["reason"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(request, "已报告，经办人核实后按规则替补。")
        return redirect("field:part", pk)
    if form.errors:
        found = _part(viewer, pk)  # some of the photos may have been taken
    context = {"part": found, "form": form, "shown": _view_of(found), "has_photo": contact.has_photo(found)}
    return render(request, "inspecting/field_obstacle.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@inspector_view
def all_fine(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """未发现问题 for every item that has no answer, after showing which these are."""
    found = _part(viewer, pk)
    open_items = [finding for finding in found.findings.all() if not finding.answer]
    if request.method == "POST":
        actions.fill_fine(viewer, found)
        messages.success(request, f"{len(open_items)} 项已填“未发现问题”。")
        return redirect("field:part", pk)
    if not open_items or not found.is_editable:
        return redirect("field:part", pk)
    return render(request, "inspecting/field_all_fine.html", {"part": found, "open_items": open_items})


@require_http_methods(["GET", "POST"])
@inspector_view
def inspected(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The inspected signs by hand or on paper, or the reason why not is noted with its witness."""
    found = _part(viewer, pk)
    if not found.is_editable:
        return _too_late(request, found)
    way = request.POST.get("way", "")
    hand = InspectedHandForm(request.POST if way == "hand" else None)
    paper = InspectedPaperForm(*(request.POST, request.FILES) if way == "paper" else ())
    absence = AbsenceForm(
        request.POST if way == "absence" else None,
        initial={"reason": found.absence_reason, "witness": found.witness, "witness_is": found.witness_is},
    )
    version = version_in(request.POST)
    chosen = {"hand": hand, "paper": paper, "absence": absence}.get(way)
    if chosen is not None and chosen.is_valid():
        try:
            _take(viewer, found, way, chosen.cleaned_data, version)
        except Refused as refusal:
            chosen.add_error(None, str(refusal))
        else:
            return redirect("field:submit", pk)
    missing = records.gaps(found, records.data_of(found))
    if missing and request.method == "GET":
        return redirect(f"{reverse('field:part', args=[pk])}?missing=1#{missing[0].place}")
    context = {
        "shown": _view_of(found), "part": found, "hand": hand, "paper": paper, "absence": absence, "way": way,
        "pad": {"width": WIDTH, "height": HEIGHT},
    }  # fmt: skip
    return render(request, "inspecting/field_inspected.html", context, status=200 if chosen is None else 422)


def _too_late(request: HttpRequest, found: FormPart) -> HttpResponse:
    """Back to the form that was submitted already; whoever pressed a button hears why nothing happened."""
    if request.method == "POST":
        messages.error(request, f"这一部分已提交（{found.get_state_display()}），不能再改。")
    return redirect("field:part", found.pk)


def _take(viewer: Viewer, found: FormPart, way: str, given: dict[str, Any], version: int) -> None:
    if way == "hand":
        actions.sign_inspected(viewer, found, given["name"], given["strokes"], version=version)
    elif way == "paper":
        upload = given["scan"]
        try:
            scans.require_size(upload.size)  # before the file is read into memory
        except scans.ScanError as fault:
            raise Refused(str(fault)) from fault
        actions.upload_inspected(viewer, found, given["name"], upload.read(), upload.name, version=version)
    else:
        noted = records.Absence(given["reason"], given["witness"], given["witness_is"])
        actions.note_absence(viewer, found, noted, version=version, strokes=given["strokes"])


@require_http_methods(["GET", "POST"])
@inspector_view
def submit(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The finished record once more, and the inspector's own signature: with it the record is submitted."""
    found = _part(viewer, pk)
    shown = _view_of(found)
    if not found.is_editable:
        return _too_late(request, found)
    if request.method == "GET":
        missing = records.gaps(found, records.data_of(found))
        if missing:
            return redirect(f"{reverse('field:part', args=[pk])}?missing=1#{missing[0].place}")
        if shown.inspected is None and found.absence_noted_at is None:
            return redirect("field:inspected", pk)

    def act(digest: str, proof: Proof) -> SafeString | str:
        actions.record_part(viewer, found, digest, proof)
        others = [line.name for line in shown.members if line.user_id != viewer.user_id]
        return "已提交，等待复核。" + (f"还应由{'、'.join(others)}在自己的账号签字。" if others else "")

    return _signing(request, viewer, shown, act, {"button": "签名并提交复核", "heading": "核对并提交"})


@require_http_methods(["GET", "POST"])
@inspector_view
def sign(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Another member of the team signs the submitted record."""
    found = _part(viewer, pk)
    if found.is_editable:
        if request.method == "POST":
            messages.error(request, "这份记录还没有提交，提交后再签字。")
        return redirect("field:part", pk)

    def act(digest: str, proof: Proof) -> str:
        actions.sign_part(viewer, found, digest, proof)
        return "已签字。"

    return _signing(request, viewer, _view_of(found), act, {"button": "签字", "heading": "核对并签字"})


def _signing(
    request: HttpRequest, viewer: Viewer, shown: presenting.PartView, act: Any, words: dict[str, str]
) -> HttpResponse:
    """A record with the password field under it; `act(digest, proof)` signs and returns the receipt's words."""
    form = SignForm(request.POST or None, initial={"digest": shown.digest}, has_key=has_key(viewer))
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data["digest"], form.proof(request, viewer)))
            return redirect("field:mine")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "inspecting/field_sign.html", {"shown": shown, "part": shown.part, "form": form, **words})
