"""What changed from one version of an item or guide (or another family's) to another, in the words of the page."""

from collections.abc import Mapping
from dataclasses import dataclass

from .actions.families import family_of
from .models import Version


@dataclass(frozen=True)
class Difference:
    """One field that differs: what it said and what it says, each as lines."""

    label: str
    before: list[str]
    after: list[str]


def differences(old: Version, new: Version) -> list[Difference]:
    """The fields in which `new` says something else than `old`, in the order of the page."""
    before, after = lines_of(old), lines_of(new)
    return [Difference(label, before[label], after[label]) for label in after if before[label] != after[label]]


def lines_of(version: Version) -> Mapping[str, list[str]]:
    """What a version says, by the label of the page."""
    return family_of(version).lines(version)
