"""What the wall of the meeting room shows at a moment, decided by the server's clock alone: every wall shows the same.

After the draw the tickets are shown again as they came, the smallest first, stratum by stratum; the result itself was
there at once.
"""

from dataclasses import dataclass
from datetime import datetime

from .models import Attempt
from .outcome import DrawnObject, StratumTickets, outcome, tickets_of

WHOLE_SHOW = 60.0  # seconds for all tickets together, before the bounds below
FASTEST, SLOWEST = 0.2, 1.5  # seconds for one ticket
BETWEEN = 2.0  # seconds before a stratum's first ticket
JUST = 6  # tickets in the list of those just drawn


@dataclass(frozen=True)
class Progress:
    """How far the show is: `stratum` is the place of the one being drawn, `shown` how many of it; None when it is over."""

    stratum: int
    shown: int


def progress_at(quotas: list[int], seconds: float) -> Progress | None:
    """What is shown `seconds` after the draw; None before and after the show."""
    if seconds < 0:
        return None
    pace = min(max(WHOLE_SHOW / max(sum(quotas), 1), FASTEST), SLOWEST)
    for at, quota in enumerate(quotas):
        length = BETWEEN + quota * pace
        if seconds < length:
            return Progress(at, min(quota, max(0, int((seconds - BETWEEN) / pace) + 1)) if seconds >= BETWEEN else 0)
        seconds -= length
    return None


@dataclass(frozen=True)
class Lane:
    """A stratum in the list beside the dial."""

    id: str
    state: str
    shown: int
    quota: int


@dataclass(frozen=True)
class Frame:
    """One picture of the show: the dial as it stands, the strata, and the tickets that came last."""

    progress: Progress
    tickets: StratumTickets
    lanes: tuple[Lane, ...]
    just: tuple[DrawnObject, ...]


def frame_of(attempt: Attempt, now: datetime) -> Frame | None:
    """The picture of this moment, None when the show is over."""
    if attempt.drawn_at is None:
        return None
    strata = outcome(attempt).strata
    progress = progress_at([one.quota for one in strata], (now - attempt.drawn_at).total_seconds())
    if progress is None:
        return None
    lanes = tuple(
        Lane(
            one.id,
            "done" if at < progress.stratum else "now" if at == progress.stratum else "todo",
            one.quota if at < progress.stratum else progress.shown if at == progress.stratum else 0,
            one.quota,
        )
        for at, one in enumerate(strata)
    )
    drawn = strata[progress.stratum].drawn[: progress.shown]
    return Frame(progress, tickets_of(attempt)[progress.stratum], lanes, tuple(reversed(drawn[-JUST:])))
