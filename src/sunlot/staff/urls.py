"""Addresses of organisations, people, the trail, papers and one's own account under /desk/organisations/."""

from django.urls import path

from .views import account

urlpatterns = [
    path("account/", account.own, name="account"),
]
