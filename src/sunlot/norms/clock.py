"""The one clock of the product: aware moments in China's time, and their written form.

Every room asks `now()` and `today()`; nothing else reads the system's clock. The demonstration city lives through
past months with `moved_to`: inside it the clock stands where it was put, can only be put forward, and never stands
later than the real time.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone

# Asia/Shanghai has had one offset and no summer time since 1991, and Windows ships no zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_RFC_3339 = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})T(?P<time>\d{2}:\d{2}:[0-5]\d)(?:\.(?P<fraction>\d+))?(?P<offset>Z|[+-]\d{2}:[0-5]\d)",
    re.ASCII,
)

_stands_at: ContextVar[datetime | None] = ContextVar("sunlot_demonstration_clock", default=None)


class ClockError(ValueError):
    """A moment that the clock can't show or a text that is no time."""


def now() -> datetime:
    """The present moment, aware, with the offset +08:00; inside `moved_to` the moment at which the clock stands."""
    return _stands_at.get() or datetime.now(SHANGHAI)


def today() -> date:
    """The present day in China."""
    return now().date()


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Put the clock to `moment`, where it stands until it is moved again or the outermost `moved_to` ends.

    Blocks may be nested, and leaving an inner one leaves the clock where it stands, so that time never runs back
    before the outermost block ends. Only the present thread (or asyncio task) sees the moved clock.

    Raises ClockError for a moment without offset, one earlier than where the clock stands, or one in the future.
    """
    outermost = _stands_at.get() is None
    before = _stands_at.set(_allowed(moment))
    try:
        yield
    finally:
        if outermost:
            _stands_at.reset(before)


def move_to(moment: datetime) -> None:
    """Put the clock forward inside a `moved_to` block; ClockError outside one, and as `moved_to` says."""
    if _stands_at.get() is None:
        raise ClockError("the real clock can't be moved; open a moved_to block first")
    _stands_at.set(_allowed(moment))


def _allowed(moment: datetime) -> datetime:
    """`moment` in China's time, if the clock may be put there."""
    wanted = _in_china(moment)
    stands_at = _stands_at.get()
    if stands_at is not None and wanted < stands_at:
        raise ClockError(f"the clock can't go back from {iso(stands_at)} to {iso(wanted)}")
    if wanted > datetime.now(SHANGHAI):
        raise ClockError(f"the clock can't be put into the future: {iso(wanted)}")
    return wanted


def iso(moment: datetime) -> str:
    """`moment` as log entries write it: "2026-11-23T09:30:00.123+08:00", in China's time, milliseconds cut off."""
    return _in_china(moment).isoformat(timespec="milliseconds")


def parse(text: str) -> datetime:
    """The moment that an RFC 3339 text names, in China's time; more than microseconds are cut off.

    Strict, as the draw protocol's *time*: capital T, seconds 00–59, an optional fraction, and Z or an offset.
    Raises ClockError.
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise ClockError(f"expected a time like 2026-11-23T09:30:00+08:00, found {text!r}")
    fraction = (found["fraction"] or "0")[:6].ljust(6, "0")
    offset = "+00:00" if found["offset"] == "Z" else found["offset"]
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time']}.{fraction}{offset}").astimezone(SHANGHAI)
    except (ValueError, OverflowError) as error:
        raise ClockError(f"no such day, hour or offset: {text!r}") from error


def _in_china(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ClockError(f"a moment needs an offset: {moment.isoformat()}")
    return moment.astimezone(SHANGHAI)
