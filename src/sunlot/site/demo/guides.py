"""The catalogue of the demonstration beyond what every installation begins with: advised frequencies and three guides."""

from dataclasses import replace
from datetime import timedelta

from sunlot.catalogue import actions, queries
from sunlot.catalogue.models import Guide, Item, ItemVersion
from sunlot.catalogue.texts import FrequencyText, GuideText, NewGuide, text_of
from sunlot.catalogue.vocabulary import Degree
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

from .people import Cast

# What the demonstration advises; no national document names figures (国市监信发〔2022〕6号 gives the direction alone).
_KEY = (FrequencyText("A", 100), FrequencyText("B", 300), FrequencyText("C", 600, 2), FrequencyText("D", 1000, 2))
_GENERAL = (FrequencyText("A", 30, 1, 2), FrequencyText("B", 100), FrequencyText("C", 300), FrequencyText("D", 600, 2))

_CHANGED = (("WY-01", "wuye", _GENERAL), ("CJ-01", "chengjian", _KEY), ("ZA-02", "zhianjian", _KEY))

_COMMON = {
    "publicity": "# 抽查前\n抽查事项清单、抽查计划在阳光摇号公开网站公布；抽取公告在抽取前写入公开日志。\n"
    "# 抽查后\n谁检查、谁录入、谁公示：检查完成之日起 20 个工作日内公示抽查结果；公示只针对抽查行为本身。\n"
    "检查对象对公示结果有异议的，可以在公开网站提出，由检查部门核实答复。",
    "sharing": "1. 抽查结果归集到检查对象名下，形成一企一档。\n2. 通过部门协同监管平台推送国家企业信用信息公示系统。\n"
    "3. 涉及其他部门职责的线索，随抽查结果一并移送。",
    "archiving": "一次抽查一卷，由牵头科室在全部结果公示后 30 日内归档。卷内按下列顺序：\n- 抽查计划表和调整记录\n- 抽取公告、抽取记录和核验包\n"
    "- 检查告知书、执法检查表和证据\n- 复核、公示和后续处理材料\n电子档案与纸质档案摘要一致，保存期限按机关档案管理规定执行。",
}


def make(cast: Cast) -> None:
    """New versions of three items with advised frequencies, and three guides in force from today."""
    for code, writer, frequencies in _CHANGED:
        version = ItemVersion.objects.select_related("item__organisation").get(item__code=code)
        text = replace(text_of(version), frequencies=frequencies, reason="明确按信用风险分类的建议比例和频次")
        draft = actions.submit(cast[writer], actions.draft_version(cast[writer], version.item, text))
        actions.put_in_force(cast["fagui"], draft, clock.today())
    for code, section, kind, degree, said in _guides():
        wanted = NewGuide(code, Organisation.objects.get(code=f"zjj-{section}"), kind, degree)
        made = actions.draft_version(cast[section], wanted, said)
        actions.put_in_force(cast["fagui"], actions.submit(cast[section], made), clock.today())


def prepare_changes(cast: Cast) -> None:
    """What is under way now: an item that changes next month, and one that waits for its review."""
    rental = queries.in_force(clock.today()).get(item__code="FG-05")
    text = replace(
        text_of(rental), content=f"{rental.content}；网络信息平台房源核验", reason="住房租赁条例施行，增加平台核验"
    )
    draft = actions.submit(cast["fangguan"], actions.draft_version(cast["fangguan"], rental.item, text))
    actions.put_in_force(cast["fagui"], draft, clock.today() + timedelta(days=30))
    shared = queries.in_force(clock.today()).get(item__code="WY-03")
    text = replace(text_of(shared), content=f"{shared.content}；电梯广告收益单列", reason="业主反映集中，细化检查内容")
    actions.submit(cast["wuye"], actions.draft_version(cast["wuye"], shared.item, text))


