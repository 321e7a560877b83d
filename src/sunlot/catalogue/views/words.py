"""The dictionaries: kinds of object and fields of competence."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .. import actions, forms, policy, queries
from ..models import Competence


@require_http_methods(["GET", "POST"])
@desk_view()
def words(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Both dictionaries, with how much each word is used; the coordinator adds to them."""
    adds = request.POST.get("adds", "")
    competence = forms.CompetenceForm(request.POST if adds == "competence" else None, prefix="competence")
    kind = forms.KindForm(request.POST if adds == "kind" else None, prefix="kind")
    if (
        adds == "competence"
        and competence.is_valid()
        and accepts(competence, "name", lambda data: actions.add_competence(viewer, **data))
    ):
        messages.success(request, f"已增加专业领域“{competence.cleaned_data['name']}”。")
        return redirect("catalogue:words")
    if adds == "kind" and kind.is_valid() and accepts(kind, "name", lambda data: actions.add_kind(viewer, **data)):
        messages.success(request, f"已增加检查对象类别“{kind.cleaned_data['name']}”。")
        return redirect("catalogue:words")
    context: dict[str, Any] = {
        "competences": queries.words_in_use(),
        "kinds": queries.kinds_with_items(clock.today()),
        "competence_form": competence,
        "kind_form": kind,
        "may_keep": policy.may_keep_words(viewer),
    }
    return render(request, "catalogue/words.html", context)


@require_POST
@desk_view()
def change_competence(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Retire a field of competence, or take it into use again."""
    found = visible_or_404(viewer, Competence.objects.all(), pk=pk)
    changed = actions.change_competence(
        viewer, found, note=request.POST.get("note", found.note), is_active=request.POST.get("is_active") == "1"
    )
    messages.success(
        request, f"专业领域“{changed.name}”{'在用' if changed.is_active else '已停用，原来用到它的事项不变'}。"
    )
    return redirect("catalogue:words")
