"""What a department words itself on the documents that it sends out, in versions."""

from django.db import models

from sunlot.documents.parts import Slots
from sunlot.organisations.models import Organisation, User


class Wording(models.Model):
    """One version of a department's or section's own words for one kind of document (`wordings.KINDS`); the newest counts.

    Plain text, never markup. A slot left empty is the department's, for a section, or else the document's own words.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="wordings")
    document = models.CharField("文书", max_length=40)
    number = models.PositiveIntegerField("版次")
    heading = models.CharField("发文机关", max_length=60, blank=True)
    contact = models.CharField("联系方式", max_length=120, blank=True)
    rights = models.TextField("权利告知", max_length=2000, blank=True)
    closing = models.TextField("结语", max_length=1000, blank=True)
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复自"
    )
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        ordering = ["organisation__path", "document", "-number"]
        verbose_name = "文书用语"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "document", "number"], name="wording_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.document} {self.number}"

    @property
    def slots(self) -> Slots:
        return Slots(heading=self.heading, contact=self.contact, rights=self.rights, closing=self.closing)
