"""A part of a form for each department, its inspectors and the findings per item."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import ItemVersion
from sunlot.organisations.models import Organisation, User
from sunlot.registry.models import Inspector

from .dispatches import Dispatch
from .forms import Form


class Category(models.TextChoices):
    """The result categories of the national publicity system (domain facts, (a))."""

    NO_PROBLEM = "1", "未发现问题"
    NOT_PUBLISHED = "2", "未按规定公示应当公示的信息"
    FALSE = "3", "公示信息隐瞒真实情况、弄虚作假"
    UNREACHABLE = "4", "通过登记的住所（经营场所）无法联系"
    ORDERED = "5", "发现问题已责令改正"
    UNCOOPERATIVE = "6", "不配合检查情节严重"
    NO_ACTIVITY = "7", "未发现开展本次抽查涉及的经营活动"
    PENDING = "8", "发现问题待后续处理"


# Categories that say a problem was found: they need a problem among the findings, and a problem needs one of them.
OF_PROBLEMS = frozenset({Category.NOT_PUBLISHED, Category.FALSE, Category.ORDERED, Category.PENDING})

# Categories whose course must be described: nobody was met, nobody helped, or there was nothing to inspect.
NEED_REMARK = frozenset({Category.UNREACHABLE, Category.UNCOOPERATIVE, Category.NO_ACTIVITY})


class FormPart(models.Model):
    """A department's part of a form: who inspects, enters, publishes and is late is the part (谁检查、谁录入、谁公示)."""

    class State(models.TextChoices):
        OPEN = "open", "待检查"
        RECORDED = "recorded", "待复核"
        RETURNED = "returned", "已退回"
        DECIDED = "decided", "待公示"
        PUBLISHED = "published", "已公示"
        CORRECTED = "corrected", "已更正"
        REPLACED = "replaced", "已替补"
        HANDED = "handed", "已指派"

    MOVES: dict[str, frozenset[str]] = {
        State.OPEN: frozenset({State.RECORDED, State.REPLACED, State.HANDED}),
        State.RECORDED: frozenset({State.DECIDED, State.RETURNED}),
        State.RETURNED: frozenset({State.RECORDED}),
        State.DECIDED: frozenset({State.PUBLISHED}),
        State.PUBLISHED: frozenset({State.CORRECTED}),
        State.CORRECTED: frozenset({State.CORRECTED}),
        State.REPLACED: frozenset(),
        State.HANDED: frozenset(),
    }
    ENDED = (State.REPLACED, State.HANDED)
    """What is not inspected any more; it stays to be read and counts nowhere."""
    SUBMITTED = (State.RECORDED, State.RETURNED, State.DECIDED, State.PUBLISHED, State.CORRECTED)

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="parts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="form_parts")
    # With which dispatch it was sent to its unit; none where nobody has to confirm: the unit asked for the check itself.
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    mode = models.CharField("检查方式", max_length=60, blank=True)  # several with commas between (modes.ordered)
    mode_details = models.JSONField(
        "各方式的内容", default=dict, blank=True
    )  # a text by the name of each place (modes.ALL)
    began_at = models.DateTimeField("检查开始", null=True, blank=True)
    ended_at = models.DateTimeField("检查结束", null=True, blank=True)
    categories = models.JSONField("检查结果", default=list, blank=True)  # list of Category values
    # The last day of the inspection where an extension was approved; else the task's holds.
    extended_to = models.DateField("延期至", null=True, blank=True)
    remark = models.TextField("情况说明", blank=True)
    # Filled on a paper form and entered later: its scan belongs to the evidence, and every page says so.
    from_paper = models.BooleanField("纸质表补录", default=False)
    # Where the phone was when the visit began; shown beside the registered place, never blocking.
    start_latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    start_longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    start_accuracy = models.PositiveIntegerField(null=True, blank=True)  # metres
    # When the inspected signed, or the absence was noted, by the phone's clock, where that was without a network.
    signed_offline_at = models.DateTimeField(null=True, blank=True)
    signed_offline_offset = models.IntegerField(null=True, blank=True)  # seconds that the phone's clock was ahead
    correction_reason = models.TextField("更正原因", blank=True)  # of its inspectors, who took it back to write it anew
    absence_reason = models.TextField("无法取得签字的原因", blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    witness_is = models.CharField("见证人身份", max_length=80, blank=True)
    absence_noted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # grows with every save: who saves over a newer one sees both
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(null=True, blank=True)
    completed_on = models.DateField("检查完成日", null=True, blank=True)  # day 0 of the 20 working days
    digest = models.CharField(max_length=64, blank=True)  # of the frozen record
    review_comment = models.TextField("复核意见", blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["form", "organisation__path"]
        constraints = [
            # What was handed on may come back to the unit, as a part of its own.
            models.UniqueConstraint(fields=["form", "organisation"], condition=~Q(state="handed"), name="part_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "replaced", "handed"])
                | (Q(recorded_by__isnull=False) & Q(completed_on__isnull=False) & ~Q(digest="")),
                name="part_recorded_by",
            ),
            models.CheckConstraint(
                condition=Q(absence_reason="", absence_noted_at__isnull=True)
                | (~Q(absence_reason="") & ~Q(witness="") & Q(absence_noted_at__isnull=False)),
                name="part_absence_has_witness",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("recorded_by")),
                name="part_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "published", "corrected"]) | Q(reviewed_by__isnull=False),
                name="part_decided_by",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "completed_on"], name="part_deadlines")
        ]  # lists, what is late

    def __str__(self) -> str:
        return f"{self.form.number} {self.organisation}"

    @property
    def thing(self) -> str:
        """The part's name in the trail and under its signatures."""
        return f"form-part:{self.pk}"

    @property
    def inspect_by(self) -> date:
        """The last day of the inspection, extensions counted. Needs `form.task`."""
        return self.extended_to or self.form.task.ends_on

    @property
    def is_editable(self) -> bool:
        """Whether the record may still be written."""
        return self.state in (self.State.OPEN, self.State.RETURNED)

    @property
    def why_closed(self) -> str:
        """Why the record can't be written any more."""
        if self.state == self.State.REPLACED:
            return "这份检查表因替补已终止，不用再检查。填过的内容保留可查。"
        if self.state == self.State.HANDED:
            return "这一部分已指派给其他单位检查，不由原来的检查组填写。填过的内容保留可查。"
        return f"这一部分已提交（{self.get_state_display()}），不能再改。要改须由复核人退回。"

    @property
    def is_ended(self) -> bool:
        """Whether it is not inspected any more: replaced, or handed on to another unit."""
        return self.state in self.ENDED

    @property
    def is_published(self) -> bool:
        return self.state in (self.State.PUBLISHED, self.State.CORRECTED)

    @property
    def mode_words(self) -> str:
        """The modes in words: 书面检查、现场检查."""
        return "、".join(ItemVersion.Mode(value).label for value in self.mode.split(",") if value)

    @property
    def category_labels(self) -> list[str]:
        return [Category(value).label for value in self.categories]


