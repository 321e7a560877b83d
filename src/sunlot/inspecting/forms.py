"""What the pages of the inspecting room take in."""

import json
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ItemVersion
from sunlot.desk.forms import DeskForm, dress
from sunlot.drawing.models import Replacement
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Plan
from sunlot.staff.signing import ProvingForm
from sunlot.visits.models import Visit

from . import deadlines, modes, queries
from .blanks import control
from .models import Category, Evidence, Finding, Form, FormPart
from .records import Answered, PartData, data_of, flat, measured_in, measured_text

MAX_TEXT = 4000


class ModeField(forms.MultipleChoiceField):
    """The modes of a visit; none is posted as nothing or as an empty text."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class RecordForm(DeskForm):
    """A part's record as the phone shows it. Nothing is required: a draft may be saved at any time.

    A field that can't be read keeps what is stored and shows its fault; all others are saved.
    """

    mode = ModeField(
        label="检查方式", required=False, choices=ItemVersion.Mode.choices, widget=forms.CheckboxSelectMultiple()
    )
    began_at = forms.DateTimeField(label="检查开始", required=False, widget=forms.DateTimeInput())
    ended_at = forms.DateTimeField(label="检查结束", required=False, widget=forms.DateTimeInput())
    categories = forms.MultipleChoiceField(
        label="检查结果", required=False, choices=Category.choices, widget=forms.CheckboxSelectMultiple()
    )
    remark = forms.CharField(
        label="情况说明",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 4}),
        help_text="只在本部门内部使用，不公示。",
    )
    from_paper = forms.BooleanField(
        label="检查时填的是纸质表，现在补录", required=False,
        help_text="检查时间填实际检查的时间，并上传纸质表的扫描件。补录会在检查表上注明。",
    )  # fmt: skip

    def __init__(self, part: FormPart, *args: Any, **kwargs: Any) -> None:
        self.part = part
        self.codes = [finding.version.item.code for finding in part.findings.all()]
        super().__init__(*args, **kwargs)
        for blank in modes.ALL:
            self.fields[blank.name] = control(blank)
            dress(self.fields[blank.name])
        for finding in part.findings.all():
            self.fields |= {f"{name}-{finding.version.item.code}": one for name, one in _item_fields(finding).items()}

    @staticmethod
    def initial_of(data: PartData) -> dict[str, Any]:
        """What the controls show for a record."""
        shown: dict[str, Any] = {
            "mode": modes.chosen(data.mode),
            "began_at": data.began_at,
            "ended_at": data.ended_at,
            "categories": list(data.categories),
            "remark": data.remark,
            "from_paper": data.from_paper,
            **{blank.name: data.details.get(blank.name, "") for blank in modes.ALL},
        }
        for code, answered in data.findings.items():
            shown[f"answer-{code}"], shown[f"note-{code}"] = answered.answer, answered.note
            shown[f"offers-{code}"] = [str(position) for position in answered.offers]
            shown[f"severity-{code}"], shown[f"article-{code}"] = answered.severity, answered.article
            shown[f"measured-{code}"] = measured_text(answered.measured)
        return shown

    def record(self) -> PartData:
        """The record as typed; a field with a fault keeps what is stored. Call after `is_valid`."""
        typed = {name: _one_line_end(value) for name, value in self.cleaned_data.items()}
        known = {**self.initial_of(data_of(self.part)), **typed}
        return PartData(
            mode=modes.ordered(known["mode"]),
            began_at=known["began_at"],
            ended_at=known["ended_at"],
            categories=tuple(known["categories"]),
            remark=known["remark"],
            from_paper=known["from_paper"],
            details={blank.name: known[blank.name] for blank in modes.ALL if known[blank.name]},
            findings={code: _answered(known, code) for code in self.codes},
        )

    def base(self) -> dict[str, str]:
        """The fields as the page showed them when it was opened; whatever is no such object counts as nothing known."""
        try:
            found = json.loads(self.data.get("base", ""))
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def version(self) -> int:
        """The version that the page was opened with."""
        return version_in(self.data)


def _item_fields(finding: Finding) -> dict[str, forms.Field]:
    """The controls of one item."""
    return {
        "answer": forms.ChoiceField(label="", required=False, choices=Finding.Answer.choices),
        "offers": forms.MultipleChoiceField(
            label="问题",
            required=False,
            choices=[(str(one.position), one.text) for one in finding.version.offered_findings.all()],
        ),
        "note": forms.CharField(
            label="情况说明",
            required=False,
            max_length=MAX_TEXT,
            widget=forms.Textarea({"rows": 3, "class": "input"}),
        ),
        "severity": forms.ChoiceField(
            label="严重程度",
            required=False,
            choices=[("", "未定"), *Finding.Severity.choices],
            widget=forms.Select({"class": "input"}),
        ),
        "article": forms.CharField(
            label="违反条款", required=False, max_length=200, widget=forms.TextInput({"class": "input"})
        ),
        "measured": MeasuredField(
            label="测量值",
            required=False,
            max_length=MAX_TEXT,
            widget=forms.Textarea({"rows": 2, "class": "input"}),
            help_text="每行一个：名称|数值|单位|下限|上限，后三格可不写。",
        ),
    }


class MeasuredField(forms.CharField):
    """Measured values, one a line (records.measured_in)."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return measured_text(measured_in(text))
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


