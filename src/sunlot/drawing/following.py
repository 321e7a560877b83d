"""What later rooms have to say to a replacement, and what they do when it is approved.

Forms belong to the inspecting room, which may import this one; so it registers here, as a later room does with
`planning.actions.withdrawal_check`. The approval stays one act in one transaction, the same before the forms are sent
out as after, and this room knows nothing of forms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sunlot.organisations.viewer import Viewer

from .models import Attempt, Replacement


@dataclass(frozen=True)
class Change:
    """What would happen if a replacement were approved now. `attempt` is the one whose team or object it is about.

    `incoming` is empty where the reserve is used up: then `objects` wait for a whole new team.
    """

    kind: Replacement.Kind
    attempt: Attempt
    outgoing: str
    object: str
    department: str
    team: str
    incoming: str
    passed_over: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    """The objects that are touched: the outgoing one, or those of the team on which an inspector is replaced."""

    @property
    def is_exhausted(self) -> bool:
        return not self.incoming


class Follower(Protocol):
    """A later room. All are called inside the approval's transaction, the first two for its page as well."""

    def against(self, change: Change) -> list[str]:
        """Why it can't be done now, in the user's words; nothing where it can."""
        ...

    def consequences(self, change: Change) -> list[str]:
        """What else happens with it, in the user's words."""
        ...

    def follow(self, viewer: Viewer, replacement: Replacement) -> None:
        """Go along with an approved replacement."""
        ...

    def inspected(self, attempts: Iterable[Attempt]) -> set[str]:
        """The objects of these attempts whose inspection is done: they need no new team."""
        ...

    def begun(self, attempts: Iterable[Attempt]) -> set[str]:
        """The objects of these attempts that are not replaced any more: a department's record is there."""
        ...


_FOLLOWERS: list[Follower] = []


def follower(one: Follower) -> Follower:
    """Register a later room."""
    _FOLLOWERS.append(one)
    return one


def against(change: Change) -> list[str]:
    """Everything that later rooms have against a change."""
    return [words for one in _FOLLOWERS for words in one.against(change)]


def consequences(change: Change) -> list[str]:
    """Everything that happens in later rooms with a change."""
    return [words for one in _FOLLOWERS for words in one.consequences(change)]


def follow(viewer: Viewer, replacement: Replacement) -> None:
    """Let later rooms go along with an approved replacement."""
    for one in _FOLLOWERS:
        one.follow(viewer, replacement)


def inspected(attempts: Iterable[Attempt]) -> set[str]:
    """The objects whose inspection is done."""
    wanted = list(attempts)
    return {number for one in _FOLLOWERS for number in one.inspected(wanted)}


def begun(attempts: Iterable[Attempt]) -> set[str]:
    """The objects that are not replaced any more."""
    wanted = list(attempts)
    return {number for one in _FOLLOWERS for number in one.begun(wanted)}
