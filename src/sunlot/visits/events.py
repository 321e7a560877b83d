"""Kinds of event of visits; they stand in the history of the object visited."""

from sunlot.trail.events import Act, EventKind

VISIT_PLANNED = EventKind("visits.planned", "列入检查", Act.CREATED)
VISIT_DONE = EventKind("visits.done", "完成检查", Act.DECIDED)
VISIT_FAILED = EventKind("visits.failed", "未能检查", Act.DECIDED)
VISIT_CANCELLED = EventKind("visits.cancelled", "取消检查", Act.DECIDED)
