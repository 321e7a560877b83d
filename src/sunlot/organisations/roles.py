"""The roles of DESIGN.md, and which of them one person may not hold together."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person may do; one person may hold several and acts in one at a time."""

    SYSTEM_ADMINISTRATOR = "system-administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security-administrator", "安全管理员"
    AUDITOR = "auditor", "审计管理员"
    COORDINATOR = "coordinator", "统筹科室"
    CLERK = "clerk", "经办人"
    HEAD = "head", "科室负责人"
    LEADER = "leader", "分管领导"
    UNIT_HEAD = "unit-head", "单位负责人"
    SUPERVISOR = "supervisor", "纪检监督"
    STEERING = "steering", "领导小组"
    INSPECTOR = "inspector", "执法检查人员"
    EXPERT = "expert", "专家"
    COMMISSIONED = "commissioned", "委托机构"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})

# Held by a section, these act for the whole department that the section belongs to.
DEPARTMENT_WIDE = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.LEADER, Role.UNIT_HEAD, Role.STEERING})


def conflict(held: set[Role], wanted: Role) -> str | None:
    """Why a person holding `held` may not get `wanted` too, in Chinese; None when it may.

    Two of the three administrators are never one person. 纪检 watches: a supervisor holds no role of those it watches.
    """
    if wanted in ADMINISTRATORS and held & (ADMINISTRATORS - {wanted}):
        return "系统管理员、安全管理员、审计管理员须由三人分别担任"
    business = set(Role) - ADMINISTRATORS - {Role.SUPERVISOR, Role.STEERING}
    if (wanted == Role.SUPERVISOR and held & business) or (wanted in business and Role.SUPERVISOR in held):
        return "纪检监督人员不得同时办理被监督的业务"
    return None
