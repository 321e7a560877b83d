"""Kinds of event of the draw. The public ones are those of docs/spec/draw-protocol.md, log.json,
and `drawing.withdrawn`, by which a number that is never drawn leaves no gap (docs/spec/transparency-log.md).
"""

from sunlot.trail.events import Act, EventKind

NOTICE_SEALED = EventKind("drawing.notice_sealed", "封存抽取公告", Act.DECIDED, public=True)
BEACON_READ = EventKind("drawing.beacon_read", "确认公共随机数", Act.DECIDED, public=True)
NONCE_REVEALED = EventKind("drawing.nonce_revealed", "公开密数", Act.DECIDED, public=True)
DRAWN = EventKind("drawing.drawn", "抽取", Act.DECIDED, public=True)
ABORTED = EventKind("drawing.aborted", "中止抽取", Act.DECIDED, public=True)
RELEASED = EventKind("drawing.released", "名单公开", Act.DECIDED, public=True)
WITHDRAWN = EventKind("drawing.withdrawn", "撤回未封存的抽取", Act.DECIDED, public=True)
REPLACED = EventKind("drawing.replaced", "替补", Act.DECIDED, public=True)

SIMULATED = EventKind("drawing.simulated", "模拟抽取", Act.CREATED)
PREPARED = EventKind("drawing.prepared", "准备抽取", Act.CREATED)
SETTINGS_CHANGED = EventKind("drawing.settings_changed", "变更抽取设置")
COMMITTED = EventKind("drawing.committed", "提交承诺", Act.DECIDED)
COMMITMENT_CHANGED = EventKind("drawing.commitment_changed", "更换承诺")
BEACON_TYPED = EventKind("drawing.beacon_typed", "录入公共随机数", Act.DECIDED)
BEACON_UNEQUAL = EventKind("drawing.beacon_unequal", "两人录入不一致", Act.DECIDED)
REMINDED = EventKind("drawing.reminded", "提醒参与方", Act.DECIDED)
RECORD_SIGNED = EventKind("drawing.record_signed", "抽取记录签署完成", Act.DECIDED)
RECORD_FILED = EventKind("drawing.record_filed", "抽取记录归档", Act.DECIDED)

REPLACEMENT_PROPOSED = EventKind("drawing.replacement_proposed", "提出替补", Act.CREATED)
REPLACEMENT_REFUSED = EventKind("drawing.replacement_refused", "不批准替补", Act.DECIDED)
REPLACEMENT_APPROVED = EventKind("drawing.replacement_approved", "批准替补，未公开", Act.DECIDED)
SUPPLEMENT_NEEDED = EventKind("drawing.supplement_needed", "候补用尽，须补充抽取", Act.DECIDED)
