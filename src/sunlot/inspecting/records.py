"""What a part's record says, as plain values: compared, merged, checked for what is missing, and frozen under a digest."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sunlot.catalogue.models import ItemVersion
from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json

from . import modes
from .models import NEED_REMARK, OF_PROBLEMS, Category, Evidence, Finding, FormPart
from .notices import contact

Answer = Finding.Answer


MAX_MEASURED = 20  # values of one item


@dataclass(frozen=True)
class Measured:
    """A value read off an instrument, as it was read, with its unit and the limits that hold for it."""

    name: str
    value: str
    unit: str = ""
    least: str = ""
    most: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether the value lies outside its limits; what is no number lies nowhere."""
        value, least, most = (_number(text) for text in (self.value, self.least, self.most))
        return value is not None and ((least is not None and value < least) or (most is not None and value > most))

    @property
    def limits(self) -> str:
        """The limits in words: 0 至 20, 不低于 0, 不高于 20; empty without any."""
        if self.least and self.most:
            return f"{self.least} 至 {self.most}"
        return f"不低于 {self.least}" if self.least else f"不高于 {self.most}" if self.most else ""

    def __str__(self) -> str:
        said = f"{self.name} {self.value}{self.unit}"
        return f"{said}（限值 {self.limits}{'，超限' if self.is_outside else ''}）" if self.limits else said


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


@dataclass(frozen=True)
class Answered:
    """One item's answer and what was seen. `offers` are positions of the findings that the item's version offers."""

    answer: str = ""
    note: str = ""
    offers: tuple[int, ...] = ()
    severity: str = ""
    article: str = ""
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class PartData:
    """What the inspectors write: everything may be missing while it is a draft. `findings` is by the item's code."""

    mode: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    categories: tuple[str, ...] = ()
    remark: str = ""
    from_paper: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    """What each mode says, by the name of its place (modes.ALL)."""
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
        from_paper=part.from_paper,
        details={name: text for name, text in part.mode_details.items() if name in modes.NAMES},
        findings={found.version.item.code: answered_of(found) for found in part.findings.all()},
    )


def answered_of(found: Finding) -> Answered:
    """What is stored of one item."""
    return Answered(
        found.answer,
        found.note,
        tuple(found.offers),
        found.severity,
        found.article,
        tuple(Measured(*row) for row in found.measured),
    )


def flat(data: PartData) -> dict[str, str]:
    """One text for each field of the page: what two versions are compared by, and what a phone sends."""
    texts = {
        "mode": data.mode,
        "began_at": _minute(data.began_at),
        "ended_at": _minute(data.ended_at),
        "categories": ",".join(sorted(set(data.categories))),
        "remark": data.remark,
        "from_paper": "yes" if data.from_paper else "",
        **{blank.name: data.details.get(blank.name, "") for blank in modes.ALL},
    }
    for code, answered in data.findings.items():
        texts[f"answer-{code}"], texts[f"note-{code}"] = answered.answer, answered.note
        texts[f"offers-{code}"] = ",".join(str(position) for position in sorted(set(answered.offers)))
        texts[f"severity-{code}"], texts[f"article-{code}"] = answered.severity, answered.article
        texts[f"measured-{code}"] = measured_text(answered.measured)
    return texts


def unflat(texts: Mapping[str, str]) -> PartData:
    """The inverse of `flat`; a field that is not there is empty. Raises ValueError for what `flat` never writes."""
    codes = [name.removeprefix("answer-") for name in texts if name.startswith("answer-")]
    return PartData(
        mode=modes.ordered(texts.get("mode", "").split(",")),
        began_at=clock.parse(texts["began_at"]) if texts.get("began_at") else None,
        ended_at=clock.parse(texts["ended_at"]) if texts.get("ended_at") else None,
        categories=tuple(value for value in texts.get("categories", "").split(",") if value),
        remark=texts.get("remark", ""),
        from_paper=bool(texts.get("from_paper")),
        details={blank.name: texts[blank.name] for blank in modes.ALL if texts.get(blank.name)},
        findings={code: _unflat_answer(texts, code) for code in codes},
    )


