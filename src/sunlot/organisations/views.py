"""Organisations, people, roles, and one's own account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.contrib.auth.decorators import login_required


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    return render(request, "organisations/account.html")
