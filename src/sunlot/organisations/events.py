"""Kinds of event of organisations, people, sign-in and signatures."""

from sunlot.trail.events import Act, EventKind

ORGANISATIONS_LOADED = EventKind("organisations.loaded", "导入机构", Act.CREATED)
ORGANISATION_CHANGED = EventKind("organisations.changed", "变更机构")
USER_CREATED = EventKind("organisations.user_created", "建立账号", Act.CREATED)
USER_CHANGED = EventKind("organisations.user_changed", "变更账号")
USER_DISABLED = EventKind("organisations.user_disabled", "停用账号")
USER_ENABLED = EventKind("organisations.user_enabled", "启用账号")
PASSWORD_RESET = EventKind("organisations.password_reset", "重置密码")
SECOND_FACTOR_RESET = EventKind("organisations.second_factor_reset", "解除两步验证")
UNLOCKED = EventKind("organisations.unlocked", "解除登录锁定")
ROLE_GRANTED = EventKind("organisations.role_granted", "授予角色")
ROLE_ENDED = EventKind("organisations.role_ended", "收回角色")

SIGNED_IN = EventKind("access.signed_in", "登录", Act.READ)
SIGNED_OUT = EventKind("access.signed_out", "退出", Act.READ)
SIGN_IN_FAILED = EventKind("access.sign_in_failed", "登录失败", Act.REFUSED)
LOCKED_OUT = EventKind("access.locked_out", "登录锁定", Act.REFUSED)
SESSION_ENDED = EventKind("access.session_ended", "结束其他登录")
ROLE_CHOSEN = EventKind("access.role_chosen", "换身份", Act.READ)
PASSWORD_CHANGED = EventKind("access.password_changed", "修改本人密码")
SECOND_FACTOR_CHANGED = EventKind("access.second_factor_changed", "变更两步验证")
WALL_HIT = EventKind("access.administrator_refused", "管理员打开业务页面被拒绝", Act.REFUSED)

TRAIL_EXPORTED = EventKind("trail.exported", "导出留痕", Act.READ)
ERASURE_ASKED = EventKind("trail.erasure_asked", "申请清除留痕明细")
ERASURE_DISMISSED = EventKind("trail.erasure_dismissed", "不予清除留痕明细", Act.DECIDED)

SIGNED = EventKind("signature.signed", "签署", Act.DECIDED)
SIGNATURE_REFUSED = EventKind("signature.refused", "拒签", Act.DECIDED)
PAPER_UPLOADED = EventKind("signature.paper_uploaded", "上传纸质签署件", Act.DECIDED)
PAPER_CONFIRMED = EventKind("signature.paper_confirmed", "核对纸质签署件", Act.DECIDED)
PAPER_REJECTED = EventKind("signature.paper_rejected", "纸质签署件核对不符", Act.DECIDED)
