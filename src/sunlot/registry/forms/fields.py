"""What the registries' forms share: clean text, numbers, versions."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import DeskForm, dress
from sunlot.norms import trades
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from ..coordinates import coordinates_fault
from ..imports.fields import ATTR
from ..imports.rows import NUMBER_FORM
from ..imports.values import phone_of
from ..kinds import TEXT_LIMIT, Attribute, Type, UnfitValueError, attributes_of, kept
from ..models import InspectionObject

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


class ObjectText(CleanText):
    """An inspection object, by its number or its full name, of those that `visible` holds."""

    visible: Any = InspectionObject.objects.none()
    number = "number"
    what = "检查对象"

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "")
        if not text:
            return None
        plain = text.replace(" ", "")
        number = self.visible.filter(**{f"{self.number}__in": [plain.upper(), plain]}).first()
        found = [number] if number else list(self.visible.filter(name=text)[:2])
        if not found:
            raise ValidationError(f"名录库中没有这个{self.what}，核对编号或全称。")
        if len(found) > 1:
            raise ValidationError(f"有几个同名的{self.what}，改填编号。")
        return found[0]

    def run_validators(self, value: Any) -> None:
        """The length was that of the text; what came out is an object."""


class EntityText(ObjectText):
    """A market entity, by its credit code or its full name, of those that `visible` holds."""

    number = "credit_code"
    what = "主体"


class KindFields(DeskForm):
    """What an object has by its kind (`registry/kinds.py`), as controls named `attr_<name>` behind the common ones; trade
    and coordinates before them.
    """

    trade = forms.ChoiceField(label="行业", choices=[("", "未分类"), *trades.choices()], required=False)
    longitude = forms.DecimalField(
        label="经度", required=False, max_digits=9, decimal_places=6, help_text="国家2000坐标系，如 106.812345"
    )
    latitude = forms.DecimalField(
        label="纬度", required=False, max_digits=9, decimal_places=6, help_text="如 39.673210"
    )

    def add_attributes(self, kind: ObjectKind | None) -> None:
        """Offer what objects of this kind have of their own."""
        self.offered = attributes_of(kind) if kind is not None else ()
        for attribute in self.offered:
            field = control_of(attribute)
            self.fields[f"{ATTR}{attribute.name}"] = field
            dress(field)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._clean_coordinates(data)
        kept_values: dict[str, Any] = {}
        for attribute in self.offered:
            name = f"{ATTR}{attribute.name}"
            if name not in data:
                continue
            try:
                value = kept(attribute, data.pop(name))
            except UnfitValueError as fault:
                self.add_error(name, str(fault))
            else:
                if value is not None:
                    kept_values[attribute.name] = value
        data["attributes"] = kept_values
        return data

    def _clean_coordinates(self, data: dict[str, Any]) -> None:
        """Both or none, and inside China: what lies elsewhere was typed the wrong way round."""
        if "longitude" in self.errors or "latitude" in self.errors:
            return
        longitude, latitude = data.get("longitude"), data.get("latitude")
        fault = coordinates_fault(longitude, latitude)
        if fault:
            self.add_error("longitude" if longitude is not None else "latitude", fault)


def control_of(attribute: Attribute) -> forms.Field:
    """The control of one attribute; nothing of it must be filled in."""
    label = attribute.titled
    if attribute.type is Type.CHOICE:
        choices = [("", "未填写"), *((one, one) for one in attribute.choices)]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    if attribute.type is Type.DATE:
        return forms.DateField(label=label, required=False, widget=forms.DateInput)
    if attribute.type is Type.TEXT:
        return CleanText(label=label, max_length=TEXT_LIMIT, required=False)
    return CleanText(label=label, max_length=20, required=False)


class VersionedForm(DeskForm):
    """A form that changes an entry: it carries the version that its editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, Any]:
        """The entry's values as the form's controls hold them, `entry` being the record itself or one of its history."""
        found: dict[str, Any] = {}
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
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return "、".join(value) if isinstance(value, list) else str(value)
