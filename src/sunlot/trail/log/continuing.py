"""Going on after the sealer stopped: openly, with an entry that says what was lost (docs/operations.md, The log)."""

from django.db import transaction

from sunlot.ledger.checkpoints import OpenCheckpoint
from sunlot.ledger.text import encode_base64

from ..actions import record
from ..events import RESTORED, RESUMED, Actor
from ..models import Event, LogCheckpoint, Sealer
from . import keyring
from .sealing import seal_at_once


class NothingToContinue(Exception):  # noqa: N818 -- reads as what happened
    """The log is not stopped."""


def continue_log(actor: Actor, reason: str) -> Event:
    """Let the sealer work again after the operator has put right what stopped it; says so in the log itself.

    Where the key has signed a larger tree than the database holds, the entry is public and names the lost range: every
    monitor will see that the new tree does not continue the old one, and can read why. The lost checkpoint is kept
    beside the key. Raises NothingToContinue, ValueError without a reason, KeyMissing where the key still is not there.
    """
    if not reason.strip():
        raise ValueError("continuing the log needs its reason")
    sealer = Sealer.objects.filter(pk=1, stopped_at__isnull=False).first()
    if sealer is None:
        raise NothingToContinue
    ring = keyring.open_keyring(may_make=False)
    lost = keyring.newest_signed(ring.key.verifier)
    published = LogCheckpoint.objects.order_by("-size").first()
    with transaction.atomic():  # said before it is done: who dies on the way says it again
        event = _record(actor, reason.strip(), lost, published, sealer)
    if lost is not None and not _holds(lost):
        keyring.set_newest_aside(lost.checkpoint.size)
    if published is not None and keyring.newest_signed(ring.key.verifier) is None:
        keyring.keep_newest(published.note.encode())
    Sealer.objects.filter(pk=1).update(stopped_at=None, stopped_why="", evidence={}, held_until=0)
    seal_at_once()
    return event


def _record(
    actor: Actor, reason: str, lost: OpenCheckpoint | None, published: LogCheckpoint | None, sealer: Sealer
) -> Event:
    size = published.size if published else 0
    if lost is None or _holds(lost):
        return record(actor, RESUMED, "log", f"恢复留痕日志：{sealer.stopped_why}。理由：{reason}")
    known = lost.checkpoint
    return record(
        actor,
        RESTORED,
        "log",
        f"恢复备份后继续留痕日志：已签名至第 {known.size} 条，数据库中有 {size} 条。理由：{reason}",
        after={"evidence": sealer.evidence},
        subject="log",
        public={"held": size, "signed": known.size, "root": encode_base64(known.root), "reason": reason},
    )


def _holds(lost: OpenCheckpoint) -> bool:
    """Whether the database has the tree of the newest signed checkpoint."""
    return LogCheckpoint.objects.filter(size=lost.checkpoint.size, root=lost.checkpoint.root).exists()
