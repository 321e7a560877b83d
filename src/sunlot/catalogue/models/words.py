"""The dictionaries that items are written with: kinds of object, fields of competence."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User


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


class Competence(models.Model):
    """A field of competence (专业领域): items ask for it, inspectors carry it under the very same name, experts are drawn by it.

    Neither code nor name ever changes: notices name the pool, registries and papers the word. One that is not used any
    more is retired, never deleted: what was written with it stays readable.
    """

    UNLIMITED = "行政执法"
    """持证执法，不限专业: whoever is certified has it, so no seat asks for it."""

    code = models.CharField("代码", max_length=24, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    note = models.CharField("说明", max_length=200, blank=True)
    is_active = models.BooleanField("使用中", default=True)
    set_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # null: installed
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        verbose_name = "专业领域"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][0-9a-z-]{0,23}$"), name="competence_code_form"),
            models.CheckConstraint(condition=~Q(name=""), name="competence_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pool(self) -> str:
        """The department under which experts of this field stand in a draw: `gas` is the pool `expert-gas`."""
        return f"expert-{self.code}"
