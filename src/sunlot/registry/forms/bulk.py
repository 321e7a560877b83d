"""Forms of bulk edits: the value, as it is kept, and the reason."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.desk.forms import DeskForm, dress
from sunlot.norms import clock, trades
from sunlot.organisations.viewer import Viewer

from ..actions.bulk import ATTR
from ..kinds import ATTRIBUTES, UnfitValueError, kept
from ..models import InspectionObject, RiskClass
from .fields import CleanText, control_of, regions_of

State = InspectionObject.State


class BulkForm(DeskForm):
    """One field's new value for all, and why."""

    def __init__(self, *args: Any, field: str, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = field
        for name, control in self._controls(viewer).items():
            self.fields[name] = control
            dress(control)

    def _controls(self, viewer: Viewer) -> dict[str, forms.Field]:
        reason: dict[str, forms.Field] = {"reason": CleanText(label="理由", max_length=200)}
        if self._name == "trade":
            return {"value": forms.ChoiceField(label="行业改为", choices=trades.choices())} | reason
        if self._name == "region":
            return {"value": forms.ModelChoiceField(label="辖区改为", queryset=regions_of(viewer))} | reason
        if self._name == "risk_base":
            classes = [(one.value, f"{one.value} {one.label}") for one in RiskClass]
            return {"value": forms.ChoiceField(label="评定类别改为", choices=classes)} | reason
        if self._name == "state":
            states = [(one.value, one.label) for one in State if one != State.MERGED]
            return {
                "value": forms.ChoiceField(label="状态改为", choices=states),
                "since": forms.DateField(label="自哪一天起", widget=forms.DateInput),
                "source": CleanText(label="来源", max_length=120),
            } | reason
        attribute = ATTRIBUTES[self._name.removeprefix(ATTR)]
        return {"value": control_of(attribute)} | reason

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since > clock.today():
            raise ValidationError("日期不能晚于今天。")
        return since

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self._name.startswith(ATTR) and "value" in data:
            try:
                data["value"] = kept(ATTRIBUTES[self._name.removeprefix(ATTR)], data["value"])
            except UnfitValueError as fault:
                self.add_error("value", str(fault))
        return data

    @property
    def held(self) -> Any:
        """The value as a BulkEdit keeps it."""
        data = self.cleaned_data
        if self._name == "region":
            return data["value"].pk
        if self._name == "risk_base":
            return [data["value"], data["reason"]]
        if self._name == "state":
            return [data["value"], data["since"].isoformat(), data["source"]]
        return data["value"]
