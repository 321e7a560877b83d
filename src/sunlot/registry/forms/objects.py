"""Forms of entities and inspection objects."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock, credit_code
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from ..kinds import attributes_of
from ..models import Entity, InspectionObject, Involvement, RiskClass
from .fields import ATTR, CleanText, KindFields, PhoneText, VersionedForm, number_of, regions_of


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


class NewObjectForm(KindFields, CodeTick):
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
        "trade",
        "longitude",
        "latitude",
        "risk_class",
        "risk_reason",
        "representative",
        "contact",
        "phone",
    )

    def __init__(self, *args: Any, viewer: Viewer, kind: ObjectKind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("kind", ""))
        self.add_attributes(ObjectKind.objects.filter(pk=chosen).first() if chosen.isdecimal() else kind)
        if kind is not None:
            self.fields["kind"].initial = kind.pk
        self.fields["region"].queryset = regions_of(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
        if len(viewer.region_prefix) == len(viewer.region_code):
            self.fields["region"].initial = viewer.region_code

    def clean_number(self) -> str:
        return number_of(str(self.cleaned_data["number"] or ""))

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


class ObjectForm(KindFields, VersionedForm):
    """An object's facts; risk class and state have forms of their own."""

    name = CleanText(label="名称", max_length=120)
    kind = forms.ModelChoiceField(label="类别", queryset=ObjectKind.objects.all(), empty_label=None)
    region = forms.ModelChoiceField(label="辖区", queryset=Region.objects.none(), empty_label=None)
    address = CleanText(label="地址", max_length=200, required=False)
    contact = CleanText(label="现场联系人", max_length=40, required=False, help_text="不填时用对应主体的联系人")
    phone = PhoneText(label="现场电话", max_length=40, required=False)

    field_order = ("name", "kind", "region", "address", "trade", "longitude", "latitude", "contact", "phone")

    def __init__(self, *args: Any, viewer: Viewer, kind: ObjectKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions_of(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.add_attributes(kind)

    @classmethod
    def values_of(cls, entry: Any) -> dict[str, str]:
        kept = {f"{ATTR}{name}": str(value) for name, value in entry.attributes.items()}
        nothing = {f"{ATTR}{one.name}": "" for one in attributes_of(entry.kind)}
        return super().values_of(entry) | nothing | kept


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
        self.fields["region"].queryset = regions_of(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField


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
    since = forms.DateField(label="自哪一天起", required=False, widget=forms.DateInput)

    def clean_entity(self) -> Entity:
        text = str(self.cleaned_data["entity"])
        code = credit_code.normalise(text)
        known = Entity.objects.select_related("merged_into")
        by_code = known.filter(credit_code=code).first() if len(code) == credit_code.LENGTH else None
        found = [by_code] if by_code else list(known.filter(name=text, merged_into__isnull=True)[:2])
        if not found:
            raise ValidationError("名录库中没有这个主体。先在“市场主体”中新增，再回来登记。")
        if len(found) > 1:
            raise ValidationError("名录库中有几个同名的主体，改填统一社会信用代码。")
        return found[0].merged_into or found[0]
