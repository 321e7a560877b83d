"""Sign-in and out: of allauth only the pages that staff need (no sign-up, no e-mail, no social accounts)."""

from allauth.account import views as account
from django.urls import include, path

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("2fa/", include("allauth.mfa.urls")),
    # allauth names these two in its own code; both say that accounts are made by the administrator.
    path("signup/", account.account_inactive, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
]
