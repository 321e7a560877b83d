"""What the registries' lists share: searching, choosing."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from sunlot.organisations.models import Region
from sunlot.organisations.viewer import Viewer

from ..queries import with_below


def select() -> forms.Select:
    """The control of a choice."""
    return forms.Select({"class": "input"})


def search_box(hint: str) -> forms.TextInput:
    """The control of the search, with an example in it."""
    return forms.TextInput({"class": "input", "type": "search", "placeholder": hint})


class RegionFilters(django_filters.FilterSet):
    """Filters of what lies in regions: only those of the viewer's jurisdiction are offered."""

    region = django_filters.ModelChoiceFilter(
        label="辖区", queryset=Region.objects.all(), method="by_region", empty_label="全部辖区", widget=select()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_more()
        if "region" not in self.filters:
            return
        viewer: Viewer = self.request.viewer
        self.form.fields["region"].queryset = Region.objects.filter(code__startswith=viewer.region_prefix)

    def by_region(self, queryset: "QuerySet[Any]", _name: str, value: Region) -> "QuerySet[Any]":
        """What lies in the region or below it."""
        return queryset.filter(region__in=with_below([value.code]))

    def offer_more(self) -> None:
        """Add filters that depend on the address, before the form is made."""
