"""The registries of the demonstration, imported from Excel like any other roster."""

from datetime import timedelta

from sunlot.catalogue import seed
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.registry.actions import avoidance, experts, inspectors
from sunlot.registry.actions.demo import mark_all_as_demo
from sunlot.registry.models import Avoidance, Expert, Import, InspectionObject, Inspector

from . import credit, invent
from .bringing import bring
from .people import INSPECTORS, Cast

OBJECT_HEADS = (
    "名称 统一社会信用代码 许可证号 类别 辖区 地址 信用风险 法定代表人 联系人 联系电话 建设单位 施工单位 监理单位 行业 经度 纬度 "
    "建筑面积 形象进度 在管面积 气源 用户数 户数 排水户类型"
).split()
INSPECTOR_HEADS = (
    "人员编号 姓名 单位 执法证号 发证机关 执法证有效期至 专业领域 岗位 职务 从事执法岗位起 考核合格日期 考核有效期至 手机"
).split()
EXPERT_HEADS = "专家编号 姓名 所在单位 所在单位类别 专业领域 职称 聘期起 聘期至 聘请单位 手机".split()


def make(cast: Cast) -> None:
    """Items in force, objects, inspectors reviewed by another person, a few avoidances."""
    seed.load(SYSTEM, effective_from=clock.today().replace(month=1, day=1))
    bring(cast, "zjj", Import.Target.OBJECTS, "检查对象名录（演示）.xlsx", OBJECT_HEADS, _object_rows())
    credit.make(cast)
    found = invent.inspectors(INSPECTORS)
    for department in ("zjj", "scjg", "yjj", "rsj", "sthj"):
        rows = [_inspector_row(one) for one in found if _department(one.organisation) == department]
        bring(
            cast, department, Import.Target.INSPECTORS, f"执法检查人员（演示）-{department}.xlsx", INSPECTOR_HEADS, rows
        )
    bring(cast, "zjj", Import.Target.EXPERTS, "专家名录（演示）.xlsx", EXPERT_HEADS, _expert_rows())
    mark_all_as_demo(SYSTEM)
    for expert in Expert.objects.order_by("number"):
        experts.review_expert(cast["fagui"], expert, accept=True, comment="职称和从业经历与领域相符")
    waiting = Inspector.objects.filter(state=Inspector.State.RECOMMENDED).select_related("organisation")
    for department, reviewer in [("zjj", "fagui"), ("scjg", "scjg-head"), ("yjj", "yjj-head"), ("rsj", "rsj-head")]:
        own = waiting.filter(organisation__path__startswith=f"{department}/")
        inspectors.review_inspectors(cast[reviewer], own, accept=True, comment="证件有效，培训考核合格")
    _avoid(cast)


def count_objects() -> int:
    return InspectionObject.objects.count()


def count_inspectors() -> int:
    return Inspector.objects.count()


def _object_rows() -> list[list[str]]:
    return [
        [
            one.name, one.credit_code, one.number, one.kind, one.district, one.address, one.risk, one.representative,
            one.contact, one.phone, one.builder, one.contractor, one.supervision, *invent.own_facts(one),
        ]
        for one in invent.objects()
    ]  # fmt: skip


def _inspector_row(one: invent.InventedInspector) -> list[str]:
    today = clock.today()
    serial = sum(map(ord, one.number))
    return [
        one.number,
        one.name,
        one.organisation,
        one.certificate,
        "内蒙古自治区人民政府",
        (today + timedelta(days=one.expires_in_days + 180)).isoformat(),
        one.fields,
        one.post,
        one.rank,
        (today - timedelta(days=700 + serial % 2500)).isoformat(),
        (today - timedelta(days=30 + serial % 200)).isoformat(),
        (today + timedelta(days=900 + serial % 400)).isoformat(),
        one.phone,
    ]


def _expert_rows() -> list[list[str]]:
    today = clock.today()
    return [
        [
            one.number,
            one.name,
            one.institution,
            one.kind,
            one.fields,
            one.title,
            (today - timedelta(days=200)).isoformat(),
            (today + timedelta(days=one.engaged_days)).isoformat(),
            "zjj",
            one.phone,
        ]
        for one in invent.experts()
    ]


def _department(organisation: str) -> str:
    """`hbw-scjg` belongs to `scjg`, `zjj-wuye` and `hbw-zjj` to `zjj`."""
    return (
        organisation.split("-", maxsplit=1)[0]
        if organisation.startswith("zjj")
        else organisation.rsplit("-", maxsplit=1)[-1]
    )


def _avoid(cast: Cast) -> None:
    """A few pairs that must not meet, so that every draw shows how avoidance is kept."""
    objects = list(InspectionObject.objects.filter(kind__name="物业服务企业").order_by("number")[:6])
    people = list(Inspector.objects.filter(organisation__path__startswith="zjj/").order_by("number")[:12:2])
    grounds = [Avoidance.Ground.FORMER, Avoidance.Ground.FAMILY, Avoidance.Ground.SHARES]
    for at, (person, entry) in enumerate(zip(people, objects, strict=True)):
        left_on = clock.today() - timedelta(days=300) if at % 3 == 0 else None
        avoidance.add_avoidance(cast["zjj"], person, entry, grounds[at % 3], "演示", left_on=left_on)
