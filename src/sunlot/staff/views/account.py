"""One's own account."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    return render(request, "staff/account.html")
