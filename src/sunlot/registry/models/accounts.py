"""Accounts that came with a list, and the roles that it asks for."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User
from sunlot.organisations.roles import Role

from .imports import Import


class ImportedAccount(models.Model):
    """An account that a list made or names. The system administrator brings the list in; the roles it asks for are the
    security administrator's to give (docs/architecture.md, Roles).
    """

    class State(models.TextChoices):
        NONE = "none", "没有写角色"
        WAITING = "waiting", "待授予"
        GRANTED = "granted", "已授予"
        DISMISSED = "dismissed", "未予授予"

    roster = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="accounts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )  # where it asks for roles
    roles = models.JSONField(default=list)
    state = models.CharField("角色", max_length=10, choices=State.choices)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation__path", "user__username"]
        verbose_name = "名单中的账号"
        constraints = [
            models.UniqueConstraint(fields=["roster", "user"], name="imported_account_once"),
            models.CheckConstraint(
                condition=Q(state__in=["none", "waiting"])
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
                name="imported_account_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user")), name="imported_account_not_own"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role_words}"

    @property
    def role_words(self) -> str:
        """The roles as people see them."""
        return "、".join(str(Role(code).label) for code in self.roles)
