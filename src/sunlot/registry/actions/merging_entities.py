"""Merging two market entities that are one, and undoing a merge of the wrong two. Nothing is deleted by either."""

from collections.abc import Iterable

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events, marks, policy
from ..models import CreditMark, DuplicatePair, Entity, EntityMerge, InspectionObject, Involvement
from .common import in_words, save
from .duplicates import decide_pair, forget_keys, number_of, require_keeper_of_both
from .merging_steps import as_taken, both_locked, end, give_back, refuse_chains, take_over
from .risk import settle

TAKEABLE = ("name", "address", "representative", "contact", "phone")
"""What of the other one may be taken over. The credit code stays with the entry that it was entered for."""

Part = Involvement.Part


@transaction.atomic
def merge_entities(viewer: Viewer, kept: Entity, gone: Entity, *, reason: str, take: Iterable[str] = ()) -> EntityMerge:
    """Merge `gone` into `kept`: it leaves the lists, and what it has to do with objects and its marks hang on the one kept.

    Its code, its history, its visits stay as they were; who asks for its code is led to the one kept. Merged twice is once.
    Raises Refused for one that is merged already, and where both are inspection objects of their own: those are merged,
    and the entities with them.
    """
    kept, gone = both_locked(kept, gone)
    require_keeper_of_both(viewer, (kept, gone))
    standing = EntityMerge.objects.filter(gone=gone, undone_at__isnull=True).first()
    if standing is not None and standing.kept_id == kept.pk:
        return standing
    refuse_chains(kept, gone, "主体")
    if not reason.strip():
        raise Refused("写明判定为同一主体的依据。")
    if _are_two_objects(kept, gone):
        raise Refused("两个主体各是一个检查对象。请合并那两个检查对象，主体随之合并。")
    before, after = take_over(viewer, kept, {name: getattr(gone, name) for name in take if name in TAKEABLE})
    merge = EntityMerge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        taken=as_taken(before, after),
        moved=_move(gone, kept),
        merged_by=viewer.membership.user,
        merged_at=clock.now(),
    )
    gone.merged_into = kept
    save(gone, viewer, ["merged_into"])
    forget_keys(gone)
    decide_pair(viewer, kept, gone, DuplicatePair.State.MERGED)
    settle(viewer, _reached(kept, gone), "主体合并后重新分类")
    facts = {"kept": number_of(kept), "gone": number_of(gone), "merge": merge.pk, "moved": merge.moved}
    words = f"“{gone.name}”（{number_of(gone)}）并入本主体，依据：{reason.strip()}"
    record(viewer, events.ENTITIES_MERGED, f"entity:{kept.pk}", words, before=before, after=after | facts)
    words = f"并入“{kept.name}”（{number_of(kept)}），依据：{reason.strip()}"
    record(viewer, events.ENTITIES_MERGED, f"entity:{gone.pk}", words, after=facts)
    return merge


@transaction.atomic
def undo_entity_merge(viewer: Viewer, merge: EntityMerge, reason: str) -> EntityMerge:
    """Take a merge of the wrong two back: both stand as before, and are remembered as not the same.

    A fact that was taken over goes back only where nobody changed it since; what was entered on the kept one after the
    merge stays there. Undone twice is undone once.
    """
    current = EntityMerge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = both_locked(Entity(pk=current.kept_id), Entity(pk=current.gone_id))
    require_keeper_of_both(viewer, (kept, gone))
    if current.undone_at is not None:
        return current
    if not reason.strip():
        raise Refused("写明判定为不同主体的依据。")
    undone = give_back(viewer, kept, current.taken)
    gone.merged_into = None
    save(gone, viewer, ["merged_into"])
    Involvement.everything.filter(pk__in=current.moved["involvements"], entity=kept).update(entity=gone)
    CreditMark.objects.filter(pk__in=current.moved["marks"], entity=kept).update(entity=gone)
    end(viewer, current, reason)
    decide_pair(viewer, kept, gone, DuplicatePair.State.DIFFERENT)
    settle(viewer, _reached(kept, gone), "撤销主体合并后重新分类")
    told = in_words(Entity, {name: pair[1] for name, pair in current.taken.items()}, undone)
    words = f"撤销与“{gone.name}”（{number_of(gone)}）的合并，依据：{reason.strip()}" + (f"；{told}" if told else "")
    after = {"merge": current.pk, "given_back": sorted(undone)}
    record(viewer, events.ENTITY_MERGE_UNDONE, f"entity:{kept.pk}", words, after=after)
    words = f"撤销并入“{kept.name}”（{number_of(kept)}），依据：{reason.strip()}"
    record(viewer, events.ENTITY_MERGE_UNDONE, f"entity:{gone.pk}", words, after=after)
    return current


def mergeable(viewer: Viewer, kept: Entity, gone: Entity) -> bool:
    """Whether merging two objects may merge their entities along: this viewer keeps both, and neither is in a merge."""
    own = policy.may_change(viewer, kept) and policy.may_change(viewer, gone)
    merged = kept.merged_into_id is not None or gone.merged_into_id is not None
    chained = merged or Entity.objects.filter(merged_into=gone).exists()
    return own and not chained and not _are_two_objects(kept, gone)


def _are_two_objects(kept: Entity, gone: Entity) -> bool:
    """Whether each of the two is an inspection object that stands, and not the same one."""
    ties = Involvement.objects.filter(part=Part.ITSELF, object__merged_into__isnull=True)
    return ties.filter(entity=kept).exists() and ties.filter(entity=gone).exists()


def _move(gone: Entity, kept: Entity) -> dict[str, list[int]]:
    """Hang involvements and marks on the one kept, where it has not the same already. A merged object keeps its own."""
    ties = set(Involvement.objects.filter(entity=kept).values_list("object_id", "part"))
    involvements = [
        one.pk
        for one in Involvement.objects.filter(entity=gone, object__merged_into__isnull=True)
        if (one.object_id, one.part) not in ties
    ]
    bears = set(CreditMark.objects.filter(entity=kept).values_list("kind", "since", "source", "reference"))
    found = [
        one.pk
        for one in CreditMark.objects.filter(entity=gone)
        if (one.kind, one.since, one.source, one.reference) not in bears
    ]
    Involvement.everything.filter(pk__in=involvements).update(entity=kept)
    CreditMark.objects.filter(pk__in=found).update(entity=kept)
    return {"involvements": involvements, "marks": found}


def _reached(*entities: Entity) -> list[int]:
    """The objects whose class the marks of these entities can reach."""
    ties = Involvement.objects.filter(entity__in=[one.pk for one in entities], part__in=marks.REACHES)
    return list(InspectionObject.objects.filter(pk__in=ties.values("object_id")).values_list("pk", flat=True))
