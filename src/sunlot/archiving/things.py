"""Filed inspections and lists by name, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import CaseFile, Disposal
from .queries import disposals_seen, files_seen


def _file(file: CaseFile) -> things.Named:
    return things.Named(f"{file.form.object.name} 案卷", reverse("archiving:file", args=[file.pk]))


def _disposal(disposal: Disposal) -> things.Named:
    return things.Named("销毁清单", reverse("archiving:disposal", args=[disposal.pk]))


things.register("case-file", files_seen, _file)
things.register("disposal", disposals_seen, _disposal)
