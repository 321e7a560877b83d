"""The part of a plan's form that narrows its objects: conditions of the registry's list, earlier visits, a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import dress
from sunlot.desk.saved import saved_for
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.registry.lists.kept import Conditions, KeptFilters

from . import object_list, targeting
from .content import PlanContent
from .models import Plan
from .narrowing import Narrowing
from .ratios.rules import parts_of

PREFIX = "query"
USE_SAVED = "use_saved"
MAX_FILE = 20 * 2**20


class ScopeFields(forms.Form):
    """The fields of its own; the conditions are the registry's filters, kept beside it in `conditions`."""

    targeted_by = forms.MultipleChoiceField(
        label="按什么定向", choices=Plan.Target.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    unvisited_months = forms.IntegerField(label="多少个月内未检查过", required=False, min_value=1, max_value=60)
    most_visits = forms.IntegerField(label="抽取当年检查不超过（次）", required=False, min_value=0, max_value=50)
    listed = forms.CharField(
        label="名单（编号或统一社会信用代码）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500_000,
    )
    list_file = forms.FileField(label="或上传名单文件", required=False)
    saved_filter = forms.ChoiceField(label="常用筛选", required=False)

    conditions: KeptFilters
    _listed: tuple[str, ...] = ()

    def offer_scope(
        self,
        data: QueryDict | None,
        content: PlanContent | None,
        kinds: Iterable[str],
        saved: Sequence[tuple[str, str]],
    ) -> None:
        """Put up the filters for the kinds chosen so far, and the saved ones."""
        if data is not None:
            given: Mapping[str, str] = {name: str(data[name]) for name in data if name.startswith(f"{PREFIX}-")}
        else:
            given = _prefixed(content.narrowing.conditions if content is not None else ())
        chosen = ObjectKind.objects.filter(code__in=list(kinds))
        self.conditions = KeptFilters(given, kinds=chosen, on=clock.today(), prefix=PREFIX)
        for field in self.conditions.form.fields.values():
            dress(field)
        self.fields["saved_filter"].choices = [("", "（不用）"), *saved]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def listed_count(self) -> int:
        return len(object_list.words_of(self["listed"].value() or ""))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything of the block is filled in, or wrong."""
        own = [self[name] for name in ("unvisited_months", "most_visits", "listed", "list_file")]
        return any(field.value() or field.errors for field in (*own, *self.conditions.form))

    def clean_listed(self) -> str:
        """The objects that the list names; what names none, or several, is told at the field."""
        words = object_list.words_of(self.cleaned_data["listed"])
        try:
            resolved = object_list.resolve(words)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None
        if not resolved.is_clear:
            raise forms.ValidationError(object_list.complaints(resolved))
        self._listed = resolved.numbers
        return "\n".join(words)

    def clean_scope(self) -> None:
        """The registry's filters too must be right; what is wrong stands above the form with the filter's name."""
        form = self.conditions.form
        if not form.is_valid():
            for name, messages in form.errors.items():
                self.add_error(None, f"{form.fields[name].label}：{'；'.join(map(str, messages))}")

    def narrowing(self) -> Narrowing:
        """What the valid form says."""
        data = self.cleaned_data
        return Narrowing(self.conditions.conditions, data["unvisited_months"], data["most_visits"], self._listed)


def scope_initial(content: PlanContent) -> dict[str, Any]:
    """The fields' values from a content."""
    said = content.narrowing
    return {
        "targeted_by": list(content.targeted_by),
        "unvisited_months": said.unvisited_months,
        "most_visits": said.most_visits,
        "listed": "\n".join(said.listed),
    }


def saved_filters(viewer: Viewer) -> list[tuple[str, str]]:
    """The states of the list of objects that the viewer kept or a colleague shares: (key, name)."""
    return [(str(one.pk), one.name) for one in saved_for(viewer, reverse("registry:objects"))]


@dataclass(frozen=True)
class Start:
    """What a state of the registry's list says of a plan's objects."""

    kinds: list[str]
    regions: list[str]
    risks: list[str]
    conditions: Conditions

    def __bool__(self) -> bool:
        return bool(self.kinds or self.regions or self.risks or self.conditions)


def start_of(query: str, regions: Sequence[str]) -> Start:
    """A state of the list as a plan says it; `regions` are those that a plan may choose. What it can't take is left out."""
    given = QueryDict(query)
    kind, region, risk = (str(given.get(name) or "") for name in ("kind", "region", "risk"))
    kinds = [kind] if kind else []
    filters = KeptFilters(given, kinds=ObjectKind.objects.filter(code__in=kinds), on=clock.today())
    filters.form.is_valid()
    return Start(
        kinds=kinds,
        regions=[region] if region in regions else [],
        risks=[risk] if risk else [],
        conditions=filters.conditions,
    )


def started(content: PlanContent, start: Start) -> PlanContent:
    """The suggestion for a new plan, narrowed as the list was."""
    by = set(targeting.implied(Narrowing(start.conditions)))
    by |= {Plan.Target.RISK.value} if start.risks else set()
    by |= {Plan.Target.REGION.value} if start.regions else set()
    return replace(
        content,
        kinds=tuple(start.kinds),
        regions=tuple(start.regions) or content.regions,
        strata=tuple(one for one in content.strata if not start.risks or one.risk_class in start.risks),
        targeted=True,
        targeted_by=tuple(by),
        narrowing=replace(content.narrowing, conditions=start.conditions),
    ).in_order()


def sent(request: HttpRequest, viewer: Viewer, regions: Sequence[str]) -> tuple[QueryDict, str]:
    """What was sent, with the saved filter and the uploaded list put into their fields; and why a list can't be read."""
    data = request.POST.copy()
    if USE_SAVED in data:
        _use_saved(data, viewer, regions)
    upload = request.FILES.get("list_file")
    if upload is None:
        return data, ""
    try:
        if (upload.size or 0) > MAX_FILE:
            raise Refused(f"文件超过 {MAX_FILE // 2**20} MB，删去多余的内容再上传。")
        words = object_list.read_list(upload.read())
    except Refused as refused:
        return data, str(refused)
    data["listed"] = "\n".join(dict.fromkeys([*object_list.words_of(data.get("listed", "")), *words]))
    return data, ""


def _use_saved(data: QueryDict, viewer: Viewer, regions: Sequence[str]) -> None:
    key = data.get("saved_filter", "")
    path = reverse("registry:objects")
    found = saved_for(viewer, path).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 12 else None
    if found is None:
        return
    start = start_of(found.query, regions)
    for name in [name for name in data if name.startswith(f"{PREFIX}-")]:
        del data[name]
    data.update(_prefixed(start.conditions))
    if start.kinds:
        data.setlist("kinds", start.kinds)
    if start.regions:
        data.setlist("regions", start.regions)
    for name in [name for name in data if name.startswith("amount-")] if start.risks else ():
        if parts_of(name.removeprefix("amount-"))[0] not in start.risks:
            data[name] = ""


def _prefixed(conditions: Conditions) -> dict[str, str]:
    return {f"{PREFIX}-{name}": value for name, value in conditions}
