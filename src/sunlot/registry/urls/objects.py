"""Addresses of entities and inspection objects."""

from django.urls import path

from ..views import bulk, duplicates, entities, objects, risk

OF_OBJECTS, OF_ENTITIES = {"thing": "objects"}, {"thing": "entities"}

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
    path("objects/bulk/", bulk.choose, name="bulk"),
    path("objects/bulk/<slug:field>/", bulk.edit, name="bulk-edit"),
    path("bulk-edits/", bulk.edits, name="bulk-edits"),
    path("bulk-edits/<int:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("duplicates/", duplicates.duplicates, OF_OBJECTS, name="duplicates"),
    path("duplicates/<int:first>-<int:second>/", duplicates.pair, OF_OBJECTS, name="pair"),
    path("objects/<int:pk>/merge/", duplicates.choose_twin, OF_OBJECTS, name="choose-twin"),
    path("duplicates/entities/", duplicates.duplicates, OF_ENTITIES, name="entity-duplicates"),
    path("duplicates/entities/<int:first>-<int:second>/", duplicates.pair, OF_ENTITIES, name="entity-pair"),
    path("entities/<int:pk>/merge/", duplicates.choose_twin, OF_ENTITIES, name="entity-choose-twin"),
    path("<str:thing>/<int:pk>/merges/<int:merge>/undo/", duplicates.undo_merge, name="merge-undo"),
    path("<str:thing>/<int:pk>/marks/new/", risk.new_mark, name="mark-new"),
    path("<str:thing>/<int:pk>/marks/<int:mark>/end/", risk.end_mark, name="mark-end"),
    path("objects/<int:pk>/licences/new/", risk.new_licence, name="licence-new"),
    path("objects/<int:pk>/licences/<int:licence>/end/", risk.end_licence, name="licence-end"),
    path("risk-rules/", risk.rules, name="risk-rules"),
    path("risk-rules/<int:number>/decide/", risk.decide_rules, name="risk-rules-decide"),
]
