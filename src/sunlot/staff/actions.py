"""Changes to the departments' own words on documents."""

from dataclasses import asdict

from django.db import IntegrityError, transaction

from sunlot.documents.parts import Slots
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from . import events, policy
from .models import Wording
from .wordings import KINDS

OVERTAKEN = "您打开以后，已有人保存了新的版本。请对照右侧的版本，改好后再保存；您填的内容都还在。"


def save_wording(viewer: Viewer, organisation: Organisation, document: str, slots: Slots, *, after: int) -> Wording:
    """Save a new version that follows version `after` (0 for none). The same words again are no new version.

    Raises NotAllowed, and Refused where another version was saved meanwhile.
    """
    return _save(viewer, organisation, document, slots, after=after, restores=None)


def restore_wording(viewer: Viewer, version: Wording, *, after: int) -> Wording:
    """Make an old version the newest again, as a version of its own. Raises as `save_wording`."""
    return _save(viewer, version.organisation, version.document, version.slots, after=after, restores=version)


def _save(
    viewer: Viewer, organisation: Organisation, document: str, slots: Slots, *, after: int, restores: Wording | None
) -> Wording:
    if not policy.may_word(viewer, organisation):
        raise NotAllowed(f"{organisation.name}的文书用语由它的经办人、统筹科室或单位负责人维护。")
    kind = KINDS[document]
    try:
        with transaction.atomic():
            newest = Wording.objects.filter(organisation=organisation, document=document).order_by("-number").first()
            if newest is not None and newest.slots == slots:
                return newest
            if (newest.number if newest else 0) != after:
                raise Refused(OVERTAKEN)
            made = Wording.objects.create(
                organisation=organisation, document=document, number=after + 1, restores=restores,
                saved_by=viewer.membership.user, saved_at=clock.now(), **asdict(slots),
            )  # fmt: skip
            words = f"{organisation.name}的{kind.label}用语，第 {made.number} 版"
            record(
                viewer,
                events.WORDING_RESTORED if restores else events.WORDING_SAVED,
                f"wording:{organisation.code}:{document}",
                f"恢复{words}（同第 {restores.number} 版）" if restores else f"变更{words}",
                before=asdict(newest.slots) if newest else None,
                after=asdict(slots),
            )
            return made
    except IntegrityError:  # two saved at the same moment; the constraint let one through
        raise Refused(OVERTAKEN) from None
