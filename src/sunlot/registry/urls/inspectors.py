"""Addresses of inspectors and of what they must not meet."""

from django.urls import path

from ..views import inspectors

urlpatterns = [
    path("inspectors/", inspectors.inspectors, name="inspectors"),
    path("inspectors/new/", inspectors.new_inspector, name="inspector-new"),
    path("inspectors/review/", inspectors.review, name="review"),
    path("inspectors/<int:pk>/", inspectors.inspector, name="inspector"),
    path("inspectors/<int:pk>/edit/", inspectors.edit_inspector, name="inspector-edit"),
    path("inspectors/<int:pk>/state/", inspectors.inspector_state, name="inspector-state"),
    path("inspectors/<int:pk>/avoid/", inspectors.new_avoidance, name="avoidance-new"),
    path("avoidances/<int:pk>/end/", inspectors.end_avoidance, name="avoidance-end"),
]
