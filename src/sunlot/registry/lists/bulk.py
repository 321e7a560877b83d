"""Bulk edits as a list."""

import django_filters

from ..models import BulkEdit
from .filters import search_box


class BulkEditFilters(django_filters.FilterSet):
    """What the list of bulk edits can be narrowed by."""

    q = django_filters.CharFilter(
        label="内容", field_name="words", lookup_expr="icontains", widget=search_box("如：行业、海南区")
    )

    class Meta:
        model = BulkEdit
        fields: list[str] = []
