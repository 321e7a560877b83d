"""Kinds of event of the desk itself."""

from sunlot.trail.events import Act, EventKind

ACCESS_REFUSED = EventKind("access.refused", "越权访问被拒绝", Act.REFUSED)
JOB_STOPPED = EventKind("desk.job_stopped", "停止办理")
LIST_EXPORTED = EventKind("desk.list_exported", "导出大名单", Act.READ)
FILTER_SAVED = EventKind("desk.filter_saved", "保存常用筛选")
FILTER_DELETED = EventKind("desk.filter_deleted", "删除常用筛选")
