"""The public pages. No sign-in, nothing that an embargo holds back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public's first page."""
    return render(request, "portal/home.html")


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody verifies a draw."""
    return render(request, "portal/verify.html")
