"""Forms of merging two objects or two entities, and of taking it back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm

from ..actions.duplicates import number_of
from ..models import Entity, InspectionObject
from .fields import CleanText, EntityText, ObjectText

Entry = InspectionObject | Entity


@dataclass(frozen=True)
class Fact:
    """One line of two entries side by side; `name` is the field that may be taken over, empty where none can be."""

    name: str
    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return self.one != self.other


class MergeForm(DeskForm):
    """Which of two is kept, and whose facts."""

    keep = forms.ChoiceField(label="保留哪一个", widget=forms.RadioSelect)
    reason = CleanText(
        label="判定为同一个的依据", max_length=200, help_text="例如：营业执照为同一张；现场核实为同一场所"
    )

    def __init__(self, *args: Any, one: Entry, other: Entry, rows: Sequence[Fact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._both, self._rows = {"one": one, "other": other}, rows
        keep = self.fields["keep"]
        keep.choices = [(key, f"{each.name}（{number_of(each)}）") for key, each in self._both.items()]  # type: ignore[attr-defined]
        keep.initial = "one" if one.created_at <= other.created_at else "other"
        for row in rows:
            if row.name and row.differs:
                choices = [("one", row.one or "（空）"), ("other", row.other or "（空）")]
                fuller = keep.initial if getattr(row, keep.initial) else ("other" if keep.initial == "one" else "one")
                self.fields[f"take-{row.name}"] = forms.ChoiceField(
                    label=row.label, choices=choices, initial=fuller, widget=forms.RadioSelect, required=False
                )

    @property
    def table(self) -> Iterator[tuple[Fact, list[Any]]]:
        """Each line with the two buttons of its choice, where there is one."""
        for row in self._rows:
            name = f"take-{row.name}"
            yield row, list(self[name]) if name in self.fields else []

    @property
    def kept(self) -> Any:
        return self._both[self.cleaned_data["keep"]]

    @property
    def gone(self) -> Any:
        return self._both["other" if self.cleaned_data["keep"] == "one" else "one"]

    @property
    def take(self) -> list[str]:
        """The facts to take over from the one that goes."""
        keep = self.cleaned_data["keep"]
        return [
            row.name
            for row in self._rows
            if row.name and self.cleaned_data.get(f"take-{row.name}", "") not in ("", keep)
        ]


class TwinForm(DeskForm):
    """The other object, by number or full name."""

    twin = ObjectText(label="另一对象的编号或全称", max_length=120)

    def __init__(self, *args: Any, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["twin"].visible = visible  # type: ignore[attr-defined]  # an ObjectText


class EntityTwinForm(TwinForm):
    """The other entity, by code or full name."""

    twin = EntityText(label="另一主体的统一社会信用代码或全称", max_length=120)


class UndoForm(DeskForm):
    """Why two are not one after all."""

    reason = CleanText(label="判定为不同的依据", max_length=200)
