"""Merging two objects that are one, and undoing a merge of the wrong two. Nothing is deleted by either."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import Avoidance, CreditMark, DuplicatePair, InspectionObject, Involvement, Licence, Merge
from .common import change, in_words, keys_of, locked, save
from .duplicates import forget_keys, require_keeper_of_both
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
    first, second = sorted((kept, gone), key=lambda one: one.pk)
    both = {one.pk: locked(one, None) for one in (first, second)}  # in the order of their keys: no deadlock
    kept, gone = both[kept.pk], both[gone.pk]
    require_keeper_of_both(viewer, (kept, gone))
    standing = Merge.objects.filter(gone=gone, undone_at__isnull=True).first()
    if standing is not None and standing.kept_id == kept.pk:
        return standing
    _refuse_chains(kept, gone)
    if not reason.strip():
        raise Refused("写明判定为同一对象的依据。")
    before, after = _take_over(viewer, kept, gone, take)
    merge = Merge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        taken={name: [_plain(before[name]), _plain(after[name])] for name in after},
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
    forget_keys(gone)
    _decide_pair(viewer, kept, gone, DuplicatePair.State.MERGED)
    settle(viewer, [kept.pk], "合并后重新分类")
    facts = {"kept": kept.number, "gone": gone.number, "merge": merge.pk, "moved": merge.moved}
    words = f"“{gone.name}”（{gone.number}）并入本对象，依据：{reason.strip()}"
    record(viewer, events.OBJECTS_MERGED, f"object:{kept.pk}", words, before=before, after=after | facts)
    words = f"并入“{kept.name}”（{kept.number}），依据：{reason.strip()}"
    record(viewer, events.OBJECTS_MERGED, f"object:{gone.pk}", words, before=merge.before, after=facts)
    return merge


def _refuse_chains(kept: InspectionObject, gone: InspectionObject) -> None:
    if kept.pk == gone.pk:
        raise Refused("这是同一条登记，不用合并。")
    for one in (kept, gone):
        if one.state == State.MERGED:
            raise Refused(f"“{one.name}”（{one.number}）已经并入另一对象。请打开保留的那一条处理。")
    if Merge.objects.filter(kept=gone, undone_at__isnull=True).exists():
        raise Refused(f"另有对象已并入“{gone.name}”。请反过来保留它，或先撤销那次合并。")


def _take_over(
    viewer: Viewer, kept: InspectionObject, gone: InspectionObject, take: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of the other one that were chosen, and attributes that the one kept lacks. Returns before and after."""
    wanted = {name: getattr(gone, name) for name in take if name in TAKEABLE}
    if ("longitude" in wanted) != ("latitude" in wanted):  # one place, never half of each
        wanted |= {"longitude": gone.longitude, "latitude": gone.latitude}
    if kept.kind_id == gone.kind_id:
        wanted["attributes"] = gone.attributes | kept.attributes
    before = {name: getattr(kept, name) for name in wanted}
    _, changed = change(kept, wanted)
    kept.search_keys = keys_of(kept.name)
    save(kept, viewer, [*changed, "search_keys"])
    return {name: before[name] for name in changed}, {name: wanted[name] for name in changed}


def _plain(value: Any) -> Any:
    """As JSON keeps it; decimals as text."""
    return value if value is None or isinstance(value, str | dict) else str(value)


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
    shunned = set(Avoidance.objects.filter(object=kept, ended_at__isnull=True).values_list("inspector_id", flat=True))
    avoidances = [
        one.pk
        for one in Avoidance.objects.filter(object=gone, ended_at__isnull=True)
        if one.inspector_id not in shunned
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
    first, second = sorted((current.kept_id, current.gone_id))
    both = {pk: locked(InspectionObject(pk=pk), None) for pk in (first, second)}
    kept, gone = both[current.kept_id], both[current.gone_id]
    require_keeper_of_both(viewer, (kept, gone))
    if current.undone_at is not None:
        return current
    if not reason.strip():
        raise Refused("写明判定为不同对象的依据。")
    undone = _give_back(kept, current.taken)
    kept.search_keys = keys_of(kept.name)
    save(kept, viewer, [*undone, "search_keys"])
    gone.state, gone.state_source = current.before["state"], current.before["state_source"]
    gone.state_since, gone.merged_into = _typed("state_since", current.before["state_since"]), None
    save(gone, viewer, ["state", "state_since", "state_source", "merged_into"])
    for model, name in ((Licence, "licences"), (CreditMark, "marks"), (Avoidance, "avoidances")):
        model._default_manager.filter(pk__in=current.moved[name], object=kept).update(object=gone)
    Involvement.everything.filter(pk__in=current.moved["involvements"], object=kept).update(object=gone)
    current.undone_by, current.undone_at, current.undone_reason = viewer.membership.user, clock.now(), reason.strip()
    current.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    _decide_pair(viewer, kept, gone, DuplicatePair.State.DIFFERENT)
    settle(viewer, [kept.pk, gone.pk], "撤销合并后重新分类")
    words = f"撤销与“{gone.name}”（{gone.number}）的合并，依据：{reason.strip()}"
    told = in_words(InspectionObject, {name: pair[1] for name, pair in current.taken.items()}, undone)
    words += f"；{told}" if told else ""
    after = {"merge": current.pk, "given_back": sorted(undone)}
    record(viewer, events.MERGE_UNDONE, f"object:{kept.pk}", words, after=after)
    words = f"撤销并入“{kept.name}”（{kept.number}），恢复为“{gone.get_state_display()}”，依据：{reason.strip()}"
    record(viewer, events.MERGE_UNDONE, f"object:{gone.pk}", words, after=after)
    return current


def _give_back(kept: InspectionObject, taken: dict[str, list[Any]]) -> dict[str, Any]:
    """Give the facts back that still stand as the merge left them; returns them by name."""
    undone = {}
    for name, (before, after) in taken.items():
        if _plain(getattr(kept, name)) == after:
            setattr(kept, name, _typed(name, before))
            undone[name] = before
    return undone


def _typed(name: str, value: Any) -> Any:
    """A plain value as the model holds it."""
    field = InspectionObject._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 -- fields of the model itself
    return field.to_python(value)


def _decide_pair(viewer: Viewer, kept: InspectionObject, gone: InspectionObject, state: str) -> None:
    """Remember what was decided about the two, whether the scan had found them or a person did."""
    first, second = sorted((kept.pk, gone.pk))
    DuplicatePair.objects.update_or_create(
        first_id=first,
        second_id=second,
        defaults={"state": state, "decided_by": viewer.membership.user, "decided_at": clock.now()},
        create_defaults={
            "likeness": "由人指出",
            "state": state,
            "found_at": clock.now(),
            "decided_by": viewer.membership.user,
            "decided_at": clock.now(),
        },
    )
