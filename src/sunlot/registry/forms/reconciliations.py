"""Forms of reconciling: the list with what it is compared for, and the decision about lines."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from ..models import InspectionObject, ReconciliationLine
from .fields import CleanText, regions_of


class ListForm(DeskForm):
    """An authoritative list and what of the registry it must hold."""

    file = forms.FileField(
        label="名单文件", widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
        help_text="须有名称和统一社会信用代码两列；登记状态、住所、法定代表人等列有则一并核对。",
    )  # fmt: skip
    source = CleanText(label="名单来源", max_length=80, help_text="如：乌海市市场监督管理局")
    as_of = forms.DateField(label="名单日期", widget=forms.DateInput, help_text="名单导出的日期")
    kinds = forms.ModelMultipleChoiceField(
        label="名单包含的类别",
        queryset=ObjectKind.objects.all(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.ModelMultipleChoiceField(
        label="名单包含的辖区", queryset=Region.objects.all(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].queryset = regions_of(viewer)  # type: ignore[attr-defined]  # a choice field
        self.fields["regions"].initial = self.fields["regions"].queryset  # type: ignore[attr-defined]
        self.fields["as_of"].initial = clock.today

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > settings.SUNLOT_UPLOAD_LIMIT:
            raise ValidationError(f"文件超过 {settings.SUNLOT_UPLOAD_LIMIT // 2**20} MB。请按辖区或类别分成几个文件。")
        return sent


class DecisionForm(DeskForm):
    """What to do with the ticked lines, or with all that the filters find."""

    decision = forms.ChoiceField(
        label="处理为",
        choices=[(one.value, one.label) for one in (ReconciliationLine.Decision.TAKE, ReconciliationLine.Decision.KEEP, ReconciliationLine.Decision.OPEN)],
    )  # fmt: skip
    state = forms.ChoiceField(
        label="名单上没有的改为",
        required=False,
        choices=[
            ("", "（不涉及）"),
            *((one, InspectionObject.State(one).label) for one in InspectionObject.MOVES["active"]),
        ],
    )
    reason = CleanText(label="理由", required=False, max_length=200)
