"""How forms look and behave on every page: our field classes, faults at the field, no colon."""

from collections.abc import Callable
from typing import Any

from django import forms

from sunlot.organisations.viewer import NotAllowed, Refused


class DeskFormMixin:
    """Give every control the class of the design and mark a faulty one for screen readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]  # a mixin of forms.BaseForm
            dress(field)


def dress(field: forms.Field) -> None:
    """Give one control the class of the design, and its words; also one that a form adds later."""
    widget = field.widget
    if not isinstance(
        widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple | forms.HiddenInput
    ):
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} input".strip()
    if isinstance(widget, forms.DateInput) and not isinstance(widget, forms.DateTimeInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if isinstance(widget, forms.DateTimeInput):
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    say_what_is_required(field)


def say_what_is_required(field: forms.Field) -> None:
    """An empty field asks for itself by name, “填写名称。”, unless it has words of its own."""
    if not field.label or field.error_messages["required"] != forms.Field.default_error_messages["required"]:
        return
    act = "选定" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "填写"
    field.error_messages["required"] = f"{'选择' if isinstance(field, forms.FileField) else act}{field.label}。"


class DeskForm(DeskFormMixin, forms.Form):
    """A form of the product."""


class DeskModelForm(DeskFormMixin, forms.ModelForm):
    """A model form of the product. Saving is for the room's actions, never for the form."""

    def save(self, commit: bool = True) -> Any:
        raise NotImplementedError("state changes live in actions.py")


def accepts(form: forms.BaseForm, field: str | None, act: Callable[[dict[str, Any]], object]) -> bool:
    """Do the act with what the valid form says. Where it is refused, the reason stands at `field` (above the form
    for None) and nothing typed is lost; what somebody may not do is no fault of the form.
    """
    try:
        act(form.cleaned_data)
    except NotAllowed:
        raise
    except Refused as refused:
        form.add_error(field, str(refused))
        return False
    return True
