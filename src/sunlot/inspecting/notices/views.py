"""The staff's pages of notices: sent, revoked, what came back; the outbox; requests of avoidance; 住所无法联系."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail import files

from .. import policy, queries
from ..evidence_views import LOCKED_DOWN
from ..models import AvoidanceRequest, ContactAttempt, Form, FormPart
from . import actions, contact, forms, papers
from . import queries as notices

MOST_MESSAGES = 100


def _form(viewer: Viewer, pk: int) -> Form:
    return visible_or_404(viewer, notices.whole(queries.forms_seen(viewer)), pk=pk)


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK, Role.INSPECTOR)
def send(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Fill in and send the notice of a form; its link is shown once, on the page that answers."""
    found = _form(viewer, pk)
    if not policy.may_notify(viewer, found, found.parts.all()):
        raise NotAllowed("检查告知书由牵头单位、参加部门的经办人或本组检查人员发出。")
    together = notices.companions(found)
    parts = notices.standing_parts(together)
    form = forms.NoticeForm(found, request.POST or None, initial={"place": found.object.address})
    sent: actions.Sent | None = None

    def act(_: dict[str, Any]) -> None:
        nonlocal sent
        sent = actions.send_notice(viewer, found, form.appointment())

    if request.method == "POST" and form.is_valid() and accepts(form, None, act) and sent is not None:
        return _sent(request, found, sent)
    context = {
        "subject": found,
        "form": form,
        "together": together,
        "parts": parts,
        "items": papers.notice_items(parts),
        "officers": papers.officers(parts),
        "frequency": notices.frequency_words(notices.entity_standing(found, clock.today(), parts)),
    }
    return render(request, "inspecting/notices/send.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest, form: Form, sent: actions.Sent) -> HttpResponse:
    """The answer to the sending itself, never a page of its own: the link is in no session and no address of ours."""
    context = {"subject": form, "sent": sent, "rows": sent.notice.messages.all()}
    return render(request, "inspecting/notices/sent.html", context)


@require_POST
@desk_view(Role.CLERK, Role.INSPECTOR)
def resend(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Send a notice again under a new link."""
    found = visible_or_404(viewer, notices.notices_seen(viewer), pk=pk)
    sent = actions.resend(viewer, found)
    form = _form(viewer, next(one.pk for one in found.forms.all()))
    return _sent(request, form, sent)


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK, Role.INSPECTOR)
def revoke(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """End a notice, with the reason."""
    found = visible_or_404(viewer, notices.notices_seen(viewer).select_related("organisation"), pk=pk)
    subject = found.forms.select_related("object").order_by("pk")[0]
    form = forms.ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.revoke(viewer, found, data["reason"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(request, "告知书已撤销，链接失效。可以另发一份。")
        return redirect("inspecting:form", subject.pk)
    context = {"notice": found, "subject": subject, "form": form}
    return render(request, "inspecting/notices/revoke.html", context, status=422 if form.errors else 200)


@require_GET
@desk_view()
def paper(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The notice as it was sent."""
    found = visible_or_404(viewer, notices.notices_seen(viewer), pk=pk)
    return pdf_response(files.read(found.paper_id), f"检查告知书-{found.pk}.pdf")


@require_GET
@desk_view()
def material(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A file that the inspected handed in: somebody else's, so it is saved, never shown."""
    found = visible_or_404(viewer, notices.materials_seen(viewer), pk=pk)
    response = HttpResponse(files.read(found.original_id), content_type=found.mime)
    response["Content-Disposition"] = content_disposition_header(True, found.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = LOCKED_DOWN
    return response


@require_GET
@desk_view(Role.CLERK, Role.INSPECTOR)
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What was not really sent: the messages of a demonstration."""
    return render(request, "inspecting/notices/outbox.html", {"rows": notices.outbox_seen(viewer)[:MOST_MESSAGES]})


@require_http_methods(["GET", "POST"])
@desk_view()
def avoidance(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A request of avoidance, its decision, and where it leads."""
    found = visible_or_404(viewer, notices.avoidances_seen(viewer), pk=pk)
    form = forms.DecisionForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.decide_avoidance(viewer, found, data["granted"] == "yes", data["decision"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(request, "已作出决定。同意回避的，由经办人按规则更换检查人员。")
        return redirect("inspecting:avoidance", pk)
    attempt = found.part.form.task.attempt
    still = any(member.inspector_id == found.inspector_id for member in found.part.members.all())
    context = {
        "asked": found,
        "form": form,
        "may_decide": found.state == AvoidanceRequest.State.ASKED and policy.may_decide_avoidance(viewer, found.part),
        "draw_number": attempt.draw.number if attempt and viewer.has(Role.CLERK) else "",
        "still": still and found.part.is_editable,
    }
    return render(request, "inspecting/notices/avoidance.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view(Role.INSPECTOR)
def unreachable(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """住所无法联系 step by step: what is asked for, what is there, and the next attempt."""
    part = visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)
    form = forms.AttemptForm(request.POST or None, initial={"way": ContactAttempt.Way.VISIT, "on": clock.today()})

    def act(data: dict[str, Any]) -> None:
        actions.note_attempt(viewer, part, ContactAttempt(**data))

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(request, "已登记。")
        return redirect("field:unreachable", pk)
    context = {"part": part, "form": form, "steps": contact.steps(part), "attempts": part.contact_attempts.all()}
    return render(request, "inspecting/notices/unreachable.html", context, status=422 if form.errors else 200)


def panel(viewer: Viewer, form: Form, parts: list[FormPart], readable: list[FormPart]) -> dict[str, Any]:
    """What the form's page shows of notices; `readable` are the parts that the viewer reads in full."""
    known = list(notices.of_form(form))
    to_come = form.state in (Form.State.DISPATCHED, Form.State.SCHEDULED, Form.State.INSPECTING)
    return {
        "notices": known,
        "has_live_notice": any(one.revoked_at is None for one in known),
        "may_notify": to_come and policy.may_notify(viewer, form, parts),
        "may_read_materials": bool(readable),
        "avoidances": list(notices.avoidances_seen(viewer).filter(part__in=readable)),
    }
