"""What every document is to the typesetter: where it is set, its title, what ties it to the log, what stands in it.

The older documents show the digest of a thing of the system (a plan's version, a draw's result), given with them. A
`Record` is digested itself: its digest is the SHA-256 over `content(record)`, so whoever holds the data can compute
what the paper shows.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from sunlot.documents.parts import NO_SLOTS, Evidence, Image, Slots
from sunlot.norms import canonical

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Paper:
    """A frozen dataclass that can be set in `templates/<template>.typ`."""

    template: ClassVar[str]

    authority: str
    """Whose document it is."""
    file_number: str
    day: date
    """The document's date, in its file too: the same data give the same bytes on any day."""
    evidence: Evidence

    def paper_title(self) -> str:
        """The title, as in the file's properties."""
        raise NotImplementedError

    def shown(self) -> "DataclassInstance":
        """What the template gets as `data.document`."""
        return cast("DataclassInstance", self)


@dataclass(frozen=True, kw_only=True)
class Record(Paper):
    """A document whose own content is digested."""

    name: ClassVar[str]
    """The document's kind in the digested content, e.g. `visit_notice`."""

    authority: str
    """Whose document it is, e.g. "乌海市住房和城乡建设局"."""
    file_number: str
    """文号 or 编号."""
    day: date
    address: str
    """The page on which anybody can check it; `{digest}` in it stands for the digest."""

    def filled(self) -> Self:
        """The record with all its words: this is what is digested and what is shown."""
        return self

    def shown(self) -> "DataclassInstance":
        return self.filled()

    @property
    def evidence(self) -> Evidence:  # type: ignore[override]  # frozen: nobody writes it
        digest = digest_of(self)
        return Evidence(digest, self.address.replace("{digest}", digest))


@dataclass(frozen=True, kw_only=True)
class Worded(Record):
    """A record in which a department words some places itself."""

    own_words: ClassVar[Slots] = NO_SLOTS
    """What stands where a department has worded nothing."""

    slots: Slots = NO_SLOTS
    """The department's own words."""

    def filled(self) -> Self:
        """With the document's own words where the department has none."""
        given, own = self.slots, self.own_words
        return replace(
            self,
            slots=Slots(
                heading=given.heading or own.heading or self.authority,
                contact=given.contact or own.contact,
                rights=given.rights or own.rights,
                closing=given.closing or own.closing,
            ),
        )


def content(record: Record) -> bytes:
    """The canonical JSON (`norms.canonical`) that is digested: `{"content": {…}, "document": "<name>"}`.

    Days are ISO 8601, pictures their SHA-256. Half a surrogate pair, which UTF-8 can't carry, becomes U+FFFD.
    """
    return canonical.dumps({"document": record.name, "content": _json(record.filled())})


def digest_of(record: Record) -> str:
    """The digest that is printed: SHA-256 over `content`, 64 hex digits."""
    return hashlib.sha256(content(record)).hexdigest()


def images_in(value: Any) -> Mapping[str, bytes]:
    """All pictures in a document by the names under which its template finds them."""
    if isinstance(value, Image):
        return {value.file: value.data}
    if is_dataclass(value):
        parts: Any = [getattr(value, field.name) for field in fields(value)]
    else:
        parts = value if isinstance(value, tuple) else ()
    return {name: data for part in parts for name, data in images_in(part).items()}


def _json(value: Any) -> canonical.Json:
    if isinstance(value, Image):
        return value.digest
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_json(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return cast("canonical.Json", value)
