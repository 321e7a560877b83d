"""Forms of inspectors: facts and state."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.catalogue.models import Competence
from sunlot.desk.forms import DeskForm
from sunlot.organisations.models import Organisation, User
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..imports.values import words_of
from ..models import Inspector
from .fields import NUMBER_HINT, CleanText, PhoneText, VersionedForm, number_of


class _InspectorFields(DeskForm):
    name = CleanText(label="姓名", max_length=40)
    organisation = forms.ModelChoiceField(label="单位", queryset=Organisation.objects.none(), empty_label=None)
    certificate = CleanText(label="执法证号", max_length=40)
    certificate_issuer = CleanText(label="发证机关", max_length=80, required=False)
    certificate_expires = forms.DateField(label="执法证有效期至", widget=forms.DateInput)
    second_certificate = CleanText(
        label="部门执法证号", max_length=40, required=False, help_text="除政府统一的行政执法证外另有本部门证件的填写"
    )
    second_certificate_expires = forms.DateField(label="部门执法证有效期至", required=False, widget=forms.DateInput)
    fields_ = CleanText(label="专业领域", max_length=200, required=False, help_text="用顿号分开，如：燃气、质量安全")
    post = CleanText(label="岗位", max_length=40, required=False)
    rank = CleanText(label="职务", max_length=40, required=False)
    title = CleanText(label="职称", max_length=40, required=False)
    education = CleanText(label="学历", max_length=20, required=False)
    major = CleanText(label="所学专业", max_length=40, required=False)
    on_post_since = forms.DateField(label="从事执法岗位起", required=False, widget=forms.DateInput)
    beat = CleanText(label="管辖片区", max_length=80, required=False)
    phone = PhoneText(label="手机", max_length=20, required=False)
    user = forms.ModelChoiceField(
        label="登录账号",
        queryset=User.objects.none(),
        required=False,
        empty_label="还没有账号",
        help_text="检查时在手机上登录用",
    )

    def __init__(self, *args: Any, viewer: Viewer, inspector: Inspector | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(path__startswith=viewer.base.path, is_active=True)
        self.fields["organisation"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField
        accounts = User.objects.filter(
            memberships__role=Role.INSPECTOR,
            memberships__ended_at__isnull=True,
            memberships__organisation__path__startswith=viewer.base.path,
        )
        free = accounts.filter(inspector__isnull=True)
        if inspector is not None and inspector.user_id:
            free = free | accounts.filter(pk=inspector.user_id)
        self.fields["user"].queryset = free.distinct()  # type: ignore[attr-defined]  # a ModelChoiceField
        self._competences = list(Competence.objects.filter(is_active=True).values_list("name", flat=True))
        self._kept = set(inspector.fields) if inspector is not None else set()
        if self._competences:
            self.fields["fields_"].help_text = f"用顿号分开，写法与目录一致：{'、'.join(self._competences)}"

    def clean_fields_(self) -> list[str]:
        words = words_of(str(self.cleaned_data["fields_"] or ""))
        unknown = [one for one in words if self._competences and one not in {*self._competences, *self._kept}]
        if unknown:
            raise ValidationError(f"专业领域目录中没有“{'、'.join(unknown)}”。与事项要求的写法一致才能按专业抽取。")
        return words

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values under the names of the model."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["fields"] = data.pop("fields_")
        return data


class NewInspectorForm(_InspectorFields):
    """A person to be recommended."""

    number = CleanText(
        label="人员编号", max_length=64, help_text=f"单位内部的编号，公示抽取结果时使用，不要用身份证号；{NUMBER_HINT}"
    )

    recommendation = CleanText(
        label="推荐理由", max_length=200, help_text="例如：从事燃气执法五年，培训考核合格，持有效执法证"
    )

    field_order = ("number", "name", "organisation")

    def clean_number(self) -> str:
        return number_of(str(self.cleaned_data["number"]))


class InspectorForm(VersionedForm, _InspectorFields):
    """An inspector's facts."""

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, Any]:
        return super().values_of(entry) | {"fields_": "、".join(entry.fields)}


class InspectorStateForm(DeskForm):
    """Suspend an inspector, bring it back, end its service."""

    state = forms.ChoiceField(label="改为")
    reason = CleanText(
        label="原因", max_length=200, required=False, help_text="暂停、离岗时必须写明，例如：产假至 2027 年 3 月、调离"
    )

    OFFERED = (Inspector.State.ACTIVE, Inspector.State.SUSPENDED, Inspector.State.LEFT, Inspector.State.RECOMMENDED)

    def __init__(self, *args: Any, inspector: Inspector, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words: Mapping[str, str] = {Inspector.State.RECOMMENDED: "重新送审"}
        moves = [Inspector.State(one) for one in Inspector.MOVES[inspector.state] if one in self.OFFERED]
        self.fields["state"].choices = [(one.value, words.get(one, one.label)) for one in moves]  # type: ignore[attr-defined]  # a ChoiceField
