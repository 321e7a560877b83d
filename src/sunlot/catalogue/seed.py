"""The basis data that an installation begins with: object kinds, the bureau's 31 items, a few of partner departments."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events
from .actions import as_json, columns_of_name, subject_of, thing_of
from .models import Item, ItemVersion, ObjectKind
from .texts import ItemText, parse_bases, write_bases

BUREAU = "zjj"
_CATEGORIES = {category.label: category.value for category in ItemVersion.Category}
_MODES = {mode.label: mode.value for mode in ItemVersion.Mode}


@transaction.atomic
def load(actor: Actor, effective_from: date) -> int:
    """Put the items of data/ in force from `effective_from` on, which may be past; returns how many are new.

    Needs the organisations of `organisations.wuhai`. An item whose code exists is left as it is, so loading again
    changes nothing. Installed items have no drafter and no approver; the trail names `actor` and says so.
    """
    # One installer at a time: the second waits here and then finds everything in place.
    Organisation.objects.select_for_update().get(code=BUREAU)
    kinds = _load_kinds()
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
            actor, Item.objects.create(code=row["code"], organisation=organisation), _text(row, kinds), effective_from
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


def _text(row: dict[str, str], kinds: dict[str, ObjectKind]) -> ItemText:
    return ItemText(
        name=row["name"],
        category=_CATEGORIES[row["category"]],
        kinds=[kinds[name] for name in row["object_kinds"].split("|")],
        content=row["content"],
        modes=[_MODES[label] for label in row["mode"].split("|")],
        bases=parse_bases(row["basis"]),
        reason="系统安装时装入的基础清单",
    )


def _install(actor: Actor, item: Item, text: ItemText, effective_from: date) -> None:
    version = ItemVersion.objects.create(
        item=item,
        number=1,
        category=text.category,
        content=text.content,
        modes=list(text.modes),
        reason=text.reason,
        state=ItemVersion.State.IN_FORCE,
        effective_from=effective_from,
        installed=True,
        created_at=clock.now(),
        **columns_of_name(text.name),
    )
    version.kinds.set(text.kinds)
    write_bases(version, text.bases)
    record(
        actor,
        events.ITEM_IN_FORCE,
        thing_of(item),
        f"随系统基础清单装入事项 {item.code} {text.name}，自 {effective_from.isoformat()} 起生效",
        after={**as_json(text), "effective_from": effective_from.isoformat()},
        subject=subject_of(version),
        public={"item": item.code, "version": version.number},
    )
