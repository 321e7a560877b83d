"""Writing the trail: one event for each act, in the transaction of the change itself. No event, no change."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from sunlot.norms import canonical, clock

from .events import ERASED, Actor, EventKind
from .log.sealing import seal_at_once
from .models import Erasure, Event, EventDetail, PublicEntry, Subject, Unsealed

LEAF_PREFIX = b"\x00"  # RFC 9162, section 2.1.1
SALT_BYTES = 16


def record(
    actor: Actor,
    kind: EventKind,
    thing: str,
    words: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    subject: str | None = None,
    public: Mapping[str, Any] | None = None,
) -> Event:
    """Write one event. Call it inside the transaction of the change.

    `thing` is the key of what the event is about (`plan:17`); `words` says in plain Chinese what was done, for the
    page of the thing; `before` and `after` hold what changed, as JSON values. A public kind needs its `subject`
    (`draw:150300-2026-0007:1`) and `public` members; an internal kind must not give them.

    Raises RuntimeError outside a transaction and ValueError where public and internal are mixed up.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind.name}: an event is written in the transaction of its change")
    if kind.public != (subject is not None and public is not None) or (not kind.public and (subject or public)):
        raise ValueError(f"{kind.name}: subject and public members belong to public kinds, and to those always")
    moment = clock.now()
    whole = canonical.dumps(
        {
            "type": kind.name,
            "thing": thing,
            "time": clock.iso(moment),
            "organisation": actor.organisation_code,
            "role": actor.role_code,
            "username": actor.username,
            "person": actor.person,
            "address": actor.address,
            "words": words,
            "before": _plain(before),
            "after": _plain(after),
            **({"on_behalf_of": actor.on_behalf_of} if actor.on_behalf_of else {}),
        }
    )
    salt = secrets.token_bytes(SALT_BYTES)
    entry = _entry(actor, kind, moment, subject or _opaque(thing), public or {}, salt + whole)
    event = Event.objects.create(entry=entry.decode(), leaf_hash=hashlib.sha256(LEAF_PREFIX + entry).digest())
    EventDetail.objects.create(
        event=event,
        at=moment,
        type=kind.name,
        thing=thing,
        organisation=actor.organisation_code,
        username=actor.username,
        whole=whole.decode(),
        salt=salt,
    )
    Unsealed.objects.create(event=event)
    if subject is not None:
        PublicEntry.objects.create(event=event, type=kind.name, subject=subject)
        transaction.on_commit(seal_at_once, robust=True)
    return event


@transaction.atomic
def erase(actor: Actor, event_id: int, reason: str) -> Erasure:
    """Erase the whole event and its salt; the entry stays, and with it the tree (docs/spec/transparency-log.md).

    Erasing is itself an event, in the story of the same thing, and that one can't be erased. Erased twice is erased
    once. Raises ValueError where there is no reason, no such detail, or the detail tells of an erasing. Who may ask for
    it and who may do it is for `organisations.erasing`.
    """
    if not reason.strip():
        raise ValueError("erasing needs its reason")
    detail = EventDetail.objects.select_for_update().filter(event_id=event_id).first()
    if detail is None:
        done = Erasure.objects.filter(event_id=event_id).first()
        if done is None:
            raise ValueError(f"event {event_id} has no detail to erase")
        return done
    if detail.type == ERASED.name:
        raise ValueError(f"event {event_id} records an erasing and stays")
    words = f"清除第{event_id}条留痕的明细，理由：{reason.strip()}"
    recorded = record(actor, ERASED, detail.thing, words, after={"event": event_id, "reason": reason.strip()})
    erasure = Erasure.objects.create(event_id=event_id, reason=reason.strip(), at=clock.now(), recorded_by=recorded)
    detail.delete()
    return erasure


def _entry(
    actor: Actor, kind: EventKind, moment: datetime, subject: str, public: Mapping[str, Any], salted: bytes
) -> bytes:
    """What the public log holds of an event: of an internal one neither kind, nor thing, nor role."""
    return canonical.dumps(
        {
            "v": 1,
            "time": clock.iso(moment),
            "type": kind.name if kind.public else "internal",
            "subject": subject,
            "actor": f"org:{actor.organisation_code}" + (f"/{actor.role_code}" if kind.public else ""),
            "public": dict(public),
            "digest": hashlib.sha256(salted).hexdigest(),
        }
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """JSON values only, with ASCII keys, no fractions: what canonical JSON can hold. Dates become text."""
    if values is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str, ensure_ascii=False))
    return plain


def _opaque(thing: str) -> str:
    """The name of an internal thing in the public log; two writers at once get the same one."""
    found = Subject.objects.filter(thing=thing).values_list("opaque", flat=True).first()
    if found:
        return found
    opaque = secrets.token_hex(16)
    try:
        with transaction.atomic():
            Subject.objects.create(thing=thing, opaque=opaque)
    except IntegrityError:
        return Subject.objects.values_list("opaque", flat=True).get(thing=thing)
    return opaque
