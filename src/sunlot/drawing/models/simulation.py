"""A simulation of a plan's draw: who asked for it, for which content and day, and the figures that came of it."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User
from sunlot.planning.models import Plan


class Simulation(models.Model):
    """What the draw of a plan may bring (模拟抽取). It says of which content, by digest, and is kept when the plan changes."""

    class State(models.TextChoices):
        RUNNING = "running", "正在模拟"
        DONE = "done", "已完成"
        ENDED = "ended", "没有完成"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="simulations")
    version = models.PositiveIntegerField()  # of the plan
    content_digest = models.CharField(max_length=64)  # of the plan's canonical content
    day = models.DateField()  # as of which people and items are looked up: the plan's day of drawing
    seeds = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    figures = models.JSONField(default=dict)  # simulating/figures.py
    refusal = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = "模拟抽取"
        constraints = [
            models.UniqueConstraint(fields=["plan"], condition=Q(state="running"), name="simulation_one_running"),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True) | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="simulation_ended_at",
            ),
            models.CheckConstraint(condition=Q(seeds__gte=1), name="simulation_has_seeds"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} 模拟抽取"
