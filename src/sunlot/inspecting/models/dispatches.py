"""What was sent out to each unit of a task, and that the unit confirmed that it has it (签收)."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation, User

from .forms import Task


class Dispatch(models.Model):
    """The parts of a task that one act sent to one unit. Its people confirm once for all of them."""

    class How(models.TextChoices):
        CONFIRMED = "confirmed", "确认签收"
        BEGUN = "begun", "未先签收，开始填写即视为签收"
        OWN = "own", "本单位派发，不需签收"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="dispatches")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="dispatches")
    sent_at = models.DateTimeField("派发时间")
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField("签收方式", max_length=10, choices=How.choices, blank=True)

    class Meta:
        ordering = ["task", "organisation__path", "sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True, how="")
                | Q(received_at__isnull=False, received_by__isnull=True, how="own")
                | (Q(received_at__isnull=False, received_by__isnull=False) & ~Q(how__in=["", "own"])),
                name="dispatch_received_how",
            )
        ]
        indexes = [models.Index(fields=["organisation", "received_at"], name="dispatch_to_receive")]  # what waits

    def __str__(self) -> str:
        return f"{self.task} {self.organisation}"

    @property
    def thing(self) -> str:
        """Its name in the trail; each unit reads the story of its own."""
        return f"dispatch:{self.pk}"
