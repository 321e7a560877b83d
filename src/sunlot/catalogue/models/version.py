"""What items and guides have in common: they are written, reviewed, put in force from a day, superseded or repealed."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User

CODE_FORM = r"^[A-Z][0-9A-Z-]{1,23}$"


class Version(models.Model):
    """What an item or a guide says from one day to another.

    It may be used on every day from `effective_from` to `effective_to`, both included, whatever has become of it
    since. The days of two versions of one subject never overlap: `actions.put_in_force` sees to that.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_REVIEW = "in-review", "待审核"
        IN_FORCE = "in-force", "在用"
        SUPERSEDED = "superseded", "已被新版本取代"
        REPEALED = "repealed", "已废止"

    # The allowed moves; actions make them, nothing else.
    MOVES: ClassVar[dict[str, frozenset[str]]] = {
        State.DRAFT: frozenset({State.IN_REVIEW}),
        State.IN_REVIEW: frozenset({State.DRAFT, State.IN_FORCE}),
        # Until its first day a version can be called off: it is a draft again, and the one it superseded goes on.
        State.IN_FORCE: frozenset({State.SUPERSEDED, State.REPEALED, State.DRAFT}),
        State.SUPERSEDED: frozenset({State.IN_FORCE}),
        State.REPEALED: frozenset(),
    }
    OPEN_STATES: ClassVar[tuple[str, ...]] = (State.DRAFT, State.IN_REVIEW)
    SUBJECT: ClassVar[str]
    """The field that names whose version this is: `item` or `guide`."""

    number = models.PositiveIntegerField("版本")
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
        abstract = True

    @property
    def subject(self) -> Any:
        """The item or guide itself."""
        return getattr(self, self.SUBJECT)

    @property
    def subject_id(self) -> int:
        return int(getattr(self, f"{self.SUBJECT}_id"))

    @property
    def code(self) -> str:
        return str(self.subject.code)

    @property
    def organisation(self) -> Organisation:
        found: Organisation = self.subject.organisation
        return found

    @property
    def is_open(self) -> bool:
        """Whether it is still being written or reviewed."""
        return self.state in self.OPEN_STATES

    def holds_on(self, day: date) -> bool:
        """Whether this version may be used on `day`."""
        if self.effective_from is None or day < self.effective_from:
            return False
        return self.effective_to is None or day <= self.effective_to

    def is_repealed_on(self, day: date) -> bool:
        """Whether it was repealed, with nothing in its place, before or on `day`."""
        return self.state == self.State.REPEALED and self.effective_to is not None and self.effective_to < day


def version_constraints(subject: str) -> list[models.BaseConstraint]:
    """What the database holds of every version of a `subject` (item or guide): one open, one lasting, approved by
    another person than the drafter, days in order.
    """
    return [
        models.UniqueConstraint(fields=[subject, "number"], name=f"{subject}_version_number"),
        models.UniqueConstraint(
            fields=[subject], condition=Q(state__in=["draft", "in-review"]), name=f"{subject}_one_open_version"
        ),
        models.UniqueConstraint(fields=[subject], condition=Q(state="in-force"), name=f"{subject}_one_lasting_version"),
        models.CheckConstraint(
            condition=Q(state__in=["draft", "in-review"], effective_from__isnull=True, effective_to__isnull=True)
            | (
                Q(state__in=["in-force", "superseded", "repealed"], effective_from__isnull=False)
                & (Q(approved_by__isnull=False, approved_at__isnull=False) | Q(installed=True))
            ),
            name=f"{subject}_in_force_is_approved",
        ),
        models.CheckConstraint(
            condition=Q(installed=True) | Q(created_by__isnull=False), name=f"{subject}_has_drafter"
        ),
        models.CheckConstraint(
            condition=Q(approved_by__isnull=True) | Q(installed=True) | ~Q(approved_by=F("created_by")),
            name=f"{subject}_approved_by_another",
        ),
        models.CheckConstraint(
            condition=Q(state__in=["superseded", "repealed"], effective_to__isnull=False)
            | (~Q(state__in=["superseded", "repealed"]) & Q(effective_to__isnull=True)),
            name=f"{subject}_ended_has_last_day",
        ),
        models.CheckConstraint(
            condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            name=f"{subject}_days_in_order",
        ),
    ]