def _unflat_answer(texts: Mapping[str, str], code: str) -> Answered:
    return Answered(
        texts[f"answer-{code}"],
        texts.get(f"note-{code}", ""),
        tuple(int(text) for text in texts.get(f"offers-{code}", "").split(",") if text),
        texts.get(f"severity-{code}", ""),
        texts.get(f"article-{code}", ""),
        measured_in(texts.get(f"measured-{code}", "")),
    )


def measured_text(values: Iterable[Measured]) -> str:
    """Measured values as text, one a line: name|value|unit|least|most."""
    return "\n".join("|".join((one.name, one.value, one.unit, one.least, one.most)).rstrip("|") for one in values)


def measured_in(text: str) -> tuple[Measured, ...]:
    """The inverse of `measured_text`. Raises ValueError, with words for people, for a line that is none."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        cells = [cell.strip() for cell in line.replace("｜", "|").split("|")]
        if not 2 <= len(cells) <= 5 or not cells[0] or not cells[1]:
            raise ValueError(f"“{line[:40]}”看不懂。每行写一个：名称|数值|单位|下限|上限，后三格可不写。")
        found.append(Measured(*cells))
    if len(found) > MAX_MEASURED:
        raise ValueError(f"一项最多写 {MAX_MEASURED} 个测量值。")
    return tuple(found)


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
    return [
        *_gaps_in_findings(part, data),
        *_gaps_in_times(part, data),
        *_gaps_in_modes(part, data),
        *_gaps_in_categories(data),
        *_gaps_in_evidence(part, data),
        *_gaps_in_contact(part, data),
    ]


def _gaps_in_contact(part: FormPart, data: PartData) -> list[Gap]:
    """Nobody is “unreachable” because one phone call failed (notices.contact)."""
    if Category.UNREACHABLE not in data.categories:
        return []
    attempts = contact.missing(part)
    found = [Gap("categories", attempts)] if attempts else []
    return found if contact.has_photo(part) else [*found, Gap("evidence", contact.NO_PHOTO)]


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
        elif _lacks_proof(part, finding, answered.answer):
            found.append(Gap(f"item-{code}", f"第 {number} 项“{finding.version.name}”按规定要有照片或文件"))
        elif answered.answer == Answer.PROBLEM and not answered.note.strip() and not answered.offers:
            found.append(Gap(f"id_note-{code}", f"第 {number} 项“{finding.version.name}”发现问题，要选问题或写明情况"))
    return found


def _lacks_proof(part: FormPart, finding: Finding, answer: str) -> bool:
    """Whether the item's own rule asks for evidence that is not there."""
    asks = {
        ItemVersion.Proof.ALWAYS.value: (Answer.FINE, Answer.PROBLEM),
        ItemVersion.Proof.PROBLEM.value: (Answer.PROBLEM,),
    }
    if answer not in asks.get(finding.version.proof, ()):
        return False
    return all(one.finding_id != finding.pk for one in evidence_of(part))


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


def _gaps_in_modes(part: FormPart, data: PartData) -> list[Gap]:
    """Each mode says what it must; what is watched on the network is seen on a screenshot."""
    found = [
        Gap(f"id_{blank.name}", f"{ItemVersion.Mode(mode).label}没有{blank.verb}“{blank.label}”")
        for mode in modes.chosen(data.mode)
        for blank in modes.BLANKS[mode]
        if blank.is_missing(data.details)
    ]
    shots = any(one.kind == Evidence.Kind.SHOT for one in evidence_of(part))
    if ItemVersion.Mode.NETWORK in modes.chosen(data.mode) and not shots:
        found.append(Gap("shots", modes.NO_SHOT))
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


