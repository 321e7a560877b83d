"""Addresses of entities and inspection objects."""

from django.urls import path

from ..views import entities, objects

urlpatterns = [
    path("objects/", objects.objects, name="objects"),
    path("objects/new/", objects.new_object, name="object-new"),
    path("objects/<int:pk>/", objects.object_page, name="object"),
    path("objects/<int:pk>/edit/", objects.edit_object, name="object-edit"),
    path("objects/<int:pk>/state/", objects.object_state, name="object-state"),
    path("objects/<int:pk>/risk/", objects.object_risk, name="object-risk"),
    path("objects/<int:pk>/involve/", objects.involve, name="object-involve"),
    path("objects/<int:pk>/involve/<int:involvement>/end/", objects.end_involvement, name="involvement-end"),
    path("entities/", entities.entities, name="entities"),
    path("entities/new/", entities.new_entity, name="entity-new"),
    path("entities/<int:pk>/", entities.entity, name="entity"),
    path("entities/<int:pk>/edit/", entities.edit_entity, name="entity-edit"),
]
