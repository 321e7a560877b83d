"""The staff's pages of the draw under /desk/drawing/: the list, the ceremony, the files."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.planning.queries import plans_seen
from sunlot.trail import files
from sunlot.trail.queries import history

from . import after, dial, policy, queries, rounds, stage
from .dice import dice
from .finding import find, require_names, require_sealed, sees_names
from .logged import notice_proof
from .models import Attempt, Draw, Replacement, RosterPart
from .naming import Names, names_of, spread_of
from .outcome import Outcome, outcome, stratum_label, tickets_of
from .standing import standing_of
from .stored import notice_of

MOST_OBJECTS = 300  # of a stratum's drawn objects on the page; the record and the bundle hold all


class DrawFilter(django_filters.FilterSet):
    """The filters of the list of draws."""

    q = django_filters.CharFilter(
        label="编号或计划名称", method="search", widget=forms.TextInput({"class": "input", "type": "search"})
    )
    year = django_filters.NumberFilter(
        label="年份", field_name="year", widget=forms.NumberInput({"class": "input", "min": 2000})
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=Attempt.State.choices,
        method="in_state",
        empty_label="全部",
        widget=forms.Select({"class": "input"}),
    )

    class Meta:
        model = Draw
        fields: list[str] = []

    def search(self, draws: "QuerySet[Draw]", _name: str, value: str) -> "QuerySet[Draw]":
        return draws.filter(Q(number__icontains=value.strip()) | Q(round__plan__title__icontains=value.strip()))

    def in_state(self, draws: "QuerySet[Draw]", _name: str, value: str) -> "QuerySet[Draw]":
        return draws.filter(pk__in=Attempt.objects.filter(state=value).values("draw"))


def _newest(draw: Draw) -> Attempt:
    return list(draw.attempts.all())[-1]


COLUMNS = [
    Column[Draw]("draw", "抽取编号", lambda draw: draw.number),
    Column[Draw]("plan", "计划", lambda draw: draw.round.plan.title),
    Column[Draw]("round", "批次", lambda draw: draw.round.number),
    Column[Draw]("lead", "牵头", lambda draw: draw.round.plan.lead.name),
    Column[Draw]("attempts", "次数", lambda draw: len(draw.attempts.all())),
    Column[Draw]("state", "状态", lambda draw: _newest(draw).get_state_display()),
    Column[Draw]("sealed", "封存时间", lambda draw: _time(_newest(draw).sealed_at)),
    Column[Draw]("drawn", "抽取时间", lambda draw: _time(_newest(draw).drawn_at)),
    Column[Draw]("result", "结果摘要", lambda draw: _newest(draw).result_digest),
]


def _time(moment: Any) -> str:
    return moment.astimezone(clock.SHANGHAI).isoformat(timespec="seconds") if moment else ""


@require_GET
@desk_view()
def draws(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All draws that this person may see, and the published plans that wait for theirs."""
    listing = Listing(
        request,
        queries.draws_seen(viewer),
        filters=DrawFilter,
        sorts={"number": ["year", "serial"], "plan": ["round__plan__title"]},
        default_sort="-number",
        columns=COLUMNS,
        unit="次抽取",
    )
    if listing.wants_export:
        return listing.export(f"抽取-{clock.today().isoformat()}")
    rows = [(draw, _newest(draw)) for draw in listing.page]
    context = {
        "listing": listing,
        "rows": [(draw, newest, stage.next_of(newest)) for draw, newest in rows],
        "waiting": [(one, policy.may_host(viewer, one.plan)) for one in rounds.waiting(plans_seen(viewer))],
    }
    return render(request, "drawing/list.html", context)


@require_GET
@desk_view()
def ceremony(request: HttpRequest, viewer: Viewer, number: str, attempt: int | None = None) -> HttpResponse:
    """One attempt: where it stands, what this person must do, and everything that is known so far."""
    found = find(request, viewer, number, attempt)
    return ceremony_page(request, viewer, found)


def ceremony_page(
    request: HttpRequest, viewer: Viewer, attempt: Attempt, status: int = 200, **extra: Any
) -> HttpResponse:
    """The page of an attempt, with whatever an act that was refused has to say."""
    signatures = queries.record_signatures([attempt])[attempt.pk]
    numbers = list(attempt.draw.attempts.order_by("number").values_list("number", flat=True))
    duty = stage.duty_of(viewer, attempt, signatures, has_next=numbers[-1] > attempt.number)
    upcoming = stage.next_of(attempt, signatures)
    plan = attempt.draw.round.plan
    names = names_of()
    is_newest = attempt.number == numbers[-1]
    context = {
        "attempt": attempt,
        "plan": plan,
        "address": _address(attempt, is_newest=is_newest),
        "root": attempt.draw.supplements,
        "way": stage.way(attempt),
        "duty": duty,
        "next": upcoming,
        "until": _milliseconds(upcoming.until),
        "now": _milliseconds(clock.now()),
        "version": version_of(attempt, len(signatures)),
        "attempts": numbers,
        "is_newest": is_newest,
        "host": policy.may_host(viewer, plan),
        "own": stage.mine(viewer, attempt),
        "waiting_with": stage.waiting_with(viewer, attempt, duty),
        "unequal": stage.unequal_words(attempt),
        "reading": stage.open_reading(attempt),
        "not_before": stage.not_before(attempt),
        "source": next((one.source for one in reversed(list(attempt.readings.all())) if one.source), ""),
        "dice": dice(attempt.beacon_value) if attempt.beacon_value and attempt.beacon_kind == "dice" else "",
        "signatures": signatures,
        "sees_names": sees_names(viewer, attempt),
        "held_back": not queries.is_released(attempt, clock.now()),
        "earlier": attempt.draw.attempts.filter(number__lt=attempt.number, state=Attempt.State.ABORTED),
        "history": history(f"attempt:{attempt.pk}"),
        **_frozen(attempt, names),
        **_result(attempt, names, sees_names(viewer, attempt)),
        **extra,
    }
    return render(request, "drawing/ceremony.html", context, status=status)


