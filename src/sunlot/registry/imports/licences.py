"""Lists of licences: what a row says, how it compares with those that stand, and entering the good ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from ..actions.common import user_of
from ..actions.licences import enter_licences
from ..models import Import, InspectionObject, Licence
from .bearers import Bearers, FactRow, lacking, read_bearer
from .days import day_of
from .reading import Cells
from .roster import Roster
from .rows import Verdict

TARGET = Import.Target.LICENCES.value


@dataclass(slots=True)
class LicenceRow(FactRow):
    """A row of a list of licences."""

    licence: str = ""
    number_of_licence: str = ""
    issuer: str = ""
    issued: date | None = None
    expires: date | None = None
    standing: Licence | None = None


class LicenceRoster(Roster):
    """Reads and compares the rows of one import of licences, for one viewer."""

    target = TARGET
    matters = ("object", "code", "name", "licence", "number", "expires")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._bearers = Bearers(viewer, entities=False)
        self._default = defaults.get("licence", "")
        self._met: dict[tuple[object, ...], LicenceRow] = {}

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        needed = {"number": "许可证编号", "issuer": "发证机关"}
        lacks = lacking(filled) + [label for name, label in needed.items() if name not in filled]
        return lacks + ([] if "licence" in filled or self._default else ["许可证名称"])

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> LicenceRow:
        """What one row says, with all its faults at once."""
        row = LicenceRow(number)
        at = read_bearer(TARGET, row, cells, columns, behind)
        row.licence = at.text("licence", 60) or self._default
        row.number_of_licence, row.issuer = at.text("number", 80), at.text("issuer", 80)
        needed = (("licence", row.licence), ("number", row.number_of_licence), ("issuer", row.issuer))
        labels = {"licence": "许可证名称", "number": "许可证编号", "issuer": "发证机关"}
        for name, value in needed:
            if not value and not row.is_faulty:
                at.fault(name, f"没有填写{labels[name]}", "照许可证填写")
        row.issued, row.expires = day_of(at, "issued"), day_of(at, "expires")
        if row.issued and row.expires and row.expires < row.issued:
            at.fault("expires", "有效期至早于发证日期", "核对两个日期")
        elif row.expires is not None and row.expires < clock.today():
            at.warn("expires", f"已于 {row.expires.isoformat()} 过期", "仍要登记的，勾选确认")
        return row

    def mark(self, rows: Sequence[LicenceRow]) -> None:
        """Find rows with one kind of licence of whom they name alike; `rows` are all rows of the file."""
        first: dict[tuple[str, ...], LicenceRow] = {}
        for row in rows:
            _refuse_again(row, first.setdefault((*row.said_by, row.licence), row))

    def compare(self, rows: Sequence[LicenceRow]) -> None:
        """Find whose licences these are and what is entered already; `rows` may be a part of the file."""
        self._bearers.find(rows)
        found = [row for row in rows if row.bearer is not None and not row.is_faulty]
        standing = _standing({row.bearer.pk for row in found if row.bearer is not None})
        for row in found:
            key = (*row.thing, row.licence)
            if not _refuse_again(row, self._met.setdefault(key, row)):
                row.standing = standing.get((row.thing[1], row.licence))
                _set_status(row)


def _refuse_again(row: LicenceRow, earlier: LicenceRow) -> bool:
    """Whether an earlier row has a licence of this name for the same object; then this one is faulty."""
    if earlier is not row and not row.is_faulty:
        what = f"与第 {earlier.number} 行是同一对象的同一种许可证"
        row.say(Verdict.FAULT, "许可证名称", row.licence, what, "保留最新的一行")
    return earlier is not row


def _standing(objects: set[int]) -> dict[tuple[int, str], Licence]:
    """The licences of these objects that stand, by object and name."""
    keys = sorted(objects)
    found: dict[tuple[int, str], Licence] = {}
    for at in range(0, len(keys), 1000):
        standing = Licence.objects.filter(object__in=keys[at : at + 1000], ended_on__isnull=True)
        found |= {(one.object_id, one.name): one for one in standing.order_by("pk")}
    return found


def _set_status(row: LicenceRow) -> None:
    old = row.standing
    if old is None:
        row.status = "new"
        return
    said = (row.number_of_licence, row.issuer, row.issued or old.issued, row.expires or old.expires)
    row.status = "same" if said == (old.number, old.issuer, old.issued, old.expires) else "changed"
    if row.status == "changed" and row.expires and old.expires and row.expires < old.expires:
        what = f"早于在册的 {old.number}（至 {old.expires.isoformat()}）"
        row.say(Verdict.WARNING, "有效期至", row.expires.isoformat(), what, "确要取代在册的，勾选确认")


class LicenceTaking:
    """One import's licences, inside its transaction. A renewal takes the place of the one that stands."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._roster, self._now = viewer, roster, clock.now()

    def take(self, rows: Sequence[LicenceRow]) -> None:
        """Enter the new ones and end those that they replace."""
        changed = [row for row in rows if row.status in ("new", "changed")]
        enter_licences([self._made(row) for row in changed], [row.standing for row in changed if row.standing])

    def _made(self, row: LicenceRow) -> Licence:
        assert isinstance(row.bearer, InspectionObject)  # noqa: S101 -- only objects are looked for
        old = row.standing
        return Licence(
            object=row.bearer,
            name=row.licence,
            number=row.number_of_licence,
            issuer=row.issuer,
            issued=row.issued or (old.issued if old and old.number == row.number_of_licence else None),
            expires=row.expires or (old.expires if old and old.number == row.number_of_licence else None),
            created_by=user_of(self._viewer),
            created_at=self._now,
            roster=self._roster,
        )
