"""Documents that were given out (出具): the paper's content under its digest, which the log holds and its QR code names."""

from django.db import models

from sunlot.organisations.models import User
from sunlot.trail.models import StoredFile

from .parts import FormPart


class IssuedDocument(models.Model):
    """A document of a part as it was given out, for ever. The same content is given out once.

    `file` is the PDF; the content itself is a stored file too, whose digest is `digest`.
    """

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField("文书", max_length=32)  # a key of issuing.KINDS or LETTERS
    number = models.CharField("文号", max_length=100, unique=True)
    day = models.DateField("日期")
    digest = models.CharField(max_length=64, unique=True)  # of the document's content (documents.paper)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    event = models.ForeignKey("trail.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["issued_at", "pk"]
        indexes = [models.Index(fields=["part", "kind"], name="issued_of_part")]

    def __str__(self) -> str:
        return self.number
