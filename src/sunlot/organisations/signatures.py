"""Signing and refusing to sign, by account, by hand and on paper (docs/architecture.md, Signature).

The rooms call these inside their own actions, which check that this person may sign this thing in this capacity.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest

from sunlot.norms import clock
from sunlot.trail.actions import record
from sunlot.trail.models import StoredFile

from . import events
from .models import Signature
from .viewer import NotAllowed, Refused, Viewer

PROOF_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Proof:
    """That the person gave the password, or a security key, again just now."""

    user_id: int
    given_at: datetime


def prove_by_password(request: HttpRequest, viewer: Viewer, password: str) -> Proof:
    """Check the password that the viewer gave again; failures count towards the lockout.

    Raises Refused where it is wrong.
    """
    user = authenticate(request, username=viewer.username, password=password)
    if user is None or user.pk != viewer.user_id:
        raise Refused("密码不对，没有签署。请再输入一次您的登录密码。")
    return Proof(viewer.user_id, clock.now())


@dataclass(frozen=True)
class Page:
    """What is signed: its thing (`plan:17`), how the history calls it, the digest shown, and the signer's capacity."""

    thing: str
    title: str
    digest: str
    capacity: str


@dataclass(frozen=True)
class Thing:
    """Something that is signed, as one viewer may see it.

    `pages` are what waits to be signed now, one for each capacity (one whose paper waits to be confirmed may be left
    out); `facts` are (label, value) pairs for the sheet that
    is printed. `may_enter`: this viewer may upload what was signed on paper; `may_confirm`: it may compare and confirm
    what somebody else uploaded; `who_enters` and `who_confirms` say in Chinese who may, for those who may not.
    """

    title: str
    url: str
    number: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    pages: tuple[Page, ...] = ()
    may_enter: bool = False
    may_confirm: bool = False
    who_enters: str = "经办人"
    who_confirms: str = "另一名经办人"
    demo: bool = False

    def has_changed_since(self, signature: Signature) -> bool:
        """Whether this capacity must now sign another content than the one on the signature's paper."""
        return any(page.capacity == signature.capacity and page.digest != signature.digest for page in self.pages)


Resolver = Callable[[Viewer, Iterable[str]], Mapping[str, Thing]]
Confirmed = Callable[[Viewer, Signature], None]


@dataclass(frozen=True)
class ThingKind:
    """How a room finds its things and what it does once paper is confirmed."""

    resolve: Resolver
    confirmed: Confirmed = field(default=lambda viewer, signature: None)


_THING_KINDS: dict[str, ThingKind] = {}


def register_thing(kind: str, resolver: Resolver, *, confirmed: Confirmed | None = None) -> None:
    """Let things of a kind (`plan`) be signed on paper; a room calls this in its `todo.py`, which is always loaded.

    `resolver` gets the viewer and keys (`["17", "18"]`) and returns those within what the viewer sees, by key.
    `confirmed` is called in the transaction in which a second person confirms the paper, so that the room moves its
    thing on exactly as after a signature by account; where it raises Refused, the confirmation is taken back.
    """
    if kind in _THING_KINDS:
        raise ValueError(f"signable thing {kind!r} is registered twice")
    _THING_KINDS[kind] = ThingKind(resolver, confirmed) if confirmed else ThingKind(resolver)


def find_thing(viewer: Viewer, thing: str) -> Thing | None:
    """The thing (`plan:17`) as this viewer may see it, or None."""
    return find_things(viewer, [thing]).get(thing)


def find_things(viewer: Viewer, things: Iterable[str]) -> dict[str, Thing]:
    """The things that this viewer may see, with one query for each kind."""
    keys: dict[str, list[str]] = {}
    for thing in things:
        kind, _, key = thing.partition(":")
        keys.setdefault(kind, []).append(key)
    return {
        f"{kind}:{key}": found
        for kind, wanted in keys.items()
        if kind in _THING_KINDS
        for key, found in _THING_KINDS[kind].resolve(viewer, wanted).items()
    }


@transaction.atomic
def sign(viewer: Viewer, page: Page, proof: Proof, comment: str = "") -> Signature:
    """Sign as the signed-in person. Signing the same digest in the same capacity again returns the first signature."""
    if proof.user_id != viewer.user_id or not timedelta() <= clock.now() - proof.given_at <= PROOF_LASTS:
        raise Refused("已超过十分钟，请再输入一次密码后签署。")
    earlier = _standing(page, viewer.person)
    if earlier:
        return earlier
    signature = _make(viewer, page, Signature.Way.ACCOUNT, Signature.State.SIGNED, comment=comment)
    record(
        viewer,
        events.SIGNED,
        page.thing,
        f"{page.capacity}签署{page.title}",
        after={"digest": page.digest, "capacity": page.capacity},
    )
    return signature


@transaction.atomic
def refuse(viewer: Viewer, page: Page, reason: str) -> Signature:
    """Refuse to sign, with the reason."""
    if not reason.strip():
        raise Refused("不签署须写明理由。")
    signature = _make(viewer, page, Signature.Way.ACCOUNT, Signature.State.REFUSED, comment=reason.strip())
    record(
        viewer,
        events.SIGNATURE_REFUSED,
        page.thing,
        f"{page.capacity}不签署{page.title}：{reason.strip()}",
        after={"digest": page.digest},
    )
    return signature


