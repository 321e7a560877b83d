"""Writing thousands of entries and their history records in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import models
from simple_history.utils import bulk_create_with_history, get_history_manager_for_model

from sunlot.organisations.models import User

M = TypeVar("M", bound=models.Model)
BATCH = 2000


@dataclass(frozen=True)
class BulkWriting:
    """Who writes, when and why, as the history records say it."""

    user: User | None
    reason: str
    at: datetime

    def create(self, model: type[M], entries: Sequence[M]) -> None:
        """Insert the entries, which get their keys, with a history record each."""
        bulk_create_with_history(
            list(entries),
            model,
            batch_size=BATCH,
            default_user=self.user,
            default_change_reason=self.reason[:100],
            default_date=self.at,
        )

    def update(self, model: type[M], entries: Sequence[M], fields: Sequence[str]) -> None:
        """Write these fields of existing entries, with a history record each. The rows are locked by the caller.

        An upsert on the key: Django's bulk_update writes a CASE for each row and field, which took six times as long.
        """
        ordered = sorted(entries, key=lambda one: one.pk)
        model._default_manager.bulk_create(
            ordered,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=[model._meta.pk.name],
            update_fields=list(fields),
        )
        get_history_manager_for_model(model).bulk_history_create(
            ordered,
            batch_size=BATCH,
            update=True,
            default_user=self.user,
            default_change_reason=self.reason[:100],
            default_date=self.at,
        )
