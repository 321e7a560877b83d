"""When each periodic job is due and which worker holds it, and what people are reminded of."""

from django.db import models

from sunlot.organisations.models import User


class PeriodicJob(models.Model):
    """One periodic job. A worker holds it until `held_until`; one that dies is taken over then."""

    name = models.CharField(max_length=64, unique=True)
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)  # of the last run; empty when it went well

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """What one person is reminded of on every page of the desk, until it is seen to or its time is over.

    `key` names the occasion, so that it is sent once however often the job runs.
    """

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    words = models.CharField(max_length=200)
    address = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    until = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="reminder_once")]
        indexes = [models.Index(fields=["recipient", "until"], name="reminder_open")]

    def __str__(self) -> str:
        return self.words
