"""The fields that a roster can fill, and the column heads by which they are known."""

import re
from dataclasses import dataclass

from sunlot.norms.text import half_width

from ..kinds import ATTRIBUTES
from ..models import Import


@dataclass(frozen=True)
class Field:
    """A field of the registry as a column. `heads` are ways of writing its head that mean it beyond doubt, `hints` words
    inside a head that make it likely.
    """

    name: str
    label: str
    heads: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    required: bool = False

    @property
    def known_heads(self) -> frozenset[str]:
        return frozenset(plain_head(head) for head in (self.label, *self.heads))


def plain_head(text: str) -> str:
    """A column head for comparing: `＊ 单位名称（全称）：` → `单位名称`."""
    bare = re.sub(r"[(（\[【].*?[)）\]】]", "", half_width(text))
    return re.sub(r"[\s*＊★:：、.。/_\-]+", "", bare).lower()


ATTR = "attr_"
"""What the fields of `registry/kinds.py` are called by."""

OBJECT_FIELDS = (
    Field(
        "name",
        "名称",
        ("单位名称", "企业名称", "公司名称", "对象名称", "检查对象", "检查对象名称", "项目名称", "工程名称", "机构名称", "市场主体名称",
         "主体名称", "小区名称", "场站名称", "站点名称", "单位", "企业", "项目", "经营者名称", "商户名称", "排水户名称", "被检查单位"),
        ("名称",),
        required=True,
    ),
    Field(
        "code",
        "统一社会信用代码",
        ("信用代码", "社会信用代码", "统一信用代码", "统一代码", "社会统一信用代码", "企业代码", "营业执照号", "营业执照号码", "credit_code"),
        ("信用代码",),
    ),
    Field(
        "number",
        "许可证号或项目编号",
        ("编号", "对象编号", "项目编号", "项目代码", "工程编号", "许可证号", "施工许可证号", "施工许可证编号", "许可证编号", "经营许可证号",
         "排水许可证号", "燃气经营许可证号"),
        ("许可证", "编号"),
    ),
    Field(
        "kind",
        "类别",
        ("对象类别", "检查对象类别", "对象类型", "检查对象类型", "企业类别", "企业类型", "单位类别", "单位类型", "主体类别", "主体类型", "类型", "行业类别"),
        ("类别", "类型"),
    ),
    Field(
        "region",
        "辖区",
        ("所在辖区", "所属辖区", "所在区", "所属区", "区", "区县", "旗区", "行政区", "行政区划", "所属行政区", "所在区域", "所属区域", "区域", "属地"),
        ("辖区", "区划"),
    ),
    Field(
        "address",
        "地址",
        ("住所", "注册地址", "单位地址", "企业地址", "详细地址", "经营场所", "生产经营地址", "经营地址", "建设地点", "工程地点", "项目地址", "坐落"),
        ("地址", "地点", "住所"),
    ),
    Field(
        "risk",
        "信用风险类别",
        ("信用风险", "信用风险等级", "信用风险分类", "风险类别", "风险等级", "信用类别", "信用等级", "信用分类"),
        ("风险", "等级"),
    ),
    Field("risk_reason", "分类依据", ("风险分类依据", "评定依据")),
    Field("trade", "行业", ("所属行业", "行业代码", "行业门类", "行业大类", "国民经济行业", "国民经济行业分类")),
    Field("longitude", "经度", ("经度坐标", "东经", "longitude", "lng")),
    Field("latitude", "纬度", ("纬度坐标", "北纬", "latitude", "lat")),
    Field("representative", "法定代表人", ("法人", "法人代表", "法定代表人姓名", "负责人", "单位负责人")),
    Field("contact", "联系人", ("联系人姓名", "联络员", "现场联系人", "现场负责人")),
    Field("phone", "联系电话", ("电话", "手机", "手机号", "手机号码", "联系方式", "联系人电话", "电话号码"), ("电话", "手机")),
    Field("builder", "建设单位", ("建设单位名称", "业主单位")),
    Field("contractor", "施工单位", ("施工单位名称", "施工总承包单位", "总承包单位", "施工企业名称")),
    Field("supervision", "监理单位", ("监理单位名称", "工程监理单位")),
    Field("operator", "运营单位", ("运营单位名称", "运营企业", "经营单位", "产权单位", "管理单位", "运行单位")),
    *(Field(f"{ATTR}{one.name}", one.titled, (one.label, *one.heads)) for one in ATTRIBUTES.values()),
)  # fmt: skip

