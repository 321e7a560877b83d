"""The fields of experts that a housing bureau asks for; others are added on the page of experts."""

from .models import ExpertField

FIELDS = {
    "gas": "燃气",
    "heating": "供热",
    "water": "供排水",
    "structure": "建筑结构",
    "fire": "消防",
    "hoisting": "起重机械",
    "testing": "工程质量检测",
    "cost": "工程造价",
    "property": "物业管理",
    "environment": "扬尘与环保",
}


def load() -> None:
    """Make those that are missing; safe at any time. An installation has them from its first migration on."""
    made = [ExpertField(code=code, name=name) for code, name in FIELDS.items()]
    ExpertField.objects.bulk_create(made, ignore_conflicts=True)
