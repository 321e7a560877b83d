"""Kinds of event of organisations, people and signatures."""

from sunlot.trail.events import Act, EventKind

ORGANISATIONS_LOADED = EventKind("organisations.loaded", "导入机构", Act.CREATED)
USER_CREATED = EventKind("organisations.user_created", "建立账号", Act.CREATED)
USER_CHANGED = EventKind("organisations.user_changed", "变更账号")
ROLE_GRANTED = EventKind("organisations.role_granted", "授予角色")
ROLE_ENDED = EventKind("organisations.role_ended", "收回角色")
SIGNED = EventKind("signature.signed", "签署", Act.DECIDED)
SIGNATURE_REFUSED = EventKind("signature.refused", "拒签", Act.DECIDED)
PAPER_UPLOADED = EventKind("signature.paper_uploaded", "上传纸质签署件", Act.DECIDED)
PAPER_CONFIRMED = EventKind("signature.paper_confirmed", "核对纸质签署件", Act.DECIDED)
PAPER_REJECTED = EventKind("signature.paper_rejected", "纸质签署件核对不符", Act.DECIDED)