def evidence_of(part: FormPart) -> list[Evidence]:
    """The evidence that stands in the record, in the order of its digests."""
    return sorted((one for one in part.evidence.all() if one.counts), key=lambda one: one.original_id)


def _gaps_in_evidence(part: FormPart, data: PartData) -> list[Gap]:
    """A paper form that is entered later is believed by its scan alone."""
    if data.from_paper and not any(one.kind == Evidence.Kind.SCAN for one in evidence_of(part)):
        return [Gap("evidence", "纸质表补录，要上传纸质检查表的扫描件")]
    return []


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
    """The record as canonical JSON: what the signatures stand under, and what is kept for ever once it is submitted.

    A phone without a network writes the same bytes (static/inspecting/app/record.js), so that the inspected signs
    over the very digest that the server computes later.
    """
    categories: list[Json] = [Category(value).label for value in sorted(set(data.categories))]
    items: list[Json] = [
        _item(finding, data.findings.get(finding.version.item.code, Answered())) for finding in part.findings.all()
    ]
    return canonical.dumps(
        {
            **frame(part),
            "mode": data.mode,
            "details": {blank.name: data.details.get(blank.name, "") for blank in modes.blanks_of(data.mode)},
            "began_at": _minute(data.began_at),
            "ended_at": _minute(data.ended_at),
            "items": items,
            "categories": categories,
            "remark": data.remark,
            "from_paper": data.from_paper,
            "evidence": [_evidence(one) for one in evidence_of(part)],
            "absence": None
            if absence is None
            else {"reason": absence.reason, "witness": absence.witness, "witness_is": absence.witness_is},
        }
    )


def frame(part: FormPart) -> dict[str, Json]:
    """What of the record nobody types: whose it is, and by whom."""
    return {
        "record": "sunlot-inspection/3",
        "form": part.form.number,
        "task": part.form.task.title,
        "object": {"number": part.form.object.number, "name": part.form.object.name},
        "organisation": {"code": part.organisation.code, "name": part.organisation.name},
        "members": [
            {
                "inspector": member.inspector.number,
                "name": member.inspector.name,
                "certificate": member.inspector.certificate,
            }
            for member in part.members.all()
        ],
    }


def offered(finding: Finding, answered: Answered) -> list[str]:
    """The findings taken up of those that the item offers, in its order. What it does not offer is left out."""
    return [one.text for one in finding.version.offered_findings.all() if one.position in answered.offers]


def said(finding: Finding) -> list[str]:
    """What was written of an item, line by line: problems, note, severity, article, measured values."""
    answered = answered_of(finding)
    severity = f"严重程度：{finding.get_severity_display()}" if finding.severity else ""
    article = f"违反条款：{finding.article}" if finding.article else ""
    lines = [*offered(finding, answered), finding.note, severity, article, *map(str, answered.measured)]
    return [line for line in lines if line]


def _item(finding: Finding, answered: Answered) -> Json:
    return {
        "item": finding.version.item.code,
        "version": finding.version.number,
        "name": finding.version.name,
        "answer": answered.answer,
        "note": answered.note,
        "offers": [*offered(finding, answered)],
        "severity": answered.severity,
        "article": answered.article,
        "measured": measured_text(answered.measured),
    }


def _evidence(one: Evidence) -> Json:
    return {
        "digest": one.original_id,
        "kind": one.kind,
        "item": one.finding.version.item.code if one.finding else None,
        "from_camera": one.from_camera,
        "taken_at": second(one.taken_at),
    }


def digest_of(written: bytes) -> str:
    """SHA-256 of a record, as `sha256sum` prints it."""
    return hashlib.sha256(written).hexdigest()


def _minute(moment: datetime | None) -> str:
    """A time to the minute, as the page shows and the record holds it."""
    if moment is None:
        return ""
    return moment.astimezone(clock.SHANGHAI).replace(second=0, microsecond=0).isoformat(timespec="seconds")


def second(moment: datetime | None) -> str:
    """A time to the second, as evidence holds it."""
    return "" if moment is None else moment.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
