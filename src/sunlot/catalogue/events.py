"""Kinds of event of the catalogue. That an item or a guide comes into force or is repealed stands in the public log."""

from sunlot.trail.events import Act, EventKind

ITEM_DRAFTED = EventKind("catalogue.item_drafted", "起草事项", Act.CREATED)
ITEM_CHANGED = EventKind("catalogue.item_changed", "修改事项草稿")
ITEM_SUBMITTED = EventKind("catalogue.item_submitted", "提交事项审核", Act.DECIDED)
ITEM_RETURNED = EventKind("catalogue.item_returned", "退回事项草稿", Act.DECIDED)
ITEM_IN_FORCE = EventKind("catalogue.item_in_force", "事项生效", Act.DECIDED, public=True)
ITEM_CALLED_OFF = EventKind("catalogue.item_called_off", "撤销事项生效", Act.DECIDED, public=True)
ITEM_REPEALED = EventKind("catalogue.item_repealed", "废止事项", Act.DECIDED, public=True)

GUIDE_DRAFTED = EventKind("catalogue.guide_drafted", "起草工作指引", Act.CREATED)
GUIDE_CHANGED = EventKind("catalogue.guide_changed", "修改工作指引草稿")
GUIDE_SUBMITTED = EventKind("catalogue.guide_submitted", "提交工作指引审核", Act.DECIDED)
GUIDE_RETURNED = EventKind("catalogue.guide_returned", "退回工作指引草稿", Act.DECIDED)
GUIDE_IN_FORCE = EventKind("catalogue.guide_in_force", "工作指引生效", Act.DECIDED, public=True)
GUIDE_CALLED_OFF = EventKind("catalogue.guide_called_off", "撤销工作指引生效", Act.DECIDED, public=True)
GUIDE_REPEALED = EventKind("catalogue.guide_repealed", "废止工作指引", Act.DECIDED, public=True)

WORD_ADDED = EventKind("catalogue.word_added", "增加字典条目", Act.CREATED)
WORD_CHANGED = EventKind("catalogue.word_changed", "修改字典条目")
