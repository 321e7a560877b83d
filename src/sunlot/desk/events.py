"""Kinds of event of the desk itself."""

from sunlot.trail.events import Act, EventKind

ACCESS_REFUSED = EventKind("access.refused", "越权访问被拒绝", Act.REFUSED)
JOB_STOPPED = EventKind("desk.job_stopped", "停止办理")
