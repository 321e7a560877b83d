"""Kinds of event of plans."""

from sunlot.trail.events import Act, EventKind

PLAN_CREATED = EventKind("planning.plan_created", "编制计划", Act.CREATED)
PLAN_CHANGED = EventKind("planning.plan_changed", "修改计划")
PLAN_SUBMITTED = EventKind("planning.plan_submitted", "提交计划")
PARTICIPATION_CONFIRMED = EventKind("planning.participation_confirmed", "同意参与计划", Act.DECIDED)
PARTICIPATION_REFUSED = EventKind("planning.participation_refused", "不同意参与计划", Act.DECIDED)
PLAN_PUBLISHED = EventKind("planning.plan_published", "分管领导签署并公布计划", Act.DECIDED, public=True)
PLAN_RETURNED = EventKind("planning.plan_returned", "退回计划", Act.DECIDED)
PLAN_WITHDRAWN = EventKind("planning.plan_withdrawn", "撤回计划", Act.DECIDED)
# A plan that was public is withdrawn in public: what was announced must not vanish without a trace.
PUBLISHED_PLAN_WITHDRAWN = EventKind("planning.published_plan_withdrawn", "撤回已公布的计划", Act.DECIDED, public=True)
PLAN_DRAWN = EventKind("planning.plan_drawn", "计划已抽取")
PLAN_COMPLETED = EventKind("planning.plan_completed", "计划已完成")
ORDER_OPENED = EventKind("planning.order_opened", "提出计划调整", Act.CREATED)
ORDER_APPLIED = EventKind("planning.order_applied", "计划调整生效")
PUBLISHED_PLAN_CHANGED = EventKind("planning.published_plan_changed", "调整已公布的计划", Act.DECIDED, public=True)
ANNUAL_CREATED = EventKind("planning.annual_created", "编制年度计划", Act.CREATED)
ANNUAL_CHANGED = EventKind("planning.annual_changed", "修改年度计划")
ANNUAL_SUBMITTED = EventKind("planning.annual_submitted", "提交年度计划")
ANNUAL_RETURNED = EventKind("planning.annual_returned", "退回年度计划", Act.DECIDED)
ANNUAL_WITHDRAWN = EventKind("planning.annual_withdrawn", "撤回年度计划", Act.DECIDED)
ANNUAL_PUBLISHED = EventKind("planning.annual_published", "批准并公布年度计划", Act.DECIDED, public=True)
ANNUAL_ORDER_OPENED = EventKind("planning.annual_order_opened", "提出年度计划调整", Act.CREATED)
ANNUAL_ORDER_APPLIED = EventKind("planning.annual_order_applied", "调整已公布的年度计划", Act.DECIDED, public=True)
ANNUAL_ORDER_APPLIED_ITSELF = EventKind("planning.annual_order_took_effect", "年度计划调整生效")
