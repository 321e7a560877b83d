"""What a version of an item or a guide says, by the labels of the page, each as lines."""

from . import notation
from .models import GuideVersion, ItemVersion
from .texts import guide_text_of, text_of


def lines_of_item(version: ItemVersion) -> dict[str, list[str]]:
    """A basis whose law was quoted shows its words too."""
    text = text_of(version)
    return {
        "事项名称": [text.name],
        "类别": [ItemVersion.Category(text.category).label],
        "检查对象类别": sorted(kind.name for kind in text.kinds),
        "检查内容": text.content.splitlines(),
        "子项": notation.written_sub_items(text.sub_items).splitlines(),
        "检查方式": [ItemVersion.Mode(mode).label for mode in sorted(text.modes)],
        "证据要求": [ItemVersion.Proof(text.proof).label],
        "检查依据": [f"{basis}：{basis.text}" if basis.text else str(basis) for basis in text.bases],
        "检查材料": notation.written_materials(text.materials).splitlines(),
        "检查结果与后续处理": notation.written_findings(text.findings).splitlines(),
        "检查人员专业要求": sorted(one.name for one in text.competences),
        "建议比例频次": notation.written_frequencies(text.frequencies).splitlines(),
    }


def lines_of_guide(version: GuideVersion) -> dict[str, list[str]]:
    """The eight parts, and which items it is for."""
    text = guide_text_of(version)
    parts = {GuideVersion.label_of(part): said.splitlines() for part, said in text.parts.items()}
    return {"名称": [text.name], "适用事项": sorted(item.code for item in text.items), **parts}
