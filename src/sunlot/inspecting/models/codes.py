"""The inspection code of a visit (检查码), its scans, and complaints that come with it."""

import secrets

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User

from .devices import FieldDevice
from .forms import Form

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another when read aloud or typed
LENGTH = 12  # 58 bits of chance: numbers can't be tried one after the other


def new_number() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


class VisitCode(models.Model):
    """What a visit is called on its code. It says nothing by itself; what is shown is signed anew every 30 seconds."""

    form = models.OneToOneField(Form, on_delete=models.PROTECT, related_name="code")
    number = models.CharField("检查码编号", max_length=16, unique=True, default=new_number)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number


class CodeScan(models.Model):
    """That a code, valid at that moment, was opened: once for each 30 seconds. Of whoever opened it nothing is kept."""

    code = models.ForeignKey(VisitCode, on_delete=models.PROTECT, related_name="scans")
    device = models.ForeignKey(FieldDevice, on_delete=models.PROTECT, related_name="+")  # whose code it was
    step = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["code", "device", "step"], name="code_scan_once")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.at}"


class Complaint(models.Model):
    """What somebody who scanned a code complains of. It goes to 纪检, never to the department that inspects."""

    class State(models.TextChoices):
        RECEIVED = "received", "待处理"
        ANSWERED = "answered", "已处理"

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="complaints")
    words = models.TextField("反映的情况")
    contact = models.CharField("联系方式", max_length=60, blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    answer = models.TextField("处理情况", blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = "检查反映"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="received", answered_by__isnull=True, answer="")
                | (Q(state="answered", answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="complaint_answered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.get_state_display()}"
