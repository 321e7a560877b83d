"""Single plans, with their versions, participants, rounds, items, strata and zones; a change order is a plan too."""

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import Competence, ItemVersion, ObjectKind
from sunlot.organisations.models import Organisation, Region, User
from sunlot.registry.models import CreditMark, RiskClass
from sunlot.visits.models import CapException

from ..ratios.rules import stratum_id, stratum_label
from .annual import AnnualLine
from .ratios import RatioVersion


class Plan(models.Model):
    """A single plan (抽查计划), laid out like the annexed 双随机抽查计划表."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制"
        CONFIRMING = "confirming", "待参与部门确认"
        CONFIRMED = "confirmed", "待科室负责人签署"
        HEAD_SIGNED = "head-signed", "待分管领导签署"
        LEADER_SIGNED = "leader-signed", "待公布"
        PUBLISHED = "published", "已公布"
        DRAWN = "drawn", "已抽取"
        COMPLETED = "completed", "已完成"
        APPLIED = "applied", "调整已生效"  # of a change order alone: it is the published plan's version now
        WITHDRAWN = "withdrawn", "已撤回"

    class Kind(models.TextChoices):
        OWN = "own", "本部门"
        SECTIONS = "sections", "本系统"
        JOINT = "joint", "部门联合"

    class Zoning(models.TextChoices):
        CITY = "city", "不分区，统一组队"
        DISTRICTS = "districts", "按区分别组队"

    class Target(models.TextChoices):
        REGION = "region", "区域"
        TRADE = "trade", "行业"
        RISK = "risk", "信用风险"
        OTHER = "other", "其他条件"

    # The allowed moves; actions.py makes them, nothing else. A refused signature returns the plan to draft.
    MOVES: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.CONFIRMING, State.CONFIRMED, State.WITHDRAWN}),
        State.CONFIRMING: frozenset({State.CONFIRMED, State.DRAFT, State.WITHDRAWN}),
        State.CONFIRMED: frozenset({State.HEAD_SIGNED, State.DRAFT, State.WITHDRAWN}),
        State.HEAD_SIGNED: frozenset({State.LEADER_SIGNED, State.DRAFT, State.WITHDRAWN}),
        State.LEADER_SIGNED: frozenset({State.PUBLISHED, State.APPLIED, State.DRAFT, State.WITHDRAWN}),
        State.PUBLISHED: frozenset({State.DRAWN, State.WITHDRAWN}),
        State.DRAWN: frozenset({State.COMPLETED}),
        State.COMPLETED: frozenset(),
        State.APPLIED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    UNPUBLISHED = (State.DRAFT, State.CONFIRMING, State.CONFIRMED, State.HEAD_SIGNED)

    number = models.CharField("计划编号", max_length=64, unique=True)  # `<region>-<year>-P<serial>`
    title = models.CharField("抽查任务名称", max_length=80, blank=True)  # a draft may be half filled
    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.OWN)  # follows from who takes part
    lead = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="led_plans", verbose_name="牵头科室（单位）"
    )
    # The line of the annual plan that it carries out, or why it stands beside the annual plan.
    annual_line = models.ForeignKey(
        AnnualLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="plans", verbose_name="年度计划项目"
    )
    beside_reason = models.CharField("不在年度计划内的理由", max_length=200, blank=True)
    targeted = models.BooleanField("定向抽查", default=False)
    targeted_by = models.JSONField("按什么定向", default=list, blank=True)  # values of Target
    narrowing = models.JSONField("对象范围条件", default=dict, blank=True)  # see planning/narrowing.py
    few_participants_reason = models.TextField("参与部门少于三个的理由", blank=True)
    starts_on = models.DateField("检查开始")
    ends_on = models.DateField("检查截止")
    draw_at = models.DateTimeField("抽取时间")
    release_on = models.DateField("名单公开日期", null=True, blank=True)  # null: at once
    # How many rounds (抽取批次) it has; their windows are rows of PlanRound where there is more than one.
    round_count = models.PositiveSmallIntegerField("抽取批次", default=1)
    repeats = models.BooleanField("后批可再抽到前批的对象", default=False)
    visit_cap = models.PositiveSmallIntegerField("每名检查人员每批最多检查户数", null=True, blank=True)
    zoning = models.CharField("组队方式", max_length=10, choices=Zoning.choices, default=Zoning.DISTRICTS)
    city_staff_roam = models.BooleanField("市直人员由抽取分到各区", default=True)
    kinds = models.ManyToManyField(ObjectKind, related_name="plans", verbose_name="对象类别")
    regions = models.ManyToManyField(Region, related_name="plans", verbose_name="对象所在区")
    inspector_scope = models.CharField("检查人员范围", max_length=200, blank=True)
    # The version of the table of ratios from which its strata are filled; its tickets count in the draw.
    ratios = models.ForeignKey(RatioVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="plans")
    # Objects whose entity has reached its yearly cap are left out, unless one of the caps' exceptions is named.
    cap_exception = models.CharField(
        "列入已达上限的对象的事由", max_length=12, choices=CapException.Cause.choices, blank=True
    )
    cap_reason = models.CharField("列入的理由", max_length=200, blank=True)
    state = models.CharField("状态", max_length=14, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True)  # of what is signed, from `confirmed` on
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    # A change order (计划调整) is a plan that revises a published one, from this version of it on, for this reason.
    revises = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="change_orders")
    base_version = models.PositiveIntegerField(null=True, blank=True)
    change_reason = models.TextField("调整理由", blank=True)
    is_demo = models.BooleanField("演示", default=False)
    search_keys = models.CharField(max_length=500, blank=True, editable=False)  # initials and full pinyin of the title

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "抽查计划"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="plan_period_in_order"),
            models.CheckConstraint(condition=Q(round_count__gte=1, round_count__lte=12), name="plan_round_count"),
            models.CheckConstraint(
                condition=Q(visit_cap__isnull=True) | Q(visit_cap__gte=1, visit_cap__lte=1000), name="plan_visit_cap"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "drawn", "completed"])
                | (Q(published_at__isnull=False) & ~Q(digest="")),
                name="plan_published_has_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""), name="plan_withdrawn_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(revises__isnull=True, base_version__isnull=True, change_reason="")
                | (Q(revises__isnull=False, base_version__isnull=False) & ~Q(change_reason="")),
                name="plan_change_order_whole",
            ),
            models.CheckConstraint(
                condition=(Q(revises__isnull=True) & ~Q(state="applied"))
                | (Q(revises__isnull=False) & ~Q(state__in=["published", "drawn", "completed"])),
                name="plan_change_order_state",
            ),
            models.UniqueConstraint(
                fields=["revises"],
                condition=Q(revises__isnull=False) & ~Q(state__in=["applied", "withdrawn"]),
                name="plan_one_change_order_open",
            ),
        ]
        indexes = [models.Index(fields=["state", "draw_at"], name="plan_state_draw")]

    def __str__(self) -> str:
        name = self.title or f"未命名的计划 {self.number}"
        return name if self.revises_id is None else f"{name}（调整）"

    @property
    def targeting(self) -> str:
        """定向（行业、信用风险） or 不定向."""
        return targeting_in_words(self.targeted, self.targeted_by)

    @property
    def is_drawn(self) -> bool:
        """Whether all its rounds are drawn."""
        return self.state in (self.State.DRAWN, self.State.COMPLETED)

    @property
    def thing(self) -> str:
        """The plan's key in the trail and under its signatures."""
        return f"plan:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way to publication, so that it may be changed (and then begins anew)."""
        return self.state in self.UNPUBLISHED


