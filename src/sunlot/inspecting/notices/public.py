"""The pages behind a notice's link. No account: the secret in the address is the key, and only its digest is known."""

from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sunlot.desk.forms import accepts
from sunlot.desk.views import pdf_response
from sunlot.documents import visit_notice as letter
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.staff.queries import slots_for
from sunlot.trail import files

from ..evidence import require_size
from ..models import AvoidanceRequest, Form, VisitNotice
from . import actions, forms, links, papers
from . import queries as notices
from .actions import Inspected


def actor(request: HttpRequest) -> Inspected:
    return Inspected(request.META.get("REMOTE_ADDR", ""))


def linked(view: Any) -> Any:
    """Make a view of a link: with the notice that it opens. One that ended says so; any other address is no page."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, secret: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = links.notice_of(secret)
        if found is None:
            raise Http404
        called_off = not found.forms.exclude(state=Form.State.REPLACED).exists()
        if called_off or not found.is_open(clock.now()):
            context = {"notice": found, "called_off": called_off}
            answer = render(request, "inspecting/public/ended.html", context, status=410)
        else:
            answer = view(request, found, secret, *args, **kwargs)
        # The address is the secret: no other site hears it. `no-referrer` would take the origin from our own forms too,
        # and with it the guard against forged ones.
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@linked
def notice(request: HttpRequest, found: VisitNotice, secret: str) -> HttpResponse:
    """The notice, what can be done about it, and confirming that it came."""
    form = forms.ConfirmForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> None:
            actions.confirm(actor(request), found, data["name"], data["capacity"])

        if form.is_valid() and accepts(form, None, act):
            return redirect("visit:notice", secret)
    elif request.method == "GET":
        actions.note_opened(actor(request), found)
    return _page(request, found, secret, confirm=form)


@require_http_methods(["POST"])
@linked
def materials(request: HttpRequest, found: VisitNotice, secret: str) -> HttpResponse:
    """Take files; what is not taken is named with its reason, and the others are in."""
    form = forms.MaterialForm(_items(found), request.POST)
    if form.is_valid():
        chosen = request.FILES.getlist("files")[: actions.MAX_MATERIALS]
        faults = [words for one in chosen if (words := _take(request, found, form.cleaned_data["item"], one))]
        for words in faults or ([] if chosen else ["还没有选文件。"]):
            form.add_error(None, words)
        if not form.errors:
            return redirect("visit:notice", secret)
    return _page(request, found, secret, materials=form)


def _take(request: HttpRequest, found: VisitNotice, item: str, upload: UploadedFile) -> str:
    try:
        require_size(upload.size or 0, is_photo=True)  # before it is read into memory
        actions.hand_in(actor(request), found, upload.name or "", upload.read(), item)
    except Refused as refusal:
        return f"{upload.name}：{refusal}"
    return ""


@require_http_methods(["POST"])
@linked
def avoidance(request: HttpRequest, found: VisitNotice, secret: str) -> HttpResponse:
    """Ask that an inspector stay away."""
    parts = _parts(found)
    form = forms.AvoidanceForm(_people(found), request.POST)

    def act(data: dict[str, Any]) -> None:
        part, inspector = form.chosen(parts)
        actions.ask_avoidance(
            actor(request), part, inspector, data["reason"], data["asked_by"], data["contact"], notice=found
        )

    if form.is_valid() and accepts(form, None, act):
        return redirect("visit:notice", secret)
    return _page(request, found, secret, avoidance=form)


@require_safe
@linked
def paper(request: HttpRequest, found: VisitNotice, secret: str) -> HttpResponse:
    """The notice as PDF, as it was sent."""
    return pdf_response(files.read(found.paper_id), "检查告知书.pdf")


def _parts(found: VisitNotice) -> list[Any]:
    return notices.standing_parts(notices.whole(found.forms.order_by("number")))


def _items(found: VisitNotice) -> list[tuple[str, str]]:
    return [(one.line.code, f"{one.line.code} {one.line.name}") for one in papers.notice_items(_parts(found))]


def _people(found: VisitNotice) -> list[tuple[str, str]]:
    return [
        (f"{part.pk}-{member.inspector_id}", f"{member.inspector.name}，执法证号 {member.inspector.certificate}，{part.organisation.name}")
        for part in _parts(found)
        if part.state in notices.EDITABLE
        for member in part.members.all()
    ]  # fmt: skip


def _page(request: HttpRequest, found: VisitNotice, secret: str, **given: Any) -> HttpResponse:
    subjects = list(notices.whole(found.forms.order_by("number")))
    parts = notices.standing_parts(subjects)
    people = _people(found)
    slots = slots_for(found.organisation, letter.VisitNotice.name)
    asked = AvoidanceRequest.objects.filter(notice=found).select_related("inspector")
    faulty = any(form.is_bound and form.errors for form in given.values())
    context = {
        "notice": found,
        "secret": secret,
        "subjects": subjects,
        "parts": parts,
        "items": papers.notice_items(parts),
        "officers": papers.officers(parts),
        "frequency": notices.frequency_words(notices.entity_standing(subjects[0], clock.today(), parts)),
        "period": actions.appointment_of(found).period,
        "rights": (slots.rights or letter.RIGHTS).splitlines(),
        "contact": slots.contact,
        "handed_in": found.materials.select_related("original"),
        "asked": asked,
        "is_to_come": any(part.state in notices.EDITABLE for part in parts),
        "confirm": forms.ConfirmForm(),
        "materials": forms.MaterialForm(_items(found)),
        "avoidance": forms.AvoidanceForm(people) if people else None,
        **given,
    }
    return render(request, "inspecting/public/notice.html", context, status=422 if faulty else 200)
