"""Finding objects and entities that may be one, and what people decide about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..among import AT_ONCE, is_one_of
from ..likeness import Facts, alike, keys_of
from ..locks import take_duplicates_lock
from ..models import BlockingKey, DuplicatePair, Entity, EntityKey, EntityPair, InspectionObject

CHUNK = 1000
CROWD = 40
"""A key that more entries share than this says nothing: a name like 门卫室 would make thousands of pairs."""

State = DuplicatePair.State
Pair = tuple[int, int]
AnyPair = DuplicatePair | EntityPair


@dataclass(frozen=True)
class Compared:
    """A registry whose entries may be one: its table, that of their keys and that of their pairs, and what is compared:
    name, number, address, kind, region.
    """

    model: Any
    keys: Any
    pairs: Any
    facts: tuple[str, ...]
    thing: str

    @property
    def standing(self) -> "QuerySet[Any]":
        """The entries apart from those that were merged into another."""
        return self.model.objects.filter(merged_into__isnull=True)


OBJECTS = Compared(
    InspectionObject, BlockingKey, DuplicatePair, ("name", "number", "address", "kind__code", "region_id"), "object"
)
ENTITIES = Compared(Entity, EntityKey, EntityPair, ("name", "credit_code", "address", "kind", "region_id"), "entity")


def find_duplicates() -> int:
    """Look at the objects and entities that are new or changed since they were last looked at; returns how many pairs
    were found.

    Each chunk is a transaction of its own, so it may be stopped at any time and goes on where it was. Only entries that
    share a key are compared: the work grows with what changed, never with the square of the registry.
    """
    found = 0
    for compared in (OBJECTS, ENTITIES):
        looked_at = True
        while looked_at:
            looked_at, pairs = _look_at_next(compared)
            found += pairs
    return found


def not_looked_at(compared: Compared = OBJECTS) -> "QuerySet[Any]":
    """The entries without keys of their present version; merged ones need none."""
    done = compared.keys.objects.filter(object=OuterRef("pk"), version=OuterRef("version"))
    return compared.standing.filter(~Exists(done))


@transaction.atomic
def _look_at_next(compared: Compared) -> tuple[bool, int]:
    """One chunk: whether there was anything to look at, and how many new pairs there are."""
    take_duplicates_lock()
    fresh = facts_of(not_looked_at(compared).order_by("pk")[:CHUNK], compared)
    versions = dict(compared.model.objects.filter(pk__in=list(fresh)).values_list("pk", "version"))
    compared.keys.objects.filter(object__in=list(fresh)).delete()
    keys = {pk: keys_of(facts) for pk, facts in fresh.items()}
    rows = (compared.keys(object_id=pk, version=versions[pk], key=key) for pk, own in keys.items() for key in own)
    compared.keys.objects.bulk_create(rows, batch_size=2000)
    pairs = _pairs_with(keys, compared)
    others = {pk for pair in pairs for pk in pair} - set(fresh)
    facts = fresh | facts_of(compared.model.objects.filter(pk__in=others), compared)
    found = {pair: said for pair in pairs if (said := alike(facts[pair[0]], facts[pair[1]]))}
    words = {pair: "、".join(one.value for one in said) for pair, said in found.items()}
    return bool(fresh), _store(words, set(fresh), compared)


def facts_of(entries: "QuerySet[Any]", compared: Compared = OBJECTS) -> dict[int, Facts]:
    """What is compared of these entries, by key."""
    return {row[0]: Facts(*(value or "" for value in row[1:])) for row in entries.values_list("pk", *compared.facts)}


def _pairs_with(keys: Mapping[int, set[int]], compared: Compared) -> set[Pair]:
    """The pairs of entries that share a key, one of the two at least being among `keys`."""
    sharing = entries_by_key({key for own in keys.values() for key in own}, compared)
    return {
        (min(pk, other), max(pk, other))
        for pk, own in keys.items()
        for key in own
        if len(sharing[key]) <= CROWD
        for other in sharing[key]
        if other != pk
    }


def entries_by_key(keys: Iterable[int], compared: Compared = OBJECTS) -> dict[int, list[int]]:
    """The entries that have each of these keys, merged ones aside. One query for each 50,000 keys."""
    sharing: dict[int, list[int]] = {}
    for part in _parts(sorted(keys), AT_ONCE):
        standing = compared.keys.objects.filter(is_one_of("key", part), object__merged_into__isnull=True)
        for key, pk in standing.values_list("key", "object_id").iterator(chunk_size=CHUNK):
            sharing.setdefault(key, []).append(pk)
    return sharing


def _parts(values: list[int], size: int) -> Iterator[list[int]]:
    return (values[at : at + size] for at in range(0, len(values), size))


def _store(found: Mapping[Pair, str], fresh: set[int], compared: Compared) -> int:
    """Keep new pairs, close open ones that are no longer alike, open those again that are; what was decided stays."""
    touching = Q(first__in=fresh) | Q(second__in=fresh)
    known = {(one.first_id, one.second_id): one for one in compared.pairs.objects.filter(touching).select_for_update()}
    changed = []
    for pair, one in known.items():
        if one.state in (State.OPEN, State.GONE):
            likeness, state = found.get(pair, one.likeness), State.OPEN if pair in found else State.GONE
            if (one.likeness, one.state) != (likeness, state):
                one.likeness, one.state = likeness, state
                changed.append(one)
    compared.pairs.objects.bulk_update(changed, ["likeness", "state"])
    new = [
        compared.pairs(first_id=first, second_id=second, likeness=words[:60], found_at=clock.now())
        for (first, second), words in sorted(found.items())
        if (first, second) not in known
    ]
    compared.pairs.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def require_keeper_of_both(viewer: Viewer, entries: Iterable[InspectionObject | Entity]) -> None:
    """Raise NotAllowed unless the viewer's side keeps all of them."""
    for one in entries:
        if not policy.may_change(viewer, one):
            raise NotAllowed(f"“{one.name}”由其他单位管理；由两者共同的上级经办人或统筹科室处理。")


