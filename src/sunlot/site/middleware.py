"""What happens around every view: the content security policy, and refusals shown as pages."""

from collections.abc import Callable

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


class RefusalsMiddleware:
    """A `Refused` from an action becomes a message on the page that asked, `NotAllowed` a page that says who may."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

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


def _is_own_page(request: HttpRequest, address: str) -> bool:
    """Whether `address` is a page of this site that can be shown again."""
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return False
    try:
        resolve("/" + address.split("//", 1)[-1].split("/", 1)[-1].split("?", 1)[0])
    except Resolver404:
        return False
    return True
