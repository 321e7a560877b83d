"""Kinds of event of the registries."""

from sunlot.trail.events import Act, EventKind

OBJECT_CREATED = EventKind("registry.object_created", "新增检查对象", Act.CREATED)
OBJECT_CHANGED = EventKind("registry.object_changed", "变更检查对象")
OBJECT_STATE = EventKind("registry.object_state", "变更检查对象状态")
OBJECT_RISK = EventKind("registry.object_risk", "调整信用风险类别")
INVOLVEMENT_CHANGED = EventKind("registry.involvement_changed", "变更对象与主体的关系")
ENTITY_CREATED = EventKind("registry.entity_created", "新增市场主体", Act.CREATED)
ENTITY_CHANGED = EventKind("registry.entity_changed", "变更市场主体")
INSPECTOR_RECOMMENDED = EventKind("registry.inspector_recommended", "推荐执法检查人员", Act.CREATED)
INSPECTOR_CHANGED = EventKind("registry.inspector_changed", "变更执法检查人员")
INSPECTOR_REVIEWED = EventKind("registry.inspector_reviewed", "审核执法检查人员", Act.DECIDED)
INSPECTOR_STATE = EventKind("registry.inspector_state", "变更执法检查人员状态")
AVOIDANCE_ADDED = EventKind("registry.avoidance_added", "登记回避", Act.CREATED)
AVOIDANCE_ENDED = EventKind("registry.avoidance_ended", "解除回避")
IMPORT_UPLOADED = EventKind("registry.import_uploaded", "上传名单", Act.CREATED)
IMPORT_COLUMNS = EventKind("registry.import_columns", "调整列的对应")
IMPORT_APPLIED = EventKind("registry.import_applied", "导入名单", Act.DECIDED)
IMPORT_DISCARDED = EventKind("registry.import_discarded", "放弃导入", Act.DECIDED)
MARKED_AS_DEMO = EventKind("registry.marked_as_demo", "标明演示")
