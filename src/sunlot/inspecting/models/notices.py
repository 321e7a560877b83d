"""The notice of a visit (检查告知书), what the inspected answers to it, and the attempts to reach somebody who can't be."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User
from sunlot.registry.models import Inspector
from sunlot.trail.models import StoredFile

from .forms import Form
from .parts import FormPart


class VisitNotice(models.Model):
    """One notice to the inspected for all departments that come on a day; `forms` are those of the common visit.

    The link that it is sent with holds a secret of which only the SHA-256 is kept: who reads the database can't open it.
    """

    forms = models.ManyToManyField(Form, related_name="notices")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    visit_on = models.DateField("检查日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("预计结束时间")
    place = models.CharField("检查地点", max_length=200)
    present = models.TextField("须到场人员", blank=True)  # one a line
    recipient = models.CharField("收件人", max_length=60)
    phone = models.CharField("手机号码", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")  # the PDF as it was sent
    content = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")  # what it says, digested
    secret_digest = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField("撤销原因", max_length=200, blank=True)
    opened_at = models.DateTimeField("首次打开", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认收到", null=True, blank=True)
    confirmed_by = models.CharField("确认人", max_length=40, blank=True)
    confirmed_as = models.CharField("确认人身份", max_length=40, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = "检查告知书"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="notice_window_in_order"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_why="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_why="")),
                name="notice_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="")),
                name="notice_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"检查告知书 {self.pk}"

    @property
    def thing(self) -> str:
        """Its name in the trail."""
        return f"visit-notice:{self.pk}"

    @property
    def state_words(self) -> str:
        if self.revoked_at:
            return "已撤销"
        if self.confirmed_at:
            return "已确认收到"
        return "已打开" if self.opened_at else "未打开"

    def is_open(self, now: datetime) -> bool:
        """Whether its link still leads anywhere."""
        return self.revoked_at is None and now < self.expires_at


class NoticeMessage(models.Model):
    """That a notice was sent by SMS or e-mail, and how that went. Never what it said: its link is the secret."""

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "电子邮件"

    class State(models.TextChoices):
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发出"
        FAILED = "failed", "没有发出"

    notice = models.ForeignKey(VisitNotice, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.SENDING)
    words = models.CharField(max_length=200, blank=True)  # why it was not sent
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"


class OutboxMessage(models.Model):
    """A whole message, link and all, kept instead of being sent: of demonstration objects, and where a setting says so."""

    notice = models.ForeignKey(VisitNotice, on_delete=models.CASCADE, related_name="outbox")
    channel = models.CharField(max_length=5, choices=NoticeMessage.Channel.choices)
    to = models.CharField(max_length=120)
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.channel} {self.at}"


class NoticeMaterial(models.Model):
    """A file that the inspected handed in before the visit. It is told by its bytes what it is, as evidence is."""

    notice = models.ForeignKey(VisitNotice, on_delete=models.PROTECT, related_name="materials")
    original = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    mime = models.CharField(max_length=100)
    name = models.CharField("文件名", max_length=120)
    item = models.CharField("检查事项", max_length=24, blank=True)  # its code; none for the visit as a whole
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["notice", "original"], name="notice_material_once")]

    def __str__(self) -> str:
        return self.name


class AvoidanceRequest(models.Model):
    """The inspected asks that an inspector stay away (行政处罚法 第四十三条). Its head decides, with a reason."""

    class State(models.TextChoices):
        ASKED = "asked", "待决定"
        GRANTED = "granted", "同意回避"
        REFUSED = "refused", "不予回避"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="avoidance_requests")
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    # Asked through the link of the notice; else with the inspection code on the spot, by whoever scanned it.
    notice = models.ForeignKey(VisitNotice, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField("理由")
    asked_by = models.CharField("申请人", max_length=40)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("决定的理由", max_length=200, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = "回避申请"
        constraints = [
            models.UniqueConstraint(
                fields=["part", "inspector"], condition=Q(state="asked"), name="avoidance_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True, decided_at__isnull=True, decision="")
                | (~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")),
                name="avoidance_request_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector} {self.get_state_display()}"


class ContactAttempt(models.Model):
    """An attempt to reach the inspected at its registered place (住所无法联系): where, how, and with what outcome."""

    class Way(models.TextChoices):
        VISIT = "visit", "到登记住所查找"
        LETTER = "letter", "邮寄专用信函，无人签收"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="contact_attempts")
    way = models.CharField("方式", max_length=6, choices=Way.choices)
    on = models.DateField("日期")  # of a letter the day on which it was posted
    letter_number = models.CharField("邮件编号", max_length=40, blank=True)
    words = models.TextField("经过")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "way", "on"], name="contact_attempt_once"),
            models.CheckConstraint(condition=~Q(way="letter") | ~Q(letter_number=""), name="letter_has_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.on}"
