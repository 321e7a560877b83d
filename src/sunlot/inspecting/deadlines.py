"""The 20 working days within which a result is published, and what is late (notice, part 4 (4)).

Day 0 is the day on which the visit's record is signed or the refusal noted; day 1 is the next working day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce

from sunlot.norms import clock, working_days
from sunlot.norms.working_days import Deadline

from .models import FormPart

PUBLISH_WITHIN = 20
"""Working days (notice, part 4 (4): 在完成检查之日起20个工作日内)."""

_UNPUBLISHED = (FormPart.State.RECORDED, FormPart.State.RETURNED, FormPart.State.DECIDED)
_UNRECORDED = (FormPart.State.OPEN, FormPart.State.RETURNED)


@lru_cache(maxsize=1024)
def publication_deadline(completed_on: date) -> Deadline:
    """The last day on which the result of a check completed on this day is published in time."""
    return working_days.due(completed_on, PUBLISH_WITHIN)


def receipt_deadline(sent_on: date) -> Deadline:
    """The last day on which a unit confirms in time that it has what was sent to it on this day."""
    return working_days.due(sent_on, settings.SUNLOT_RECEIPT_DAYS)


@lru_cache(maxsize=8)
def last_overdue_day_zero(today: date) -> date:
    """The newest day of completion whose 20 working days have run out before `today`: with it “overdue” is a
    comparison in the database.
    """
    day, counted = today - timedelta(days=1), 0
    while True:
        counted += working_days.is_working_day(day)
        day -= timedelta(days=1)
        if counted == PUBLISH_WITHIN:
            return day


def inspect_by() -> Coalesce:
    """The last day of a part's inspection, to order parts by."""
    return Coalesce("extended_to", "form__task__ends_on")


def overdue(prefix: str = "") -> Q:
    """The condition under which a part is late today: not inspected after its last day (its task's, or the
    one to which it was extended), or not published after
    its 20 working days. `prefix` leads to the part (`parts__`).
    """
    today = clock.today()
    task_over = Q(**{f"{prefix}extended_to__isnull": True, f"{prefix}form__task__ends_on__lt": today})
    over = task_over | Q(**{f"{prefix}extended_to__lt": today})
    uninspected = Q(**{f"{prefix}state__in": _UNRECORDED, f"{prefix}completed_on__isnull": True})
    return (uninspected & over) | Q(
        **{f"{prefix}state__in": _UNPUBLISHED, f"{prefix}completed_on__lte": last_overdue_day_zero(today)}
    )


@dataclass(frozen=True)
class Due:
    """Until when a part's next step is in time: `what` is 检查 or 公示."""

    what: str
    day: date
    is_estimate: bool
    is_late: bool
    days_late: int  # working days
    was: date | None = None  # the task's own day, where it was extended

    @property
    def words(self) -> str:
        """The mark's text: 公示逾期 3 个工作日."""
        return f"{self.what}逾期 {self.days_late} 个工作日" if self.days_late else f"{self.what}逾期"


def due_of(part: FormPart, today: date | None = None) -> Due | None:
    """The part's deadline, None once it is published or replaced. Needs `part.form.task` loaded."""
    if part.is_published or part.state in FormPart.ENDED:
        return None
    today = today or clock.today()
    if part.completed_on is None:
        what, day, estimate = "检查", part.inspect_by, False
    else:
        deadline = publication_deadline(part.completed_on)
        what, day, estimate = "公示", deadline.day, deadline.is_estimate
    late = day < today
    was = part.form.task.ends_on if what == "检查" and part.extended_to else None
    return Due(what, day, estimate, late, working_days.count(day, today).days if late else 0, was)
