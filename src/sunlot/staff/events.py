"""Kinds of event of the departments' own words on documents."""

from sunlot.trail.events import EventKind

WORDING_SAVED = EventKind("staff.wording_saved", "变更文书用语")
WORDING_RESTORED = EventKind("staff.wording_restored", "恢复文书用语")
