"""The registries' forms. Saving is for the actions; a form says what is missing before they are asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock, credit_code
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation, Region, User
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .imports.rows import NUMBER_FORM
from .imports.values import phone_of, words_of
from .models import Avoidance, Entity, InspectionObject, Inspector, Involvement, RiskClass

_NUMBER_HINT = "只用数字、字母和 . _ -，最多 64 位"


class CleanText(forms.CharField):
    """Text with half-width digits and letters and single spaces, as imports keep it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return " ".join(trim(half_width(text)).split()) if text else text


class PhoneText(CleanText):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return phone_of(text) if text else text


def _regions(viewer: Viewer) -> Any:
    """The districts of the jurisdiction: an object lies in one of them, never in the city as a whole."""
    return Region.objects.filter(code__startswith=viewer.region_prefix, children__isnull=True)


def _number(text: str) -> str:
    bare = text.replace(" ", "")
    if bare and not NUMBER_FORM.fullmatch(bare):
        raise ValidationError(f"编号{_NUMBER_HINT}。")
    return bare


class VersionedForm(DeskForm):
    """A form that changes an entry: it carries the version that its editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, str]:
        """The entry's values as the form's controls hold them, `entry` being the record itself or one of its history."""
        found = {}
        for name in cls.base_fields:
            value = getattr(entry, f"{name}_id", None) if hasattr(entry, f"{name}_id") else getattr(entry, name, "")
            found[name] = cls.written(name, value)
        return found

    @classmethod
    def written(cls, _name: str, value: Any) -> str:
        """One value as its control holds it."""
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()
        return "、".join(value) if isinstance(value, list) else str(value)


class CodeTick(DeskForm):
    """A credit code whose check character is wrong is taken once somebody ticked that it stands so on the licence."""

    credit_code = CleanText(label="统一社会信用代码", max_length=40, required=False, help_text="18 位，按营业执照填写")
    accept_wrong_check = forms.BooleanField(label="已与营业执照逐位核对，代码无误", required=False)
    needs_tick = False

    def clean_credit_code(self) -> str:
        text = str(self.cleaned_data["credit_code"] or "")
        if not text:
            return ""
        found = credit_code.check(text)
        if found.faults:
            raise ValidationError([str(fault) for fault in found.faults])
        if found.warnings and found.code != self.initial.get("credit_code"):
            self.needs_tick = True
        return found.code

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.needs_tick and not data.get("accept_wrong_check"):
            warnings = credit_code.check(data["credit_code"]).warnings
            self.add_error("credit_code", " ".join(str(warning) for warning in warnings))
        return data


class NewObjectForm(CodeTick):
    """A new inspection object."""

    name = CleanText(label="名称", max_length=120)
    kind = forms.ModelChoiceField(label="类别", queryset=ObjectKind.objects.all(), empty_label="选择类别")
    region = forms.ModelChoiceField(label="辖区", queryset=Region.objects.none(), empty_label="选择所在的区")
    number = CleanText(
        label="许可证号或项目编号", max_length=64, required=False, help_text="对象不是企业本身时填写；没有的由系统编号"
    )
    address = CleanText(label="地址", max_length=200, required=False)
    risk_class = forms.ChoiceField(
        label="信用风险", choices=[(one.value, f"{one.value} {one.label}") for one in RiskClass], initial="B"
    )
    risk_reason = CleanText(label="分类依据", max_length=200, required=False)
    representative = CleanText(label="法定代表人", max_length=40, required=False)
    contact = CleanText(label="联系人", max_length=40, required=False)
    phone = PhoneText(label="联系电话", max_length=40, required=False)

    field_order = (
        "name",
        "kind",
        "region",
        "credit_code",
        "number",
        "address",
        "risk_class",
        "risk_reason",
        "representative",
        "contact",
        "phone",
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = _regions(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
        if len(viewer.region_prefix) == len(viewer.region_code):
            self.fields["region"].initial = viewer.region_code

    def clean_number(self) -> str:
        return _number(str(self.cleaned_data["number"] or ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = data.get("kind")
        is_entity = kind is not None and kind.nature == ObjectKind.Nature.ENTITY
        nothing = not data.get("credit_code") and not data.get("number") and "credit_code" not in self.errors
        if kind is not None and is_entity and nothing:
            self.add_error(
                "credit_code", f"“{kind.name}”是市场主体，按营业执照填写代码。确实没有的，在下一栏填写其他编号。"
            )
        if kind is not None and not is_entity and data.get("credit_code"):
            self.add_error(
                "credit_code", f"“{kind.name}”本身没有信用代码。先新增对象，再在对象页登记它的建设、施工或运营单位。"
            )
        return data


class ObjectForm(VersionedForm):
    """An object's facts; risk class and state have forms of their own."""

    name = CleanText(label="名称", max_length=120)
    kind = forms.ModelChoiceField(label="类别", queryset=ObjectKind.objects.all(), empty_label=None)
    region = forms.ModelChoiceField(label="辖区", queryset=Region.objects.none(), empty_label=None)
    address = CleanText(label="地址", max_length=200, required=False)
    contact = CleanText(label="现场联系人", max_length=40, required=False, help_text="不填时用对应主体的联系人")
    phone = PhoneText(label="现场电话", max_length=40, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = _regions(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField


class NewEntityForm(CodeTick):
    """A new market entity."""

    name = CleanText(label="名称", max_length=120)
    kind = forms.ChoiceField(label="类型", choices=Entity.Kind.choices)
    region = forms.ModelChoiceField(label="所在辖区", queryset=Region.objects.none(), empty_label="选择所在的区")
    address = CleanText(label="住所", max_length=200, required=False)
    representative = CleanText(label="法定代表人", max_length=40, required=False)
    contact = CleanText(label="联系人", max_length=40, required=False)
    phone = PhoneText(label="联系电话", max_length=40, required=False)

    field_order = ("name", "credit_code", "kind", "region", "address", "representative", "contact", "phone")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = _regions(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField


class EntityForm(VersionedForm, NewEntityForm):
    """A market entity's facts."""


class StateForm(DeskForm):
    """Another state of an object, with the day and the source."""

    state = forms.ChoiceField(label="改为")
    since = forms.DateField(label="自哪一天起", widget=forms.DateInput)
    source = CleanText(label="来源", max_length=120, help_text="例如：市场监督管理局登记信息、现场核实、企业书面报告")

    def __init__(self, *args: Any, entry: InspectionObject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        moves = InspectionObject.MOVES[entry.state]
        self.fields["state"].choices = [(one, InspectionObject.State(one).label) for one in moves]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since > clock.today():
            raise ValidationError("日期不能晚于今天。")
        return since


class RiskForm(DeskForm):
    """Another credit risk class, with the reason."""

    risk_class = forms.ChoiceField(
        label="信用风险类别", choices=[(one.value, f"{one.value} {one.label}") for one in RiskClass]
    )
    reason = CleanText(
        label="依据", max_length=200, help_text="例如：自治区信用风险分类 2026 年 10 月结果、失信被执行人名单"
    )


class InvolvementForm(DeskForm):
    """Who builds, contracts, supervises or operates an object."""

    part = forms.ChoiceField(
        label="关系", choices=[one for one in Involvement.Part.choices if one[0] != Involvement.Part.ITSELF]
    )
    entity = CleanText(label="主体的统一社会信用代码或全称", max_length=120)

    def clean_entity(self) -> Entity:
        text = str(self.cleaned_data["entity"])
        code = credit_code.normalise(text)
        by_code = Entity.objects.filter(credit_code=code).first() if len(code) == credit_code.LENGTH else None
        found = [by_code] if by_code else list(Entity.objects.filter(name=text)[:2])
        if not found:
            raise ValidationError("名录库中没有这个主体。先在“市场主体”中新增，再回来登记。")
        if len(found) > 1:
            raise ValidationError("名录库中有几个同名的主体，改填统一社会信用代码。")
        return found[0]


class _InspectorFields(DeskForm):
    name = CleanText(label="姓名", max_length=40)
    organisation = forms.ModelChoiceField(label="单位", queryset=Organisation.objects.none(), empty_label=None)
    certificate = CleanText(label="执法证号", max_length=40)
    certificate_expires = forms.DateField(label="执法证有效期至", widget=forms.DateInput)
    fields_ = CleanText(label="专业领域", max_length=200, required=False, help_text="用顿号分开，如：燃气、质量安全")
    post = CleanText(label="岗位", max_length=40, required=False)
    rank = CleanText(label="职务", max_length=40, required=False)
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

    def clean_fields_(self) -> list[str]:
        return words_of(str(self.cleaned_data["fields_"] or ""))

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values under the names of the model."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["fields"] = data.pop("fields_")
        return data


class NewInspectorForm(_InspectorFields):
    """A person to be recommended."""

    number = CleanText(
        label="人员编号", max_length=64, help_text=f"单位内部的编号，公示抽取结果时使用，不要用身份证号；{_NUMBER_HINT}"
    )

    field_order = (
        "number",
        "name",
        "organisation",
        "certificate",
        "certificate_expires",
        "fields_",
        "post",
        "rank",
        "phone",
        "user",
    )

    def clean_number(self) -> str:
        return _number(str(self.cleaned_data["number"]))


class InspectorForm(VersionedForm, _InspectorFields):
    """An inspector's facts."""

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, str]:
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


class AvoidanceForm(DeskForm):
    """An object that an inspector must not meet."""

    object = CleanText(label="检查对象的编号或全称", max_length=120)
    ground = forms.ChoiceField(label="事由", choices=Avoidance.Ground.choices)
    note = CleanText(label="说明", max_length=200, required=False, help_text="不公开")
    expires = forms.DateField(label="有效期至", required=False, widget=forms.DateInput, help_text="不填为长期")

    def __init__(self, *args: Any, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visible = visible

    def clean_object(self) -> InspectionObject:
        text = str(self.cleaned_data["object"])
        number = (
            self._visible.filter(number=text.replace(" ", "").upper()).first()
            or self._visible.filter(number=text).first()
        )
        found = [number] if number else list(self._visible.filter(name=text)[:2])
        if not found:
            raise ValidationError("名录库中没有这个检查对象，核对编号或全称。")
        if len(found) > 1:
            raise ValidationError("有几个同名的检查对象，改填编号。")
        entry: InspectionObject = found[0]
        return entry
