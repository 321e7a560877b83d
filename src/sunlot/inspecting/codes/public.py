"""The pages that a scanned code opens, on any phone and without an account: small, and in large words.

Nothing of a visit is shown but for a code that is genuine and of this minute. Who scanned one gets a pass (actions.pass_of)
to ask for avoidance, to complain, and to come back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sunlot.desk.forms import accepts
from sunlot.documents import visit_notice as letter
from sunlot.norms import clock, masking

from ..models import Form, FormPart, VisitCode
from ..notices import actions as answering
from ..notices import forms as notice_forms
from ..notices import papers
from ..notices import queries as notices
from ..notices.public import actor
from . import actions, checking, forms, queries


@never_cache
@require_safe
def code(request: HttpRequest, number: str, shown: str) -> HttpResponse:
    """Whether the visit of the code just scanned is lawful now."""
    found = _code(number)
    if found is None:
        return _verdict(request, checking.UNKNOWN)
    form = notices.whole(Form.objects.filter(pk=found.form_id)).get()
    now = clock.now()
    verdict, device, read = checking.verdict(form, number, shown, now)
    if not verdict.is_valid or device is None or read is None:
        return _verdict(request, verdict)
    context: dict[str, Any] = {"again": False}
    if request.method == "GET":
        context["again"] = not actions.note_scan(actor(request), found, device, read.step)
    return _verdict(request, verdict, **context, **_facts(form), way=actions.pass_of(form, now), checked_at=now)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """A number typed by hand: that a visit exists says nothing of who stands at the door."""
    form = forms.NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("visit:code-number", form.cleaned_data["number"].strip().upper().replace(" ", "") or "-")
    return render(request, "inspecting/public/enter.html", {"form": form})


@never_cache
@require_safe
def number(request: HttpRequest, number: str) -> HttpResponse:
    """A number without the part that changes."""
    known = _code(number) is not None
    return _verdict(request, _NUMBER_ONLY if known else checking.UNKNOWN)


_NUMBER_ONLY = checking.Verdict(
    "now", "只有编号，不能核实", "系统里有这个编号的检查，但编号谁都能抄写。请扫检查人员手机上此刻显示的检查码。"
)


@never_cache
@require_safe
def scanned(request: HttpRequest, way: str) -> HttpResponse:
    """What whoever scanned a code comes back to."""
    form, at = passed(way)
    return render(request, "inspecting/public/scanned.html", {"way": way, "scanned_at": at, **_facts(form)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def avoidance(request: HttpRequest, way: str) -> HttpResponse:
    """Ask that an inspector stay away, on the spot."""
    found, _ = passed(way)
    parts = [part for part in notices.standing_parts([found]) if part.state in notices.EDITABLE]
    form = notice_forms.AvoidanceForm(_people(parts), request.POST or None)

    def act(data: dict[str, Any]) -> None:
        part, inspector = form.chosen(parts)
        answering.ask_avoidance(actor(request), part, inspector, data["reason"], data["asked_by"], data["contact"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        return _done(request, way, "申请已收到", "由检查单位的负责人决定并告知您。决定之前不停止检查。")
    context = {"way": way, "form": form, "title": "申请回避", "button": "提交申请", "is_over": not parts,
               "words": "认为检查人员与检查事项有直接利害关系的，有权申请回避（行政处罚法第四十三条）。"}  # fmt: skip
    return render(request, "inspecting/public/ask.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, way: str) -> HttpResponse:
    """Complain of the visit. No name is asked for."""
    found, _ = passed(way)
    form = forms.ComplaintForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.complain(actor(request), found, data["words"], data["contact"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        return _done(request, way, "已转纪检监督", "检查单位看不到您反映的内容。留了联系方式的，会告知处理情况。")
    context = {"way": way, "form": form, "title": "反映问题", "button": "提交",
               "words": "反映的内容只给纪检监督，不给检查您的部门。不用留姓名。"}  # fmt: skip
    return render(request, "inspecting/public/ask.html", context, status=422 if form.errors else 200)


def _code(number: str) -> VisitCode | None:
    return VisitCode.objects.filter(number=number).first() if len(number) <= 16 and "\0" not in number else None


def passed(way: str) -> tuple[Form, datetime]:
    """The visit that a pass is of, and when its code was scanned. Raises Http404."""
    read = actions.read_pass(way)
    form = notices.whole(Form.objects.filter(pk=read[0])).first() if read else None
    if read is None or form is None:
        raise Http404
    return form, datetime.fromtimestamp(read[1], clock.SHANGHAI)


def _people(parts: Sequence[FormPart]) -> list[tuple[str, str]]:
    return [
        (f"{part.pk}-{member.inspector_id}", f"{masking.person(member.inspector.name)}，执法证号 {member.inspector.certificate}，{part.organisation.name}")
        for part in parts
        for member in part.members.all()
    ]  # fmt: skip


def _facts(form: Form) -> dict[str, Any]:
    """What is shown of a visit. Names are masked as on the whole public site: whoever stands at the door shows the
    certificate whose number stands here.
    """
    parts = notices.standing_parts([form])
    today = clock.today()
    people = [
        {
            "name": masking.person(member.inspector.name),
            "certificate": member.inspector.certificate,
            "expired": member.inspector.certificate_expires < today,
            "unit": part.organisation.name,
            "is_demo": member.inspector.is_demo,
        }
        for part in parts
        for member in part.members.all()
    ]
    return {
        "form": form,
        "parts": parts,
        "people": people,
        "items": papers.notice_items(parts),
        "frequency": notices.frequency_words(notices.entity_standing(form, today, parts)),
        "rights": letter.RIGHTS.splitlines(),
        "is_to_come": any(part.state in notices.EDITABLE for part in parts),
        "times": queries.times_of(form, parts),
    }


def _verdict(request: HttpRequest, verdict: checking.Verdict, **context: Any) -> HttpResponse:
    return render(request, "inspecting/public/code.html", {"verdict": verdict, **context}, status=verdict.status)


def _done(request: HttpRequest, way: str, title: str, words: str) -> HttpResponse:
    return render(request, "inspecting/public/done.html", {"way": way, "title": title, "words": words})
