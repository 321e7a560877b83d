"""Addresses of the public site. A list answers `.csv` and `.json` at the same address with a suffix."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path, re_path

from .lists import FORMS
from .views import (
    annual,
    caps,
    documents,
    draws,
    enterprises,
    guides,
    home,
    items,
    log,
    log_files,
    plans,
    ratios,
    results,
)

app_name = "portal"


def listed(place: str, view: Callable[..., Any], name: str = "") -> list[URLPattern]:
    """A list as a page, as CSV and as JSON; its name is its place unless given."""
    name = name or place
    return [path(f"{place}/", view, name=name), re_path(rf"^{place}\.(?P<form>{FORMS})$", view, name=f"{name}-table")]


urlpatterns = [
    path("", home.home, name="home"),
    path("verify/", home.verify, name="verify"),
    path("verify/document/", documents.document, name="verify-documents"),
    path("verify/document/<str:digest>/", documents.document, name="verify-document"),
    path("verify/offline.html", home.verify_offline, name="verify-offline"),
    path("verify/nonce.html", home.nonce, name="nonce"),
    *listed("items", items.items),
    path("items.pdf", items.printed, name="items-pdf"),
    *listed("items/changes", items.changes, name="item-changes"),
    path("items/<str:code>/", items.item, name="item"),
    *listed("guides", guides.guides),
    path("guides/<str:code>/", guides.guide, name="guide"),
    path("guides/<str:code>/<int:number>.pdf", guides.printed, name="guide-pdf"),
    *listed("ratios", ratios.rows),
    path("ratios/<str:code>/", ratios.table, name="ratio-table"),
    path("ratios/<str:code>/<int:number>/content.json", ratios.content, name="ratio-content"),
    *listed("plans", plans.plans),
    path("plans/<str:number>/", plans.plan, name="plan"),
    path("plans/<str:number>/content.json", plans.content, name="plan-content"),
    path("plans/<str:number>/versions/<int:version>/", plans.version, name="plan-version"),
    path("plans/<str:number>/versions/<int:version>/content.json", plans.content, name="plan-version-content"),
    *listed("annual-plans", annual.annual_plans),
    path("annual-plans/<str:number>/", annual.annual_plan, name="annual-plan"),
    path("annual-plans/<str:number>/annex.pdf", annual.annual_pdf, name="annual-plan-pdf"),
    path("annual-plans/<str:number>/versions/<int:version>/", annual.annual_plan, name="annual-plan-version"),
    path("annual-plans/<str:number>/versions/<int:version>/content.json", annual.annual_content, name="annual-content"),
    *listed("caps", caps.caps),
    path("caps/<str:region>/<int:number>/", caps.cap_table, name="cap-table"),
    path("caps/<str:region>/<int:number>/content.json", caps.content, name="cap-table-content"),
    *listed("draws", draws.draws),
    path("draws/<str:number>/", draws.draw, name="draw"),
    path("draws/<str:number>/bundle.zip", draws.bundle, name="bundle"),
    path("draws/<str:number>/<int:attempt>/notice.json", draws.notice, name="notice"),
    re_path(rf"^draws/(?P<number>[^/]+)/replacements\.(?P<form>{FORMS})$", draws.replacements, name="replacements"),
    re_path(rf"^draws/(?P<number>[^/]+)/objects\.(?P<form>{FORMS})$", draws.objects, name="drawn-objects"),
    *listed("results", results.results),
    path("results/<str:form_number>/<str:organisation>/", results.result, name="result"),
    path("results/<str:form_number>/<str:organisation>/<int:number>.json", results.content, name="result-content"),
    *listed("enterprises", enterprises.enterprises),
    path("enterprises/<str:key>/", enterprises.enterprise, name="enterprise"),
    *listed("log", log.log),
    path("log/checkpoint", log_files.checkpoint, name="log-checkpoint"),
    path("log/vkey", log_files.vkey, name="log-vkey"),
    path("log/tile/<path:rest>", log_files.tile, name="log-tile"),
    path("log/proof", log_files.proof, name="log-proof"),
    path("log/consistency", log_files.consistency, name="log-consistency"),
    path("log/entries/<int:index>/", log.entry, name="log-entry"),
]
