"""Results made public. Only the check itself is published; penalties follow their own rules (notice, part 4 (4))."""

from django.db import models

from sunlot.inspecting.models import FormPart
from sunlot.organisations.models import User


class Publication(models.Model):
    """A part's result as the public sees it. A correction is a new row; the old one stays visible."""

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="publications")
    number = models.PositiveSmallIntegerField(default=1)
    categories = models.JSONField()  # list of inspecting.Category values
    statement = models.TextField(blank=True)
    content = models.TextField()  # canonical JSON of what is published
    digest = models.CharField(max_length=64)
    reason = models.TextField("更正理由", blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["part", "number"], name="publication_number"),
            models.CheckConstraint(
                condition=models.Q(number=1) | ~models.Q(reason=""), name="publication_correction_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["-published_at"], name="publication_newest")]

    def __str__(self) -> str:
        return f"{self.part} {self.number}"
