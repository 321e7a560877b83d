"""One filled sample of each document, invented, for the tests to vary."""

import hashlib
from datetime import date

from sunlot.documents.annual_plan import AnnualLine, AnnualPlan
from sunlot.documents.draw_record import (
    DrawContributor,
    DrawnInspector,
    DrawnObject,
    DrawnStratum,
    DrawnTeam,
    DrawRecord,
    DrawRemark,
    InspectorReserve,
)
from sunlot.documents.guide import GuideDocument, GuidePart, TextBlock
from sunlot.documents.inspection_form import FormDepartment, FormInspector, FormItem, InspectionForm
from sunlot.documents.item_list import ItemList, ListedItem
from sunlot.documents.parts import Evidence, Field, Name, Signature
from sunlot.documents.plan_form import PlanForm, PlanItem, PlanStratum
from sunlot.documents.signature_sheet import SignatureSheet

DAY = date(2026, 11, 18)
NUMBER = "150300-2026-2853"
CATEGORIES = ("未发现问题", "通过登记的住所（经营场所）无法联系", "发现问题已责令改正", "发现问题待后续处理")
FINDINGS = ("未发现问题", "发现问题", "不涉及")


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


EVIDENCE = Evidence(digest("plan"), "https://sunlot.example/verify/150300-2026-2853/")


def plan() -> PlanForm:
    return PlanForm(
        authority="乌海市住建局",
        file_number=NUMBER,
        day=DAY,
        lead="法规科",
        sections=("物业科", "海勃湾区住房和城乡建设局"),
        departments=("乌海市市场监督管理局", "乌海市应急管理局"),
        title="三区部门联合抽查",
        kind="部门联合抽查，定向",
        items=(PlanItem("WY-02", "住宅专项维修资金检查", key=True), PlanItem("WY-01", "物业服务企业检查", key=False)),
        objects="三区在册物业服务企业 300 户",
        bases=("《物业管理条例》第五条", "《住宅专项维修资金管理办法》"),
        period="2026年11月24日至12月31日",
        strata=(PlanStratum("D　高", 75, 30), PlanStratum("A　低", 75, 2)),
        inspectors="三区名录库在册持证人员 72 人",
        signatures=(Signature("科室负责人", "陈静静", "2026年11月18日 16:02"), Signature("分管领导")),
        evidence=EVIDENCE,
        demo=True,
    )


def annual(lines: int = 2) -> AnnualPlan:
    return AnnualPlan(
        authority="乌海市住建局",
        file_number="150300-2026-N",
        day=DAY,
        year=2026,
        lines=tuple(
            AnnualLine(
                f"第{n}次联合抽查", "WY-01 物业服务企业检查", "部门联合", "在册物业企业", "2026-11-23", "60 户", "牵头"
            )
            for n in range(1, lines + 1)
        ),
        signatures=(Signature("领导小组组长"),),
        evidence=EVIDENCE,
        version="第 2 版",
    )


def drawn_object(order: int, team: str = "海勃湾区 1 组") -> DrawnObject:
    name = Name(f"滨河第{order}物业有限公司", demo=True)
    return DrawnObject(order, name, f"91150302MA{order:08d}", f"滨河西路{order}号", digest(str(order)), team)


