"""Invented enterprises, sites and inspectors of the demonstration city. None of them exists; the same every time.

Credit codes are valid by computation under the regions 150302–150304; names are put together from words, never taken from a
register.
"""

import random
from dataclasses import dataclass

from sunlot.norms import credit_code

SEED = 2019_223  # the notice's number: every installation gets the same city

DISTRICTS = [("150302", "海勃湾区", 0.5), ("150303", "海南区", 0.25), ("150304", "乌达区", 0.25)]

_WORDS = (
    "沙枣花 石榴籽 红柳湾 梭梭林 骆驼刺 马兰草 芨芨滩 云杉坡 白刺滩 枸杞园 葡萄架 苜蓿地 向日葵 百灵鸟 鸿雁渡 苍鹰岭 天鹅湖 锦鸡岭 岩羊谷 赤狐坡 "
    "晨光里 暮云居 星河岸 朗月台 清风渡 暖阳苑 初雪坊 听雨轩 望山居 临水阁 长河湾 渡口坊 驼铃道 牧歌里 青石坊 白塔巷 红砖巷 老槐树 新苇塘 金麦浪 "
    "玉泉坊 银沙滩 碧波里 翠屏岭 丹霞坡 紫云台 墨石轩 彩虹桥 镜湖畔 琥珀坊 沙棘林 胡杨渡 甘草坪 麻黄坡 锁阳沟 苁蓉园 蒲公英 马莲滩 芦花荡 柠条岭 "
    "文冠果 山杏坡 海棠坞 榆叶梅 丁香巷 连翘坡 玉簪园 金银木 白桦林 青松岭 翠柏园 银杏巷 梧桐里 合欢树 紫藤架 蔷薇园 月季坊 芍药圃 牡丹亭 茉莉苑 "
    "灰鹤滩 白鹭洲 燕子矶 云雀坡 喜鹊桥 布谷里 画眉岭 鸳鸯渡 沙鸥岸 雪豹岭 黄羊滩 马鹿坡 驯鹿苑 白驼营 骏马川 羚羊谷 金雕岭 红隼崖 杜鹃巷 翠鸟塘 "
    "落霞渡 流云坡 朝露园 晚晴轩 微风里 细雨巷 初阳台 霁月阁 星辰里 银河湾 北斗坡 长虹岸 春水渡 夏荷塘 秋实园 冬青里 惊蛰坡 谷雨轩 小满园 芒种田 "
    "青砖里 黛瓦巷 木桥头 石磨坊 水车湾 风车坡 烽火台 驿站里 马车店 铁匠营 陶窑坡 染布坊 油坊梁 酒坊沟 粮仓里 盐道口 茶马巷 老码头 古井台 旧城根 "
    "黑石梁 赭石坡 白玉沟 玛瑙滩 水晶岭 云母坡 砂岩谷 长滩里 金沙湾 月牙泉 莲花池 九曲湾 三岔口 五里坡 十里铺 半月湾 双桥里 四方坪 七星岭 百花坡"
).split()
"""Three characters that no register holds as a firm's name in this city: one hundred and sixty, more than any kind has."""