INSPECTOR_FIELDS = (
    Field("number", "人员编号", ("编号", "工号", "职工编号", "人员代码", "员工编号"), ("编号", "工号"), required=True),
    Field("name", "姓名", ("人员姓名", "执法人员", "执法人员姓名", "检查人员", "检查人员姓名", "名字"), ("姓名",), required=True),
    Field("organisation", "单位", ("所在单位", "工作单位", "所属单位", "部门", "所在部门", "科室", "所在科室", "单位名称"), ("单位", "部门", "科室")),
    Field(
        "certificate",
        "执法证号",
        ("执法证件号", "执法证编号", "执法证号码", "行政执法证号", "证件号", "证件号码", "证号", "执法证件编号"),
        ("证号", "证件号"),
        required=True,
    ),
    Field(
        "expires",
        "执法证有效期至",
        ("有效期至", "有效期", "证件有效期", "证件有效期至", "执法证有效期", "到期日期", "到期日", "有效期止", "失效日期", "截止日期"),
        ("有效期", "到期"),
        required=True,
    ),
    Field("certificate_issuer", "发证机关", ("执法证发证机关", "发证单位", "颁发机关"), ("发证",)),
    Field("second_certificate", "部门执法证号", ("部门执法证件号", "部门证号", "专用执法证号", "行业执法证号")),
    Field("second_expires", "部门执法证有效期至", ("部门执法证有效期", "部门证有效期", "部门证有效期至")),
    Field("fields", "专业领域", ("专业", "领域", "执法领域", "业务领域", "擅长领域", "专业特长", "资格资质"), ("领域",)),
    Field("post", "岗位", ("工作岗位", "执法岗位", "岗位大类"), ("岗位",)),
    Field("rank", "职务", ("职级", "职务职级", "行政职务", "担任职务"), ("职务", "职级")),
    Field("title", "职称", ("专业技术职称", "技术职称")),
    Field("education", "学历", ("文化程度", "最高学历")),
    Field("major", "所学专业", ("毕业专业", "学历专业")),
    Field("on_post_since", "从事执法岗位起", ("从事本岗起始", "从事执法岗位起始", "从事执法时间", "上岗日期")),
    Field("beat", "管辖片区", ("片区", "责任片区")),
    Field("tested", "考核合格日期", ("培训考核日期", "考试日期", "考核日期", "培训日期", "考试合格日期"), ("考核日期", "合格日期")),
    Field("tested_until", "考核有效期至", ("培训考核有效期至", "考核有效期", "合格有效期至")),
    Field("subjects", "考核科目", ("培训科目", "考试科目", "培训内容")),
    Field("phone", "手机", ("手机号", "手机号码", "联系电话", "电话", "联系方式"), ("电话", "手机")),
)  # fmt: skip

EXPERT_FIELDS = (
    Field("number", "专家编号", ("编号", "人员编号", "专家代码"), ("编号",), required=True),
    Field("name", "姓名", ("专家姓名", "专家", "名字"), ("姓名",), required=True),
    Field("institution", "所在单位", ("工作单位", "单位", "单位名称", "所属单位", "机构名称", "所在机构"), ("单位", "机构"), required=True),
    Field("institution_kind", "所在单位类别", ("单位类别", "单位性质", "机构类别", "机构性质")),
    Field("fields", "专业领域", ("专业", "领域", "专家领域", "擅长领域", "从事专业"), ("专业", "领域"), required=True),
    Field("title", "职称", ("专业技术职称", "技术职称"), ("职称",)),
    Field("post", "职务", ("行政职务", "担任职务"), ("职务",)),
    Field("engaged_from", "聘期起", ("聘任日期", "聘期开始", "聘任时间")),
    Field("until", "聘期至", ("聘期止", "聘期", "聘期截止", "聘任到期", "有效期至", "有效期"), ("聘期", "到期"), required=True),
    Field("organisation", "聘请单位", ("聘任单位", "推荐单位")),
    Field("phone", "手机", ("手机号", "手机号码", "联系电话", "电话", "联系方式"), ("电话", "手机")),
)  # fmt: skip

AUTHORITY = "authority"
"""The target of an authoritative list: what a roster of objects has, and the state in which the enterprise is registered."""

AUTHORITY_FIELDS = (
    *OBJECT_FIELDS,
    Field(
        "status",
        "登记状态",
        ("状态", "企业状态", "经营状态", "主体状态", "市场主体状态", "登记经营状态", "注册状态", "企业登记状态"),
        ("状态",),
    ),
)

ITEM_FIELDS = (
    Field("code", "编号", ("事项编号", "抽查事项编号", "事项代码", "代码"), ("编号",), required=True),
    Field("name", "事项名称", ("抽查事项", "抽查事项名称", "检查事项", "检查事项名称", "名称", "事项"), ("事项",), required=True),
    Field("organisation", "科室（单位）", ("抽查主体", "检查主体", "责任科室", "牵头科室", "科室", "单位", "部门", "实施主体"), ("主体", "科室")),
    Field("category", "类别", ("事项类别", "抽查类别", "事项类型", "抽查事项类别"), ("类别",)),
    Field("kinds", "检查对象类别", ("抽查对象", "检查对象", "抽查对象类别", "适用对象"), ("对象",)),
    Field("content", "检查内容", ("抽查内容", "内容", "内容及要求"), ("内容",)),
    Field("modes", "检查方式", ("抽查方式", "方式"), ("方式",)),
    Field("bases", "检查依据", ("抽查依据", "法律依据", "依据", "设定依据"), ("依据",)),
    Field("sub_items", "子项", ("子项名称", "检查要点")),
    Field("materials", "检查材料", ("检查材料清单", "需准备的材料", "备查材料"), ("材料",)),
    Field("findings", "检查结果与后续处理", ("检查结果", "后续处理", "后续处置"), ("结果",)),
    Field("frequencies", "建议比例频次", ("抽查比例频次", "抽查比例和频次", "抽查比例", "检查比例", "检查频次", "抽查频次"), ("比例", "频次")),
    Field("competences", "检查人员专业要求", ("检查人员要求", "人员要求"), ("人员",)),
    Field("reason", "制定或变更理由", ("理由", "变更理由", "调整理由")),
)  # fmt: skip

