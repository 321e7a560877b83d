"""Reading the records beside the form, scoped as their parts are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Refused, Viewer

from .. import queries
from ..models import FormPart, WrittenRecord
from . import content
from .kinds import KINDS, Kind

State = WrittenRecord.State


OPEN = (FormPart.State.OPEN, FormPart.State.RETURNED, FormPart.State.RECORDED)


def is_open(part: FormPart) -> bool:
    """Whether records may be written beside the part: until its review, which looks at them, has accepted it."""
    return part.state in OPEN


@dataclass(frozen=True)
class Line:
    """One place to sign."""

    label: str
    name: str
    user_id: int | None
    signature: Signature | None


@dataclass(frozen=True)
class Standing:
    """A record with what its pages show. `place` says which it is of its kind; `left` what still has to be done."""

    record: WrittenRecord
    part: FormPart
    kind: Kind
    place: str
    officers: tuple[Line, ...]
    person: Signature | None

    @property
    def left(self) -> str:
        found = self.record
        if found.is_draft:
            return "还没有完成"
        if found.state != State.COMPLETE:
            return ""
        waiting = [line.name for line in self.officers if line.signature is None]
        if self.person is None and not found.absence_reason:
            waiting.append(self.kind.signer)
        if waiting:
            return f"还没有签字：{'、'.join(waiting)}"
        if self.person is not None and self.person.state == Signature.State.UNCONFIRMED:
            return "纸质签署件还没有核对"
        return ""

    @property
    def mark(self) -> str:
        """The class of its state's mark."""
        if self.record.state in (State.VOID, State.CORRECTED):
            return "off"
        return "run" if self.record.is_draft else "now" if self.left else "done"

    @property
    def facts(self) -> list[tuple[str, str]]:
        texts = self.record.texts
        return [(one.label, one.words(texts[one.name])) for one in self.kind.blanks if texts.get(one.name)]

    @property
    def closing(self) -> list[tuple[str, str]]:
        texts = self.record.texts
        return [(one.label, one.words(texts[one.name])) for one in self.kind.closing if texts.get(one.name)]

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        return content.rows_in_words(self.kind, self.record.rows)

    @property
    def evidence(self) -> list[object]:
        """The files that it names, also those that were left out of the form's record later."""
        return [one for one in self.part.evidence.all() if one.original_id in self.record.shown]


def seen(viewer: Viewer) -> "QuerySet[WrittenRecord]":
    """The records of the parts that the viewer reads in full."""
    return WrittenRecord.objects.filter(part__in=queries.parts_seen(viewer))


def signatures_of(records: Iterable[WrittenRecord]) -> dict[int, list[Signature]]:
    """Every signature under each record, by its key, in the order in which they were given. One query."""
    keys = {one.thing: one.pk for one in records}
    found: dict[int, list[Signature]] = {pk: [] for pk in keys.values()}
    given = Signature.objects.filter(thing__in=keys).select_related("user", "confirmed_by", "on_behalf_of")
    for one in given.order_by("signed_at", "pk"):
        found[keys[one.thing]].append(one)
    return found


def of_parts(parts: Iterable[FormPart]) -> dict[int, list[Standing]]:
    """The records of these parts (queries.whole), oldest first, by the part's key. Two queries."""
    by_key = {part.pk: part for part in parts}
    rows = WrittenRecord.objects.filter(part__in=by_key).select_related(
        "begun_by", "saved_by", "completed_by", "corrects", "content"
    )
    records = list(rows.order_by("begun_at", "pk"))
    given = signatures_of(records)
    found: dict[int, list[Standing]] = {pk: [] for pk in by_key}
    for one in records:
        found[one.part_id].append(_standing(one, by_key[one.part_id], found[one.part_id], given[one.pk]))
    return found


def standing(part: FormPart) -> list[Standing]:
    """The records of one part."""
    return of_parts([part])[part.pk]


def _standing(one: WrittenRecord, part: FormPart, before: list[Standing], given: list[Signature]) -> Standing:
    kind = KINDS[one.kind]
    good = queries.standing(given, one.digest) if one.digest else []
    newest = {signature.capacity: signature for signature in good}
    if one.corrects_id is not None:
        place = next(other.place for other in before if other.record.pk == one.corrects_id).partition("，")[0]
        place += f"，第 {one.edition} 版"
    else:
        count = sum(other.record.kind == one.kind and other.record.corrects_id is None for other in before)
        place = f"第 {count + 1} 份"
    officers = tuple(
        Line(
            queries.capacity_of(member), member.inspector.name, member.inspector.user_id,
            newest.get(queries.capacity_of(member)),
        )
        for member in part.members.all()
        if member.inspector.number in one.officers
    )  # fmt: skip
    return Standing(one, part, kind, place, officers, newest.get(kind.signer))


def require_finished(part: FormPart) -> None:
    """Raises Refused where a record beside the form is a draft, or lacks a signature: asked for by the review."""
    for one in standing(part):
        if one.left:
            raise Refused(f"{one.record.get_kind_display()}（{one.place}）{one.left}，办完或作废后才能通过复核。")
