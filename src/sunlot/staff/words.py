"""The auditor's plain words for what the trail keeps as codes: kinds of thing, names of fields, values."""

import json
from typing import Any

THINGS = {
    "attempt": "抽取",
    "avoidance": "回避",
    "delegation": "委托代签",
    "dispatch": "检查任务派发",
    "draw": "抽取",
    "entity": "市场主体",
    "extension": "检查延期",
    "form": "检查表",
    "form-part": "检查表部分",
    "import": "导入",
    "inspector": "检查人员",
    "installation": "系统",
    "item": "抽查事项",
    "object": "检查对象",
    "organisation": "机构",
    "organisations": "机构",
    "plan": "抽查计划",
    "regions": "行政区划",
    "reassignment": "指派",
    "registry": "名录库",
    "sign-in": "登录",
    "task": "检查任务",
    "trail": "留痕",
    "user": "账号",
    "wording": "文书用语",
}

FIELDS = {
    "accept_warnings": "确认待确认的行",
    "address": "地址",
    "asked": "导出条件",
    "bases": "检查依据",
    "beacon": "公共随机源",
    "began_at": "检查开始",
    "capacity": "签署身份",
    "categories": "结果类型",
    "category": "类别",
    "certificate": "执法证号",
    "changed": "更新行数",
    "city_staff_roam": "市直人员分到各区",
    "closing": "结语",
    "columns": "列的对应",
    "comment": "意见",
    "commitment": "承诺",
    "completed_on": "检查完成日",
    "confirm": "待确认行数",
    "contact": "联系人、联系方式",
    "content": "检查内容",
    "contributor": "参与方",
    "credit_code": "统一社会信用代码",
    "defaults": "全表同一内容",
    "digest": "摘要",
    "draw": "抽取编号",
    "draw_at": "抽取时间",
    "effective_from": "生效日期",
    "effective_to": "用到",
    "ended_at": "检查结束",
    "ends_on": "检查截止",
    "expires": "执法证有效期至",
    "faulty": "错误行数",
    "caps": "频次上限",
    "few_participants_reason": "参与部门少于三个的理由",
    "fields": "专业领域",
    "file": "文件",
    "forms": "检查表数",
    "giver": "委托人",
    "ground": "事由",
    "heading": "发文机关",
    "inspector_scope": "检查人员范围",
    "kind": "对象类别",
    "kinds": "检查对象类别",
    "lead": "牵头",
    "mended": "自动整理处数",
    "mode": "检查方式",
    "modes": "检查方式",
    "name": "名称",
    "narrowing": "对象范围条件",
    "new": "新增行数",
    "notice": "抽取公告摘要",
    "object": "检查对象",
    "organisation": "机构",
    "participants": "参与部门",
    "parts": "部门部分数",
    "path": "地址",
    "phone": "电话",
    "plan": "抽查计划",
    "reason": "理由",
    "receiver": "受托人",
    "record": "检查记录",
    "region": "辖区",
    "regions": "对象所在区",
    "release_on": "名单公开日期",
    "remark": "备注",
    "result": "结果",
    "reveal_by": "公开期限",
    "rights": "权利告知",
    "risk": "信用风险",
    "role": "角色",
    "rows": "行数",
    "same": "无变化行数",
    "sheet": "工作表",
    "starts_on": "检查开始",
    "state": "状态",
    "strata": "分层与比例",
    "targeted": "定向",
    "targeted_by": "按什么定向",
    "thing": "对象",
    "title": "名称",
    "turn": "抽取批次",
    "unassigned": "未分配对象",
    "user": "账号",
    "username": "用户名",
    "without_items": "没有事项的对象",
    "witness": "见证人",
    "witness_is": "见证人身份",
    "zones": "各区检查组",
    "zoning": "组队方式",
}

_PER_ITEM = {"answer": "检查结果", "note": "情况记录"}  # answer-WY-01


def thing_words(thing: str) -> str:
    """抽查计划 17 for plan:17; the code itself where its kind is not known."""
    kind, _, key = thing.partition(":")
    words = THINGS.get(kind)
    return f"{words} {key}".strip() if words else thing


def field_words(key: str) -> str:
    """生效日期 for effective_from; the key itself where it is not known."""
    start, _, item = key.partition("-")
    if item and start in _PER_ITEM:
        return f"{item} {_PER_ITEM[start]}"
    return FIELDS.get(key, key)


def value_words(value: Any) -> str:
    """A stored value as a person reads it: 是 and 否, lists and tables as they are written in the event."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
