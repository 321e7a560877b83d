"""A calendar as iCalendar (RFC 5545), for the calendar programs of telephones and offices.

Visits are whole days. One that has no day stands on its last day, said to be due then, and blocks no time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from .month import AGREED, DUE, FAILED, MADE, Entry

STATUS = {MADE: "CONFIRMED", FAILED: "CANCELLED", AGREED: "CONFIRMED", DUE: "TENTATIVE"}
TITLES = {MADE: "已检查", FAILED: "未能检查", AGREED: "检查", DUE: "检查截止"}
REFRESHED = timedelta(hours=4)


def calendar_of(name: str, entries: Iterable[Entry], now: datetime, host: str) -> bytes:
    """The entries as a calendar called `name`. `host` makes the identifiers unique over installations; a visit keeps its
    identifier when its day changes, so that programs move it instead of adding another.
    """
    found = Calendar()
    found.add("prodid", "-//Sunlot//visits//ZH")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add("x-wr-timezone", "Asia/Shanghai")
    found.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT4H")
    for entry in entries:
        found.add_component(_event(entry, now, host))
    return found.to_ical()


def _event(entry: Entry, now: datetime, host: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.things[0].replace(':', '-')}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))  # RFC 5545, 3.6.1: the day after the last one
    event.add("summary", f"{TITLES[entry.standing]}：{entry.name}{'（演示）' if entry.is_demo else ''}")
    event.add("status", STATUS[entry.standing])
    event.add("transp", "OPAQUE" if entry.standing == AGREED else "TRANSPARENT")
    if entry.address or entry.region:
        event.add("location", entry.address or entry.region)
    event.add("description", "\n".join(_lines(entry)))
    return event


def _lines(entry: Entry) -> Iterable[str]:
    yield f"检查单位：{'、'.join(entry.units)}"
    yield f"来源：{'、'.join(entry.sources)}"
    if entry.plans:
        yield f"抽查计划：{'、'.join(entry.plans)}"
    if entry.standing == DUE and entry.since is not None:
        yield f"检查时间：{entry.since.isoformat()} 至 {entry.day.isoformat()}"
    if entry.people:
        yield f"检查人员：{'、'.join(entry.people)}"
