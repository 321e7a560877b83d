"""What inspectors and experts have in common."""

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import User


class Person(models.Model):
    """Somebody who may be drawn: recommended by one person, reviewed by another (推荐、审核).

    `number` is public, never a personal identifier; one for each person among inspectors and experts together.
    """

    name = models.CharField("姓名", max_length=40)
    user = models.OneToOneField(
        User, verbose_name="登录账号", on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s"
    )
    title = models.CharField("职称", max_length=40, blank=True)
    phone = models.CharField("手机", max_length=20, blank=True)
    state_reason = models.CharField("状态说明", max_length=200, blank=True)
    recommendation = models.CharField("推荐理由", max_length=200, blank=True)
    recommended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("演示", default=False)
    search_keys = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"), name="%(class)s_number_form"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(recommended_by__isnull=True)
                | ~Q(reviewed_by=F("recommended_by")),
                name="%(class)s_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name