_SURNAMES = list(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_GIVEN = list(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏飞辉雪梅志国建文斌宇浩然晨曦梓涵思远佳怡俊哲欣悦子墨雨桐景行怀瑾若曦"
)
_FIELDS = {
    "wuye": ("物业",),
    "fangguan": ("房产市场", "住房租赁"),
    "chengjian": ("燃气", "供热", "排水供水"),
    "zhianjian": ("质量安全", "起重机械"),
    "shichang": ("建筑市场", "招标投标"),
    "zjj": ("质量安全", "物业", "房产市场"),
    "scjg": ("价格", "合同"),
    "yjj": ("应急", "安全生产"),
    "rsj": ("劳动保障",),
    "sthj": ("污水", "扬尘"),
    "gaj": ("保安服务",),
}
_STREETS = "新华大街 人民路 黄河路 建设路 滨河大道 海北大街 学府街 友谊路 团结街 和平路 迎宾大道 公园路 解放路 车站路 桃源街".split()


@dataclass(frozen=True)
class KindPlan:
    """How many objects of one kind, and how their names end. `codeless` kinds have no credit code."""

    kind: str
    count: int
    ending: str
    codeless: bool = False


KINDS = [
    KindPlan("在建工程项目", 120, "工程", codeless=True),
    KindPlan("物业服务企业", 150, "物业服务有限公司"),
    KindPlan("施工企业", 150, "建设工程有限公司"),
    KindPlan("排水户", 120, "餐饮店"),
    KindPlan("房地产经纪机构", 80, "房地产经纪有限公司"),
    KindPlan("建设单位", 60, "置业有限公司"),
    KindPlan("房地产开发企业", 60, "房地产开发有限公司"),
    KindPlan("专业分包企业", 60, "装饰工程有限公司"),
    KindPlan("劳务企业", 60, "劳务有限公司"),
    KindPlan("业主委员会", 60, "小区业主委员会", codeless=True),
    KindPlan("施工总承包企业", 40, "建筑集团有限公司"),
    KindPlan("工程监理企业", 30, "工程监理有限公司"),
    KindPlan("工程设计企业", 24, "建筑设计有限公司"),
    KindPlan("招标人", 20, "投资建设有限公司"),
    KindPlan("工程造价咨询企业", 20, "工程造价咨询有限公司"),
    KindPlan("二次供水单位", 20, "供水服务有限公司"),
    KindPlan("住房租赁企业", 18, "住房租赁有限公司"),
    KindPlan("招标代理机构", 15, "招标代理有限公司"),
    KindPlan("投标人", 15, "安装工程有限公司"),
    KindPlan("工程质量检测机构", 14, "检测技术有限公司"),
    KindPlan("燃气经营企业", 14, "燃气有限公司"),
    KindPlan("工程勘察企业", 12, "岩土勘察有限公司"),
    KindPlan("起重机械租赁企业", 12, "机械租赁有限公司"),
    KindPlan("供热单位", 12, "供热有限公司"),
    KindPlan("起重机械安装企业", 10, "机械安装有限公司"),
    KindPlan("房地产估价机构", 10, "房地产估价有限公司"),
    KindPlan("污水处理运营单位", 6, "水务运营有限公司"),
    KindPlan("城市供水企业", 4, "自来水有限公司"),
    KindPlan("施工图审查机构", 3, "施工图审查有限公司"),
]

_SITE_NAMES = [
    "住宅小区一期",
    "住宅小区二期",
    "商业综合楼",
    "学校扩建",
    "卫生服务中心",
    "厂房",
    "办公楼",
    "保障性住房",
    "道路改造",
    "管网改造",
]
_RISKS = "BCBADBABCBABCBABDCBA"  # in turn within each kind: of twenty 5 A, 9 B, 4 C, 2 D


@dataclass(frozen=True)
class InventedObject:
    """One row of the roster of objects, as the import reads it. Empty text where a kind has no such thing."""

    name: str
    credit_code: str
    number: str
    kind: str
    district: str
    address: str
    risk: str
    representative: str
    contact: str
    phone: str
    builder: str = ""
    contractor: str = ""
    supervision: str = ""


@dataclass(frozen=True)
class InventedInspector:
    """One row of the roster of inspectors."""

    number: str
    name: str
    organisation: str  # code
    certificate: str
    expires_in_days: int
    fields: str
    post: str
    rank: str
    phone: str


_CENTRES = {"海勃湾区": (106.82, 39.69), "海南区": (106.89, 39.44), "乌达区": (106.72, 39.50)}
_TRADES = {
    "在建工程项目": "E47", "施工企业": "E47", "施工总承包企业": "E48", "专业分包企业": "E50", "劳务企业": "E47", "物业服务企业": "K70",
    "房地产开发企业": "K70", "房地产经纪机构": "K70", "房地产估价机构": "K70", "住房租赁企业": "K70", "业主委员会": "S96",
    "燃气经营企业": "D45", "供热单位": "D44", "城市供水企业": "D46", "二次供水单位": "D46", "污水处理运营单位": "D46", "排水户": "H62",
    "起重机械租赁企业": "L71", "起重机械安装企业": "E49", "招标代理机构": "L72", "工程监理企业": "M74", "工程设计企业": "M74",
    "工程勘察企业": "M74", "工程造价咨询企业": "M74", "工程质量检测机构": "M74", "施工图审查机构": "M74",
}  # fmt: skip


def own_facts(one: InventedObject) -> list[str]:
    """Trade, longitude, latitude and what the kind has of its own, as the columns of the roster hold them."""
    dice = random.Random(f"{SEED} {one.name} {one.number}")  # noqa: S311 -- invented facts
    east, north = _CENTRES[one.district]
    own = {
        "在建工程项目": (str(dice.randrange(2_000, 90_000, 100)), dice.choice(("基础施工", "主体施工", "装饰装修"))),
        "物业服务企业": ("", "", f"{dice.randrange(20, 900) / 10}"),
        "燃气经营企业": ("", "", "", dice.choice(("天然气", "液化石油气")), str(dice.randrange(300, 60_000, 10))),
        "供热单位": ("", "", "", "", str(dice.randrange(2_000, 90_000, 10))),
        "业主委员会": ("", "", "", "", "", str(dice.randrange(80, 2_400))),
        "排水户": ("", "", "", "", "", "", "餐饮"),
    }.get(one.kind, ())
    place = [f"{east + dice.uniform(-0.04, 0.04):.6f}", f"{north + dice.uniform(-0.03, 0.03):.6f}"]
    return [_TRADES.get(one.kind, ""), *place, *own, *[""] * (7 - len(own))]


def objects() -> list[InventedObject]:
    """About 1,200 objects of all kinds that the items name, in an order of no meaning."""
    dice = random.Random(SEED)  # noqa: S311 -- names of a demonstration, nothing is drawn with it
    serial = 0
    made: list[InventedObject] = []
    by_kind: dict[str, list[str]] = {}
    for plan in sorted(KINDS, key=lambda plan: plan.kind == "在建工程项目"):  # sites last: they name the others
        for at, word in enumerate(dice.sample(_WORDS, plan.count), 1):  # no two of a kind have one name
            serial += 1
            found = _object(dice, plan, at, serial, word, by_kind)
            by_kind.setdefault(plan.kind, []).append(found.name)
            made.append(found)
    return made


@dataclass(frozen=True)
class InventedExpert:
    """One row of the roster of experts."""

    number: str
    name: str
    institution: str
    kind: str
    fields: str
    title: str
    engaged_days: int
    phone: str


_INSTITUTIONS = (
    ("沙枣花工程质量检测有限公司", "检验检测机构", ("工程质量检测、建筑结构", "起重机械", "工程质量检测")),
    ("红柳湾特种设备检验所", "检验检测机构", ("起重机械", "燃气", "供热")),
    ("梭梭林燃气热力研究院", "科研院所、高校", ("燃气", "燃气、供热", "供热")),
    ("马兰草建筑大学", "科研院所、高校", ("建筑结构", "消防", "排水供水")),
    ("石榴籽造价咨询协会", "行业协会、企业", ("造价", "造价")),
    ("百灵鸟物业管理协会", "行业协会、企业", ("物业", "物业、消防")),
)


def experts() -> list[InventedExpert]:
    """Experts of testing bodies, institutes and trade associations; none of these exists."""
    dice = random.Random(SEED + 3)  # noqa: S311 -- names of a demonstration
    used: set[str] = set()
    made: list[InventedExpert] = []
    for institution, kind, people in _INSTITUTIONS:
        for fields in people:
            made.append(
                InventedExpert(
                    number=f"zj-{len(made) + 1:03}",
                    name=person(dice, used),
                    institution=institution,
                    kind=kind,
                    fields=fields,
                    title=dice.choice(["高级工程师", "正高级工程师", "副教授", "工程师"]),
                    engaged_days=dice.choice([215, 400, 700]),
                    phone=f"1390473{dice.randrange(10**4):04}",
                )
            )
    return made


def inspectors(counts: dict[str, int]) -> list[InventedInspector]:
    """Inspectors for each organisation's code, as many as `counts` says."""
    dice = random.Random(SEED + 1)  # noqa: S311 -- names of a demonstration
    used: set[str] = set()
    made = []
    for organisation, count in counts.items():
        for at in range(1, count + 1):
            made.append(
                InventedInspector(
                    number=f"{organisation}-{at:03}",
                    name=person(dice, used),
                    organisation=organisation,
                    certificate=f"15030{dice.randrange(10**6, 10**7)}",
                    expires_in_days=dice.choice([45, 200, 400, 700, 900]),
                    fields="、".join(_fields_of(organisation)),
                    post=dice.choice(["执法岗", "监督岗", "检查岗"]),
                    rank=dice.choice(["一级科员", "四级主任科员", "三级主任科员", "二级主任科员", "一级主任科员"]),
                    phone=f"0473-000{dice.randrange(1000, 9999)}",
                )
            )
    return made


def _fields_of(organisation: str) -> tuple[str, ...]:
    """What the people of a department or section know, by the end of its code; a housing bureau does it all."""
    return _FIELDS.get(organisation.rpartition("-")[2], ("行政执法",))


def person(dice: random.Random, used: set[str]) -> str:
    """An invented name of a person, not given twice."""
    while True:
        name = dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, dice.choice([1, 2, 2])))
        if name not in used:
            used.add(name)
            return name


