"""Kinds of event of filed inspections."""

from sunlot.trail.events import Act, EventKind

ASKED = EventKind("archiving.asked", "开始归档", Act.CREATED)
FILED = EventKind("archiving.filed", "检查归档", Act.DECIDED, public=True)
RETENTION_SET = EventKind("archiving.retention_set", "设定保管期限")
HELD = EventKind("archiving.held", "暂停销毁", Act.DECIDED)
RELEASED = EventKind("archiving.released", "解除暂停销毁", Act.DECIDED)
DISPOSAL_PROPOSED = EventKind("archiving.disposal_proposed", "提出销毁清单", Act.CREATED)
DISPOSAL_DECIDED = EventKind("archiving.disposal_decided", "审批销毁清单", Act.DECIDED)
TAKEN_OUT = EventKind("archiving.taken_out", "下载归档包", Act.READ)
