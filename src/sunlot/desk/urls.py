"""Addresses of long jobs under /desk/jobs/."""

from django.urls import path

from . import pages

urlpatterns = [
    path("", pages.jobs, name="jobs"),
    path("<int:pk>/", pages.job, name="job"),
    path("<int:pk>/stop/", pages.stop, name="job-stop"),
]
