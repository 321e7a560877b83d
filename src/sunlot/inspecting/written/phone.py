"""What a phone takes along of the records beside the form, and what it brings: drafts, complete ones, and signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sunlot.organisations.viewer import Refused, Viewer

from ..models import FormPart, WrittenRecord
from . import actions
from .content import Written
from .queries import Standing


@dataclass(frozen=True)
class Given:
    """A record as a phone has it. With `digest` it is complete; with `strokes` the other side has signed it there."""

    number: str
    kind: str
    written: Written
    version: int = 0
    digest: str = ""
    name: str = ""
    strokes: str = ""


@transaction.atomic
def receive(viewer: Viewer, part: FormPart, given: Given) -> WrittenRecord:
    """Take a record in as far as it goes, all of it or nothing. Sent twice it is one, with one signature.

    Raises Refused where the server would complete another content than the phone, Newer over what a colleague saved.
    """
    if not given.number:
        raise Refused("笔录没有编号，请重新打开检查应用。")
    found = actions.begin(viewer, part, given.kind, given.number)
    if found.is_draft:
        found = actions.save(viewer, found, given.written, version=given.version or found.version)
        if given.digest:
            found = actions.complete(viewer, found, version=found.version)
    if given.digest and found.digest != given.digest:
        raise Refused("内容与手机上完成的不同，没有采用。联网同步后再完成一次。")
    if given.strokes:
        actions.sign_person(viewer, found, given.digest, given.name, given.strokes)
    return found


def read(sent: Mapping[str, Any]) -> Given:
    """What a phone sends. Raises Refused for what is no such thing at all; texts are judged when they are saved."""
    texts, rows, version = sent.get("texts"), sent.get("rows"), sent.get("version")
    signature = sent.get("signature")
    signed = signature if isinstance(signature, dict) else {}
    if not _are_texts(texts) or not isinstance(rows, list) or not all(map(_is_row, rows)):
        raise Refused("笔录的格式不对。更新检查应用后再上传。")
    assert isinstance(texts, dict)  # noqa: S101 -- just asked
    return Given(
        number=_text(sent.get("number"), 32),
        kind=_text(sent.get("kind"), 12),
        written=Written(
            {name: text.replace("\r\n", "\n") for name, text in texts.items()},
            tuple(tuple(text.replace("\r\n", "\n") for text in row) for row in rows),
            _texts(sent.get("officers")),
            _texts(sent.get("shown")),
        ),
        version=version if isinstance(version, int) and 0 <= version < 10**9 else 0,
        digest=_text(sent.get("digest"), 64) if sent.get("complete") is True else "",
        name=_text(signed.get("name"), 40).strip(),
        strokes=_text(signed.get("strokes"), 70_000),
    )


def taken_along(rows: list[Standing]) -> list[dict[str, Any]]:
    """A part's records for the phone; those that were given up or corrected stay behind."""
    states = (WrittenRecord.State.DRAFT, WrittenRecord.State.COMPLETE)
    return [
        {
            "pk": one.record.pk, "number": one.record.number, "kind": one.record.kind, "state": one.record.state,
            "edition": one.record.edition, "reason": one.record.reason, "version": one.record.version,
            "corrects": one.record.corrects.digest if one.record.corrects else None, "texts": one.record.texts,
            "rows": one.record.rows, "officers": one.record.officers, "shown": one.record.shown,
            "digest": one.record.digest, "left": one.left,
        }
        for one in rows
        if one.record.state in states
    ]  # fmt: skip


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())


def _is_row(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _text(value: object, longest: int) -> str:
    return value.replace("\0", "")[:longest] if isinstance(value, str) else ""
