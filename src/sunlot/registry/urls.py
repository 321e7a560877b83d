"""Addresses of the registry room under /desk/registry/."""

from django.urls import path

from .views import entities, imports, inspectors, objects

app_name = "registry"
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
    path("inspectors/", inspectors.inspectors, name="inspectors"),
    path("inspectors/new/", inspectors.new_inspector, name="inspector-new"),
    path("inspectors/review/", inspectors.review, name="review"),
    path("inspectors/<int:pk>/", inspectors.inspector, name="inspector"),
    path("inspectors/<int:pk>/edit/", inspectors.edit_inspector, name="inspector-edit"),
    path("inspectors/<int:pk>/state/", inspectors.inspector_state, name="inspector-state"),
    path("inspectors/<int:pk>/avoid/", inspectors.new_avoidance, name="avoidance-new"),
    path("avoidances/<int:pk>/end/", inspectors.end_avoidance, name="avoidance-end"),
    path("imports/<int:pk>/", imports.preview, name="import"),
    path("imports/<int:pk>/columns/", imports.set_columns, name="import-columns"),
    path("imports/<int:pk>/apply/", imports.apply, name="import-apply"),
    path("imports/<int:pk>/discard/", imports.discard, name="import-discard"),
    path("imports/<int:pk>/faulty.xlsx", imports.faulty, name="import-faulty"),
    path("imports/<slug:target>/", imports.upload, name="upload"),
    path("imports/<slug:target>/template.xlsx", imports.template, name="template"),
]
