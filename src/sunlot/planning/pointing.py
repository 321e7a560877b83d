"""Where in the plan's form a fault of the trial stands: its control is marked, and the list above links to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import CheckboxSelectMultiple

from .feasibility import Fault
from .forms import PlanForm
from .models import Plan

_STRATA = "D"  # what is wrong with all strata together is mended from the first on
_ROWS = {"strata": "amount-{}", "items": "items-{}"}


@dataclass(frozen=True)
class Pointer:
    """One fault and the id of the element to go to."""

    anchor: str
    message: str


def point_out(form: PlanForm, faults: Sequence[Fault]) -> list[Pointer]:
    """Mark the controls that faults are about, for screen readers and the eye; returns the links to them, in order.

    A fault without a control of its own (a group of boxes, all participants) is linked where its message stands.
    """
    found = []
    for fault in faults:
        name = _control(form, fault.field)
        if name is None or isinstance(form.fields[name].widget, CheckboxSelectMultiple):
            found.append(Pointer(f"at-{fault.field}", fault.message))
            continue
        form.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"at-{fault.field}"}
        found.append(Pointer(form[name].id_for_label, fault.message))
    return found


def _control(form: PlanForm, place: str) -> str | None:
    """The name of the form's field for a place such as `zones.150304`; None where it has none."""
    part, _, key = place.partition(".")
    name: str | None = "annual_line_id" if place == "annual_line" else place
    if part == "participants" and key in form.codes:
        name = f"participant-{form.codes.index(key)}"
    elif part == "zones":
        name = "teams_city" if form["zoning"].value() == Plan.Zoning.CITY else f"teams-{key}"
    elif part == "rounds":
        name = f"round-draw-{key}" if key else "round_count"
    elif part in _ROWS:
        name = _ROWS[part].format(key or _STRATA)
    return name if name in form.fields else None