def targeting_in_words(targeted: bool, by: Iterable[str]) -> str:
    """定向（行业、信用风险）; plans of before this was asked say 定向 alone."""
    words = "、".join(str(Plan.Target(one).label) for one in by)
    return (f"定向（{words}）" if words else "定向") if targeted else "不定向"


class PlanVersion(models.Model):
    """What a plan said when it was submitted: its canonical content and digest. A later version leaves it readable."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField()  # canonical JSON, see content.rules
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)  # null for one that came back before it was published
    ended_reason = models.TextField(blank=True)  # why another version followed

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number")]

    def __str__(self) -> str:
        return f"{self.plan} 第{self.number}版"


class PlanRound(models.Model):
    """A round (抽取批次) of a plan that has several: when it is drawn, and in which days what it drew is inspected.

    The first is drawn when the plan says and begins with it, the last ends with it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="windows")
    number = models.PositiveSmallIntegerField()
    draw_at = models.DateTimeField("抽取时间")
    starts_on = models.DateField("检查开始")
    ends_on = models.DateField("检查截止")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_round_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=12), name="plan_round_number"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="plan_round_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} 第 {self.number} 批"


class Participant(models.Model):
    """An organisation or section that takes part, the lead among them, with its seats in each team."""

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "不同意"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="participants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="participations")
    position = models.PositiveSmallIntegerField()  # 0 is the lead
    seats = models.PositiveSmallIntegerField("每组人数", default=2)
    seats_reason = models.CharField("少于两人的理由", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    comment = models.TextField("意见", blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "organisation"], name="participant_once"),
            models.UniqueConstraint(fields=["plan", "position"], name="participant_position"),
            # A lead may only lead (法规科 for the bureau) and send nobody; whoever else takes part sends somebody.
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=50) | Q(seats=0, position=0), name="participant_seats"
            ),
            # Two certified inspectors for each department (行政处罚法 第四十二条); fewer need a stated reason.
            models.CheckConstraint(
                condition=Q(seats__gte=2) | Q(seats=0) | ~Q(seats_reason=""), name="participant_seats_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name


class CompetenceSeat(models.Model):
    """How many of a participant's seats in each team are for those who hold a competence: a pool of their own in the draw.

    They are among the participant's seats, not beside them.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="competences")
    competence = models.ForeignKey(Competence, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveSmallIntegerField("每组人数")

    class Meta:
        ordering = ["competence__code"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "competence"], name="competence_seat_once"),
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=50), name="competence_seat_count"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}·{self.competence}"


class PlanExpert(models.Model):
    """Seats for experts of one field in each team: drawn as a pool of their own, beside the certified inspectors."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="experts")
    field = models.ForeignKey(Competence, on_delete=models.PROTECT, related_name="plan_seats")
    seats = models.PositiveSmallIntegerField("每组专家人数")

    class Meta:
        ordering = ["field__code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "field"], name="plan_expert_once"),
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=50), name="plan_expert_seats"),
        ]

    def __str__(self) -> str:
        return self.field.name


