"""Inspection items and their versions. No basis, no item in force: 凡是法律法规规章没有规定的，一律不得擅自开展检查."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User


class ObjectKind(models.Model):
    """A kind of inspection object: 施工企业, 在建工程项目, 燃气经营企业 …"""

    class Nature(models.TextChoices):
        ENTITY = "entity", "市场主体"  # the object is the enterprise itself
        SITE = "site", "工程项目"
        FACILITY = "facility", "设施与场所"

    code = models.SlugField("代码", max_length=24, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    nature = models.CharField("性质", max_length=10, choices=Nature.choices)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """An inspection item of an organisation; what it says is in its versions."""

    code = models.CharField("编号", max_length=24, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="items", verbose_name="科室（单位）"
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "抽查事项"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][0-9A-Z-]{1,23}$"), name="item_code_form")
        ]

    def __str__(self) -> str:
        return self.code


class ItemVersion(models.Model):
    """What an item says from one day to another.

    It may be used on every day from `effective_from` to `effective_to`, both included, whatever has become of it
    since. The days of two versions of one item never overlap: `actions.put_in_force` sees to that.
    """

    class Category(models.TextChoices):
        GENERAL = "general", "一般检查事项"
        KEY = "key", "重点检查事项"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_REVIEW = "in-review", "待审核"
        IN_FORCE = "in-force", "在用"
        SUPERSEDED = "superseded", "已被新版本取代"
        REPEALED = "repealed", "已废止"

    class Mode(models.TextChoices):
        PAPER = "paper", "书面检查"
        ON_SITE = "on-site", "现场检查"
        NETWORK = "network", "网络核查"
        COMMISSIONED = "commissioned", "委托专业机构"

    # The allowed moves; actions.py makes them, nothing else.
    MOVES: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.IN_REVIEW}),
        State.IN_REVIEW: frozenset({State.DRAFT, State.IN_FORCE}),
        # Until its first day a version can be called off: it is a draft again, and the one it superseded goes on.
        State.IN_FORCE: frozenset({State.SUPERSEDED, State.REPEALED, State.DRAFT}),
        State.SUPERSEDED: frozenset({State.IN_FORCE}),
        State.REPEALED: frozenset(),
    }

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本")
    name = models.CharField("事项名称", max_length=120)
    category = models.CharField("类别", max_length=8, choices=Category.choices)
    kinds = models.ManyToManyField(ObjectKind, related_name="versions", verbose_name="检查对象类别")
    content = models.TextField("检查内容", blank=True)
    modes = models.JSONField("检查方式", default=list)  # a list of Mode values
    reason = models.TextField("制定或变更理由", blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField("生效日期", null=True, blank=True)
    effective_to = models.DateField("失效日期", null=True, blank=True)  # the last day on which it may be used
    installed = models.BooleanField(default=False)  # came with the installation's basis data, not from a draft
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Everybody who wrote some of the text: none of them may put it in force.
    writers = models.ManyToManyField(User, related_name="+")
    returned_comment = models.TextField("退回意见", blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    search_keys = models.CharField(max_length=500, blank=True, editable=False)  # initials and full pinyin of the name

    class Meta:
        ordering = ["item__code", "-number"]
        verbose_name = "抽查事项"
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_number"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["draft", "in-review"]), name="item_one_open_version"
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(state="in-force"), name="item_one_lasting_version"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in-review"], effective_from__isnull=True, effective_to__isnull=True)
                | (
                    Q(state__in=["in-force", "superseded", "repealed"], effective_from__isnull=False)
                    & (Q(approved_by__isnull=False, approved_at__isnull=False) | Q(installed=True))
                ),
                name="item_in_force_is_approved",
            ),
            models.CheckConstraint(condition=Q(installed=True) | Q(created_by__isnull=False), name="item_has_drafter"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(installed=True) | ~Q(approved_by=F("created_by")),
                name="item_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["superseded", "repealed"], effective_to__isnull=False)
                | (~Q(state__in=["superseded", "repealed"]) & Q(effective_to__isnull=True)),
                name="item_ended_has_last_day",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="item_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["effective_from", "effective_to"], name="item_days")]  # queries.in_force

    def __str__(self) -> str:
        return f"{self.item.code} {self.name}"

    @property
    def is_key(self) -> bool:
        return self.category == self.Category.KEY

    @property
    def is_open(self) -> bool:
        """Whether it is still being written or reviewed."""
        return self.state in (self.State.DRAFT, self.State.IN_REVIEW)

    @property
    def mode_labels(self) -> list[str]:
        return [self.Mode(mode).label for mode in self.modes]

    @property
    def laws(self) -> list[str]:
        """The bases, each law once with its articles: 《建筑法》第七条、第九条. Prefetch `bases` where there are many."""
        articles: dict[str, list[str]] = {}
        for basis in self.bases.all():
            articles.setdefault(basis.law, []).append(basis.article)
        return [f"《{law}》{'、'.join(filter(None, found))}" for law, found in articles.items()]

    def holds_on(self, day: date) -> bool:
        """Whether this version may be used on `day`."""
        if self.effective_from is None or day < self.effective_from:
            return False
        return self.effective_to is None or day <= self.effective_to


class Basis(models.Model):
    """The law on which an item stands: 《建设工程质量管理条例》, 第三十四条, its text."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="bases")
    position = models.PositiveSmallIntegerField()
    law = models.CharField("法律法规规章", max_length=120)  # without 《》
    article = models.CharField("条款", max_length=80, blank=True)
    text = models.TextField("条文", blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "bases"
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="basis_position"),
            models.CheckConstraint(condition=~Q(law=""), name="basis_names_its_law"),
        ]

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"