def record(drawn: int = 3) -> DrawRecord:
    chen = DrawnInspector(Name("陈○静"), "15030200123", "市住房和城乡建设局")
    wang = DrawnInspector(Name("王○"), "15030200456", "市住房和城乡建设局")
    return DrawRecord(
        authority="乌海市住房和城乡建设局",
        file_number=NUMBER,
        day=DAY,
        title="三区部门联合抽查",
        facts=(Field("抽取编号", NUMBER), Field("地点", "三楼会议室"), Field("对象名录库", "300 户")),
        contributors=(DrawContributor("机关纪委", "纪检监督", digest("commitment"), digest("nonce")),),
        randomness=(Field("公共随机数", "掷骰 20 次"), Field("种子", digest("seed"), mono=True)),
        strata=(
            DrawnStratum(
                "D 类（信用风险高）",
                75,
                tuple(drawn_object(n, "" if n == 2 else "海勃湾区 1 组") for n in range(1, drawn + 1)),
                (drawn_object(drawn + 1),),
            ),
        ),
        teams=(DrawnTeam("海勃湾区 1 组", "海勃湾区", 4, (chen, wang)),),
        inspector_reserves=(InspectorReserve("海勃湾区", "市应急管理局", (wang,)),),
        remarks=(DrawRemark("滨河第2物业 待指派", "与全部检查组有回避关系", "补充抽取"),),
        signatures=(Signature("抽取人"), Signature("应急管理局", note="拒签，理由：对名单有异议")),
        evidence=EVIDENCE,
    )


def form(items: int = 2) -> InspectionForm:
    return InspectionForm(
        authority="乌海市住房和城乡建设局",
        file_number=f"{NUMBER}-017",
        day=DAY,
        task="三区部门联合抽查",
        object_name=Name("滨河第一物业有限公司", demo=True),
        facts=(Field("信用代码", "91150302MA00000001"), Field("负责人", "张○"), Field("检查时间", "")),
        departments=(
            FormDepartment(
                "市住房和城乡建设局物业科",
                (FormInspector(Name("陈静静"), "15030200123"), FormInspector(Name("王伟"), "15030200456")),
                tuple(
                    FormItem(f"WY-{n:02d}", "物业服务企业检查", "收费公示", "《物业管理条例》第五条", "现场检查")
                    for n in range(1, items + 1)
                ),
                signatures=(Signature("执法检查人员"), Signature("执法检查人员")),
            ),
        ),
        categories=CATEGORIES,
        findings=FINDINGS,
        inspected=Signature("检查对象"),
        evidence=EVIDENCE,
    )


def sheet() -> SignatureSheet:
    return SignatureSheet(
        authority="乌海市住房和城乡建设局",
        file_number=NUMBER,
        day=DAY,
        title="三区部门联合抽查计划（第 2 版）",
        facts=(Field("抽查对象", "300 户"),),
        roles=("科室负责人", ""),
        evidence=EVIDENCE,
    )


PARTS = ("抽查项目", "抽查对象", "事项类别", "抽查方式", "公示程序", "信息共享", "监管衔接", "归档方式")


def items(count: int = 2) -> ItemList:
    return ItemList(
        authority="乌海市住房和城乡建设局",
        file_number="SX-20261118",
        day=DAY,
        of_day="2026年11月18日",
        items=tuple(
            ListedItem(
                code=f"WY-{n:02}",
                name="物业服务企业检查",
                subject="物业科",
                category="一般检查事项",
                objects="物业服务企业",
                content="合同履约\n· 公示收费标准",
                mode="现场检查、书面检查",
                bases=("《物业管理条例》第五条、第三十五条", "《住宅专项维修资金管理办法》"),
                frequencies=("D 类 100 %，每年 2 次",),
                competences="物业",
            )
            for n in range(1, count + 1)
        ),
        evidence=EVIDENCE,
        narrowed="科室（单位）：物业科",
    )


def guide(name: str = "物业服务企业随机抽查工作细则") -> GuideDocument:
    blocks = (
        TextBlock("heading", ("必查",)),
        TextBlock("paragraph", (f"{name}的一段",)),
        TextBlock("bullets", ("公示", "台账")),
        TextBlock("numbers", ("先看", "后问")),
    )
    return GuideDocument(
        authority="乌海市住房和城乡建设局",
        file_number="WY-XZ-01",
        day=DAY,
        title=name,
        standing="第 2 版，2026年11月18日起施行",
        facts=("制定单位：物业科", "事项风险程度：中风险"),
        parts=tuple(GuidePart(part, blocks) for part in PARTS),
        evidence=EVIDENCE,
    )