class PlanItem(models.Model):
    """An item of the plan, in the version in force, and the participant whose part it is.

    Two participants may bring the same item: the bureaus of two districts, each in its own.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="items")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="plan_items")

    class Meta:
        ordering = ["participant__position", "version__item__code"]
        constraints = [models.UniqueConstraint(fields=["participant", "version"], name="plan_item_once")]

    def __str__(self) -> str:
        return str(self.version)


class PlanStratum(models.Model):
    """How many objects of one risk class are drawn: a number, or a ratio in thousandths rounded up.

    With a mark it is a stratum of its own, of those objects of the class that bear it. `rule_row` is the row of the
    plan's table of ratios that gave the number, `reason` why the plan says another.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="strata")
    risk_class = models.CharField(max_length=1, choices=RiskClass.choices)
    mark = models.CharField(max_length=10, choices=CreditMark.Kind.choices, blank=True)
    quota_number = models.PositiveIntegerField("抽取数", null=True, blank=True)
    quota_permille = models.PositiveIntegerField("抽取比例（千分比）", null=True, blank=True)
    reserve = models.PositiveIntegerField("候补数", default=0)
    rule_row = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField("调整比例的理由", max_length=200, blank=True)

    class Meta:
        ordering = ["-risk_class", "pk"]  # written in the order of the content
        constraints = [
            models.UniqueConstraint(fields=["plan", "risk_class", "mark"], name="stratum_once"),
            models.CheckConstraint(
                condition=Q(quota_number__isnull=True, quota_permille__isnull=False, quota_permille__lte=1000)
                | Q(quota_number__isnull=False, quota_permille__isnull=True),
                name="stratum_number_or_ratio",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """Its identifier in the draw: `D`, `C-complaint`."""
        return stratum_id(self.risk_class, self.mark)

    @property
    def label(self) -> str:
        return stratum_label(self.name)

    def quota_of(self, candidates: int) -> int:
        """How many of `candidates` objects are drawn; a ratio is rounded up, so that no class is drawn less than promised."""
        if self.quota_number is not None:
            return self.quota_number
        return -(-candidates * (self.quota_permille or 0) // 1000)


class PlanZone(models.Model):
    """A zone of the draw and how many teams it gets."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="zones")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    teams = models.PositiveIntegerField("检查组数")

    class Meta:
        ordering = ["region_id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "region"], name="zone_once"),
            models.CheckConstraint(condition=Q(teams__gte=1) & Q(teams__lte=1000), name="zone_teams"),
        ]

    def __str__(self) -> str:
        return self.region.name
