"""Published plans."""

import json
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.desk.lists import Column
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.planning import queries as planning
from sunlot.planning import wording
from sunlot.planning.capping import WITHIN_ONE_DRAW_IN_WORDS
from sunlot.planning.models import Plan
from sunlot.planning.outdated import ahead

from ..draws import as_public, public_draws
from ..filters import PlanFilters
from ..lists import PublicListing, answer

SORTS: dict[str, Sequence[str]] = {
    "published": ["published_at"],
    "draw": ["draw_at"],
    "title": ["title"],
    "number": ["number"],
}


def _participants(plan: Plan) -> str:
    return "、".join(
        one.organisation.full_name for one in plan.participants.all() if one.organisation_id != plan.lead_id
    )


def _items(plan: Plan) -> str:
    return "；".join(f"{one.version.item.code} {one.version.name}" for one in plan.items.all())


COLUMNS: list[Column[Plan]] = [
    Column("number", "计划编号", lambda plan: plan.number),
    Column("title", "抽查任务名称", lambda plan: plan.title),
    Column("kind", "类别", lambda plan: plan.get_kind_display()),
    Column("targeted", "定向", lambda plan: plan.targeting),
    Column("lead", "牵头", lambda plan: plan.lead.full_name),
    Column("participants", "联合科室、部门", _participants),
    Column("items", "抽查事项", _items),
    Column("draw_at", "抽取时间", lambda plan: clock.iso(plan.draw_at)),
    Column("starts_on", "检查开始", lambda plan: plan.starts_on.isoformat()),
    Column("ends_on", "检查截止", lambda plan: plan.ends_on.isoformat()),
    Column("rounds", "抽取批次", lambda plan: plan.round_count),
    Column("state", "状态", lambda plan: plan.get_state_display()),
    Column("published_at", "公布时间", lambda plan: clock.iso(plan.published_at) if plan.published_at else ""),
    Column("digest", "计划摘要", lambda plan: plan.digest),
]


@require_safe
@conditional_page
def plans(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """All plans that were ever published."""
    found = (
        planning.made_public()
        .select_related("lead__parent")
        .prefetch_related("participants__organisation__parent", "items__version__item")
    )
    listing: PublicListing[Plan] = PublicListing(
        request, found, filters=PlanFilters, sorts=SORTS, default_sort="-published", columns=COLUMNS, unit="个"
    )
    rows = [(one, _participants(one)) for one in listing.page] if form is None else []
    return answer(listing, form, "portal/plans.html", {"rows": rows})


@require_safe
@conditional_page
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: what is inspected, of whom, how many, by whom, and its draws."""
    found = (
        planning.with_parts(planning.made_public())
        .select_related("lead__parent")
        .prefetch_related(
            "items__version__bases", "participants__organisation__parent", "items__participant__organisation__parent"
        )
    )
    shown = get_object_or_404(found, number=number)
    draws = as_public(public_draws().filter(round__plan=shown).order_by("round__number"), clock.now())
    context = {
        "plan": shown,
        "narrowed": planning.narrowed_in_words(shown),
        "strata": shown.strata.all(),
        "windows": shown.windows.all(),
        "skilled": any(part.competences.all() for part in shown.participants.all()),
        "draws": draws,
        "ending": ahead(shown),
        "within_one_draw": WITHIN_ONE_DRAW_IN_WORDS,
        "signatures": [
            one
            for one in planning.signatures_under(shown)
            if one.state == Signature.State.SIGNED and one.digest == shown.digest
        ],
        "versions": planning.published_versions(shown),
        "bases": list(dict.fromkeys(law for entry in shown.items.all() for law in entry.version.laws)),
    }
    return render(request, "portal/plan.html", context)


@require_safe
@conditional_page
def version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One published version of a plan, with what the version published before it said where they differ."""
    shown = get_object_or_404(planning.made_public(), number=number)
    versions = list(planning.published_versions(shown))
    found = next((one for one in versions if one.number == version), None)
    if found is None:
        raise Http404
    before = next((one for one in versions if one.number < version), None)
    after = next((one for one in reversed(versions) if one.number > version), None)
    lines = wording.lines(json.loads(found.content), json.loads(before.content) if before else None)
    context = {"plan": shown, "version": found, "before": before, "after": after, "lines": lines}
    return render(request, "portal/plan_version.html", context)


@require_safe
def content(request: HttpRequest, number: str, version: int | None = None) -> HttpResponse:
    """The canonical content that was signed; its SHA-256 is the plan's digest. Of a version published earlier too."""
    shown = get_object_or_404(planning.made_public().exclude(digest=""), number=number)
    found = get_object_or_404(planning.published_versions(shown), number=version or shown.version)
    return HttpResponse(found.content, content_type="application/json; charset=utf-8")
