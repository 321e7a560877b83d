"""What the pages of the records beside the form take in."""

from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm, dress

from ..blanks import control
from ..forms import MAX_TEXT, AbsenceForm, version_in
from ..models import FormPart, WrittenRecord
from .content import Written, evidence_of, written_of
from .kinds import KINDS, MAX_ROWS

__all__ = ["AbsenceForm", "ReasonForm", "WrittenForm"]


class WrittenForm(DeskForm):
    """A record as its page shows it: the places, the rows and one empty row more, who made it, what belongs to it."""

    officers = forms.MultipleChoiceField(
        label="检查人员（不少于两人）", required=False, widget=forms.CheckboxSelectMultiple()
    )
    shown = forms.MultipleChoiceField(label="照片和文件", required=False, widget=forms.CheckboxSelectMultiple())

    def __init__(self, found: WrittenRecord, part: FormPart, data: Any = None) -> None:
        self.kind, stored = KINDS[found.kind], written_of(found)
        posted = version_in({"version": data.get("rows", "")}) if data is not None else len(stored.rows) + 1
        self.count = max(1, min(posted, MAX_ROWS))
        initial: dict[str, Any] = {**stored.texts, "officers": list(stored.officers), "shown": list(stored.shown)}
        initial |= {f"row-{at}-{n}": text for at, row in enumerate(stored.rows) for n, text in enumerate(row)}
        super().__init__(data, initial=initial)
        for name, blank in [*((one.name, one) for one in self.kind.places), *self._cells()]:
            self.fields[name] = control(blank)
            dress(self.fields[name])
        team = [(one.inspector.number, one.inspector.name) for one in part.members.all()]
        files = [(one.original_id, one.caption or one.name) for one in evidence_of(part, self.kind)]
        self.fields["officers"].choices = team  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["shown"].choices = files  # type: ignore[attr-defined]  # a MultipleChoiceField

    def _cells(self) -> list[tuple[str, Any]]:
        return [(f"row-{at}-{n}", one) for at in range(self.count) for n, one in enumerate(self.kind.columns)]

    @property
    def blanks(self) -> list[forms.BoundField]:
        return [self[one.name] for one in self.kind.blanks]

    @property
    def closing(self) -> list[forms.BoundField]:
        return [self[one.name] for one in self.kind.closing]

    @property
    def row_fields(self) -> list[list[forms.BoundField]]:
        return [[self[f"row-{at}-{n}"] for n in range(len(self.kind.columns))] for at in range(self.count)]

    def written(self) -> Written:
        """What was typed. Call after `is_valid`."""
        given = self.cleaned_data
        return Written(
            {one.name: given[one.name] for one in self.kind.places},
            tuple(tuple(given[f"row-{at}-{n}"] for n in range(len(self.kind.columns))) for at in range(self.count)),
            tuple(given["officers"]),
            tuple(given["shown"]),
        )


class ReasonForm(DeskForm):
    """Why a record is corrected or given up."""

    prefix = "why"
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea({"rows": 2}))


class CompareForm(DeskForm):
    """Whether a scan shows the signed paper."""

    matches = forms.ChoiceField(
        label="扫描件与纸质原件核对", widget=forms.RadioSelect(), choices=[("yes", "相符"), ("no", "不符，作废重传")],
        error_messages={"required": "选相符或不符。"},
    )  # fmt: skip
    words = forms.CharField(label="不符之处", required=False, max_length=min(300, MAX_TEXT))
