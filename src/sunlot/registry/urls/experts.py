"""Addresses of experts."""

from django.urls import path

from ..views import experts, institutions, service

urlpatterns = [
    path("experts/", experts.experts, name="experts"),
    path("experts/new/", experts.new_expert, name="expert-new"),
    path("experts/institutions/", institutions.institutions, name="institutions"),
    path("experts/institutions/new/", institutions.new_institution, name="institution-new"),
    path("experts/institutions/<int:pk>/", institutions.edit_institution, name="institution-edit"),
    path("experts/<int:pk>/", experts.expert, name="expert"),
    path("experts/<int:pk>/edit/", experts.edit_expert, name="expert-edit"),
    path("experts/<int:pk>/review/", experts.review_expert, name="expert-review"),
    path("experts/<int:pk>/avoid/", service.new_expert_avoidance, name="expert-avoidance-new"),
    path("experts/<int:pk>/state/", experts.expert_state, name="expert-state"),
]