def _object(
    dice: random.Random, plan: KindPlan, at: int, serial: int, word: str, by_kind: dict[str, list[str]]
) -> InventedObject:
    region, district, _ = dice.choices(DISTRICTS, [share for *_, share in DISTRICTS])[0]
    risk = _RISKS[at % len(_RISKS)]
    is_site = plan.kind == "在建工程项目"
    name = f"{word}{dice.choice(_SITE_NAMES)}{plan.ending}" if is_site else f"{word}{plan.ending}"
    code = "" if plan.codeless else credit_code.make(region, f"MA0D{serial:04}")
    owner = person(dice, set())
    return InventedObject(
        name=name,
        credit_code=code,
        number=f"{region}-2026-SG{at:04}" if is_site else "",
        kind=plan.kind,
        district=district,
        address=f"{district}{dice.choice(_STREETS)}{dice.randrange(1, 200)}号",
        risk=risk,
        representative="" if plan.codeless else owner,
        contact=owner,
        phone=f"0473-000{dice.randrange(1000, 9999)}",
        builder=dice.choice(by_kind["建设单位"]) if is_site else "",
        contractor=dice.choice(by_kind["施工企业"]) if is_site else "",
        supervision=dice.choice(by_kind["工程监理企业"]) if is_site else "",
    )
