"""The phone app's side of the server: its shell, which tells nothing of anybody, and the JSON that it syncs with.

Every answer of the JSON side is an object. A refusal is `{"refused": words}` with 403 (not this person), 409 (not now)
or 422 (not like this); 401 says that somebody must sign in first.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import signals
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.views import desk_view, viewer_of, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from . import actions, phone_app, phone_data, queries, records
from .actions.evidence import MAX_PIECE
from .models import Evidence, FieldDevice, FormPart
from .records import Absence
from .written import phone as written_phone
from .written.actions import Newer

SESSION_DEVICE = "field.device"
MAX_BODY = 2**20
ApiView = Callable[..., JsonResponse]


class BadRequest(Refused):
    """Something that our own app never sends."""


def api(view: ApiView) -> ApiView:
    """Make a view of the JSON side: an inspector's, with refusals as JSON."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"refused": "登录已过期，请重新登录。"}, status=401)
        try:
            viewer = viewer_of(request)
            if not viewer.has(Role.INSPECTOR):
                raise NotAllowed(f"检查应用由执法检查人员使用。您现在以“{viewer.role.label}”身份登录，换身份后再打开。")
            return view(request, viewer, *args, **kwargs)
        except Refused as refusal:
            return JsonResponse({"refused": str(refusal), **_more(refusal)}, status=_status(refusal))

    return wrapped


def _status(refusal: Refused) -> int:
    kinds = {(actions.CheckedOut, actions.WrongOffset): 409, (NotAllowed,): 403, (BadRequest,): 400}
    return next((status for kind, status in kinds.items() if isinstance(refusal, kind)), 422)


def _more(refusal: Refused) -> dict[str, Any]:
    """What the phone goes on by: who holds the part, or from where the file is to be sent."""
    if isinstance(refusal, actions.CheckedOut):
        return {"held": phone_data.held_words(refusal.held, None)}
    if isinstance(refusal, Newer):
        return {"version": refusal.version}
    return {"offset": refusal.offset} if isinstance(refusal, actions.WrongOffset) else {}


def _sent(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise BadRequest("一次送来的内容太多。")
    try:
        found = json.loads(request.body or b"{}")
    except ValueError as fault:
        raise BadRequest("送来的不是 JSON。") from fault
    if not isinstance(found, dict):
        raise BadRequest("送来的不是一个对象。")
    return found


def _part(viewer: Viewer, pk: int) -> FormPart:
    return visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)


def _device(viewer: Viewer, sent: dict[str, Any]) -> FieldDevice:
    """The device that asks, known and not lost."""
    number = sent.get("device")
    found = FieldDevice.objects.filter(number=number if isinstance(number, str) else "", user_id=viewer.user_id).first()
    if found is None or found.lost_at is not None:
        raise NotAllowed("这部手机没有启用，或已挂失。")
    return found


# --- the app itself -----------------------------------------------------------------------------------------------


