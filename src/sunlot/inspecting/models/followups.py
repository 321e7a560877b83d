"""What follows a record with problems (监管衔接): orders to correct, and cases handed over, each to its end."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .parts import FormPart


class Letter(models.Model):
    """What goes out about a part: written by one person, signed by the head of the unit, who is another."""

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="%(class)ss")
    number = models.CharField("文号", max_length=60, unique=True)
    basis = models.CharField("依据", max_length=200)
    due_on = models.DateField("期限")
    digest = models.CharField(max_length=64)  # of what is signed
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    void_reason = models.CharField("作废的理由", max_length=300, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    result = models.CharField("办理结果", max_length=500, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def thing(self) -> str:
        """Its name in the trail."""
        raise NotImplementedError

    @property
    def signed_on(self) -> date | None:
        """The day on which it was signed, in Shanghai."""
        return self.signed_at.astimezone(clock.SHANGHAI).date() if self.signed_at else None


def _of_letter(name: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("written_by")), name=f"{name}_signed_by_another"
        ),
        models.CheckConstraint(
            condition=Q(state__in=["written", "void"]) | Q(signed_by__isnull=False), name=f"{name}_goes_out_signed"
        ),
        models.CheckConstraint(condition=~Q(state="void") | ~Q(void_reason=""), name=f"{name}_void_has_reason"),
        models.CheckConstraint(
            condition=~Q(state="closed") | (Q(closed_on__isnull=False) & ~Q(result="")),
            name=f"{name}_closed_with_result",
        ),
    ]


class CorrectionOrder(Letter):
    """责令改正通知书 (行政处罚法第二十八条): served with a receipt, closed once somebody has seen what became of it."""

    class State(models.TextChoices):
        WRITTEN = "written", "待签发"
        SIGNED = "signed", "待送达"
        SERVED = "served", "整改中"
        CLOSED = "closed", "已办结"
        VOID = "void", "已作废"

    MOVES: dict[str, frozenset[str]] = {
        State.WRITTEN: frozenset({State.SIGNED, State.VOID}),
        State.SIGNED: frozenset({State.SERVED}),
        State.SERVED: frozenset({State.CLOSED}),
        State.CLOSED: frozenset(),
        State.VOID: frozenset(),
    }

    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WRITTEN)
    fact = models.TextField("查明的事实")
    breached = models.CharField("违反的规定", max_length=300)
    demand = models.TextField("改正要求")
    served_on = models.DateField("送达日期", null=True, blank=True)
    served_way = models.CharField("送达方式", max_length=8, blank=True)  # one of service_receipt.WAYS
    served_to = models.CharField("签收人", max_length=40, blank=True)
    refusal = models.CharField("拒收事由", max_length=200, blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    is_corrected = models.BooleanField("已改正", null=True, blank=True)

    class Meta(Letter.Meta):
        verbose_name = "责令改正"
        constraints = [
            *_of_letter("order"),
            models.CheckConstraint(
                condition=~Q(state__in=["served", "closed"]) | (Q(served_on__isnull=False) & ~Q(served_way="")),
                name="order_served_how",
            ),
            models.CheckConstraint(condition=Q(refusal="") | ~Q(witness=""), name="order_refusal_has_witness"),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="order_due")]

    @property
    def thing(self) -> str:
        return f"correction-order:{self.pk}"


class HandOver(Letter):
    """移送函: a case handed to the enforcement of the own house or to another department, closed by its result."""

    class State(models.TextChoices):
        WRITTEN = "written", "待签发"
        SENT = "sent", "待接收"
        RECEIVED = "received", "办理中"
        CLOSED = "closed", "已办结"
        VOID = "void", "已作废"

    MOVES: dict[str, frozenset[str]] = {
        State.WRITTEN: frozenset({State.SENT, State.VOID}),
        State.SENT: frozenset({State.RECEIVED}),
        State.RECEIVED: frozenset({State.CLOSED}),
        State.CLOSED: frozenset(),
        State.VOID: frozenset(),
    }

    class Grounds(models.TextChoices):
        ENFORCEMENT = "case", "涉嫌违法，需要立案查处"
        OTHER = "other", "不属于本机关管辖"

    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WRITTEN)
    # Whose it is to receive and answer; one that is not in the system has its name alone.
    receiver = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers_received"
    )
    to = models.CharField("接收单位", max_length=80)
    grounds = models.CharField("移送原因", max_length=8, choices=Grounds.choices)
    facts = models.TextField("有关事实")
    attachments = models.TextField("移送的材料", blank=True)  # one a line
    received_on = models.DateField("接收日期", null=True, blank=True)
    received_by = models.CharField("接收人", max_length=40, blank=True)

    class Meta(Letter.Meta):
        verbose_name = "移送"
        constraints = [
            *_of_letter("handover"),
            models.CheckConstraint(
                condition=~Q(state__in=["received", "closed"]) | (Q(received_on__isnull=False) & ~Q(received_by="")),
                name="handover_received_by",
            ),
        ]
        indexes = [models.Index(fields=["receiver", "state"], name="handover_receiver")]

    @property
    def thing(self) -> str:
        return f"hand-over:{self.pk}"
