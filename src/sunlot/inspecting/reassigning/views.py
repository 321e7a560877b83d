"""The pages of handing on: asking, and one page for each with its next step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sunlot.desk.forms import DeskForm, accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history

from ..models import FormPart, Reassignment
from ..notices.queries import live
from ..queries import forms_seen, parts_seen, whole
from . import actions, competence, policy, queries
from .forms import DeclineForm, HandOnForm, NameAgainForm, TakeForm

State = Reassignment.State


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def ask(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask that another unit takes the part."""
    part = visible_or_404(viewer, whole(parts_seen(viewer)), pk=pk)
    if not policy.may_ask(viewer, part):
        raise NotAllowed(f"指派由{part.organisation.name}的经办人提出。")
    if part.state != FormPart.State.OPEN:
        raise Refused(f"这一部分现在是“{part.get_state_display()}”，不能再指派。")
    units = competence.competent_units(part)
    form = HandOnForm(units, request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.ask(viewer, part, next(one for one in units if one.code == data["to"]), data["reason"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(
            request, f"已申请指派，等{part.organisation.name}的负责人审批。对方接收以前，检查仍由本单位办理。"
        )
        return redirect("inspecting:form", part.form_id)
    context = {"part": part, "form": form, "units": units}
    return render(request, "inspecting/reassigning/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view()
def detail(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """What is handed on, to whom and why, with the next step of whoever it is."""
    found = visible_or_404(viewer, queries.reassignments_seen(viewer), pk=pk)
    step = _Step(request, viewer, found)
    if request.method == "POST" and step.done():
        messages.success(request, step.words)
        return redirect("inspecting:reassignment", found.pk)
    seen = forms_seen(viewer).filter(pk=found.part.form_id).exists()
    taken = found.taken
    context = {
        "found": found,
        "part": found.part,
        "findings": list(found.part.findings.select_related("version__item")),
        "members": list(taken.members.select_related("inspector"))
        if taken and parts_seen(viewer).filter(pk=taken.pk).exists()
        else [],
        "sees_form": seen,
        "step": step,
        "may_withdraw": found.is_open and policy.may_ask(viewer, found.part),
        "notified": seen and _was_told(found),
        "history": history([found.thing, *([f"form:{found.part.form_id}"] if seen else [])]),
    }
    return render(request, "inspecting/reassigning/detail.html", context, status=step.status)


def _was_told(found: Reassignment) -> bool:
    """Whether a notice that names the old unit's inspectors still stands."""
    taken_at = found.answered_at
    if found.state != State.ACCEPTED or taken_at is None:
        return False
    return live([found.part.form]).filter(sent_at__lt=taken_at).exists()


class _Step:
    """The next step on one page, as far as it is this viewer's: forms, and what they do."""

    def __init__(self, request: HttpRequest, viewer: Viewer, found: Reassignment) -> None:
        self.request, self.viewer, self.found = request, viewer, found
        self.signing: SigningForm | None = None
        self.taking: TakeForm | None = None
        self.declining: DeclineForm | None = None
        self.naming: NameAgainForm | None = None
        self.drawn: list[Any] = []
        self.words = ""
        mine = found.part.state == FormPart.State.OPEN and queries.is_mine(viewer, found)
        if mine and found.state == State.ASKED:
            page = actions.page_of(found, policy.GIVER)
            self.signing = SigningForm(page, self._given(""), has_key=has_key(viewer))
        elif mine:
            self.drawn = competence.drawn_before(found.part, found.to)
            people = [] if self.drawn else competence.eligible(found.part, found.to)
            given = self._given("take")
            self.taking = TakeForm(found.digest, people, self.drawn, given, has_key=has_key(viewer), auto_id="take_%s")
            self.declining = DeclineForm(self._given("decline"), auto_id="decline_%s")
        elif _may_name(viewer, found):
            assert found.taken is not None  # noqa: S101 -- asked before
            self.naming = NameAgainForm(
                competence.eligible(found.taken, found.to), self._given("name"), auto_id="name_%s"
            )

    def _given(self, act: str) -> Any:
        """What was sent, where it was sent to this form."""
        post = self.request.POST
        mine = post.get("act") == act if act else "withdraw" not in post
        return post if self.request.method == "POST" and mine else None

    @property
    def status(self) -> int:
        shown: list[DeskForm | None] = [self.signing, self.taking, self.declining, self.naming]
        return 422 if any(form is not None and form.errors for form in shown) else 200

    def done(self) -> bool:
        """Do what was asked; what is wrong stands in its form."""
        act, viewer, found = self.request.POST.get("act", ""), self.viewer, self.found
        if "withdraw" in self.request.POST:
            actions.withdraw(viewer, found)
            self.words = "已撤回，检查仍由原单位办理。"
            return True
        if self.signing is not None:
            return self._decide(self.signing)
        if self.taking is not None and act == "take":
            return self._take(self.taking)
        if self.declining is not None and act == "decline":
            self.words = "已退回原单位，对方会看到理由。"
            return self.declining.is_valid() and accepts(
                self.declining, "reason", lambda data: actions.decline(viewer, found, data["reason"])
            )
        if self.naming is not None and act == "name":
            self.words = "已重新指定检查人员。"
            return self.naming.is_valid() and accepts(
                self.naming, None, lambda data: actions.name_again(viewer, found, data["inspectors"], data["why"])
            )
        raise NotAllowed("这一步不由您办理，或已经办过。刷新页面看最新情况。")

    def _decide(self, form: SigningForm) -> bool:
        if not form.is_valid():
            return False
        if form.refuses:
            self.words = "已退回，经办人会看到您的意见。"
            return accepts(form, "reason", lambda _: actions.return_request(self.viewer, self.found, form.refusal))
        proof = form.proven(self.request, self.viewer)
        self.words = f"已同意，等{self.found.to.full_name}接收。接收以前，检查仍由原单位办理。"
        return proof is not None and accepts(
            form, None, lambda _: actions.approve(self.viewer, self.found, proof, form.comment_given)
        )

    def _take(self, form: TakeForm) -> bool:
        proof = form.proven(self.request, self.viewer) if form.is_valid() else None
        self.words = "已接收，检查人员现在可以看到这份检查表。"

        def act(data: dict[str, Any]) -> None:
            assert proof is not None  # noqa: S101 -- asked before
            actions.accept(
                self.viewer, self.found, proof, data.get("inspectors", ()), data.get("why", ""), data["comment"]
            )

        return proof is not None and accepts(form, None, act)


def _may_name(viewer: Viewer, found: Reassignment) -> bool:
    """Whether the viewer may name other inspectors of what was taken."""
    named = found.state == State.ACCEPTED and found.by == Reassignment.By.NAMED
    return named and found.taken is not None and found.taken.is_editable and policy.may_take(viewer, found)
