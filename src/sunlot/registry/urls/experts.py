"""Addresses of experts."""

from django.urls import path

from ..views import experts

urlpatterns = [
    path("experts/", experts.experts, name="experts"),
    path("experts/new/", experts.new_expert, name="expert-new"),
    path("experts/fields/", experts.add_field, name="expert-field"),
    path("experts/<int:pk>/", experts.expert, name="expert"),
    path("experts/<int:pk>/edit/", experts.edit_expert, name="expert-edit"),
    path("experts/<int:pk>/review/", experts.review_expert, name="expert-review"),
    path("experts/<int:pk>/state/", experts.expert_state, name="expert-state"),
]
