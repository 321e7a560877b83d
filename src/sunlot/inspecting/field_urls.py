"""Addresses of the inspector's phone pages under /field/."""

from django.urls import path

from . import field_views as views

app_name = "field"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<int:pk>/", views.part, name="part"),
    path("<int:pk>/start/", views.start, name="start"),
    path("<int:pk>/all-fine/", views.all_fine, name="all-fine"),
    path("<int:pk>/inspected/", views.inspected, name="inspected"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/sign/", views.sign, name="sign"),
]
