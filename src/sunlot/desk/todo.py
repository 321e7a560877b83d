"""What waits for a person: every room offers its part, the home page puts it in order of deadline."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sunlot.norms import clock, working_days
from sunlot.organisations.viewer import Viewer


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this person, with its one button.

    `due` is the last day on which it is in time, None where there is no deadline.
    """

    title: str
    reason: str
    url: str
    button: str
    due: date | None = None
    starts: str = ""  # “09:30 开始”, shown instead of the days left
    act: str = ""  # where the button posts to, for what is done at once; the title then leads to `url`

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due < clock.today()

    @property
    def is_today(self) -> bool:
        return self.due == clock.today()

    @property
    def days_late(self) -> int:
        """Working days since the last day on which it was in time; 0 while it is."""
        return working_days.count(self.due, clock.today()).days if self.due and self.is_late else 0


Provider = Callable[[Viewer], Iterable[Todo]]
_PROVIDERS: list[Provider] = []


def provider(function: Provider) -> Provider:
    """Register what a room has waiting: a function of the viewer, with no query in a loop."""
    _PROVIDERS.append(function)
    return function


def waiting_for(viewer: Viewer) -> list[Todo]:
    """Everything that waits for this viewer: the overdue first, then by deadline, what has none last."""
    found = [todo for offer in _PROVIDERS for todo in offer(viewer)]
    return sorted(found, key=lambda todo: (todo.due or date.max, todo.title))
