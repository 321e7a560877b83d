"""Forms of credit marks, licences and the rules."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.desk.forms import DeskForm, dress
from sunlot.norms import clock

from ..models import CreditMark, RiskClass
from ..risk import Line
from .fields import CleanText

THRESHOLDS = (1, 2)
"""How many lines the table has for each mark."""


class MarkForm(DeskForm):
    """A credit mark: what, from whom, from when to when."""

    kind = forms.ChoiceField(label="标记", choices=CreditMark.Kind.choices)
    source = CleanText(
        label="来源", max_length=120, help_text="例如：国家企业信用信息公示系统、12345 热线、中国执行信息公开网"
    )
    since = forms.DateField(label="列入日期", widget=forms.DateInput)
    until = forms.DateField(
        label="有效期至", required=False, widget=forms.DateInput, help_text="过了这一天不再计入；不填为长期"
    )
    reference = CleanText(label="文号", max_length=80, required=False)
    note = CleanText(label="说明", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and since > clock.today():
            self.add_error("since", "列入日期不能晚于今天。")
        if since and until and until < since:
            self.add_error("until", "有效期不能早于列入日期。")
        return data


class EndForm(DeskForm):
    """Why something ends."""

    reason = CleanText(label="原因", max_length=120)


class EndMarkForm(DeskForm):
    """Why and when a mark is taken off."""

    on = forms.DateField(label="移出日期", widget=forms.DateInput)
    reason = CleanText(label="原因", max_length=200, help_text="例如：已补报年报，移出经营异常名录")

    def __init__(self, *args: Any, mark: CreditMark, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mark = mark

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self._mark.since <= on <= clock.today():
            raise ValidationError(f"移出日期在 {self._mark.since.isoformat()} 与今天之间。")
        return on


class LicenceForm(DeskForm):
    """A licence or a qualification certificate."""

    name = CleanText(label="许可证名称", max_length=60, help_text="例如：燃气经营许可证、安全生产许可证、资质证书")
    number = CleanText(label="许可证编号", max_length=80)
    issuer = CleanText(label="发证机关", max_length=80)
    issued = forms.DateField(label="发证日期", required=False, widget=forms.DateInput)
    expires = forms.DateField(label="有效期至", required=False, widget=forms.DateInput, help_text="不填为长期有效")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("issued") and data.get("expires") and data["expires"] < data["issued"]:
            self.add_error("expires", "有效期不能早于发证日期。")
        return data


class RulesForm(DeskForm):
    """The table “mark → class”: for each mark up to two lines of how many times make which class."""

    reason = CleanText(label="理由", max_length=300, help_text="例如：按自治区信用风险分类管理办法制定")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        classes = [("", "不设"), *((one.value, f"{one.value} {one.label}") for one in RiskClass)]
        for kind in CreditMark.Kind:
            for place in THRESHOLDS:
                times = forms.IntegerField(
                    label=f"{kind.label}第 {place} 条：次数", min_value=1, max_value=99, required=False
                )
                found = forms.ChoiceField(label=f"{kind.label}第 {place} 条：类别", choices=classes, required=False)
                self.fields[f"times-{kind.value}-{place}"], self.fields[f"class-{kind.value}-{place}"] = times, found
                dress(times)
                dress(found)

    @staticmethod
    def values_of(lines: list[Line]) -> dict[str, Any]:
        """Existing lines as the form's controls hold them."""
        values: dict[str, Any] = {}
        for kind in CreditMark.Kind:
            own = [line for line in lines if line.mark == kind]
            for place, line in zip(THRESHOLDS, own, strict=False):
                values |= {f"times-{kind.value}-{place}": line.at_least, f"class-{kind.value}-{place}": line.risk_class}
        return values

    @property
    def table(self) -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
        """Each mark's name with its pairs of controls."""
        for kind in CreditMark.Kind:
            yield (
                kind.label,
                [(self[f"times-{kind.value}-{place}"], self[f"class-{kind.value}-{place}"]) for place in THRESHOLDS],
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        lines: list[Line] = []
        for kind in CreditMark.Kind:
            for place in THRESHOLDS:
                times, found = data.get(f"times-{kind.value}-{place}"), data.get(f"class-{kind.value}-{place}")
                if not found and times and place > 1:
                    self.add_error(f"class-{kind.value}-{place}", f"选定“{kind.label}”达到 {times} 次时的类别。")
                if found:
                    lines.append(Line(kind.value, times or 1, found))
        if len({(line.mark, line.at_least) for line in lines}) < len(lines):
            raise ValidationError("同一标记的两条规则次数相同，改成不同的次数。")
        data["lines"] = lines
        return data
