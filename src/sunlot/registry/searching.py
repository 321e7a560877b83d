"""Finding entries by a part of their name, number, initials or pinyin, as fast among 200,000 as among 2,000.

Every entry keeps the pieces of its name and number in `search_grams` (`norms.initials.grams`). An index over the pieces
tells which entries can match: on PostgreSQL a GIN index over the array of pieces, on SQLite a full-text table kept by
triggers. Neither needs an extension that only a superuser may create. What the index names is compared by LIKE as ever;
where it names more than MOST, any page of the list is full of matches, and LIKE alone is faster.
"""

from typing import Any

from django.db import connections, models
from django.db.models import Q, QuerySet

from sunlot.norms.initials import asked_grams, grams
from sunlot.norms.text import half_width, trim

MOST = 5000


class Grams(models.TextField):
    """The pieces of an entry for the index, worked out from `name` and the number's field whenever it is written."""

    def __init__(self, *args: Any, number: str = "number", **kwargs: Any) -> None:
        super().__init__(*args, **{"blank": True, "editable": False, **kwargs})
        self.number = number

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "number": self.number}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The pieces of the entry as it is now."""
        found = grams(vars(model_instance)["name"], vars(model_instance)[self.number] or "")
        setattr(model_instance, self.attname, found)
        return found


def searching(words: str, *, number: str) -> Q:
    """Entries whose name or number holds `words`, or whose initials or pinyin do. A code may be typed with gaps."""
    asked = trim(half_width(words))
    bare = asked.replace(" ", "")
    # Chinese words have no case to fold, which takes PostgreSQL longer than the looking, and stand in no number.
    name = "name__contains" if asked.upper() == asked.lower() else "name__icontains"
    found = Q(**{name: asked}) | Q(search_keys__contains=bare.lower())
    return found | Q(**{f"{number}__icontains": bare}) if any(sign.isascii() for sign in bare) else found


def search(queryset: "QuerySet[Any]", words: str, *, number: str) -> "QuerySet[Any]":
    """The entries of `queryset` that match `words`."""
    matching = queryset.filter(searching(words, number=number))
    named = _named_by_index(queryset, asked_grams(words))
    return matching if named is None else matching.filter(pk__in=named)


def _named_by_index(queryset: "QuerySet[Any]", pieces: list[str]) -> list[int] | None:
    """The keys of the entries that hold all pieces; None where there are more than MOST, or nothing to ask for."""
    connection = connections[queryset.db]
    table = queryset.model._meta.db_table
    if not pieces or (connection.vendor == "sqlite" and not has_fts5(connection)):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = f"SELECT id FROM {table} WHERE {_ARRAY} @> %s LIMIT {MOST + 1}"  # noqa: S608 -- our own names
            cursor.execute(sql, [pieces])
        else:
            sql = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s LIMIT {MOST + 1}"  # noqa: S608
            cursor.execute(sql, [" AND ".join(f'"{piece}"' for piece in pieces)])
        named = [key for (key,) in cursor.fetchall()]
    return named if len(named) <= MOST else None


_ARRAY = "string_to_array(search_grams, ' ')"


def has_fts5(connection: Any) -> bool:
    """Whether this SQLite can do full-text tables; Python's own always can, a distribution may have left it out."""
    if connection.alias not in _fts5:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
            _fts5[connection.alias] = bool(cursor.fetchone()[0])
    return _fts5[connection.alias]


_fts5: dict[str, bool] = {}  # by database: asked once in a process


def put_up(connection: Any, model: type[models.Model]) -> None:
    """Make the index of a table where it is not there; a migration that makes a table of SQLite anew drops its triggers."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {table}_grams ON {table} USING gin (({_ARRAY}))")
            return
        if not has_fts5(connection):
            return
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{table}_fts_%"])
        if cursor.fetchone()[0] == len(_TRIGGERS):
            return
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table}_fts USING fts5(search_grams, content='{table}', "
            "content_rowid='id', detail='none', columnsize=0)"
        )
        for name, trigger in _TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_fts_{name}")
            cursor.execute(f"CREATE TRIGGER {table}_fts_{name} {trigger.format(table=table)}")
        cursor.execute(f"INSERT INTO {table}_fts({table}_fts) VALUES ('rebuild')")  # noqa: S608 -- our own names


_ADD = "INSERT INTO {table}_fts(rowid, search_grams) VALUES (new.id, new.search_grams);"
_REMOVE = "INSERT INTO {table}_fts({table}_fts, rowid, search_grams) VALUES ('delete', old.id, old.search_grams);"
_TRIGGERS = {
    "added": f"AFTER INSERT ON {{table}} BEGIN {_ADD} END",
    "removed": f"AFTER DELETE ON {{table}} BEGIN {_REMOVE} END",
    "changed": f"AFTER UPDATE OF search_grams ON {{table}} WHEN old.search_grams <> new.search_grams BEGIN {_REMOVE} {_ADD} END",
}
