"""Inspection items and their versions. No basis, no item in force: 凡是法律法规规章没有规定的，一律不得擅自开展检查."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation

from ..vocabulary import FollowUp, RiskClass
from .version import CODE_FORM, Version, version_constraints
from .words import Competence, ObjectKind


class Item(models.Model):
    """An inspection item of an organisation; what it says is in its versions."""

    code = models.CharField("编号", max_length=24, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="items", verbose_name="科室（单位）"
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "抽查事项"
        constraints = [models.CheckConstraint(condition=Q(code__regex=CODE_FORM), name="item_code_form")]

    def __str__(self) -> str:
        return self.code


class ItemVersion(Version):
    """What an item says from one day to another."""

    class Category(models.TextChoices):
        GENERAL = "general", "一般检查事项"
        KEY = "key", "重点检查事项"

    class Mode(models.TextChoices):
        PAPER = "paper", "书面检查"
        ON_SITE = "on-site", "现场检查"
        NETWORK = "network", "网络核查"
        COMMISSIONED = "commissioned", "委托专业机构"

    class Proof(models.TextChoices):
        FREE = "", "由检查人员决定"
        PROBLEM = "problem", "发现问题的，须有照片或文件"
        ALWAYS = "always", "每次检查，须有照片或文件"

    SUBJECT = "item"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField("事项名称", max_length=120)
    category = models.CharField("类别", max_length=8, choices=Category.choices)
    kinds = models.ManyToManyField(ObjectKind, related_name="versions", verbose_name="检查对象类别")
    content = models.TextField("检查内容", blank=True)
    modes = models.JSONField("检查方式", default=list)  # a list of Mode values
    # Which evidence a record of this item needs before it can be signed.
    proof = models.CharField("证据要求", max_length=8, choices=Proof.choices, default=Proof.FREE, blank=True)
    # What a team needs among its inspectors; empty: any certified inspector.
    competences = models.ManyToManyField(Competence, related_name="versions", verbose_name="检查人员专业要求")

    class Meta:
        ordering = ["item__code", "-number"]
        verbose_name = "抽查事项"
        constraints = version_constraints("item")
        indexes = [models.Index(fields=["effective_from", "effective_to"], name="item_days")]  # queries.in_force

    def __str__(self) -> str:
        return f"{self.item.code} {self.name}"

    @property
    def is_key(self) -> bool:
        return self.category == self.Category.KEY

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


class Row(models.Model):
    """One of the rows that a version lists, in their order."""

    position = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["position"]


class Basis(Row):
    """The law on which an item stands: 《建设工程质量管理条例》, 第三十四条, its text."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="bases")
    law = models.CharField("法律法规规章", max_length=120)  # without 《》
    article = models.CharField("条款", max_length=80, blank=True)
    text = models.TextField("条文", blank=True)

    class Meta(Row.Meta):
        verbose_name_plural = "bases"
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="basis_position"),
            models.CheckConstraint(condition=~Q(law=""), name="basis_names_its_law"),
        ]
        indexes = [models.Index(fields=["law", "article"], name="basis_law")]  # what an amendment touches

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


class SubItem(Row):
    """A part of an item (子项) and how it is looked at."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="sub_items")
    name = models.CharField("子项", max_length=120)
    how = models.TextField("检查要领", blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="sub_item_position"),
            models.CheckConstraint(condition=~Q(name=""), name="sub_item_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Material(Row):
    """What the inspected has to prepare (需要准备的检查材料)."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="materials")
    name = models.CharField("材料", max_length=120)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="material_position"),
            models.CheckConstraint(condition=~Q(name=""), name="material_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OfferedFinding(Row):
    """A finding that the form offers for this item, and what it implies (检查结果 → 后续处理)."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="offered_findings")
    text = models.CharField("检查结果", max_length=200)
    follow_up = models.CharField("后续处理", max_length=10, choices=FollowUp.choices)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="offered_finding_position"),
            models.CheckConstraint(condition=~Q(text=""), name="offered_finding_has_text"),
            models.CheckConstraint(condition=Q(follow_up__in=FollowUp.values), name="offered_finding_follow_up"),
        ]

    def __str__(self) -> str:
        return self.text


class Frequency(models.Model):
    """How much of one risk class is advised to be drawn, and how often: 50 ‰, once in 2 years."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="frequencies")
    risk_class = models.CharField("信用风险", max_length=1, choices=RiskClass.choices)
    permille = models.PositiveSmallIntegerField("建议比例（千分比）")
    times = models.PositiveSmallIntegerField("次数")
    years = models.PositiveSmallIntegerField("年数", default=1)  # so many times in so many years

    class Meta:
        ordering = ["risk_class"]
        constraints = [
            models.UniqueConstraint(fields=["version", "risk_class"], name="frequency_once"),
            models.CheckConstraint(condition=Q(risk_class__in=RiskClass.values), name="frequency_risk_class"),
            models.CheckConstraint(condition=Q(permille__lte=1000), name="frequency_permille"),
            models.CheckConstraint(condition=Q(times__gte=1, times__lte=52), name="frequency_times"),
            models.CheckConstraint(condition=Q(years__gte=1, years__lte=10), name="frequency_years"),
        ]

    def __str__(self) -> str:
        return f"{self.risk_class} {self.permille}‰"