def _address(attempt: Attempt, *, is_newest: bool) -> str:
    """Where the page of an attempt is read, also when it answers a form that was refused."""
    if is_newest:
        return reverse("drawing:ceremony", args=[attempt.draw.number])
    return reverse("drawing:attempt", args=[attempt.draw.number, attempt.number])


def version_of(attempt: Attempt, signatures: int) -> str:
    """Changes with everything that the page of an attempt shows."""
    contributors = list(attempt.contributors.all())
    counts = (
        sum(one.commitment is not None for one in contributors),
        sum(one.nonce is not None for one in contributors),
        len(attempt.readings.all()),
        signatures,
        int(attempt.released_at is not None),
        int(attempt.dispatched_at is not None),
        int(attempt.reveal_by.timestamp()),
        attempt.replacements.count() if attempt.result_id else 0,
        attempt.waiting,
    )
    return "-".join([str(attempt.pk), attempt.state, *map(str, counts)])


def _milliseconds(moment: Any) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None


def _frozen(attempt: Attempt, names: Names) -> dict[str, Any]:
    """What the notice says of strata and teams, with names, and the files."""
    if attempt.notice_digest is None:
        return {}
    notice = notice_of(attempt)
    return {
        "notice": notice,
        "zones": [
            (names.region(zone.zone), zone.count, [(names.organisation(s.department), s.count) for s in zone.seats])
            for zone in notice.teams
        ],
        "strata": [(one.id, stratum_label(one.id), one.quota, one.reserve) for one in notice.strata],
        "quota": sum(one.quota for one in notice.strata),
        "teams_count": sum(zone.count for zone in notice.teams),
        "parts": list(attempt.parts.all()),
    }


def _result(attempt: Attempt, names: Names, with_names: bool) -> dict[str, Any]:
    """The outcome with its dials; objects and inspectors only for those who may see names."""
    if attempt.result_id is None:
        return {}
    found = outcome(attempt)
    dials = [
        (dial.dial(tickets.dial(), prefix=f"s{at}", small=True), stratum)
        for at, (tickets, stratum) in enumerate(zip(tickets_of(attempt), found.strata, strict=True))
    ]
    context: dict[str, Any] = {"outcome": found, "dials": dials, "spread": spread_of(found, names)}
    if with_names:
        people = names.people([number for team in found.teams for _, number in team.members])
        context |= {
            "people": people,
            "names": names,
            **_after(attempt, names),
            "teams": [
                (team, [(names.organisation(code), number) for code, number in team.members]) for team in found.teams
            ],
            "standby": [one for one in found.standby if one.order],
            "demo": {number for number, one in names.objects(_shown(found)).items() if one.is_demo},
            "most": MOST_OBJECTS,
        }
    return context


def _after(attempt: Attempt, names: Names) -> dict[str, Any]:
    """What came after the draw: replacements, and what waits for a supplementary draw."""
    standing = standing_of(attempt)
    describer = after.Describer(standing.root, names, people=True)
    replaced = after.replacements_of(attempt).exclude(state=Replacement.State.REFUSED)
    return {
        "replaced": after.in_words(replaced, describer),
        "unassigned": standing.unassigned,
        "step": after.step_in_words(standing, describer) if standing.root.pk == attempt.pk else None,
    }


def _shown(found: Outcome) -> list[str]:
    """The numbers of the objects that the page names."""
    return [one.id for stratum in found.strata for one in (*stratum.drawn[:MOST_OBJECTS], *stratum.reserve)]


@require_GET
@desk_view()
def pulse(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> JsonResponse:
    """Whether something happened since the page was made."""
    found = find(request, viewer, number, attempt)
    signatures = queries.record_signatures([found])[found.pk]
    return JsonResponse({"version": version_of(found, len(signatures))})


@require_GET
@desk_view()
def notice(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """notice.json as it was sealed: a contributor's device checks it before it reveals."""
    found = find(request, viewer, number, attempt)
    require_sealed(found)
    if not stage.mine(viewer, found):
        require_names(viewer, found)
    return _download(queries.notice_bytes(found), "application/json", "notice.json")


@require_GET
@desk_view()
def proof(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> JsonResponse:
    """That the sealed notice is in the log; 202 while its checkpoint has not come."""
    found = find(request, viewer, number, attempt)
    require_sealed(found)
    shown = notice_proof(found)
    return JsonResponse(shown or {"waiting": True}, status=200 if shown else 202)


@require_GET
@desk_view()
def roster(request: HttpRequest, viewer: Viewer, number: str, attempt: int, name: str, part: int) -> HttpResponse:
    """One frozen roster file."""
    found = find(request, viewer, number, attempt)
    require_sealed(found)
    require_names(viewer, found)
    kept = RosterPart.objects.filter(attempt=found, roster=name, number=part).first()
    if kept is None:
        raise Http404
    return _download(files.read(kept.file_id), "text/csv; charset=utf-8", f"{name}-{part:04d}.csv")


@require_GET
@desk_view()
def bundle(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """The bundle that `sunlot verify` takes."""
    found = find(request, viewer, number, attempt)
    if found.result_id is None:
        raise Http404
    require_names(viewer, found)
    return _download(queries.bundle_bytes(found), "application/zip", f"{number}-{attempt}.zip")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