class PartMember(models.Model):
    """An inspector of the team who inspects a part."""

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="members")
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["part", "inspector"], name="part_member_once")]

    def __str__(self) -> str:
        return str(self.inspector)


class Finding(models.Model):
    """What was found for one item of a part."""

    class Answer(models.TextChoices):
        OPEN = "", "未填写"
        FINE = "fine", "未发现问题"
        PROBLEM = "problem", "发现问题"
        NOT_APPLICABLE = "na", "不适用"

    class Severity(models.TextChoices):
        SLIGHT = "slight", "轻微"
        ORDINARY = "ordinary", "一般"
        SERIOUS = "serious", "严重"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="findings")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN, blank=True)
    note = models.TextField("情况", blank=True)
    offers = models.JSONField("选用的检查结果", default=list, blank=True)  # positions of the version's offered findings
    severity = models.CharField("严重程度", max_length=8, choices=Severity.choices, blank=True)
    article = models.CharField("违反条款", max_length=200, blank=True)
    measured = models.JSONField("测量值", default=list, blank=True)  # lists of name, value, unit, least, most

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["part", "version"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.answer}"


class Edition(models.Model):
    """A record as it was submitted, for ever: a correction makes the next one. The text lies under its digest."""

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    digest = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    reason = models.TextField("更正原因", blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["part", "number"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.number}"
