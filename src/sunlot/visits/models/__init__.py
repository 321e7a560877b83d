"""The table of visits, the yearly caps on them, and the addresses under which calendars are subscribed to."""

from .caps import CapException, CapLine, CapTable
from .feeds import CalendarFeed
from .visits import Visit

__all__ = ["CalendarFeed", "CapException", "CapLine", "CapTable", "Visit"]
