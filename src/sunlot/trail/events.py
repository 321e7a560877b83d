"""Kinds of event, and who can be the actor of one. Each room declares its own kinds in its `events.py`."""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices


class Act(TextChoices):
    """What an act did to its thing, for the auditor's filter."""

    CREATED = "created", "新建"
    CHANGED = "changed", "变更"
    DECIDED = "decided", "办理"
    READ = "read", "查阅"
    REFUSED = "refused", "拒绝"


@dataclass(frozen=True)
class EventKind:
    """A kind of event: `name` as in the log (`planning.plan_published`), `label` in plain words.

    Only a `public` kind stands in the public log under its name and subject; all others are `internal` there.
    It has its checkpoint at once, the others within five seconds.
    """

    name: str
    label: str
    act: Act = Act.CHANGED
    public: bool = False

    def __post_init__(self) -> None:
        if self.name in _KINDS:
            raise ValueError(f"event kind {self.name!r} is declared twice")
        _KINDS[self.name] = self


_KINDS: dict[str, EventKind] = {}


def kind_named(name: str) -> EventKind | None:
    """The kind declared under this name, or None for a kind of an older version of the product."""
    return _KINDS.get(name)


def all_kinds() -> list[EventKind]:
    """Every declared kind, by name."""
    return sorted(_KINDS.values(), key=lambda kind: kind.name)


class Actor(Protocol):
    """Who acts. The log names organisation and role alone; the person stays in the detail."""

    @property
    def organisation_code(self) -> str: ...
    @property
    def role_code(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def on_behalf_of(self) -> str: ...  # the name of the person whose role is borrowed, or nothing
    @property
    def address(self) -> str: ...


ERASED = EventKind("trail.erased", "清除留痕明细", Act.CHANGED)
RESTORED = EventKind("log.restored", "留痕日志在恢复备份后继续", Act.DECIDED, public=True)
RESUMED = EventKind("log.resumed", "留痕日志恢复", Act.DECIDED)
