"""Forms of experts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q

from sunlot.catalogue.models import Competence
from sunlot.desk.forms import DeskForm
from sunlot.organisations.models import Organisation, User
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import Expert, Institution
from .fields import NUMBER_HINT, CleanText, PhoneText, VersionedForm, number_of


class _ExpertFields(DeskForm):
    name = CleanText(label="姓名", max_length=40)
    institution_name = CleanText(label="所在单位全称", max_length=120, help_text="检验检测机构、科研院所、行业协会等")
    institution_kind = forms.ChoiceField(label="所在单位类别", choices=Institution.Kind.choices)
    experts_in = forms.ModelMultipleChoiceField(
        label="专业领域", queryset=Competence.objects.none(), to_field_name="code", widget=forms.CheckboxSelectMultiple
    )
    title = CleanText(label="职称", max_length=40, required=False)
    post = CleanText(label="职务", max_length=40, required=False)
    phone = PhoneText(label="手机", max_length=20, required=False)
    engaged_from = forms.DateField(label="聘期起", required=False, widget=forms.DateInput)
    engaged_until = forms.DateField(label="聘期至", widget=forms.DateInput, help_text="最后一天；到期后不参加抽取")
    organisation = forms.ModelChoiceField(label="聘请单位", queryset=Organisation.objects.none(), empty_label=None)
    user = forms.ModelChoiceField(
        label="登录账号", queryset=User.objects.none(), required=False, empty_label="还没有账号"
    )

    def __init__(self, *args: Any, viewer: Viewer, expert: Expert | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [] if expert is None else list(expert.fields.values_list("pk", flat=True))
        fields = Competence.objects.filter(Q(is_active=True) | Q(pk__in=held))
        self.fields["experts_in"].queryset = fields  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        own = Organisation.objects.filter(path__startswith=viewer.base.path, is_active=True)
        self.fields["organisation"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField
        accounts = User.objects.filter(memberships__role=Role.EXPERT, memberships__ended_at__isnull=True)
        accounts = accounts.filter(memberships__organisation__path__startswith=viewer.base.path)
        free = accounts.filter(expert__isnull=True)
        if expert is not None and expert.user_id:
            free = free | accounts.filter(pk=expert.user_id)
        self.fields["user"].queryset = free.distinct()  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = data.get("engaged_from"), data.get("engaged_until")
        if begins and ends and ends < begins:
            self.add_error("engaged_until", "聘期至不能早于聘期起。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values under the names of the model; the institution by name and kind."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["fields"] = list(data.pop("experts_in"))
        data["institution"] = (data.pop("institution_name"), data.pop("institution_kind"))
        return data


class NewExpertForm(_ExpertFields):
    """A person to be recommended as expert."""

    number = CleanText(label="专家编号", max_length=64, help_text=f"公示抽取结果时使用，不要用身份证号；{NUMBER_HINT}")
    recommendation = CleanText(label="推荐理由", max_length=200, help_text="例如：燃气工程高级工程师，从业二十年")

    field_order = ("number", "name", "institution_name", "institution_kind", "experts_in")

    def clean_number(self) -> str:
        return number_of(str(self.cleaned_data["number"]))


class ExpertForm(VersionedForm, _ExpertFields):
    """An expert's facts."""

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().values_of(entry)
        institution = entry.institution
        fields = entry.fields.all() if isinstance(entry, Expert) else entry.instance.fields.all()
        return found | {
            "institution_name": institution.name,
            "institution_kind": institution.kind,
            "experts_in": [one.code for one in fields],
        }


class ExpertStateForm(DeskForm):
    """Suspend an expert, bring it back, end its engagement."""

    state = forms.ChoiceField(label="改为")
    reason = CleanText(label="原因", max_length=200, required=False, help_text="暂停、解聘时必须写明")

    OFFERED = (Expert.State.ACTIVE, Expert.State.SUSPENDED, Expert.State.LEFT, Expert.State.RECOMMENDED)

    def __init__(self, *args: Any, expert: Expert, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words: Mapping[str, str] = {Expert.State.RECOMMENDED: "重新送审"}
        hidden = {Expert.State.ACTIVE} if expert.state == Expert.State.RECOMMENDED else set()
        moves = [Expert.State(one) for one in Expert.MOVES[expert.state] if one in self.OFFERED and one not in hidden]
        self.fields["state"].choices = [(one.value, words.get(one, one.label)) for one in moves]  # type: ignore[attr-defined]  # a ChoiceField


class ReviewForm(DeskForm):
    """A review's words; whether it accepts is the button's."""

    comment = CleanText(label="审核意见", max_length=200)


class _InstitutionFields(DeskForm):
    name = CleanText(label="全称", max_length=120)
    kind = forms.ChoiceField(label="类别", choices=Institution.Kind.choices)
    credit_code = CleanText(label="统一社会信用代码", max_length=30, required=False)
    qualification = CleanText(
        label="资质证书", max_length=120, required=False, help_text="例如：检验检测机构资质认定证书 CMA 230512340123"
    )
    qualification_expires = forms.DateField(label="资质有效期至", required=False, widget=forms.DateInput)


class NewInstitutionForm(_InstitutionFields):
    """A testing body, an institute or a trade association to be entered."""


class InstitutionForm(VersionedForm, _InstitutionFields):
    """What is known of a body."""
