"""Opinions of experts and commissioned bodies: asked for and read at the desk, filed under a link."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import DeskForm, accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.middleware import address_of
from sunlot.organisations.viewer import Viewer
from sunlot.trail import files

from . import policy, queries
from .actions import invited as actions
from .models import FormPart, Invitation, Opinion


class InviteForm(DeskForm):
    """Whom to ask for what."""

    expert = forms.ChoiceField(label="检查组的专家", required=False)
    kind = forms.ChoiceField(label="种类", choices=Invitation.Kind.choices, initial=Invitation.Kind.COMMISSIONED)
    name = forms.CharField(label="姓名或机构名称", required=False, max_length=80)
    asks = forms.CharField(
        label="请其查明的事项", max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text="对方只看到这里写的、检查对象的名称和地址、本部门检查的事项，看不到检查记录。",
    )  # fmt: skip
    days = forms.IntegerField(label="链接有效天数", min_value=1, max_value=actions.MOST_DAYS, initial=15)

    def __init__(self, part: FormPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        joined = part.form.experts.select_related("expert__institution")
        choices = [(str(one.expert_id), f"{one.expert.name}（{one.expert.institution.name}）") for one in joined]
        field = self.fields["expert"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", "不是，另填姓名或机构"), *choices]

    def asked(self) -> actions.Asked:
        said = self.cleaned_data
        expert = int(said["expert"]) if said["expert"] else None
        return actions.Asked(said["kind"], said["name"], said["asks"], said["days"], expert)


class OpinionForm(DeskForm):
    """What an invited one files."""

    text = forms.CharField(
        label="意见", required=False, max_length=actions.MOST_TEXT, widget=forms.Textarea({"rows": 8})
    )
    report = forms.FileField(label="报告（PDF）", required=False, help_text="加盖公章或签字的报告，20 MB 以内。")


@require_http_methods(["GET", "POST"])
@desk_view()
def opinions(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Who was asked, what came back; posted, makes a link and shows it this once."""
    part = visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)
    form = InviteForm(part, request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        made: list[str] = []
        if accepts(form, "name", lambda _: made.append(actions.invite(viewer, part, form.asked())[1])):
            link = settings.SUNLOT_PUBLIC_URL + reverse("invited", args=made)
            form = InviteForm(part)
    invitations = part.invitations.select_related("made_by", "expert").prefetch_related("opinions__file")
    context = {
        "part": part,
        "rows": [(one, one.is_open(clock.now())) for one in invitations],
        "form": form,
        "link": link,
        "may_invite": policy.may_issue(viewer, part),
    }
    return render(request, "inspecting/opinions.html", context, status=422 if form.errors else 200)


@require_POST
@desk_view()
def revoke(request: HttpRequest, viewer: Viewer, pk: int, invitation: int) -> HttpResponse:
    """Take a link back."""
    part = visible_or_404(viewer, queries.parts_seen(viewer), pk=pk)
    actions.revoke(viewer, visible_or_404(viewer, part.invitations.all(), pk=invitation))
    return redirect("inspecting:opinions", part.pk)


@require_GET
@desk_view()
def opinion_file(request: HttpRequest, viewer: Viewer, pk: int, opinion: int) -> HttpResponse:
    """The PDF of an opinion."""
    part = visible_or_404(viewer, queries.parts_seen(viewer), pk=pk)
    found = Opinion.objects.filter(invitation__part=part, pk=opinion, file__isnull=False).first()
    if found is None or found.file_id is None:
        raise Http404
    response = HttpResponse(files.read(found.file_id), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, found.file_name or "report.pdf") or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind a link: what is asked, and the form to answer. Nothing of the record stands on it."""
    found = actions.by_secret(secret)
    if found is None:
        return render(request, "inspecting/invited_ended.html", status=404)
    address = address_of(request)
    form = OpinionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["report"]
        content, name = (upload.read(), upload.name) if upload else (None, "")
        if accepts(form, "report", lambda said: actions.file_opinion(secret, said["text"], content, name, address)):
            return redirect("invited", secret)
    actions.note_opened(found, address)
    findings = found.part.findings.select_related("version__item")
    context = {
        "invitation": found,
        "form": form,
        "items": [f"{one.version.item.code} {one.version.name}" for one in findings],
        "filed": found.opinions.all(),
    }
    response = render(request, "inspecting/invited.html", context, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "no-referrer"  # the address is the secret
    response["X-Robots-Tag"] = "noindex"
    return response
