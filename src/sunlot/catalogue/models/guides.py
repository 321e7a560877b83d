"""Guides and detailed rules (随机抽查工作指引、工作细则; notice, part 三（三）) and their versions."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation

from ..vocabulary import Degree
from .items import Item
from .version import CODE_FORM, Version, version_constraints


class Guide(models.Model):
    """A guide or a set of detailed rules of an organisation, for items of one degree of risk."""

    class Type(models.TextChoices):
        GUIDE = "guide", "工作指引"
        RULES = "rules", "工作细则"

    code = models.CharField("编号", max_length=24, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="guides", verbose_name="科室（单位）"
    )
    type = models.CharField("种类", max_length=6, choices=Type.choices)
    degree = models.CharField("事项风险程度", max_length=6, choices=Degree.choices)

    class Meta:
        ordering = ["code"]
        verbose_name = "工作指引"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE_FORM), name="guide_code_form"),
            models.CheckConstraint(condition=Q(type__in=["guide", "rules"]), name="guide_type"),
            models.CheckConstraint(condition=Q(degree__in=Degree.values), name="guide_degree"),
        ]

    def __str__(self) -> str:
        return self.code


class GuideVersion(Version):
    """What a guide says from one day to another: the eight parts that the notice prescribes, in its order.

    Each part is text in the light markup of `prose.py`.
    """

    SUBJECT = "guide"
    PARTS = ("projects", "targets", "category", "mode", "publicity", "sharing", "linkage", "archiving")
    """The fields of the eight parts; a field's verbose name is the part's name in the notice."""

    guide = models.ForeignKey(Guide, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField("名称", max_length=120)
    items = models.ManyToManyField(Item, related_name="guide_versions", verbose_name="适用事项")
    projects = models.TextField("抽查项目", blank=True)
    targets = models.TextField("抽查对象", blank=True)
    category = models.TextField("事项类别", blank=True)
    mode = models.TextField("抽查方式", blank=True)
    publicity = models.TextField("公示程序", blank=True)
    sharing = models.TextField("信息共享", blank=True)
    linkage = models.TextField("监管衔接", blank=True)
    archiving = models.TextField("归档方式", blank=True)

    class Meta:
        ordering = ["guide__code", "-number"]
        verbose_name = "工作指引"
        constraints = version_constraints("guide")
        indexes = [models.Index(fields=["effective_from", "effective_to"], name="guide_days")]

    def __str__(self) -> str:
        return f"{self.guide.code} {self.name}"

    @classmethod
    def label_of(cls, part: str) -> str:
        """A part's name as the notice has it: 抽查项目."""
        return str(cls._meta.get_field(part).verbose_name)  # type: ignore[union-attr]  # a field of the model's own
