"""Finding objects that may be one, and what people decide about them."""

from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..likeness import Facts, alike, keys_of
from ..locks import take_duplicates_lock
from ..models import BlockingKey, DuplicatePair, InspectionObject

CHUNK = 1000
KEYS_AT_ONCE = 10_000
CROWD = 40
"""A key that more objects share than this says nothing: a name like 门卫室 would make thousands of pairs."""

State = DuplicatePair.State
Pair = tuple[int, int]


def find_duplicates() -> int:
    """Look at the objects that are new or changed since they were last looked at; returns how many pairs were found.

    Each chunk is a transaction of its own, so it may be stopped at any time and goes on where it was. Only objects that
    share a key are compared: the work grows with what changed, never with the square of the registry.
    """
    found = 0
    while True:
        looked_at, pairs = _look_at_next()
        found += pairs
        if not looked_at:
            return found


def not_looked_at() -> "QuerySet[InspectionObject]":
    """The objects without keys of their present version; merged ones need none."""
    done = BlockingKey.objects.filter(object=OuterRef("pk"), version=OuterRef("version"))
    return InspectionObject.objects.filter(~Exists(done)).exclude(state=InspectionObject.State.MERGED)


@transaction.atomic
def _look_at_next() -> tuple[int, int]:
    """One chunk: how many objects were looked at, how many new pairs there are."""
    take_duplicates_lock()
    fresh = _facts(not_looked_at().order_by("pk")[:CHUNK])
    versions = dict(InspectionObject.objects.filter(pk__in=list(fresh)).values_list("pk", "version"))
    BlockingKey.objects.filter(object__in=list(fresh)).delete()
    keys = {pk: keys_of(facts) for pk, facts in fresh.items()}
    rows = (BlockingKey(object_id=pk, version=versions[pk], key=key) for pk, own in keys.items() for key in own)
    BlockingKey.objects.bulk_create(rows, batch_size=2000)
    pairs = _pairs_with(keys)
    others = {pk for pair in pairs for pk in pair} - set(fresh)
    facts = fresh | _facts(InspectionObject.objects.filter(pk__in=others))
    found = {pair: said for pair in pairs if (said := alike(facts[pair[0]], facts[pair[1]]))}
    return len(fresh), _store({pair: "、".join(one.value for one in said) for pair, said in found.items()}, set(fresh))


def _facts(objects: "QuerySet[InspectionObject]") -> dict[int, Facts]:
    names = ("pk", "name", "number", "address", "kind__code", "region_id")
    return {row[0]: Facts(*row[1:]) for row in objects.values_list(*names)}


def _pairs_with(keys: Mapping[int, set[int]]) -> set[Pair]:
    """The pairs of objects that share a key, one of the two at least being among `keys`."""
    sharing: dict[int, list[int]] = {}
    for part in _parts(sorted({key for own in keys.values() for key in own}), KEYS_AT_ONCE):
        standing = BlockingKey.objects.filter(key__in=part).exclude(object__state=InspectionObject.State.MERGED)
        for key, pk in standing.values_list("key", "object_id").iterator(chunk_size=CHUNK):
            sharing.setdefault(key, []).append(pk)
    return {
        (min(pk, other), max(pk, other))
        for pk, own in keys.items()
        for key in own
        if len(sharing[key]) <= CROWD
        for other in sharing[key]
        if other != pk
    }


def _parts(values: list[int], size: int) -> Iterator[list[int]]:
    return (values[at : at + size] for at in range(0, len(values), size))


def _store(found: Mapping[Pair, str], fresh: set[int]) -> int:
    """Keep new pairs, close open ones that are no longer alike, open those again that are; what was decided stays."""
    touching = Q(first__in=fresh) | Q(second__in=fresh)
    known = {(one.first_id, one.second_id): one for one in DuplicatePair.objects.filter(touching).select_for_update()}
    changed = []
    for pair, one in known.items():
        if one.state in (State.OPEN, State.GONE):
            likeness, state = found.get(pair, one.likeness), State.OPEN if pair in found else State.GONE
            if (one.likeness, one.state) != (likeness, state):
                one.likeness, one.state = likeness, state
                changed.append(one)
    DuplicatePair.objects.bulk_update(changed, ["likeness", "state"])
    new = [
        DuplicatePair(first_id=first, second_id=second, likeness=words[:60], found_at=clock.now())
        for (first, second), words in sorted(found.items())
        if (first, second) not in known
    ]
    DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def require_keeper_of_both(viewer: Viewer, objects: Iterable[InspectionObject]) -> None:
    """Raise NotAllowed unless the viewer's side keeps all of them."""
    for one in objects:
        if not policy.may_change(viewer, one):
            raise NotAllowed(f"“{one.name}”由其他单位管理；由两个对象共同的上级经办人或统筹科室处理。")


@transaction.atomic
def tell_apart(viewer: Viewer, pair: DuplicatePair, note: str = "") -> DuplicatePair:
    """Say that two objects are not the same; they are never asked about again. Said twice is said once."""
    current = DuplicatePair.objects.select_for_update(of=("self",)).select_related("first", "second").get(pk=pair.pk)
    require_keeper_of_both(viewer, (current.first, current.second))
    if current.state == State.DIFFERENT:
        return current
    current.state, current.note = State.DIFFERENT, note.strip()
    current.decided_by, current.decided_at = viewer.membership.user, clock.now()
    current.save(update_fields=["state", "note", "decided_by", "decided_at"])
    for one, other in ((current.first, current.second), (current.second, current.first)):
        words = f"与“{other.name}”（{other.number}）不是同一对象" + (f"：{note.strip()}" if note.strip() else "")
        record(viewer, events.PAIR_DIFFERENT, f"object:{one.pk}", words, after={"other": other.number})
    return current


def forget_keys(entry: InspectionObject) -> None:
    """Make the next scan look at this object anew."""
    forget_keys_of([entry])


def forget_keys_of(entries: Iterable[InspectionObject]) -> None:
    """Make the next scan look at these objects anew."""
    BlockingKey.objects.filter(object__in=[entry.pk for entry in entries]).delete()
