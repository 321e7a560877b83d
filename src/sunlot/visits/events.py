"""Kinds of event of caps and of calendars."""

from sunlot.trail.events import Act, EventKind

CAPS_PROPOSED = EventKind("visits.caps_proposed", "拟订频次上限", Act.CREATED)
CAPS_REFUSED = EventKind("visits.caps_refused", "不批准频次上限", Act.DECIDED)
# The cap is public (国办发〔2024〕54号), and so is every version of it.
CAPS_APPROVED = EventKind("visits.caps_approved", "批准并公布频次上限", Act.DECIDED, public=True)
FEED_OPENED = EventKind("visits.feed_opened", "生成日历订阅地址", Act.CREATED)
FEED_ENDED = EventKind("visits.feed_ended", "停用日历订阅地址")
