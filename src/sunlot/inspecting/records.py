"""What a part's record says, as plain values: compared, merged, checked for what is missing, and frozen under a digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json

from .models import NEED_REMARK, OF_PROBLEMS, Category, Finding, FormPart

Answer = Finding.Answer


@dataclass(frozen=True)
class Answered:
    """One item's answer and what was seen."""

    answer: str = ""
    note: str = ""


@dataclass(frozen=True)
class PartData:
    """What the inspectors write: everything may be missing while it is a draft. `findings` is by the item's code."""

    mode: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    categories: tuple[str, ...] = ()
    remark: str = ""
    findings: Mapping[str, Answered] = field(default_factory=dict)


@dataclass(frozen=True)
class Gap:
    """Something that stands between a draft and its submission; `place` is the id of the control that mends it."""

    place: str
    words: str


def data_of(part: FormPart) -> PartData:
    """The record as stored. Needs `findings__version__item` loaded for a flat number of queries."""
    return PartData(
        mode=part.mode,
        began_at=part.began_at,
        ended_at=part.ended_at,
        categories=tuple(part.categories),
        remark=part.remark,
        findings={found.version.item.code: Answered(found.answer, found.note) for found in part.findings.all()},
    )


def flat(data: PartData) -> dict[str, str]:
    """One text for each field of the page: what two versions are compared by."""
    texts = {
        "mode": data.mode,
        "began_at": _minute(data.began_at),
        "ended_at": _minute(data.ended_at),
        "categories": ",".join(sorted(set(data.categories))),
        "remark": data.remark,
    }
    for code, answered in data.findings.items():
        texts[f"answer-{code}"], texts[f"note-{code}"] = answered.answer, answered.note
    return texts


def unflat(texts: Mapping[str, str]) -> PartData:
    """The inverse of `flat`."""
    codes = [name.removeprefix("answer-") for name in texts if name.startswith("answer-")]
    return PartData(
        mode=texts["mode"],
        began_at=clock.parse(texts["began_at"]) if texts["began_at"] else None,
        ended_at=clock.parse(texts["ended_at"]) if texts["ended_at"] else None,
        categories=tuple(value for value in texts["categories"].split(",") if value),
        remark=texts["remark"],
        findings={code: Answered(texts[f"answer-{code}"], texts[f"note-{code}"]) for code in codes},
    )


def merge(base: Mapping[str, str], mine: PartData, stored: PartData) -> tuple[PartData, dict[str, str]]:
    """Bring a save together with the newer one that it did not know.

    `base` is what the page showed when it was opened. A field changed on one side alone takes that side's value; one
    changed on both stays `mine` and is named, with the stored value, in the second part of the answer.
    """
    ours, theirs = flat(mine), flat(stored)
    clashes: dict[str, str] = {}
    for name, other in theirs.items():
        own, before = ours.get(name, other), base.get(name)
        if own in (other, before):
            ours[name] = other
        elif other != before:
            clashes[name] = other
    return unflat(ours), clashes


def gaps(part: FormPart, data: PartData) -> list[Gap]:
    """Everything that is missing or contradicts itself, in the order of the page; empty when it can be signed."""
    return [*_gaps_in_findings(part, data), *_gaps_in_times(part, data), *_gaps_in_categories(data)]


def _gaps_in_findings(part: FormPart, data: PartData) -> list[Gap]:
    """An item that is repealed on the day of the visit may not be inspected any more (notice, part 三（一）)."""
    found = []
    day = (data.began_at or clock.now()).astimezone(clock.SHANGHAI).date()
    for number, finding in enumerate(part.findings.all(), 1):
        code = finding.version.item.code
        answered = data.findings.get(code, Answered())
        if answered.answer in (Answer.FINE, Answer.PROBLEM) and finding.version.is_repealed_on(day):
            found.append(Gap(f"item-{code}", f"第 {number} 项“{finding.version.name}”已废止，不能再检查，选“不适用”"))
        elif not answered.answer:
            found.append(Gap(f"item-{code}", f"第 {number} 项“{finding.version.name}”还没有填写"))
        elif answered.answer == Answer.PROBLEM and not answered.note.strip():
            found.append(Gap(f"id_note-{code}", f"第 {number} 项“{finding.version.name}”发现问题，要写明情况"))
    return found


