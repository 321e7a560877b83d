"""When each periodic job is due, and which worker holds it."""

from django.db import models


class PeriodicJob(models.Model):
    """One periodic job. A worker holds it until `held_until`; one that dies is taken over then."""

    name = models.CharField(max_length=64, unique=True)
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)  # of the last run; empty when it went well

    def __str__(self) -> str:
        return self.name
