"""Addresses of organisations, people and one's own account under /desk/organisations/."""

from django.urls import path

from . import views

urlpatterns = [
    path("account/", views.account, name="account"),
]
