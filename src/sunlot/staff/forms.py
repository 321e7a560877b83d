"""What the pages of organisations, people and papers take in."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from sunlot.desk.forms import DeskForm
from sunlot.documents.parts import NO_SLOTS, Slots
from sunlot.organisations import roles, scans
from sunlot.organisations.models import PHONE_FORM, USERNAME_FORM, USERNAME_RULE, Organisation, Region, User
from sunlot.organisations.queries import organisations_seen, stand_ins
from sunlot.organisations.signatures import Page, Thing
from sunlot.organisations.viewer import Viewer

from .models import Wording
from .wordings import Kind

INDENT = "\u3000"


class OrganisationChoice(forms.ModelChoiceField):
    """Organisations as a tree: each indented below its parent."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{INDENT * obj.depth}{obj.name}"


class _InOrganisation(DeskForm):
    """A form that names one of the organisations that the viewer administers."""

    organisation = OrganisationChoice(Organisation.objects.none(), label="机构", empty_label="选择机构")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations_seen(viewer).filter(is_active=True)  # type: ignore[attr-defined]  # declared above


class PersonForm(_InOrganisation):
    """What is known of a person."""

    name = forms.CharField(label="姓名", max_length=40, help_text="用实名：签署、留痕和表格都用它。")
    phone = forms.CharField(
        label="手机",
        max_length=20,
        required=False,
        validators=[RegexValidator(PHONE_FORM, "手机号只含数字，如 13800001234。")],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    organisation = OrganisationChoice(
        Organisation.objects.none(),
        label="所属机构",
        empty_label="选择机构",
        help_text="账号由这个机构的管理员管理。角色另由安全管理员授予。",
    )
    field_order = ["name", "organisation", "phone"]


class NewPersonForm(PersonForm):
    """A new account."""

    username = forms.CharField(
        label="用户名",
        max_length=64,
        validators=[RegexValidator(USERNAME_FORM, f"{USERNAME_RULE}。")],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="登录时用，建立后不能改。建议用姓名拼音。",
    )
    field_order = ["name", "username", "organisation", "phone"]


class GrantForm(_InOrganisation):
    """A role to be given."""

    role = forms.ChoiceField(label="角色", choices=[("", "选择角色"), *roles.Role.choices])
    organisation = OrganisationChoice(Organisation.objects.none(), label="在哪个机构", empty_label="选择机构")


class OrganisationForm(DeskForm):
    """What can be changed of an organisation."""

    name = forms.CharField(label="名称", max_length=80)
    is_active = forms.BooleanField(
        label="在用", required=False, help_text="停用后，在这个机构的角色即刻不能使用；已有的记录都保留。"
    )

    @staticmethod
    def of(organisation: Organisation) -> dict[str, Any]:
        """The present values."""
        return {"name": organisation.name, "is_active": organisation.is_active}


class NewOrganisationForm(DeskForm):
    """A department, a section or a partner department that is new."""

    name = forms.CharField(label="名称", max_length=80, help_text="用全称；内设科室只写科室名，如“物业科”。")
    kind = forms.ChoiceField(label="类别", choices=[("", "选择类别"), *Organisation.Kind.choices])
    parent = OrganisationChoice(
        Organisation.objects.none(),
        label="上级机构",
        empty_label="没有上级（市级部门）",
        required=False,
        help_text="科室选它所属的部门，区级部门选市级部门。",
    )
    region = forms.ModelChoiceField(Region.objects.order_by("code"), label="区划", empty_label="选择区划")
    code = forms.CharField(
        label="代码",
        max_length=64,
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$", "代码用字母、数字、点、横线，以字母或数字开头，最多 64 个。"
            )
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="用在抽取和公开日志里，建立后不能改。建议用拼音首字母，如 zjj-wuye。",
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        parent.required = not viewer.administers_everything
        seen = organisations_seen(viewer).filter(is_active=True).exclude(kind=Organisation.Kind.SECTION)
        parent.queryset = seen  # type: ignore[attr-defined]  # declared above


class PersonChoice(forms.ModelChoiceField):
    """People by name, with where they work."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.name}）" if obj.organisation else obj.name


class DelegationForm(DeskForm):
    """Whom the viewer asks to sign in its place, and when."""

    receiver = PersonChoice(User.objects.none(), label="受托人", empty_label="选择本单位的一人")
    starts = forms.DateField(label="第一天", widget=forms.DateInput)
    ends = forms.DateField(label="最后一天", widget=forms.DateInput, help_text="过了这一天自动收回，也可以提前收回。")
    reason = forms.CharField(label="事由", max_length=200, help_text="如年休假、外出学习。")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receiver"]
        field.queryset = stand_ins(viewer).select_related("organisation")  # type: ignore[attr-defined]  # declared above


class ReasonForm(DeskForm):
    """A reason that will stand in the trail."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "理由", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint


class PaperForm(DeskForm):
    """The scan of a page that was signed on paper."""

    capacity = forms.ChoiceField(label="签署身份")
    name = forms.CharField(label="纸上签字人的姓名", max_length=40)
    scan = forms.FileField(
        label="扫描件",
        allow_empty_file=True,  # said in our words by scans.kind_of
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=f"PDF、JPEG 或 PNG，不超过 {scans.MAX_WORDS}。签字、日期、印章和摘要都要看得清。",
        error_messages={"required": "选择签字后扫描的文件。"},
    )

    def __init__(self, *args: Any, thing: Thing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages = {page.capacity: page for page in thing.pages}
        field = self.fields["capacity"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above; tells mypy
        field.choices = [(page.capacity, page.capacity) for page in thing.pages]

    @property
    def page(self) -> Page:
        """The page that was signed."""
        return self._pages[self.cleaned_data["capacity"]]

    def clean_scan(self) -> bytes:
        """The bytes, known to be a whole scan; nothing larger than the limit is read into memory."""
        upload: UploadedFile = self.cleaned_data["scan"]
        self.file_name = (upload.name or "")[:255]
        try:
            scans.require_size(upload.size or 0)
            content = upload.read()
            scans.kind_of(content)
        except scans.ScanError as fault:
            raise forms.ValidationError(str(fault)) from fault
        return content


class WordingForm(DeskForm):
    """A department's own words for one kind of document. Text: whatever is typed is printed as it is typed."""

    heading = forms.CharField(
        label="发文机关",
        max_length=60,
        required=False,
        help_text="印在文书顶端和署名处，告知书、通知书和函用红色。",
    )
    rights = forms.CharField(label="权利告知", max_length=2000, required=False, widget=forms.Textarea({"rows": 8}))
    closing = forms.CharField(label="结语", max_length=1000, required=False, widget=forms.Textarea({"rows": 3}))
    contact = forms.CharField(
        label="联系方式",
        max_length=120,
        required=False,
        help_text="如“联系人：某某，电话 0473-0000000”，印在落款之下。",
    )
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=100_000)

    def __init__(self, *args: Any, kind: Kind, newest: Wording | None, above: Slots, **kwargs: Any) -> None:
        initial = {"after": newest.number if newest else 0} | (asdict(newest.slots) if newest else {})
        super().__init__(*args, initial=initial, **kwargs)
        for name in set(asdict(NO_SLOTS)) - set(kind.slots):
            del self.fields[name]
        for name in kind.slots:
            field, inherited = self.fields[name], getattr(above, name)
            own = inherited or getattr(kind.own_words, name)
            field.widget.attrs["placeholder"] = own
            if own:
                whose = "本单位（部门）的用语" if inherited else "系统用语"
                field.help_text = f"{field.help_text} 不填则用{whose}（框内浅色文字）。".strip()

    @property
    def slots(self) -> Slots:
        """What was typed, of a valid form; ends of lines as one sign, nothing around it."""
        return Slots(**{name: self.cleaned_data.get(name, "").replace("\r\n", "\n") for name in asdict(NO_SLOTS)})

    @property
    def typed(self) -> Slots:
        """What was typed, however long: for a preview, which must not be refused for a fault."""
        return Slots(**{name: self.data.get(name, "").replace("\r\n", "\n")[:4000] for name in asdict(NO_SLOTS)})
