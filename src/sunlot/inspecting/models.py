"""Tasks, one form for each object (一企一表), a part for each department, findings per item."""

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import ItemVersion
from sunlot.drawing.models import Attempt
from sunlot.norms import regions
from sunlot.organisations.models import Organisation, User
from sunlot.planning.models import Plan
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.visits.models import Visit


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


class Task(models.Model):
    """What is to be inspected, and where it comes from."""

    number = models.CharField("任务编号", max_length=64, unique=True)
    title = models.CharField(max_length=80)
    source = models.CharField(max_length=10, choices=Visit.Source.choices)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="task")
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="draw") | (Q(plan__isnull=False) & Q(attempt__isnull=False)),
                name="task_draw_has_plan",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="task_period_in_order"),
        ]

    def __str__(self) -> str:
        return self.title


class Form(models.Model):
    """One object's inspection form (执法检查表)."""

    class State(models.TextChoices):
        DISPATCHED = "dispatched", "已派发"
        SCHEDULED = "scheduled", "已约定"
        INSPECTING = "inspecting", "检查中"
        RECORDED = "recorded", "已记录"
        CLOSED = "closed", "已完成"
        REPLACED = "replaced", "已替补"

    number = models.CharField("检查表编号", max_length=80, unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="forms")
    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="forms")
    team = models.CharField("检查组", max_length=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DISPATCHED)
    # The form that took this one's place: of the object that came in, or of the new team over the same object.
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "object"], name="form_one_per_object"),
            models.CheckConstraint(
                condition=~Q(state="replaced") | (Q(replaced_at__isnull=False) & ~Q(replaced_why="")),
                name="form_replaced_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def team_label(self) -> str:
        """The team in words: `150302-1` is 海勃湾区第1组."""
        zone, _, number = self.team.rpartition("-")
        return f"{regions.name_of(zone)}第{number}组" if number.isdigit() else self.team


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

    MOVES: dict[str, frozenset[str]] = {
        State.OPEN: frozenset({State.RECORDED, State.REPLACED}),
        State.RECORDED: frozenset({State.DECIDED, State.RETURNED}),
        State.RETURNED: frozenset({State.RECORDED}),
        State.DECIDED: frozenset({State.PUBLISHED}),
        State.PUBLISHED: frozenset({State.CORRECTED}),
        State.CORRECTED: frozenset({State.CORRECTED}),
        State.REPLACED: frozenset(),
    }
    SUBMITTED = (State.RECORDED, State.RETURNED, State.DECIDED, State.PUBLISHED, State.CORRECTED)

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="parts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="form_parts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    mode = models.CharField("检查方式", max_length=12, choices=ItemVersion.Mode.choices, blank=True)
    began_at = models.DateTimeField("检查开始", null=True, blank=True)
    ended_at = models.DateTimeField("检查结束", null=True, blank=True)
    categories = models.JSONField("检查结果", default=list, blank=True)  # list of Category values
    remark = models.TextField("情况说明", blank=True)
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
            models.UniqueConstraint(fields=["form", "organisation"], name="part_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "replaced"])
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
    def is_editable(self) -> bool:
        """Whether the record may still be written."""
        return self.state in (self.State.OPEN, self.State.RETURNED)

    @property
    def why_closed(self) -> str:
        """Why the record can't be written any more."""
        if self.state == self.State.REPLACED:
            return "这份检查表因替补已终止，不用再检查。填过的内容保留可查。"
        return f"这一部分已提交（{self.get_state_display()}），不能再改。要改须由复核人退回。"

    @property
    def is_published(self) -> bool:
        return self.state in (self.State.PUBLISHED, self.State.CORRECTED)

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


class FormExpert(models.Model):
    """An expert of the team: an adviser on the whole form, who signs no part and counts among no inspectors."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="experts")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="forms")
    pool = models.CharField(max_length=64)  # the department under which it was drawn: `expert-gas`
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["form", "expert"], name="form_expert_once")]

    def __str__(self) -> str:
        return str(self.expert)


class Finding(models.Model):
    """What was found for one item of a part."""

    class Answer(models.TextChoices):
        OPEN = "", "未填写"
        FINE = "fine", "未发现问题"
        PROBLEM = "problem", "发现问题"
        NOT_APPLICABLE = "na", "不适用"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="findings")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN, blank=True)
    note = models.TextField("情况", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["part", "version"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.answer}"
