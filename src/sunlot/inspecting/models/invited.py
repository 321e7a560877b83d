"""Whoever is asked from outside, an expert or a commissioned body: a link limited to one part, and what came back by it."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User
from sunlot.registry.models import Expert
from sunlot.trail.models import StoredFile

from .parts import FormPart


class Invitation(models.Model):
    """A link under which one invited person or body files opinions on one part. Of its secret the digest alone is kept."""

    class Kind(models.TextChoices):
        EXPERT = "expert", "专家意见"
        COMMISSIONED = "body", "委托机构报告"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="invitations")
    kind = models.CharField("种类", max_length=6, choices=Kind.choices)
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("专家姓名或机构名称", max_length=80)
    asks = models.TextField("请其查明的事项")
    secret_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField("链接有效到")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField("首次打开", null=True, blank=True)
    revoked_at = models.DateTimeField("收回", null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(asks=""), name="invitation_asks_something")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    def is_open(self, now: datetime) -> bool:
        """Whether the link still leads somewhere."""
        return self.revoked_at is None and now < self.expires_at


class Opinion(models.Model):
    """What an invited expert or body filed: words, a PDF, or both; a later one stands beside the earlier ones.

    Never among the inspectors' findings: an expert advises, and a commissioned body reports (notice, part 三（二）).
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="opinions")
    number = models.PositiveSmallIntegerField("次")
    text = models.TextField("意见", blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)  # of text and file together, as the trail names it
    filed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "number"], name="opinion_number"),
            models.UniqueConstraint(fields=["invitation", "digest"], name="opinion_once"),
            models.CheckConstraint(condition=~Q(text="") | Q(file__isnull=False), name="opinion_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.invitation} {self.number}"
