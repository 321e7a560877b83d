"""What changed from one version of an item or guide to another, in the words of the page."""

from dataclasses import dataclass

from . import notation
from .models import GuideVersion, ItemVersion, Version
from .texts import guide_text_of, text_of


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


def lines_of(version: Version) -> dict[str, list[str]]:
    """What a version says, by the label of the page."""
    return _lines_of_item(version) if isinstance(version, ItemVersion) else _lines_of_guide(version)


def _lines_of_item(version: ItemVersion) -> dict[str, list[str]]:
    """A basis whose law was quoted shows its words too."""
    text = text_of(version)
    return {
        "事项名称": [text.name],
        "类别": [ItemVersion.Category(text.category).label],
        "检查对象类别": sorted(kind.name for kind in text.kinds),
        "检查内容": text.content.splitlines(),
        "子项": notation.written_sub_items(text.sub_items).splitlines(),
        "检查方式": [ItemVersion.Mode(mode).label for mode in sorted(text.modes)],
        "检查依据": [f"{basis}：{basis.text}" if basis.text else str(basis) for basis in text.bases],
        "检查材料": notation.written_materials(text.materials).splitlines(),
        "检查结果与后续处理": notation.written_findings(text.findings).splitlines(),
        "检查人员专业要求": sorted(one.name for one in text.competences),
        "建议比例频次": notation.written_frequencies(text.frequencies).splitlines(),
    }


def _lines_of_guide(version: Version) -> dict[str, list[str]]:
    assert isinstance(version, GuideVersion)  # noqa: S101 -- there are two families
    text = guide_text_of(version)
    parts = {GuideVersion.label_of(part): said.splitlines() for part, said in text.parts.items()}
    return {"名称": [text.name], "适用事项": sorted(item.code for item in text.items), **parts}
