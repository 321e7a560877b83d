"""The annual plan (年度抽查工作计划): a department's plans of a year, line by line as the annex of the notice lays them out."""

from django.db import models
from django.db.models import Q

from sunlot.catalogue.models import Item, ObjectKind
from sunlot.organisations.models import Organisation, User


class AnnualPlan(models.Model):
    """A department's plans of one year. A change order (计划调整) is one too, and `revises` the published one."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制"
        SUBMITTED = "submitted", "待分管领导签署"
        SIGNED = "signed", "待领导小组批准"
        PUBLISHED = "published", "已公布"
        APPLIED = "applied", "调整已生效"  # of a change order alone
        WITHDRAWN = "withdrawn", "已撤回"

    # The allowed moves; actions make them, nothing else. A refused signature returns it to draft.
    MOVES: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.SUBMITTED, State.WITHDRAWN}),
        State.SUBMITTED: frozenset({State.SIGNED, State.DRAFT, State.WITHDRAWN}),
        State.SIGNED: frozenset({State.PUBLISHED, State.APPLIED, State.DRAFT, State.WITHDRAWN}),
        State.PUBLISHED: frozenset(),
        State.APPLIED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    UNPUBLISHED = (State.DRAFT, State.SUBMITTED, State.SIGNED)

    number = models.CharField("编号", max_length=64, unique=True)  # `<region>-<year>-N<serial>`
    department = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="annual_plans", verbose_name="单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True)  # of what is signed, from `submitted` on
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    revises = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="change_orders")
    base_version = models.PositiveIntegerField(null=True, blank=True)
    change_reason = models.TextField("调整理由", blank=True)
    is_demo = models.BooleanField("演示", default=False)

    class Meta:
        ordering = ["-year", "number"]
        verbose_name = "年度抽查工作计划"
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=2015, year__lte=2099), name="annual_year"),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(published_at__isnull=False) & ~Q(digest="")),
                name="annual_published_has_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""), name="annual_withdrawn_has_reason"
            ),
            models.CheckConstraint(
                condition=(Q(revises__isnull=True, base_version__isnull=True, change_reason="") & ~Q(state="applied"))
                | (Q(revises__isnull=False, base_version__isnull=False) & ~Q(change_reason="") & ~Q(state="published")),
                name="annual_change_order_whole",
            ),
            models.UniqueConstraint(
                fields=["department", "year"],
                condition=Q(revises__isnull=True) & ~Q(state="withdrawn"),
                name="annual_one_a_year",
            ),
            models.UniqueConstraint(
                fields=["revises"],
                condition=Q(revises__isnull=False) & ~Q(state__in=["applied", "withdrawn"]),
                name="annual_one_change_order_open",
            ),
        ]

    def __str__(self) -> str:
        name = f"{self.department.name}{self.year}年度抽查工作计划"
        return name if self.revises_id is None else f"{name}（调整）"

    @property
    def thing(self) -> str:
        """Its key in the trail and under its signatures."""
        return f"annual:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way to publication, so that it may be changed (and then begins anew)."""
        return self.state in self.UNPUBLISHED


class AnnualVersion(models.Model):
    """What an annual plan said when it was submitted: its canonical content and digest."""

    annual = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField()  # canonical JSON, see annual.content
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)  # null for one that came back before it was published
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["annual", "number"], name="annual_version_number")]

    def __str__(self) -> str:
        return f"{self.annual} 第{self.number}版"


class AnnualLine(models.Model):
    """One plan of the year. `code` is its number for ever: lines may move, be changed and go, numbers are not used again.

    Single plans follow from the lines of the published annual plan, never from those of a change order.
    """

    annual = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="lines")
    code = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    title = models.CharField("抽查计划名称", max_length=80)
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="牵头科室（单位）")
    participants = models.ManyToManyField(Organisation, related_name="+", verbose_name="参与部门")
    targeted = models.BooleanField("定向抽查", default=False)
    items = models.ManyToManyField(Item, related_name="annual_lines", verbose_name="抽查事项")
    kinds = models.ManyToManyField(ObjectKind, related_name="+", verbose_name="对象类别")
    scope = models.CharField("抽查对象范围", max_length=200, blank=True)
    month = models.PositiveSmallIntegerField("抽取月份")
    day = models.PositiveSmallIntegerField("抽取日", null=True, blank=True)
    quota_number = models.PositiveIntegerField("抽查数量", null=True, blank=True)
    quota_permille = models.PositiveSmallIntegerField("抽查比例（千分比）", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    times = models.PositiveSmallIntegerField("全年抽取次数", default=1)
    # 各区组织开展的 (notice, part 五（一）): the line is a frame in which each district's bureau makes and draws a plan of its own.
    by_districts = models.BooleanField("由各区分别组织", default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["annual", "code"], name="annual_line_code"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="annual_line_month"),
            models.CheckConstraint(condition=Q(day__isnull=True) | Q(day__gte=1, day__lte=31), name="annual_line_day"),
            models.CheckConstraint(
                condition=Q(quota_number__isnull=True) | Q(quota_permille__isnull=True),
                name="annual_line_number_or_ratio",
            ),
            models.CheckConstraint(
                condition=Q(quota_permille__isnull=True) | Q(quota_permille__gte=1, quota_permille__lte=1000),
                name="annual_line_permille",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="annual_line_has_title"),
            models.CheckConstraint(condition=Q(times__gte=1, times__lte=12), name="annual_line_times"),
        ]

    def __str__(self) -> str:
        return self.title
