"""What changed from one version of an item to another, in the words of the page."""

from dataclasses import dataclass

from .models import ItemVersion
from .texts import text_of


@dataclass(frozen=True)
class Difference:
    """One field that differs: what it said and what it says, each as lines."""

    label: str
    before: list[str]
    after: list[str]


def differences(old: ItemVersion, new: ItemVersion) -> list[Difference]:
    """The fields in which `new` says something else than `old`, in the order of the page."""
    before, after = lines_of(old), lines_of(new)
    return [Difference(label, before[label], after[label]) for label in after if before[label] != after[label]]


def lines_of(version: ItemVersion) -> dict[str, list[str]]:
    """What a version says, by the label of the page. A basis whose law was quoted shows its words too."""
    text = text_of(version)
    return {
        "事项名称": [text.name],
        "类别": [ItemVersion.Category(text.category).label],
        "检查对象类别": sorted(kind.name for kind in text.kinds),
        "检查内容": text.content.splitlines(),
        "检查方式": [ItemVersion.Mode(mode).label for mode in sorted(text.modes)],
        "检查依据": [f"{basis}：{basis.text}" if basis.text else str(basis) for basis in text.bases],
    }
