"""Addresses of the publishing room under /desk/publishing/."""

from django.urls import path

from . import views

app_name = "publishing"
urlpatterns = [
    path("", views.parts_list, name="parts"),
    path("parts/<int:pk>/", views.part_page, name="part"),
    path("parts/<int:pk>/publish/", views.publish, name="publish"),
    path("parts/<int:pk>/correct/", views.correct, name="correct"),
]
