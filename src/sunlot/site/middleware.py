"""What happens around every view: the content security policy, and refusals shown as pages."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from sunlot.organisations.viewer import NotAllowed, Refused

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """No script and no style but our own files, nothing from another host, no frames."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        frames = "; frame-src 'self'" if getattr(response, "shows_frames", False) else ""
        response.headers.setdefault("Content-Security-Policy", POLICY + frames)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if request.path.startswith(("/desk/", "/field/")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


OVERHEAD = 2**20  # bytes of a form around its file
PATIENCE = 10  # times the limit: as much is read and thrown away, so that the browser comes to read the answer


def upload_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is larger than a file may be before anything of it is kept in memory or on disk."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.SUNLOT_UPLOAD_LIMIT + OVERHEAD
        if not length.isdecimal() or int(length) <= limit:
            return get_response(request)
        left = min(int(length), PATIENCE * limit)
        while left > 0 and (chunk := request.read(min(left, 2**16))):
            left -= len(chunk)
        return render(request, "site/too_large.html", {"megabytes": settings.SUNLOT_UPLOAD_LIMIT // 2**20}, status=413)

    return middleware


class RefusalsMiddleware:
    """A `Refused` from an action becomes a message on the page that asked, `NotAllowed` a page that says who may.

    Who opens the address of a button, as one does after reloading a refused form, gets a page that leads back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/"):
            page = render(request, "site/wrong_method.html", {"above": _above(request.path)}, status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "site/not_allowed.html", {"reason": str(exception)}, status=403)
        if isinstance(exception, Refused):
            back = request.headers.get("Referer", "")
            if request.method == "POST" and _is_own_page(request, back):
                messages.error(request, str(exception))
                return redirect(back)
            return render(request, "site/refused.html", {"reason": str(exception)}, status=409)
        return None


refusals = RefusalsMiddleware


def _above(path: str) -> str:
    """The address one step up, where that is a page: the thing that the button belongs to."""
    above = path.rstrip("/").rpartition("/")[0] + "/"
    try:
        resolve(above)
    except Resolver404:
        return ""
    return above


def _is_own_page(request: HttpRequest, address: str) -> bool:
    """Whether `address` is a page of this site that can be shown again."""
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return False
    try:
        resolve("/" + address.split("//", 1)[-1].split("/", 1)[-1].split("?", 1)[0])
    except Resolver404:
        return False
    return True
