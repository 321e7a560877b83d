"""What of a check becomes public: the check itself, never a person, never a penalty (notice, part 4 (4))."""

import hashlib
import re
from collections.abc import Sequence

from sunlot.inspecting.models import OF_PROBLEMS, Category, FormPart
from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import Entity

MAX_STATEMENT = 500
"""Characters; more is a report, not a result."""

_IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])", re.ASCII)
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)", re.ASCII)
_PENALTY = re.compile(r"罚款|行政处罚|没收|吊销|责令停产停业|暂扣")


def public_content(
    part: FormPart, categories: Sequence[str], statement: str, correction: dict[str, Json] | None = None
) -> bytes:
    """The canonical JSON that is published and whose SHA-256 stands in the log. Needs what `inspecting.queries.whole` loads.

    `correction` is null in a first publication, else `{"replaces": <digest>, "reason": …}`.
    """
    labels: list[Json] = [Category(value).label for value in categories]
    items: list[Json] = [
        {"item": finding.version.item.code, "name": finding.version.name} for finding in part.findings.all()
    ]
    ended = part.ended_at or part.recorded_at
    assert ended is not None  # noqa: S101 -- a decided part was recorded
    return canonical.dumps(
        {
            "result": "sunlot-result/1",
            "form": part.form.number,
            "task": part.form.task.title,
            "object": {
                "number": part.form.object.number,
                "name": part.form.object.name,
                "region": part.form.object.region_id,
            },
            "department": {"code": part.organisation.code, "name": part.organisation.full_name},
            "inspected_on": ended.astimezone(clock.SHANGHAI).date().isoformat(),
            "mode": part.mode_words,
            "items": items,
            "categories": labels,
            "statement": statement,
            "correction": correction,
        }
    )


def digest_of(content: bytes) -> str:
    """SHA-256 of a published content, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def checked_statement(part: FormPart, statement: str) -> str:
    """The statement without space around it. Raises Refused where it holds what may not be public, naming it."""
    text = statement.strip()
    if len(text) > MAX_STATEMENT:
        raise Refused(f"公示说明有 {len(text)} 字，超过 {MAX_STATEMENT} 字，缩短后再公示。")
    for pattern, what in ((_IDENTITY_NUMBER, "身份证号"), (_PHONE, "电话号码")):
        found = pattern.search(text)
        if found:
            raise Refused(f"公示说明里有{what}“{found[0]}”，删去后再公示。")
    for name in sorted(_persons(part)):
        if name in text:
            raise Refused(f"公示说明里有个人姓名“{name}”，删去后再公示。")
    found = _PENALTY.search(text)
    if found:
        raise Refused(f"公示说明里写了“{found[0]}”。这里只公示检查本身，行政处罚按处罚信息公示的规定另行公示。")
    return text


def checked_categories(part: FormPart, categories: Sequence[str]) -> list[str]:
    """The categories of a correction, sorted. Raises Refused where they are none, unknown, or contradict each other."""
    known = {value for value, _ in Category.choices}
    if not categories or set(categories) - known:
        raise Refused("没有选检查结果。")
    chosen = sorted(set(categories))
    if Category.NO_PROBLEM in chosen and len(chosen) > 1:
        raise Refused("“未发现问题”不能与其他结果同时选。")
    return chosen


def contradicts_record(part: FormPart, categories: Sequence[str]) -> bool:
    """Whether categories say something else about problems than the frozen record does: shown, for a person to judge."""
    problem = any(finding.answer == finding.Answer.PROBLEM for finding in part.findings.all())
    return problem != bool(set(categories) & set(OF_PROBLEMS))


def _persons(part: FormPart) -> set[str]:
    """The names of the persons behind a check: signers, witness, inspectors, and those of the object's entities."""
    names = set(Signature.objects.filter(thing=part.thing).values_list("name", flat=True)) | {part.witness}
    names |= {member.inspector.name for member in part.members.all()}
    entities = Entity.objects.filter(involvements__object_id=part.form.object_id).values_list(
        "representative", "contact"
    )
    names |= {name for pair in entities for name in pair}
    public = part.form.object.name + part.organisation.name
    return {name for name in names if len(name) > 1 and name not in public}  # 一人公司 may bear its owner's name
