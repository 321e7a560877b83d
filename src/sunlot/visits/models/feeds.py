"""Secret addresses under which a calendar program fetches the calendar of a role, without signing in."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Membership


class CalendarFeed(models.Model):
    """One address of one membership. The address itself is shown once and kept nowhere: here is its digest alone."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret part of the address
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(ended_at__isnull=True), name="feed_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.made_at:%Y-%m-%d}"
