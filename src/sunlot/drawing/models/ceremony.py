"""What the ceremony collects: commitments and numbers of the contributors, dice and lottery as they were typed."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation, User

from .draw import Attempt


class Contributor(models.Model):
    """Who commits and reveals. The nonce is never here before it is revealed: it stays on the contributor's device."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        PARTICIPANT = "participant", "参与"
        SUPERVISOR = "supervisor", "纪检监督"

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="contributors")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=12, choices=Part.choices)
    code = models.CharField(max_length=64)  # the id in the notice
    title = models.CharField("身份", max_length=40)  # 承办科室, 联合部门, 纪检监督
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, null=True, blank=True)
    committed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    committed_at = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=64, null=True, blank=True)
    revealed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="contributor_position"),
            models.UniqueConstraint(fields=["attempt", "code"], name="contributor_code"),
            models.UniqueConstraint(fields=["attempt", "commitment"], name="contributor_commitment"),
            models.UniqueConstraint(fields=["attempt", "committed_by"], name="contributor_one_person_each"),
            models.UniqueConstraint(fields=["attempt", "revealed_by"], name="contributor_one_revealer_each"),
            models.CheckConstraint(
                condition=Q(commitment__isnull=True) | (Q(committed_by__isnull=False) & Q(committed_at__isnull=False)),
                name="contributor_committed_by",
            ),
            models.CheckConstraint(
                condition=Q(nonce__isnull=True)
                | (Q(commitment__isnull=False) & Q(revealed_at__isnull=False) & Q(revealed_by__isnull=False)),
                name="contributor_revealed_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.code}"

    @property
    def label(self) -> str:
        """“物业科（承办科室）”; the title is left out where the name says it already."""
        name = self.organisation.name
        return name if self.title in name else f"{name}（{self.title}）"


class BeaconReading(models.Model):
    """Dice or lottery numbers as one of two people typed them, independently of the other.

    Two readings make a turn. Where they differ the next turn begins; every reading stays.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="readings")
    turn = models.PositiveSmallIntegerField(default=1)
    place = models.PositiveSmallIntegerField()  # 1 or 2: who came first
    value = models.CharField(max_length=1000)
    source = models.CharField("号码出处", max_length=200, blank=True)
    typed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()

    class Meta:
        ordering = ["turn", "place"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "turn", "typed_by"], name="reading_two_people"),
            models.UniqueConstraint(fields=["attempt", "turn", "place"], name="reading_two_a_turn"),
            models.CheckConstraint(condition=Q(place__in=[1, 2]), name="reading_place"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} {self.turn}.{self.place}"
