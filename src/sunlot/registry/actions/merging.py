"""Merging two objects that are one, and undoing a merge of the wrong two. Nothing is deleted by either."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import Avoidance, CreditMark, DuplicatePair, EntityMerge, InspectionObject, Involvement, Licence, Merge
from .common import in_words, save
from .duplicates import decide_pair, forget_keys, require_keeper_of_both
from .merging_entities import merge_entities, mergeable, undo_entity_merge
from .merging_steps import as_taken, both_locked, end, give_back, refuse_chains, take_over, typed
from .risk import settle

TAKEABLE = ("name", "address", "trade", "longitude", "latitude", "contact", "phone")
"""What of the other one may be taken over. Number, kind and region stay those of the one that is kept."""

State = InspectionObject.State


@transaction.atomic
def merge_objects(
    viewer: Viewer, kept: InspectionObject, gone: InspectionObject, *, reason: str, take: Iterable[str] = ()
) -> Merge:
    """Merge `gone` into `kept`: it leaves the lists and the draws, and what hung on it hangs on the one that is kept.

    Its number, its history, its visits and its draws stay as they were, and are shown on the page of the one kept. `take`
    names the facts (of TAKEABLE) that are taken over; attributes that `kept` lacks come along. Merged twice is once.
    Raises Refused for one that is merged already into another, or into which others were merged.
    """
    kept, gone = both_locked(kept, gone)
    require_keeper_of_both(viewer, (kept, gone))
    standing = Merge.objects.filter(gone=gone, undone_at__isnull=True).first()
    if standing is not None and standing.kept_id == kept.pk:
        return standing
    refuse_chains(kept, gone, "对象")
    if not reason.strip():
        raise Refused("写明判定为同一对象的依据。")
    before, after = _take_over(viewer, kept, gone, take)
    merge = Merge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        taken=as_taken(before, after),
        moved=_move(gone, kept),
        before={
            "state": gone.state,
            "state_since": gone.state_since and gone.state_since.isoformat(),
            "state_source": gone.state_source,
        },
        merged_by=viewer.membership.user,
        merged_at=clock.now(),
    )
    gone.state, gone.state_since = State.MERGED, clock.today()
    gone.state_source, gone.merged_into = f"并入 {kept.number}"[:120], kept
    save(gone, viewer, ["state", "state_since", "state_source", "merged_into"])
    merge.moved["entities"] = _merge_itself(viewer, kept, gone, reason)
    merge.save(update_fields=["moved"])
    forget_keys(gone)
    decide_pair(viewer, kept, gone, DuplicatePair.State.MERGED)
    settle(viewer, [kept.pk], "合并后重新分类")
    facts = {"kept": kept.number, "gone": gone.number, "merge": merge.pk, "moved": merge.moved}
    words = f"“{gone.name}”（{gone.number}）并入本对象，依据：{reason.strip()}"
    record(viewer, events.OBJECTS_MERGED, f"object:{kept.pk}", words, before=before, after=after | facts)
    words = f"并入“{kept.name}”（{kept.number}），依据：{reason.strip()}"
    record(viewer, events.OBJECTS_MERGED, f"object:{gone.pk}", words, before=merge.before, after=facts)
    return merge


def _take_over(
    viewer: Viewer, kept: InspectionObject, gone: InspectionObject, take: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take over the chosen facts of the other one, and attributes that the one kept lacks. Returns before and after."""
    wanted = {name: getattr(gone, name) for name in take if name in TAKEABLE}
    if ("longitude" in wanted) != ("latitude" in wanted):  # one place, never half of each
        wanted |= {"longitude": gone.longitude, "latitude": gone.latitude}
    if kept.kind_id == gone.kind_id:
        wanted["attributes"] = gone.attributes | kept.attributes
    return take_over(viewer, kept, wanted)


