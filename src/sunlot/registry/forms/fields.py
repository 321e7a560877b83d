"""What the registries' forms share: clean text, numbers, versions."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.desk.forms import DeskForm
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from ..imports.rows import NUMBER_FORM
from ..imports.values import phone_of

NUMBER_HINT = "只用数字、字母和 . _ -，最多 64 位"


class CleanText(forms.CharField):
    """Text with half-width digits and letters and single spaces, as imports keep it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return " ".join(trim(half_width(text)).split()) if text else text


class PhoneText(CleanText):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return phone_of(text) if text else text


def regions_of(viewer: Viewer) -> Any:
    """The districts of the jurisdiction: an object lies in one of them, never in the city as a whole."""
    return Region.objects.filter(code__startswith=viewer.region_prefix, children__isnull=True)


def number_of(text: str) -> str:
    """A public number as it is kept, empty where none was given. Raises ValidationError."""
    bare = text.replace(" ", "")
    if bare and not NUMBER_FORM.fullmatch(bare):
        raise ValidationError(f"编号{NUMBER_HINT}。")
    return bare


class VersionedForm(DeskForm):
    """A form that changes an entry: it carries the version that its editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, str]:
        """The entry's values as the form's controls hold them, `entry` being the record itself or one of its history."""
        found = {}
        for name in cls.base_fields:
            value = getattr(entry, f"{name}_id", None) if hasattr(entry, f"{name}_id") else getattr(entry, name, "")
            found[name] = cls.written(name, value)
        return found

    @classmethod
    def written(cls, _name: str, value: Any) -> str:
        """One value as its control holds it."""
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()
        return "、".join(value) if isinstance(value, list) else str(value)
