"""Kinds of event of the catalogue. That an item comes into force or is repealed stands in the public log."""

from sunlot.trail.events import Act, EventKind

ITEM_DRAFTED = EventKind("catalogue.item_drafted", "起草事项", Act.CREATED)
ITEM_CHANGED = EventKind("catalogue.item_changed", "修改事项草稿")
ITEM_SUBMITTED = EventKind("catalogue.item_submitted", "提交事项审核", Act.DECIDED)
ITEM_RETURNED = EventKind("catalogue.item_returned", "退回事项草稿", Act.DECIDED)
ITEM_IN_FORCE = EventKind("catalogue.item_in_force", "事项生效", Act.DECIDED, public=True)
ITEM_CALLED_OFF = EventKind("catalogue.item_called_off", "撤销事项生效", Act.DECIDED, public=True)
ITEM_REPEALED = EventKind("catalogue.item_repealed", "废止事项", Act.DECIDED, public=True)
