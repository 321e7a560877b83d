"""Records beside the form in the demonstration: who was questioned about a problem, and a list of copies that is half done."""

from collections.abc import Sequence

from sunlot.inspecting.models import FormPart
from sunlot.inspecting.records import second
from sunlot.inspecting.written import actions
from sunlot.inspecting.written.content import Written
from sunlot.norms import clock

from .people import Cast

_STROKES = "M84 38L96 36L142 32M112 34L110 60L108 86M88 60L132 55M76 88L148 81"
_ASKED = (
    ("你在单位负责什么工作？", "我是项目负责人，负责日常管理。"),
    ("检查发现的问题，是什么时候开始的？", "大约两个月前，经办人离职以后没有交接。"),
    ("什么时候能够改正？", "十日内改正，并书面报告。"),
)


def question(cast: Cast, part: FormPart, first: str, others: Sequence[str]) -> None:
    """Question who is in charge about what was found; everybody signs."""
    viewer, now = cast[first], clock.now().replace(second=0, microsecond=0)
    found = actions.begin(viewer, part, "questioning")
    texts = {
        "asked_name": "李○强", "asked_capacity": "项目负责人", "asked_unit": part.form.object.name, "began_at": second(now),
        "ended_at": second(now), "place": found.texts.get("place", "") or "项目部", "writer": viewer.person, "told": "told",
        "rights_answer": "听清楚了，不申请回避。", "read": "self", "statement": "以上记录属实。",
    }  # fmt: skip
    saved = actions.save(viewer, found, Written(texts, _ASKED, tuple(found.officers)), version=found.version)
    done = actions.complete(viewer, saved, version=saved.version)
    actions.sign_person(viewer, done, done.digest, "李○强", _STROKES)
    for number in (first, *others):
        actions.sign(cast[number], done, done.digest, cast.proof(number))


def begin_list(cast: Cast, part: FormPart) -> None:
    """Begin a list of copied material, to be gone on with."""
    viewer = cast[part.members.all()[0].inspector.number]
    found = actions.begin(viewer, part, "copies")
    rows = (
        ("物业服务合同", "1", "24", "项目部档案室", ""),
        ("收费台账（2026 年第三季度）", "1", "12", "项目部财务室", ""),
    )
    written = Written({**found.texts, "given_by": part.form.object.name}, rows, tuple(found.officers))
    actions.save(viewer, found, written, version=found.version)