@transaction.atomic
def sign_by_hand(viewer: Viewer, page: Page, name: str, drawing: StoredFile) -> Signature:
    """File what a person without account signed on the screen, with that person's name."""
    if not name.strip():
        raise Refused("写明签字人的姓名。")
    earlier = _standing(page, name.strip())
    if earlier:
        return earlier
    signature = _make(
        viewer, page, Signature.Way.HAND, Signature.State.SIGNED, name=name.strip(), file=drawing, file_name="手写签名"
    )
    record(
        viewer,
        events.SIGNED,
        page.thing,
        f"{page.capacity}现场手写签署{page.title}",
        after={"digest": page.digest, "file": drawing.digest},
    )
    return signature


@transaction.atomic
def upload_paper(viewer: Viewer, page: Page, name: str, scan: StoredFile, file_name: str) -> Signature:
    """File the scan of a page signed on paper. It counts once a second person has compared and confirmed it."""
    _require_enterer(viewer, page.thing)
    if not name.strip():
        raise Refused("写明在纸上签字的人的姓名。")
    earlier = (
        Signature.objects.filter(thing=page.thing, capacity=page.capacity, digest=page.digest, file=scan)
        .exclude(state=Signature.State.VOID)
        .first()
    )
    if earlier:
        return earlier
    signature = _make(
        viewer,
        page,
        Signature.Way.PAPER,
        Signature.State.UNCONFIRMED,
        name=name.strip(),
        file=scan,
        file_name=file_name,
    )
    record(
        viewer,
        events.PAPER_UPLOADED,
        page.thing,
        f"上传{page.capacity}的纸质签署件，待第二人核对",
        after={"digest": page.digest, "file": scan.digest},
    )
    return signature


@transaction.atomic
def confirm_paper(viewer: Viewer, signature: Signature) -> Signature:
    """Confirm a scan after comparing it with the paper; never the person who uploaded it.

    Confirmed twice, or by two at once, is confirmed once. Refused where the thing has changed since it was printed.
    """
    found = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
    if found.state == Signature.State.SIGNED:
        return found
    thing = _require_confirmer(viewer, found)
    if found.state != Signature.State.UNCONFIRMED:
        raise Refused("这份签署件已作废，请重新上传。")
    if thing is not None and thing.has_changed_since(found):
        raise Refused("内容在打印之后有变动，这份签署件不再适用。退回重新签署。")
    page = Page(found.thing, "", found.digest, found.capacity)
    if _standing(page, found.name) is not None:
        raise Refused(f"{found.name}已经签署过同一内容。这份签署件退回即可。")
    found.state, found.confirmed_by_id, found.confirmed_at = Signature.State.SIGNED, viewer.user_id, clock.now()
    found.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    record(
        viewer,
        events.PAPER_CONFIRMED,
        found.thing,
        f"核对{found.capacity}的纸质签署件，相符",
        after={"digest": found.digest},
    )
    kind = _THING_KINDS.get(found.thing.partition(":")[0])
    if kind is not None:
        kind.confirmed(viewer, found)
    return found


@transaction.atomic
def reject_paper(viewer: Viewer, signature: Signature, reason: str) -> Signature:
    """Void a scan that does not show what it should, with the reason. Rejected twice is rejected once."""
    found = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
    if found.state == Signature.State.VOID:
        return found
    _require_confirmer(viewer, found)
    if found.state != Signature.State.UNCONFIRMED:
        raise Refused("这份签署件已经核对过。")
    if not reason.strip():
        raise Refused("写明不符之处。")
    found.state, found.comment = Signature.State.VOID, reason.strip()
    found.confirmed_by_id, found.confirmed_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "comment", "confirmed_by", "confirmed_at"])
    record(
        viewer,
        events.PAPER_REJECTED,
        found.thing,
        f"{found.capacity}的纸质签署件核对不符：{reason.strip()}",
        after={"digest": found.digest},
    )
    return found


def _require_enterer(viewer: Viewer, key: str) -> None:
    thing = find_thing(viewer, key)
    if thing is None and key.partition(":")[0] in _THING_KINDS:
        raise NotAllowed("这件事不在您可以办理的范围内。")
    if thing is not None and not thing.may_enter:
        raise NotAllowed(f"上传纸质签署件由{thing.who_enters}办理。")


def _require_confirmer(viewer: Viewer, found: Signature) -> Thing | None:
    """The thing, where a room has registered it; raises NotAllowed for whoever may not confirm its papers."""
    thing = find_thing(viewer, found.thing)
    if found.entered_by_id == viewer.user_id:
        raise NotAllowed("上传人不能核对自己上传的签署件，由另一人核对。")
    if thing is not None and not thing.may_confirm:
        raise NotAllowed(f"核对纸质签署件由{thing.who_confirms}办理。")
    if thing is None and found.thing.partition(":")[0] in _THING_KINDS:
        raise NotAllowed("这份签署件不在您可以办理的范围内。")
    return thing


def _standing(page: Page, name: str) -> Signature | None:
    return Signature.objects.filter(
        thing=page.thing, capacity=page.capacity, digest=page.digest, name=name, state=Signature.State.SIGNED
    ).first()


def _make(
    viewer: Viewer,
    page: Page,
    way: Signature.Way,
    state: Signature.State,
    *,
    name: str = "",
    comment: str = "",
    file: StoredFile | None = None,
    file_name: str = "",
) -> Signature:
    own = way == Signature.Way.ACCOUNT
    return Signature.objects.create(
        thing=page.thing,
        capacity=page.capacity,
        digest=page.digest,
        way=way,
        state=state,
        user_id=viewer.user_id if own else None,
        organisation=viewer.organisation if own else None,
        role=viewer.role_code if own else "",
        name=viewer.person if own else name,
        on_behalf_of=viewer.giver if own else None,
        comment=comment,
        file=file,
        file_name=file_name,
        entered_by_id=viewer.user_id,
        signed_at=clock.now(),
    )
