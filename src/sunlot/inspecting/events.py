"""Kinds of event of tasks, forms and parts."""

from sunlot.trail.events import Act, EventKind

DISPATCHED = EventKind("inspecting.dispatched", "派发检查任务", Act.CREATED)
STARTED = EventKind("inspecting.part_started", "开始检查")
SAVED = EventKind("inspecting.part_saved", "保存检查记录")
ABSENCE_NOTED = EventKind("inspecting.absence_noted", "注明无法取得签字的原因")
RECORDED = EventKind("inspecting.part_recorded", "提交检查记录", Act.DECIDED)
ACCEPTED = EventKind("inspecting.part_accepted", "复核通过", Act.DECIDED)
RETURNED = EventKind("inspecting.part_returned", "复核退回", Act.DECIDED)
FORM_CLOSED = EventKind("inspecting.form_closed", "检查表各部分均已公示", Act.DECIDED)
FORM_REPLACED = EventKind("inspecting.form_replaced", "检查表因替补终止", Act.DECIDED)
FORM_ADDED = EventKind("inspecting.form_added", "派发替补的检查表", Act.CREATED)
MEMBER_REPLACED = EventKind("inspecting.member_replaced", "更换检查人员")