@transaction.atomic
def tell_apart(viewer: Viewer, pair: AnyPair, note: str = "") -> AnyPair:
    """Say that two entries are not the same; they are never asked about again. Said twice is said once."""
    compared = ENTITIES if isinstance(pair, EntityPair) else OBJECTS
    pairs = compared.pairs.objects.select_for_update(of=("self",)).select_related("first", "second")
    current: AnyPair = pairs.get(pk=pair.pk)
    require_keeper_of_both(viewer, (current.first, current.second))
    if current.state == State.DIFFERENT:
        return current
    current.state, current.note = State.DIFFERENT, note.strip()
    current.decided_by, current.decided_at = viewer.membership.user, clock.now()
    current.save(update_fields=["state", "note", "decided_by", "decided_at"])
    what = "主体" if compared is ENTITIES else "对象"
    for one, other in ((current.first, current.second), (current.second, current.first)):
        words = f"与“{other.name}”（{number_of(other)}）不是同一{what}" + (f"：{note.strip()}" if note.strip() else "")
        record(viewer, events.PAIR_DIFFERENT, f"{compared.thing}:{one.pk}", words, after={"other": number_of(other)})
    return current


def number_of(entry: InspectionObject | Entity) -> str:
    """By which number people know an entry."""
    return entry.number if isinstance(entry, InspectionObject) else entry.credit_code or "没有代码"


def decide_pair(viewer: Viewer, kept: Any, gone: Any, state: str) -> None:
    """Remember what was decided about the two, whether the scan had found them or a person did."""
    compared = ENTITIES if isinstance(kept, Entity) else OBJECTS
    first, second = sorted((kept.pk, gone.pk))
    decided = {"state": state, "decided_by": viewer.membership.user, "decided_at": clock.now()}
    compared.pairs.objects.update_or_create(
        first_id=first,
        second_id=second,
        defaults=decided,
        create_defaults={**decided, "likeness": "由人指出", "found_at": clock.now()},
    )


def forget_keys(entry: InspectionObject | Entity) -> None:
    """Make the next scan look at this entry anew."""
    compared = ENTITIES if isinstance(entry, Entity) else OBJECTS
    compared.keys.objects.filter(object=entry.pk).delete()


def forget_keys_of(entries: Iterable[InspectionObject]) -> None:
    """Make the next scan look at these objects anew."""
    BlockingKey.objects.filter(object__in=[entry.pk for entry in entries]).delete()
