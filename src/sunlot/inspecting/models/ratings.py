"""Ratings of visits, kept so that nobody who holds the database can tell who gave which (docs/security.md, Ratings)."""

from django.db import models


class RatingBucket(models.Model):
    """The counters of one department in one quarter, sealed. There is no row for a rating.

    `key` is a keyed digest of quarter and department; `sealed` has the same length whatever it holds.
    """

    key = models.CharField(max_length=64, primary_key=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.key[:8]


class RatingSpent(models.Model):
    """That some visit was rated: a keyed digest of it, with the quarter alone, by which old ones are forgotten.

    Its key is the digest itself: a running number would tell the order.
    """

    token = models.CharField(max_length=64, primary_key=True)
    quarter = models.CharField(max_length=6)  # 2026Q4

    def __str__(self) -> str:
        return self.token[:8]
