"""Words that later rooms share with the catalogue: the classes of credit risk, and what a finding leads to."""

from django.db import models


class RiskClass(models.TextChoices):
    """Credit risk (国市监信发〔2022〕6号)."""

    A = "A", "低"
    B = "B", "一般"
    C = "C", "较高"
    D = "D", "高"


class FollowUp(models.TextChoices):
    """What a finding implies (后续处理): what the inspectors do at once, or to whom it goes on."""

    NONE = "none", "无需后续处理"
    ON_THE_SPOT = "on-spot", "当场责令改正"
    ORDERED = "ordered", "责令限期改正"
    REINSPECTION = "recheck", "责令限期改正并复查"
    STOP = "stop", "责令停止违法行为"
    WARNING = "warning", "约谈告诫"
    CASE = "case", "立案查处"
    HAND_OVER = "hand-over", "移送有关部门"


class Degree(models.TextChoices):
    """The degree of risk of the items that a guide is for (随机抽查事项风险程度)."""

    HIGH = "high", "高风险"
    MEDIUM = "medium", "中风险"
    LOW = "low", "低风险"
    ANY = "any", "各级风险"
