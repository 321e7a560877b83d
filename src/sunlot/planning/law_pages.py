"""What the amendment of a law touches: items, their guides, and plans that are not drawn yet."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sunlot.catalogue import queries as catalogue
from sunlot.desk.forms import DeskForm
from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.norms.text import trim
from sunlot.organisations.viewer import Viewer

from . import outdated, queries


class LawForm(DeskForm):
    """A law, whole or in part of its name, and an article."""

    law = forms.CharField(label="法律法规规章名称", max_length=120)
    article = forms.CharField(label="条款（可不填）", max_length=40, required=False, help_text="如 31、第三十一条")


@require_GET
@desk_view()
def laws(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All laws on which items stand; or, of one, every item, guide and plan that its amendment touches."""
    form = LawForm(request.GET if "law" in request.GET else None)
    context = {"form": form, "laws": catalogue.laws(clock.today()), "asked": False}
    if form.is_valid():
        today = clock.today()
        law, article = trim(form.cleaned_data["law"]), trim(form.cleaned_data["article"])
        touched = outdated.touched_by_law(queries.plans_seen(viewer), law, article, today)
        guides = catalogue.guides_for([one.version.item_id for one in touched], today)
        context |= {
            "asked": True,
            "law": law,
            "article": article,
            "touched": [(one, guides[one.version.item_id]) for one in touched],
            "plans": len({plan.pk for one in touched for plan in one.plans}),
        }
    return render(request, "planning/laws.html", context)
