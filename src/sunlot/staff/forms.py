"""What the pages of organisations, people and papers take in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from sunlot.desk.forms import DeskForm
from sunlot.organisations import roles, scans
from sunlot.organisations.models import Organisation
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.signatures import Page, Thing
from sunlot.organisations.viewer import Viewer

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
        validators=[RegexValidator(r"^[0-9+ -]{5,20}$", "手机号只含数字，如 13800001234。")],
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
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z][0-9A-Za-z._-]{2,63}$", "用户名用 3 至 64 个字母、数字、点、横线，以字母或数字开头。"
            )
        ],
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
