"""How allauth treats our accounts: nobody signs up, accounts are made by the system administrator."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; a first sign-in leads to the change of password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "must_change_password", False):
            return reverse("account_change_password")
        url: str = super().get_login_redirect_url(request)
        return url

    def get_user_search_fields(self) -> list[str]:
        return ["username", "name"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """User names are given, never made up."""
