"""How organisations and figures are called in the narrow columns and sentences of a plan."""

_CITY = "乌海市"
_SHORT = (
    ("住房和城乡建设局", "住建"),
    ("市场监督管理局", "市场监管"),
    ("人力资源和社会保障局", "人社"),
    ("卫生健康委员会", "卫生健康"),
    ("发展和改革委员会", "发展改革"),
    ("公安分局", "公安"),
    ("管理局", ""),
    ("委员会", ""),
    ("局", ""),
)


def short_name(name: str) -> str:
    """应急 for 乌海市应急管理局, 海勃湾区住建 for 海勃湾区住房和城乡建设局, 物业科 as it is."""
    bare = name.removeprefix(_CITY) or name
    for ending, instead in _SHORT:
        if bare.endswith(ending):
            return bare.removesuffix(ending) + instead or name
    return bare


def pool_in_words(organisation: str, competence: str) -> str:
    """住建·燃气 for the pool of those of an organisation who hold a competence; without one the organisation alone."""
    return f"{organisation}·{competence}" if competence else organisation


def percent_of(permille: int) -> str:
    """40 % for 400, 2.5 % for 25."""
    return f"{permille // 10}\u2009%" if permille % 10 == 0 else f"{permille / 10:.1f}\u2009%"