def _move(gone: InspectionObject, kept: InspectionObject) -> dict[str, list[int]]:
    """Hang involvements, licences, marks and avoidances on the one kept, where it has not the same already."""
    ties = set(Involvement.objects.filter(object=kept).values_list("entity_id", "part"))
    is_one = any(part == Involvement.Part.ITSELF for _, part in ties)
    involvements = [
        one.pk
        for one in Involvement.objects.filter(object=gone)
        if (one.entity_id, one.part) not in ties and not (is_one and one.part == Involvement.Part.ITSELF)
    ]
    has = set(Licence.objects.filter(object=kept, ended_on__isnull=True).values_list("name", "number"))
    licences = [one.pk for one in Licence.objects.filter(object=gone) if (one.name, one.number) not in has]
    bears = set(CreditMark.objects.filter(object=kept).values_list("kind", "since", "source", "reference"))
    marks = [
        one.pk
        for one in CreditMark.objects.filter(object=gone)
        if (one.kind, one.since, one.source, one.reference) not in bears
    ]
    shunned = set(Avoidance.objects.filter(object=kept, ended_at__isnull=True).values_list("inspector_id", "expert_id"))
    avoidances = [
        one.pk
        for one in Avoidance.objects.filter(object=gone, ended_at__isnull=True)
        if (one.inspector_id, one.expert_id) not in shunned
    ]
    Involvement.everything.filter(pk__in=involvements).update(object=kept)
    Licence.objects.filter(pk__in=licences).update(object=kept)
    CreditMark.objects.filter(pk__in=marks).update(object=kept)
    Avoidance.objects.filter(pk__in=avoidances).update(object=kept)
    return {"involvements": involvements, "licences": licences, "marks": marks, "avoidances": avoidances}


@transaction.atomic
def undo_merge(viewer: Viewer, merge: Merge, reason: str) -> Merge:
    """Take a merge of the wrong two back: both stand as before, and are remembered as not the same.

    A fact that was taken over goes back only where nobody changed it since; what was entered on the kept one after the
    merge stays there. Undone twice is undone once.
    """
    current = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = both_locked(InspectionObject(pk=current.kept_id), InspectionObject(pk=current.gone_id))
    require_keeper_of_both(viewer, (kept, gone))
    if current.undone_at is not None:
        return current
    if not reason.strip():
        raise Refused("写明判定为不同对象的依据。")
    undone = give_back(viewer, kept, current.taken)
    gone.state, gone.state_source = current.before["state"], current.before["state_source"]
    gone.state_since, gone.merged_into = typed(gone, "state_since", current.before["state_since"]), None
    save(gone, viewer, ["state", "state_since", "state_source", "merged_into"])
    for model, name in ((Licence, "licences"), (CreditMark, "marks"), (Avoidance, "avoidances")):
        model._default_manager.filter(pk__in=current.moved[name], object=kept).update(object=gone)
    Involvement.everything.filter(pk__in=current.moved["involvements"], object=kept).update(object=gone)
    for merged in EntityMerge.objects.filter(pk__in=current.moved.get("entities", [])):
        undo_entity_merge(viewer, merged, reason)
    end(viewer, current, reason)
    decide_pair(viewer, kept, gone, DuplicatePair.State.DIFFERENT)
    settle(viewer, [kept.pk, gone.pk], "撤销合并后重新分类")
    words = f"撤销与“{gone.name}”（{gone.number}）的合并，依据：{reason.strip()}"
    told = in_words(InspectionObject, {name: pair[1] for name, pair in current.taken.items()}, undone)
    words += f"；{told}" if told else ""
    after = {"merge": current.pk, "given_back": sorted(undone)}
    record(viewer, events.MERGE_UNDONE, f"object:{kept.pk}", words, after=after)
    words = f"撤销并入“{kept.name}”（{kept.number}），恢复为“{gone.get_state_display()}”，依据：{reason.strip()}"
    record(viewer, events.MERGE_UNDONE, f"object:{gone.pk}", words, after=after)
    return current


def _merge_itself(viewer: Viewer, kept: InspectionObject, gone: InspectionObject, reason: str) -> list[int]:
    """Merge the entities that the two objects are, where there are two: one enterprise is one entity. Returns the merge.

    Those that another department keeps, or that are merged already, are left to their own page.
    """
    itself = Involvement.objects.filter(part=Involvement.Part.ITSELF, object__in=[kept.pk, gone.pk])
    held = {one.object_id: one.entity for one in itself.select_related("entity__manager")}
    if len(held) < 2 or held[kept.pk] == held[gone.pk]:
        return []
    one, other = held[kept.pk], held[gone.pk]
    if not mergeable(viewer, one, other):
        return []
    return [merge_entities(viewer, one, other, reason=reason).pk]
