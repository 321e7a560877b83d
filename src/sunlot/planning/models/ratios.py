"""Ratio and frequency by rules (抽查比例和频次, notice part 五（三）): a department's table, in versions."""

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import Item, ObjectKind, Version
from sunlot.catalogue.models.version import CODE_FORM, version_constraints
from sunlot.catalogue.vocabulary import RiskClass
from sunlot.organisations.models import Organisation
from sunlot.registry.models import CreditMark

MOST_TIMES = 52
MOST_TICKETS = 1000
"""Of one object (docs/spec/draw-protocol.md, Files)."""


class RatioTable(models.Model):
    """The table of a department; it holds for the department's plans and for those of the bodies below it that have
    none of their own. What it says is in its versions."""

    code = models.CharField("编号", max_length=24, unique=True)  # `BL-<region>`
    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="ratio_table", verbose_name="单位"
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "抽查比例和频次表"
        constraints = [models.CheckConstraint(condition=Q(code__regex=CODE_FORM), name="ratio_table_code_form")]

    def __str__(self) -> str:
        return self.code


class RatioVersion(Version):
    """What a table says from one day to another."""

    SUBJECT = "ratio_table"

    ratio_table = models.ForeignKey(RatioTable, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        ordering = ["ratio_table__code", "-number"]
        verbose_name = "抽查比例和频次表"
        constraints = version_constraints("ratio_table")
        indexes = [models.Index(fields=["effective_from", "effective_to"], name="ratio_table_days")]

    def __str__(self) -> str:
        return f"{self.ratio_table.code} 抽查比例和频次表"


class RatioRow(models.Model):
    """For one item, one kind of object, or all: of one risk class, and one credit mark or none, so much and so often.

    With a mark and a ratio it makes a stratum of its own; with a mark and tickets alone it gives the objects so marked
    more tickets within the stratum of their class. Ratios are thousandths of the candidates.
    """

    version = models.ForeignKey(RatioVersion, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()  # 第几行, from 1
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.ForeignKey(ObjectKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    risk_class = models.CharField("信用风险", max_length=1, choices=RiskClass.choices)
    mark = models.CharField("信用标记", max_length=10, choices=CreditMark.Kind.choices, blank=True)
    permille = models.PositiveSmallIntegerField("比例", null=True, blank=True)
    minimum = models.PositiveSmallIntegerField("最低", null=True, blank=True)
    maximum = models.PositiveSmallIntegerField("最高", null=True, blank=True)
    times = models.PositiveSmallIntegerField("每年次数", null=True, blank=True)  # at most; null: not limited here
    tickets = models.PositiveSmallIntegerField("签数", default=1)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="ratio_row_position"),
            models.UniqueConstraint(
                fields=["version", "risk_class", "mark"],
                condition=Q(item__isnull=True, kind__isnull=True),
                name="ratio_row_of_all_once",
            ),
            models.UniqueConstraint(
                fields=["version", "kind", "risk_class", "mark"],
                condition=Q(kind__isnull=False),
                name="ratio_row_of_kind_once",
            ),
            models.UniqueConstraint(
                fields=["version", "item", "risk_class", "mark"],
                condition=Q(item__isnull=False),
                name="ratio_row_of_item_once",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(kind__isnull=True), name="ratio_row_of_item_or_kind"
            ),
            models.CheckConstraint(condition=Q(risk_class__in=RiskClass.values), name="ratio_row_risk_class"),
            models.CheckConstraint(
                condition=Q(permille__isnull=True, minimum__isnull=True, maximum__isnull=True, times__isnull=True)
                & ~Q(mark="")
                | Q(permille__isnull=False, minimum__isnull=False, maximum__isnull=False)
                & Q(minimum__lte=F("permille"), permille__lte=F("maximum"), maximum__lte=1000),
                name="ratio_row_ratio_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(times__isnull=True) | Q(times__gte=1, times__lte=MOST_TIMES), name="ratio_row_times"
            ),
            models.CheckConstraint(condition=Q(tickets__gte=1, tickets__lte=MOST_TICKETS), name="ratio_row_tickets"),
        ]

    def __str__(self) -> str:
        return f"第 {self.position} 行"
