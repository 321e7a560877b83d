"""What an import has to say, as a list."""

import django_filters

from ..models import ImportFinding
from .filters import select


class FindingFilters(django_filters.FilterSet):
    """Faults alone, or all that there is to say about a file."""

    verdict = django_filters.ChoiceFilter(
        label="结果", choices=ImportFinding.Verdict.choices, empty_label="全部", widget=select()
    )

    class Meta:
        model = ImportFinding
        fields: list[str] = []
