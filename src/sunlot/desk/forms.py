"""How forms look and behave on every page: our field classes, faults at the field, no colon."""

from typing import Any

from django import forms


class DeskFormMixin:
    """Give every control the class of the design and mark a faulty one for screen readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]  # a mixin of forms.BaseForm
            widget = field.widget
            if not isinstance(
                widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple | forms.HiddenInput
            ):
                widget.attrs["class"] = f"{widget.attrs.get('class', '')} input".strip()
            if isinstance(widget, forms.DateInput) and not isinstance(widget, forms.DateTimeInput):
                widget.input_type, widget.format = "date", "%Y-%m-%d"
            if isinstance(widget, forms.DateTimeInput):
                widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"


class DeskForm(DeskFormMixin, forms.Form):
    """A form of the product."""


class DeskModelForm(DeskFormMixin, forms.ModelForm):
    """A model form of the product. Saving is for the room's actions, never for the form."""

    def save(self, commit: bool = True) -> Any:
        raise NotImplementedError("state changes live in actions.py")
