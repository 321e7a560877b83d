"""Forms and their parts by the name of the inspected, for lists of events."""

from django.urls import reverse

from sunlot.desk import things

from .models import Form, FormPart
from .queries import forms_seen, parts_seen


def _part(part: FormPart) -> things.Named:
    return _form(part.form)


def _form(form: Form) -> things.Named:
    return things.Named(form.object.name, reverse("inspecting:form", args=[form.pk]))


things.register("form", lambda viewer: forms_seen(viewer).select_related("object"), _form)
things.register("form-part", lambda viewer: parts_seen(viewer).select_related("form__object"), _part)
