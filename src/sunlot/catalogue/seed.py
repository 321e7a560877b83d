"""The basis data: the words that an installation begins with (kinds of object, fields of competence), and for reference and
the demonstration the bureau's 31 items and a few of partner departments.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events, notation
from .actions import public_of, subject_of, thing_of
from .models import Competence, Item, ItemVersion, ObjectKind
from .texts import ItemText

BUREAU = "zjj"
_CATEGORIES = {category.label: category.value for category in ItemVersion.Category}
_MODES = {mode.label: mode.value for mode in ItemVersion.Mode}


@dataclass(frozen=True)
class Words:
    """What the rows of the data refer to, by name and by code."""

    kinds: dict[str, ObjectKind]
    competences: dict[str, Competence]
    details: dict[str, dict[str, str]]


@transaction.atomic
def load_words(actor: Actor) -> int:
    """The dictionaries of an installation, which `registry/kinds.py` and every roster speak; returns how many words are new."""
    before = ObjectKind.objects.count() + Competence.objects.count()
    made = len(_load_kinds()) + len(_load_competences()) - before
    if made:
        record(actor, events.WORD_ADDED, "words:installed", "装入检查对象类别和专业领域", after={"new": made})
    return made


def reference_rows(bureau: bool) -> Iterator[dict[str, str]]:
    """The items of data/ as the cells of an import, by the names of its fields; those of the bureau or of its partners."""
    details = {row["code"]: row for row in _rows("details.csv")}
    for row in _rows("items.csv" if bureau else "partner_items.csv"):
        more = {name: _lines(cell) for name, cell in details.get(row["code"], {}).items()}
        yield {
            **more,
            **{name: row[name] for name in ("code", "name", "category", "content")},
            "organisation": row["section"],
            "kinds": row["object_kinds"].replace("|", "、"),
            "modes": row["mode"].replace("|", "、"),
            "bases": row["basis"],
            "competences": more.get("competences", "").replace("\n", "、"),
            "reason": "按参考清单制定",
        }


@transaction.atomic
def load(actor: Actor, effective_from: date) -> int:
    """Put the items of data/ in force from `effective_from` on, which may be past; returns how many are new.

    Needs the organisations of `organisations.wuhai`. An item whose code exists is left as it is, so loading again
    changes nothing. Installed items have no drafter and no approver; the trail names `actor` and says so.
    """
    # One installer at a time: the second waits here and then finds everything in place.
    Organisation.objects.select_for_update().get(code=BUREAU)
    words = Words(_load_kinds(), _load_competences(), {row["code"]: row for row in _rows("details.csv")})
    organisations = {organisation.code: organisation for organisation in Organisation.objects.all()}
    sections = {
        organisation.name: organisation
        for organisation in organisations.values()
        if organisation.path.startswith(f"{BUREAU}/")
    }
    known = set(Item.objects.values_list("code", flat=True))
    rows = [(row, sections[row["section"]]) for row in _rows("items.csv")]
    rows += [(row, organisations[row["section"]]) for row in _rows("partner_items.csv")]
    fresh = [(row, organisation) for row, organisation in rows if row["code"] not in known]
    for row, organisation in fresh:
        _install(
            actor, Item.objects.create(code=row["code"], organisation=organisation), _text(row, words), effective_from
        )
    return len(fresh)


def _rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file in data/; lines that begin with # are comments."""
    text = files("sunlot.catalogue").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return iter(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _load_kinds() -> dict[str, ObjectKind]:
    """All kinds by name; those missing are made."""
    ObjectKind.objects.bulk_create([ObjectKind(**row) for row in _rows("kinds.csv")], ignore_conflicts=True)
    return {kind.name: kind for kind in ObjectKind.objects.all()}


def _load_competences() -> dict[str, Competence]:
    """All fields of competence by name; those missing are made."""
    now = clock.now()
    made = [Competence(**row, set_at=now) for row in _rows("competences.csv")]
    Competence.objects.bulk_create(made, ignore_conflicts=True)
    return {one.name: one for one in Competence.objects.all()}


def _text(row: dict[str, str], words: Words) -> ItemText:
    details = words.details.get(row["code"], {})
    return ItemText(
        name=row["name"],
        category=_CATEGORIES[row["category"]],
        kinds=[words.kinds[name] for name in row["object_kinds"].split("|")],
        content=row["content"],
        modes=[_MODES[label] for label in row["mode"].split("|")],
        bases=notation.parse_bases(row["basis"]),
        reason="系统安装时装入的基础清单",
        sub_items=notation.parse_sub_items(_lines(details.get("sub_items", ""))),
        materials=notation.parse_materials(_lines(details.get("materials", ""))),
        findings=notation.parse_findings(_lines(details.get("findings", ""))),
        competences=[words.competences[name] for name in details.get("competences", "").split("|") if name],
    )


def _lines(cell: str) -> str:
    """The rows of a cell of details.csv as `notation` reads them."""
    return cell.replace("|", "\n")


def _install(actor: Actor, item: Item, text: ItemText, effective_from: date) -> None:
    version = ItemVersion.objects.create(
        item=item,
        number=1,
        state=ItemVersion.State.IN_FORCE,
        effective_from=effective_from,
        installed=True,
        created_at=clock.now(),
        **text.columns(),
    )
    text.write_rows(version)
    record(
        actor,
        events.ITEM_IN_FORCE,
        thing_of(item),
        f"随系统基础清单装入事项 {item.code} {text.name}，自 {effective_from.isoformat()} 起生效",
        after={**text.as_json(), "effective_from": effective_from.isoformat()},
        subject=subject_of(version),
        public=public_of(version),
    )
