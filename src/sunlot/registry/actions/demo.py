"""Marking everything in the registries as invented, for the demonstration city alone."""

from django.db import transaction

from sunlot.organisations.viewer import SystemActor
from sunlot.trail.actions import record

from .. import events
from ..models import Entity, Expert, InspectionObject, Inspector


@transaction.atomic
def mark_all_as_demo(actor: SystemActor) -> None:
    """Give every entity, object, inspector and expert the mark 演示 that every page shows beside its name.

    Only the installation itself does this, while it fills an empty database: no person can mark a real enterprise.
    """
    for model in (Entity, InspectionObject, Inspector, Expert):
        model._default_manager.filter(is_demo=False).update(is_demo=True)
    record(actor, events.MARKED_AS_DEMO, "registry:demo", "名录库中的企业、项目和人员均为虚构，标明演示")