def _gaps_in_times(part: FormPart, data: PartData) -> list[Gap]:
    found = [] if data.mode else [Gap("mode", "没有选检查方式")]
    if data.began_at is None:
        found.append(Gap("id_began_at", "没有填检查开始时间"))
    elif data.began_at.astimezone(clock.SHANGHAI).date() < part.form.task.created_at.astimezone(clock.SHANGHAI).date():
        found.append(Gap("id_began_at", "检查开始时间早于任务派发日，核对日期"))
    if data.ended_at is None:
        found.append(Gap("id_ended_at", "没有填检查结束时间"))
    elif data.ended_at > clock.now() + timedelta(minutes=1):  # the phone's own minute may be the next one
        found.append(Gap("id_ended_at", "检查结束时间还没有到，核对时间"))
    elif data.began_at is not None and data.ended_at < data.began_at:
        found.append(Gap("id_ended_at", "检查结束早于开始，核对时间"))
    return found


def _gaps_in_categories(data: PartData) -> list[Gap]:
    """The result must agree with the findings (domain facts, (a))."""
    chosen = {Category(value) for value in data.categories}
    answers = {answered.answer for answered in data.findings.values()}
    words = []
    if not chosen:
        words.append("没有选检查结果")
    if Category.NO_PROBLEM in chosen and len(chosen) > 1:
        words.append("“未发现问题”不能与其他结果同时选")
    if Category.NO_PROBLEM in chosen and Answer.PROBLEM in answers:
        words.append("有事项发现问题，检查结果不能是“未发现问题”")
    elif Category.NO_PROBLEM in chosen and answers and Answer.FINE not in answers | {Answer.OPEN.value}:
        words.append("各项都不适用，检查结果不能是“未发现问题”")
    elif Answer.PROBLEM in answers and chosen and not chosen & (OF_PROBLEMS | {Category.UNCOOPERATIVE}):
        words.append("有事项发现问题，检查结果要选一个说明问题的类别")
    for category in sorted(chosen & OF_PROBLEMS):
        if Answer.PROBLEM not in answers and Answer.OPEN not in answers:
            words.append(f"没有事项发现问题，检查结果不能是“{category.label}”")
    found = [Gap("categories", entry) for entry in words]
    if chosen & NEED_REMARK and not data.remark.strip():
        named = "、".join(f"“{category.label}”" for category in sorted(chosen & NEED_REMARK))
        found.append(Gap("id_remark", f"结果是{named}，在情况说明里写明经过"))
    return found


@dataclass(frozen=True)
class Absence:
    """Why the inspected signed nothing, and who witnessed it (notice, part 4 (3))."""

    reason: str
    witness: str
    witness_is: str = ""


def absence_of(part: FormPart) -> Absence | None:
    """The absence noted on the part, if any."""
    return Absence(part.absence_reason, part.witness, part.witness_is) if part.absence_reason else None


def content(part: FormPart, data: PartData, absence: Absence | None) -> bytes:
    """The record as canonical JSON: what the signatures stand under, and what is kept for ever once it is submitted."""
    versions = {finding.version.item.code: finding.version for finding in part.findings.all()}
    categories: list[Json] = [Category(value).label for value in sorted(data.categories)]
    items: list[Json] = [
        {
            "item": code,
            "version": version.number,
            "name": version.name,
            "answer": answered.answer,
            "note": answered.note,
        }
        for code, version in versions.items()
        for answered in [data.findings.get(code, Answered())]
    ]
    members: list[Json] = [
        {
            "inspector": member.inspector.number,
            "name": member.inspector.name,
            "certificate": member.inspector.certificate,
        }
        for member in part.members.all()
    ]
    return canonical.dumps(
        {
            "record": "sunlot-inspection/1",
            "form": part.form.number,
            "task": part.form.task.title,
            "object": {"number": part.form.object.number, "name": part.form.object.name},
            "organisation": {"code": part.organisation.code, "name": part.organisation.name},
            "members": members,
            "mode": data.mode,
            "began_at": _minute(data.began_at),
            "ended_at": _minute(data.ended_at),
            "items": items,
            "categories": categories,
            "remark": data.remark,
            "absence": None
            if absence is None
            else {"reason": absence.reason, "witness": absence.witness, "witness_is": absence.witness_is},
        }
    )


def digest_of(written: bytes) -> str:
    """SHA-256 of a record, as `sha256sum` prints it."""
    return hashlib.sha256(written).hexdigest()


def _minute(moment: datetime | None) -> str:
    """A time to the minute, as the page shows and the record holds it."""
    if moment is None:
        return ""
    return moment.astimezone(clock.SHANGHAI).replace(second=0, microsecond=0).isoformat(timespec="seconds")
