"""Licences and qualifications that an object holds."""

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import User

from .imports import Import
from .objects import InspectionObject


class Licence(models.Model):
    """A licence or qualification certificate of an object. One that was replaced or withdrawn stays, ended."""

    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="licences")
    name = models.CharField("许可证名称", max_length=60)
    number = models.CharField("许可证编号", max_length=80)
    issuer = models.CharField("发证机关", max_length=80)
    issued = models.DateField("发证日期", null=True, blank=True)
    expires = models.DateField("有效期至", null=True, blank=True)  # the last valid day; None: without term
    ended_on = models.DateField("失效日期", null=True, blank=True)
    ended_reason = models.CharField("失效原因", max_length=120, blank=True)
    roster = models.ForeignKey(
        Import, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入"
    )  # which list brought it; None: entered by hand
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "-expires"]
        verbose_name = verbose_name_plural = "许可证"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "name", "number"], condition=Q(ended_on__isnull=True), name="licence_once"
            ),
            models.CheckConstraint(
                condition=Q(issued__isnull=True) | Q(expires__isnull=True) | Q(expires__gte=F("issued")),
                name="licence_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | ~Q(ended_reason=""), name="licence_ended_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["expires"], condition=Q(ended_on__isnull=True), name="licence_expiry")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def days_left(self) -> int | None:
        """Days until the last valid day, negative once it has expired; None for one without term."""
        return (self.expires - clock.today()).days if self.expires else None