_NAME, _CODE = OBJECT_FIELDS[:2]
_BEARER = (
    Field("code", _CODE.label, _CODE.heads, _CODE.hints),
    Field("name", _NAME.label, _NAME.heads, _NAME.hints),
    Field("object", "对象编号", ("检查对象编号", "名录库编号", "项目编号", "编号")),
)
"""By which a row says whom it is about: any one of them is enough."""

MARK_FIELDS = (
    *_BEARER,
    Field("mark", "标记", ("信用标记", "标记类型", "标记类别", "名单类型", "名单类别", "名单名称", "类型", "类别"), ("标记", "名单")),
    Field("source", "来源", ("信息来源", "数据来源", "列入机关", "作出决定机关", "作出列入决定机关", "决定机关", "认定单位", "处罚机关"), ("来源", "机关")),
    Field("since", "列入日期", ("列入时间", "认定日期", "认定时间", "处罚日期", "处罚决定日期", "投诉日期", "投诉时间", "受理日期", "立案日期", "发生日期"),
          ("列入", "认定"), required=True),
    Field("until", "有效期至", ("有效期止", "有效期", "有效期截止", "公示截止日期", "截止日期", "到期日期", "失效日期"), ("有效期", "截止")),
    Field("reference", "文号", ("决定书文号", "处罚决定书文号", "列入决定书文号", "文书号", "案号", "工单号", "工单编号"), ("文号",)),
    Field("note", "说明", ("备注", "列入原因", "列入事由", "事由", "原因", "处罚事由", "投诉内容", "具体情形"), ("原因", "事由")),
)  # fmt: skip

LICENCE_FIELDS = (
    *_BEARER,
    Field("licence", "许可证名称", ("证书名称", "许可名称", "证照名称", "资质名称", "许可证类型", "许可证类别", "证件名称"), ("证书名", "许可证名")),
    Field("number", "许可证编号", ("许可证号", "证书编号", "证书号", "证号", "资质证书号", "资质证书编号", "许可编号", "经营许可证号", "燃气经营许可证号",
                             "排水许可证号", "施工许可证号", "安全生产许可证号"), ("证号", "证书编号"), required=True),
    Field("issuer", "发证机关", ("发证单位", "许可机关", "颁发机关", "核发机关", "审批机关"), ("机关",)),
    Field("issued", "发证日期", ("发证时间", "颁发日期", "核发日期", "许可日期", "有效期起", "有效期自"), ("发证日",)),
    Field("expires", "有效期至", ("有效期", "有效期止", "有效期截止", "有效截止日期", "截止日期", "到期日期", "到期日", "失效日期"), ("有效期", "到期")),
)  # fmt: skip

ACCOUNT_FIELDS = (
    Field("name", "姓名", ("人员姓名", "使用人", "名字"), ("姓名",), required=True),
    Field("username", "用户名", ("账号", "登录名", "登录账号", "用户账号"), ("用户名", "账号"), required=True),
    Field("organisation", "单位", ("所在单位", "工作单位", "所属单位", "所属机构", "机构", "部门", "所在部门", "科室", "所在科室", "单位名称"), ("单位", "部门", "科室")),
    Field("roles", "角色", ("身份", "系统角色", "权限"), ("角色",)),
    Field("phone", "手机", ("手机号", "手机号码", "联系电话", "电话", "联系方式"), ("电话", "手机")),
)  # fmt: skip

_FIELDS = {
    Import.Target.MARKS.value: MARK_FIELDS,
    Import.Target.LICENCES.value: LICENCE_FIELDS,
    Import.Target.OBJECTS.value: OBJECT_FIELDS,
    Import.Target.INSPECTORS.value: INSPECTOR_FIELDS,
    Import.Target.ITEMS.value: ITEM_FIELDS,
    AUTHORITY: AUTHORITY_FIELDS,
    Import.Target.EXPERTS.value: EXPERT_FIELDS,
    Import.Target.ACCOUNTS.value: ACCOUNT_FIELDS,
}


def fields_of(target: str) -> tuple[Field, ...]:
    """The fields of a target (Import.Target, or AUTHORITY), in the order in which people see them."""
    return _FIELDS[str(target)]


def label_of(target: str, name: str) -> str:
    """The Chinese name of a field."""
    return next(field.label for field in fields_of(target) if field.name == name)