@require_GET
@ensure_csrf_cookie
def shell(request: HttpRequest) -> HttpResponse:
    """The app's page: the same for everybody, kept by the service worker. Whatever it shows comes from the phone."""
    return render(request, "inspecting/app.html", {"entry": phone_app.ENTRY, "styles": phone_app.STYLES})


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, whose text changes with the app's version: so browsers see that there is a new one."""
    context = {
        "version": phone_app.version(),
        "shell": reverse("field:app"),
        "mine": reverse("field:mine"),
        "assets": json.dumps([static(path) for path in phone_app.assets()]),
    }
    response = render(request, "inspecting/app_worker.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the app installable."""
    icon = {"src": static("sunlot/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JsonResponse(
        {
            "name": "阳光摇号 执法检查", "short_name": "执法检查", "lang": "zh-Hans", "id": "/field/",
            "start_url": reverse("field:app"), "scope": reverse("field:mine"), "display": "standalone",
            "background_color": "#fdfcf9", "theme_color": "#17406f", "icons": [icon],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


# --- devices ------------------------------------------------------------------------------------------------------


@require_GET
@ensure_csrf_cookie
def hello(request: HttpRequest) -> JsonResponse:
    """What a device hears before anything else, signed in or not: whether it was lost, whether its person signed out.

    It must name its own number, 128 bits of chance that nobody else knows; any other number is told nothing.
    """
    number = request.GET.get("device", "")
    known = FieldDevice.objects.filter(number=number).first() if number else None
    return JsonResponse(
        {
            "now": clock.iso(clock.now()),
            "signed_in": request.user.is_authenticated,
            "username": request.user.get_username() if request.user.is_authenticated else "",
            "lost": known is not None and known.lost_at is not None,
            "signed_out": known is not None and known.signed_out_at is not None,
        }
    )


@require_POST
def wiped(request: HttpRequest) -> JsonResponse:
    """A lost device says that it has wiped itself."""
    actions.note_wiped(str(_sent(request).get("device", ""))[:32])
    return JsonResponse({})


@require_POST
@api
def greet(request: HttpRequest, viewer: Viewer) -> JsonResponse:
    """Know the device, and give it its share of the key."""
    sent = _sent(request)
    device = actions.greet_device(viewer, str(sent.get("device", "")), str(sent.get("name", "")))
    request.session[SESSION_DEVICE] = device.number
    return JsonResponse(
        {"unlock": device.unlock, "hours": settings.SUNLOT_FIELD_KEY_HOURS, "now": clock.iso(clock.now())}
    )


@receiver(signals.user_logged_out, dispatch_uid="inspecting.signed_out")
def signed_out(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Whoever signs out on any page signs out of the app: it drops its key at the next contact. A session that merely
    ran out leaves it, so that nobody loses an afternoon's work; the key then ends at its own time.
    """
    number = request.session.get(SESSION_DEVICE) if hasattr(request, "session") else None
    if number and not getattr(request, "session_ran_out", False):
        actions.note_signed_out(number)


@require_http_methods(["GET", "POST"])
@desk_view(Role.INSPECTOR)
def devices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One's own phones, and reporting one lost."""
    own = FieldDevice.objects.filter(user_id=viewer.user_id)
    if request.method == "POST":
        actions.report_lost(viewer, visible_or_404(viewer, own, pk=request.POST.get("lost") or 0))
        return redirect("field:devices")
    return render(request, "inspecting/field_devices.html", {"devices": own})


# --- the day ------------------------------------------------------------------------------------------------------


@require_GET
@api
def day(request: HttpRequest, viewer: Viewer) -> JsonResponse:
    """Everything for the visits of the coming days."""
    device = _device(viewer, {"device": request.GET.get("device")})
    return JsonResponse({**phone_data.day(viewer, device), "now": clock.iso(clock.now())})


@require_POST
@api
def check_out(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """Fill the part on this device; with `over`, although another has it."""
    sent = _sent(request)
    part = _part(viewer, pk)
    actions.check_out(viewer, part, _device(viewer, sent), over=sent.get("over") is True)
    return JsonResponse({"version": part.version, "texts": records.flat(records.data_of(part))})


@require_POST
@api
def draft(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """Save a draft. One that may not be saved any more, or not here, is kept as a copy, and the phone is told."""
    sent = _sent(request)
    part, device = _part(viewer, pk), _device(viewer, sent)
    data = phone_data.read_texts(part, sent.get("texts"))
    try:
        saved = actions.save_from_phone(viewer, part, device, data, phone_data.read_place(sent.get("place")))
    except Refused as refusal:
        actions.keep_copy(viewer, part, device, records.flat(data), str(refusal))
        held = refusal.held if isinstance(refusal, actions.CheckedOut) else None
        answer = {"refused": str(refusal), "kept": True, "closed": held is None}
        return JsonResponse({**answer, "held": phone_data.held_words(held, device) if held else None}, status=409)
    return JsonResponse({"version": saved.version})


@require_POST
@api
def signature(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """The inspected's signature, or why there is none, as it was taken on the phone."""
    sent = _sent(request)
    part, device = _part(viewer, pk), _device(viewer, sent)
    texts = {name: str(sent.get(name) or "")[:70_000] for name in _SIGNATURE}
    noted = Absence(texts["reason"].strip(), texts["witness"].strip()[:40], texts["witness_is"].strip()[:80])
    offset = sent.get("offset")
    given = actions.Given(
        kind=texts["kind"],
        digest=texts["digest"],
        name=texts["name"].strip()[:40],
        strokes=texts["strokes"],
        scan=texts["scan"],
        absence=noted if texts["kind"] == "absence" else None,
        at=phone_data.read_moment(sent.get("at")),
        offset=round(offset) if isinstance(offset, int | float) and abs(offset) < 10**8 else None,
    )
    try:
        actions.sign_from_phone(viewer, part, device, given)
    except (actions.SignedOtherwise, actions.CheckedOut) as refusal:
        actions.keep_copy(
            viewer, part, device, {f"signature-{name}": text for name, text in texts.items() if text}, str(refusal)
        )
        return JsonResponse({"refused": str(refusal), "differs": True, "kept": True}, status=409)
    return JsonResponse({"submit": reverse("field:submit", args=[pk])})


_SIGNATURE = ("kind", "digest", "name", "strokes", "scan", "reason", "witness", "witness_is")


@require_POST
@api
def obstacle(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """A report that the object can't be inspected, made on the phone; its photos came before it."""
    sent = _sent(request)
    part = _part(viewer, pk)
    _device(viewer, sent)
    found = phone_data.read_moment(sent.get("at"))
    ahead = sent.get("offset")
    if found is not None and isinstance(ahead, int | float) and abs(ahead) < 10**8:
        found -= timedelta(seconds=ahead)
    cause, reason = str(sent.get("cause", "")), str(sent.get("reason", "")).replace("\0", "")[:200]
    actions.report_obstacle(viewer, part, cause, reason, found_at=found)
    return JsonResponse({})


@require_POST
@api
def written(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """A record beside the form, as far as it was written on the phone; its files came before it."""
    sent = _sent(request)
    part = _part(viewer, pk)
    _device(viewer, sent)
    found = written_phone.receive(viewer, part, written_phone.read(sent))
    return JsonResponse({"pk": found.pk, "version": found.version})


@require_POST
@api
def begin_evidence(request: HttpRequest, viewer: Viewer, pk: int) -> JsonResponse:
    """From which offset a file is to be sent; `done` where it was received whole before."""
    sent = _sent(request)
    part = _part(viewer, pk)
    _device(viewer, sent)
    facts, size = phone_data.read_facts(sent), sent.get("size")
    begun = actions.begin_upload(viewer, part, str(sent.get("digest")), size if isinstance(size, int) else 0, facts)
    if isinstance(begun, Evidence):
        return JsonResponse({"done": True, "left_out": begun.left_out_why})
    return JsonResponse({"offset": begun.offset, "piece": MAX_PIECE})


@require_POST
@api
def add_evidence(request: HttpRequest, viewer: Viewer, pk: int, digest: str) -> JsonResponse:
    """The next piece of a file as the body; with the last one it becomes evidence."""
    part = _part(viewer, pk)
    device = _device(viewer, {"device": request.GET.get("device")})
    offset = request.GET.get("offset", "")
    if not offset.isascii() or not offset.isdigit() or len(offset) > 12:
        raise BadRequest("没有说明从哪里接着传。")
    upload = actions.add_piece(viewer, part, digest, int(offset), request.body)
    if upload.offset < upload.size or upload.facts.get("kind") == actions.SEALED:
        return JsonResponse({"offset": upload.offset})
    taken = actions.finish_upload(viewer, upload, device)
    return JsonResponse({"offset": upload.size, "done": True, "left_out": taken.left_out_why})


@require_POST
@api
def include(request: HttpRequest, viewer: Viewer, pk: int, digest: str) -> JsonResponse:
    """Put a file that was left out into the record."""
    sent = _sent(request)
    part, device = _part(viewer, pk), _device(viewer, sent)
    actions.include(viewer, visible_or_404(viewer, Evidence.objects.filter(part=part), original=digest), device)
    return JsonResponse({})


@require_POST
@api
def leave_out(request: HttpRequest, viewer: Viewer, pk: int, digest: str) -> JsonResponse:
    """Take a file out of the record."""
    sent = _sent(request)
    part, device = _part(viewer, pk), _device(viewer, sent)
    found = visible_or_404(viewer, Evidence.objects.filter(part=part), original=digest)
    actions.leave_out(viewer, found, str(sent.get("why") or "检查人员不采用"), device)
    return JsonResponse({})