def _guides() -> "list[tuple[str, str, str, str, GuideText]]":
    """Code, section, sort, degree of risk, and text of each."""
    return [
        (
            "WY-XZ-01",
            "wuye",
            Guide.Type.RULES.value,
            Degree.MEDIUM.value,
            _text(
                "物业服务企业随机抽查工作细则",
                ("WY-01", "WY-02", "WY-03"),
                projects="# 必查\n- 服务事项、收费标准公示\n- 共用部位、设施设备维护保养记录\n- 承接查验和资料移交\n# 选查\n- 专项维修资金使用公示\n- 共用部位经营收益账目",
                targets="在册物业服务企业，按项目所在区确定辖区。近一年内已被同一事项检查、未发现问题的，不再安排，投诉举报除外。",
                category="WY-02 为重点检查事项，WY-01、WY-03 为一般检查事项。检查以重点事项为主，三项合并一次进行。",
                mode="现场检查为主，账目类材料可以书面检查。\n1. 出示执法证件和检查码，说明检查事项。\n2. 查阅公示栏和台账，抽看两处设施现场。\n3. 与一名业主委员会成员或业主核实。\n4. 逐项填写检查表，当场请负责人签字。",
                linkage="当场能改的，当场责令改正并复核；需要时间的，责令限期改正，到期复查。\n- 擅自处分共用部位、挪用维修资金的，移交执法科室立案。\n- 价格问题移送市场监督管理部门。",
            ),
        ),
        (
            "CJ-ZY-01",
            "chengjian",
            Guide.Type.GUIDE.value,
            Degree.HIGH.value,
            _text(
                "城镇燃气经营企业随机抽查工作指引",
                ("CJ-01",),
                projects="- 燃气经营许可条件保持\n- 安全管理制度和隐患排查治理\n- 入户安全检查\n- 设施巡检维护、应急预案和演练",
                targets="在册燃气经营企业及其场站。信用风险 D 类每年全部检查；停业、注销的，由名录库核实后移出。",
                category="重点检查事项，高风险。抽查比例不设上限，与应急管理、市场监督管理部门联合进行。",
                mode="现场检查，至少一名检查人员具备燃气专业领域，可以邀请燃气专家参加。\n1. 先查场站，再查资料。\n2. 抽取五户核对入户安检记录，电话或上门核实。\n3. 发现重大隐患，立即报告并责令停止使用。",
                linkage="1. 重大隐患当场责令停止违法行为，移交执法科室立案，报市应急管理局。\n2. 一般隐患责令限期改正，到期由原检查组复查。\n3. 许可条件不再保持的，由许可机关依法处理。",
            ),
        ),
        (
            "ZA-XZ-01",
            "zhianjian",
            Guide.Type.RULES.value,
            Degree.HIGH.value,
            _text(
                "房屋市政工程质量安全随机抽查工作细则",
                ("ZA-01", "ZA-02", "ZA-03", "ZA-04"),
                projects="# 质量\n- 各方主体质量行为和人员履职\n- 实体质量抽测\n# 安全\n- 安全生产责任制和教育培训\n- 临边洞口、临时用电、脚手架\n- 危险性较大的分部分项工程\n- 起重机械",
                targets="在建房屋建筑和市政基础设施工程项目，按工程所在区确定辖区；停工、完工待验的由名录库标明，停工项目查安全防护。",
                category="均为重点检查事项，高风险。与建筑市场事项（SC-03、SC-09）合并检查，一个工地一张表。",
                mode="现场检查，检查组至少两人持证，其中一人具备质量安全专业领域；涉及起重机械的，另需起重机械专业领域。\n1. 进场先看重大危险源。\n2. 实体抽测不少于三处，拍照留证。\n3. 检查情况当场告知项目负责人和总监理工程师。",
                linkage="- 重大事故隐患：责令停工整改，复查合格后恢复，移交立案。\n- 一般问题：责令限期改正，施工单位书面回复并附照片。\n- 欠薪线索：移送人力资源和社会保障部门。",
            ),
        ),
    ]


def _text(name: str, items: tuple[str, ...], **parts: str) -> GuideText:
    chosen = list(Item.objects.filter(code__in=items).order_by("code"))
    return GuideText(name, chosen, {**_COMMON, **parts})