def _answered(known: Mapping[str, Any], code: str) -> Answered:
    """An item as typed. What belongs to a problem is kept only while the answer says that there is one."""
    answer, note = known[f"answer-{code}"], known[f"note-{code}"]
    measured = measured_in(known[f"measured-{code}"])
    if answer != Finding.Answer.PROBLEM:
        return Answered(answer, note, measured=measured)
    offers = tuple(sorted(int(position) for position in known[f"offers-{code}"]))
    return Answered(answer, note, offers, known[f"severity-{code}"], known[f"article-{code}"], measured)


def _one_line_end(value: Any) -> Any:
    """Browsers post CR LF for every line end; the record, and so its digest, knows LF alone."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def version_in(posted: Mapping[str, Any]) -> int:
    """The version that a page was opened with, from its hidden field; 0, which none has, where it is missing."""
    text = str(posted.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def base_of(part: FormPart) -> str:
    """The hidden field that `RecordForm.base` reads."""
    return json.dumps(flat(data_of(part)), ensure_ascii=False)


class SignForm(ProvingForm):
    """The password or the security key given again over the digest shown."""

    digest = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "您的登录密码"
        self.fields["password"].help_text = "再输一次密码，就是您的签名。"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.require_proof(cleaned)
        return cleaned


class InspectedHandForm(DeskForm):
    """The inspected's name and drawing."""

    prefix = "hand"
    name = forms.CharField(label="签字人姓名", max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    strokes = forms.CharField(widget=forms.HiddenInput(), error_messages={"required": "还没有签字。请在框内手写姓名。"})


class InspectedPaperForm(DeskForm):
    """The inspected's name and the scan of the signed paper."""

    prefix = "paper"
    name = forms.CharField(label="签字人姓名，或盖章单位", max_length=40)
    scan = forms.FileField(label="扫描件或照片（PDF、JPG、PNG）", allow_empty_file=True)


class AbsenceForm(DeskForm):
    """Why there is no signature, and who witnessed it."""

    prefix = "absence"
    reason = forms.CharField(
        label="原因",
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text="如：当事人拒绝签字；场所关闭，无人到场。",
    )
    witness = forms.CharField(label="见证人姓名", max_length=40)
    witness_is = forms.CharField(
        label="见证人身份", max_length=80, required=False, help_text="如：滨河社区居委会工作人员。"
    )
    strokes = forms.CharField(required=False, widget=forms.HiddenInput())


class ObstacleForm(DeskForm):
    """Why an object can't be inspected, as the proposal to replace it will say."""

    cause = forms.ChoiceField(
        label="事由", widget=forms.RadioSelect, choices=[(one.value, one.label) for one in Replacement.OBJECT_CAUSES]
    )
    reason = forms.CharField(
        label="具体情况",
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="替补获准后公开：不写姓名、电话和证件号码。",
    )


class TakeBackForm(DeskForm):
    """Why a submitted record is taken back."""

    reason = forms.CharField(
        label="更正的原因",
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text="如：第 2 项选错了结果。原因与新的一版一起留存。",
    )


class EvidenceForm(DeskForm):
    """Files for one item, or for the visit as a whole, from a page without script."""

    item = forms.ChoiceField(label="属于哪一项", required=False)
    kind = forms.ChoiceField(label="种类", choices=Evidence.Kind.choices)
    caption = forms.CharField(label="说明", required=False, max_length=200, help_text="如：3 号楼配电间。")

    def __init__(self, part: FormPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = [(one.version.item.code, f"{one.version.item.code} {one.version.name}") for one in part.findings.all()]
        self.fields["item"].choices = [("", "整次检查"), *items]  # type: ignore[attr-defined]  # a ChoiceField


class ReviewForm(DeskForm):
    """A reviewer's decision."""

    decision = forms.ChoiceField(
        label="结论", widget=forms.RadioSelect(), choices=[("accept", "通过，交公示"), ("return", "退回检查人员")],
        error_messages={"required": "选通过或退回。"},
    )  # fmt: skip
    comment = forms.CharField(
        label="意见",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text="退回必须写明理由，检查人员在表的最上面看到它。",
    )
    paper = forms.ChoiceField(
        label="扫描件与纸质原件核对",
        required=False,
        widget=forms.RadioSelect(),
        choices=[("matches", "相符"), ("differs", "不符，作废重传")],
    )


def _plans(request: HttpRequest) -> "QuerySet[Plan]":
    viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    return Plan.objects.filter(pk__in=queries.forms_seen(viewer).values("task__plan"))


def _departments(request: HttpRequest) -> "QuerySet[Organisation]":
    viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    return Organisation.objects.filter(
        pk__in=FormPart.objects.filter(form__in=queries.forms_seen(viewer)).values("organisation")
    )


class FormFilter(django_filters.FilterSet):
    """Filters of the list of forms."""

    q = django_filters.CharFilter(label="对象名称、编号、拼音首字母或检查表编号", method="search")
    plan = django_filters.ModelChoiceFilter(
        label="计划", field_name="task__plan", queryset=_plans, empty_label="全部计划"
    )
    source = django_filters.ChoiceFilter(
        label="来源", field_name="task__source", choices=Visit.Source.choices, empty_label="全部来源"
    )
    department = django_filters.ModelChoiceFilter(
        label="部门", method="by_department", queryset=_departments, empty_label="全部部门"
    )
    team = django_filters.ChoiceFilter(label="检查组", empty_label="全部检查组")
    state = django_filters.ChoiceFilter(label="状态", choices=Form.State.choices, empty_label="全部状态")
    late = django_filters.ChoiceFilter(
        label="期限", method="by_lateness", choices=[("yes", "已逾期"), ("no", "未逾期")], empty_label="全部"
    )

    class Meta:
        model = Form
        fields: list[str] = []
        form = DeskForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.queryset.order_by("team").values_list("team", flat=True).distinct()
        self.filters["team"].extra["choices"] = [(team, Form(team=team).team_label) for team in teams]

    def search(self, queryset: "QuerySet[Form]", _name: str, value: str) -> "QuerySet[Form]":
        word = value.strip()
        return queryset.filter(
            Q(object__name__icontains=word)
            | Q(object__number__icontains=word)
            | Q(object__search_keys__icontains=word.lower())
            | Q(number__icontains=word)
        )

    def by_department(self, queryset: "QuerySet[Form]", _name: str, value: Organisation) -> "QuerySet[Form]":
        return queryset.filter(pk__in=FormPart.objects.filter(organisation=value).values("form"))

    def by_lateness(self, queryset: "QuerySet[Form]", _name: str, value: str) -> "QuerySet[Form]":
        late = FormPart.objects.filter(deadlines.overdue()).values("form")
        return queryset.filter(pk__in=late) if value == "yes" else queryset.exclude(pk__in=late)
