"""What a phone takes along for the day, and what it sends back: plain JSON, read strictly."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from sunlot.catalogue import prose
from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.models import GuideVersion, ItemVersion
from sunlot.drawing.models import Replacement
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.visits.queries import Agreement, agreements

from . import deadlines, modes, presenting, queries, records
from .codes import queries as codes
from .evidence import Facts
from .forms import MAX_TEXT
from .models import (
    NEED_REMARK,
    OF_PROBLEMS,
    Category,
    CheckOut,
    Evidence,
    FieldDevice,
    Finding,
    FormPart,
    Obstacle,
)
from .notices import contact
from .notices import queries as notices
from .records import PartData
from .written import phone as written_phone
from .written import queries as written
from .written.kinds import KINDS

MOST_PARTS = 60
"""So many parts go along, the most urgent first: more than anybody visits in a week."""
MOST_EARLIER = 5

_SUBMITTED = [FormPart.State.RECORDED, FormPart.State.DECIDED, FormPart.State.PUBLISHED, FormPart.State.CORRECTED]


def day(viewer: Viewer, device: FieldDevice) -> dict[str, Any]:
    """Everything that the visits of the coming days need without a network, in a fixed number of queries."""
    at_hand = ("sub_items", "materials")
    waiting = queries.whole(queries.to_inspect(viewer)).prefetch_related(
        *(f"findings__version__{rows}" for rows in at_hand)
    )
    parts = list(waiting.order_by(deadlines.inspect_by(), "form__number", "pk")[:MOST_PARTS])
    guides = catalogue.guides_for((f.version.item_id for part in parts for f in part.findings.all()), clock.today())
    held = {
        one.part_id: one
        for one in CheckOut.objects.filter(part__in=parts, ended_at__isnull=True).select_related("device__user")
    }
    signatures = queries.signatures_by_part(parts)
    earlier, agreed = _earlier(viewer, parts), agreements(f"form:{part.form_id}" for part in parts)
    forms, beside = {part.form_id for part in parts}, written.of_parts(parts)
    obstacles: dict[int, list[Obstacle]] = {}
    for one in Obstacle.objects.filter(part__in=parts).select_related("reported_by"):
        obstacles.setdefault(one.part_id, []).append(one)
    handed_in, numbers = notices.materials_of(forms), codes.numbers_of(forms)
    to_sign = (
        queries.to_countersign(viewer).select_related("form__object", "recorded_by").order_by("completed_on", "pk")
    )
    return {
        "words": _words(),
        "codes": codes.for_phone(device, f"{settings.SUNLOT_PUBLIC_URL}/c/"),
        "user": {"name": viewer.person, "username": viewer.username},
        "parts": [
            {
                **_part(part, presenting.part_view(part, signatures[part.pk])),
                "held": _held(held.get(part.pk), device),
                "guides": _guides(part, guides),
                "earlier": earlier.get(part.form.object_id, []),
                "agreed": _agreed(agreed.get(f"form:{part.form_id}")),
                "code": numbers.get(part.form_id, ""),
                "written": written_phone.taken_along(beside[part.pk]),
                "obstacles": [
                    f"{one.get_cause_display()}，{one.reason}（{one.reported_by.name}）"
                    for one in obstacles.get(part.pk, [])
                ],
                "handed_in": [
                    {"name": one.name, "item": one.item, "url": reverse("inspecting:notice-material", args=[one.pk])}
                    for one in handed_in.get(part.form_id, [])
                ],
            }
            for part in parts
        ],
        "to_sign": [
            {"id": one.pk, "title": one.form.object.name, "by": one.recorded_by.name if one.recorded_by else ""}
            for one in to_sign[:MOST_PARTS]
        ],
    }


def _words() -> dict[str, Any]:
    """The words and rules that the phone needs to fill in and check a form by itself (static/inspecting/app/record.js)."""
    return {
        "modes": list(map(list, ItemVersion.Mode.choices)),
        "blanks": {mode: [blank.for_phone() for blank in blanks] for mode, blanks in modes.BLANKS.items()},
        "no_shot": modes.NO_SHOT,
        "categories": list(map(list, Category.choices)),
        "severities": list(map(list, Finding.Severity.choices)),
        "of_problems": sorted(OF_PROBLEMS),
        "need_remark": sorted(NEED_REMARK),
        "written": [one.for_phone() for one in KINDS.values()],
        "obstacles": [[one.value, one.label] for one in Replacement.OBJECT_CAUSES],
    }


def _part(part: FormPart, shown: presenting.PartView) -> dict[str, Any]:
    where, task = part.form.object, part.form.task
    due = shown.due
    return {
        "id": part.pk,
        "version": part.version,
        "state": part.state,
        "returned": part.correction_reason or (part.review_comment if part.state == FormPart.State.RETURNED else ""),
        "frame": records.frame(part),
        "title": where.name,
        "is_demo": where.is_demo,
        "kind": where.kind.name,
        "address": f"{where.region.name}　{where.address}" if where.address else where.region.name,
        "place": None if where.latitude is None else [float(where.latitude), float(where.longitude or 0)],
        "team": part.form.team_label,
        "due": _due(due),
        "starts_on": task.starts_on.isoformat(),
        "dispatched_on": task.created_at.astimezone(clock.SHANGHAI).date().isoformat(),
        "drawn": task.attempt_id is not None,
        "colleagues": [line.name for line in shown.members],
        "texts": records.flat(records.data_of(part)),
        "signed": shown.inspected.name if shown.inspected else part.absence_reason and f"未签字：{part.absence_reason}",
        "items": [_item(finding) for finding in part.findings.all()],
        "evidence": [_evidence(one) for one in part.evidence.all()],
        "unreachable": {"attempts": contact.missing(part), "photo": contact.NO_PHOTO, "category": Category.UNREACHABLE},
    }


def _due(due: deadlines.Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    late, extended = due.words if due.is_late else "", due.was is not None
    return {"what": due.what, "day": due.day.isoformat(), "late": late, "extended": extended}


def _item(finding: Finding) -> dict[str, Any]:
    version = finding.version
    repealed = version.effective_to if version.state == ItemVersion.State.REPEALED else None
    return {
        "code": version.item.code,
        "version": version.number,
        "name": version.name,
        "category": version.get_category_display(),
        "content": version.content,
        "bases": [str(basis) for basis in version.bases.all()],
        "offers": [
            {"position": one.position, "text": one.text, "then": one.get_follow_up_display(), "note": one.note}
            for one in version.offered_findings.all()
        ],
        "sub_items": [[one.name, one.how] for one in version.sub_items.all()],
        "materials": [[one.name, one.note] for one in version.materials.all()],
        "proof": version.proof,
        "used_until": repealed.isoformat() if repealed else "",
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "id": one.pk,
        "digest": one.original_id,
        "kind": one.kind,
        "item": one.finding.version.item.code if one.finding else None,
        "from_camera": one.from_camera,
        "taken_at": records.second(one.taken_at),
        "name": one.name,
        "caption": one.caption,
        "left_out": one.left_out_why,
        "is_photo": one.clean_copy_id is not None,
    }


def held_words(held: CheckOut, device: FieldDevice | None) -> dict[str, Any]:
    """Where a part is checked out to, for the phone that asks."""
    return {
        "mine": device is not None and held.device_id == device.pk,
        "user": held.device.user.name,
        "device": held.device.name,
        "since": clock.iso(held.since),
    }


def _agreed(agreement: Agreement | None) -> dict[str, Any] | None:
    """The day on which the visit is made together with those of other units (综合查一次)."""
    return None if agreement is None else {"day": agreement.day.isoformat(), "with": list(agreement.units)}


def _held(held: CheckOut | None, device: FieldDevice) -> dict[str, Any] | None:
    return None if held is None else held_words(held, device)


def _guides(part: FormPart, guides: Mapping[int, list[GuideVersion]]) -> list[dict[str, Any]]:
    """The guides of the part's items, each once, as blocks of text."""
    found = {one.pk: one for finding in part.findings.all() for one in guides[finding.version.item_id]}
    return [
        {
            "name": one.name,
            "parts": [
                [GuideVersion.label_of(name), [[block.kind, list(block.lines)] for block in prose.blocks(text)]]
                for name in GuideVersion.PARTS
                if (text := getattr(one, name))
            ],
        }
        for one in found.values()
    ]


def _earlier(viewer: Viewer, parts: Iterable[FormPart]) -> dict[int, list[dict[str, Any]]]:
    """By object the newest checks before: what is public of all departments, and what the viewer's own wrote in full."""
    objects = {part.form.object_id for part in parts}
    checked = (
        FormPart.objects.filter(form__object__in=objects, state__in=_SUBMITTED)
        .select_related("form", "organisation")
        .prefetch_related("findings__version__item", "findings__version__offered_findings")
        .order_by("-completed_on", "-pk")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for part in checked[: MOST_PARTS * MOST_EARLIER]:
        own = part.organisation.department_code == viewer.organisation.department_code
        rows = found.setdefault(part.form.object_id, [])
        if len(rows) >= MOST_EARLIER or not (own or part.is_published):
            continue
        problems = [f for f in part.findings.all() if f.answer == Finding.Answer.PROBLEM] if own else []
        rows.append(
            {
                "day": part.completed_on.isoformat() if part.completed_on else "",
                "by": part.organisation.name,
                "result": "、".join(part.category_labels),
                "problems": [f"{one.version.name}：{'；'.join(records.said(one))}" for one in problems],
            }
        )
    return found


# --- what a phone sends -------------------------------------------------------------------------------------------

_LENGTHS = {"note": MAX_TEXT, "remark": MAX_TEXT, "article": 200, "measured": MAX_TEXT}


def read_texts(part: FormPart, sent: object) -> PartData:
    """A draft as a phone sends it (records.flat). Raises Refused for anything that the form itself could not hold."""
    if not isinstance(sent, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in sent.items()):
        raise Refused("草稿的格式不对。更新检查应用后再上传。")
    findings = {finding.version.item.code: finding for finding in part.findings.all()}
    for name, text in sent.items():
        _check(findings, name, text)
    try:
        data = records.unflat({name: text.replace("\r\n", "\n") for name, text in sent.items()})
    except (ValueError, KeyError) as fault:
        raise Refused(f"草稿里有看不懂的内容，没有采用：{fault}") from fault
    return data


def _check(findings: Mapping[str, Finding], name: str, text: str) -> None:
    kind, _, code = name.partition("-")
    allowed = {
        "from_paper": ["", "yes"],
        "answer": Finding.Answer.values, "severity": ["", *Finding.Severity.values],
    }  # fmt: skip
    if code and code not in findings:
        raise Refused(f"检查表里没有事项 {code[:24]}。更新检查应用后再上传。")
    if kind in allowed and text not in allowed[kind]:
        raise Refused("草稿里有看不懂的选择。更新检查应用后再上传。")
    if kind == "mode" and modes.ordered(text.split(",")) != text:
        raise Refused("草稿里有看不懂的检查方式。更新检查应用后再上传。")
    if kind in modes.NAMES and not next(one for one in modes.ALL if one.name == kind).holds(text):
        raise Refused("草稿里有一处看不懂或太长。更新检查应用后再上传。")
    if kind == "categories" and not set(filter(None, text.split(","))) <= set(Category.values):
        raise Refused("草稿里有看不懂的检查结果。更新检查应用后再上传。")
    if kind == "offers":
        offered = {str(one.position) for one in findings[code].version.offered_findings.all()}
        if not set(filter(None, text.split(","))) <= offered:
            raise Refused(f"事项 {code} 没有所选的问题。更新检查应用后再上传。")
    if len(text) > _LENGTHS.get(kind, MAX_TEXT if kind in modes.NAMES else 2000) or "\0" in text:
        raise Refused("草稿里有一处太长，缩短后再上传。")


def read_facts(sent: Mapping[str, Any]) -> Facts:
    """What a phone says of a file; whatever is no such value counts as not said."""
    return Facts(
        kind=_text(sent.get("kind"), 6),
        name=_text(sent.get("name"), 120),
        item=_text(sent.get("item"), 24),
        caption=_text(sent.get("caption"), 200),
        from_camera=sent.get("from_camera") is True,
        taken_at=read_moment(sent.get("taken_at")),
        clock_offset=_whole(sent.get("clock_offset"), 10**8),
        latitude=_degree(sent.get("latitude"), 90),
        longitude=_degree(sent.get("longitude"), 180),
        accuracy=_whole(sent.get("accuracy"), 10**6),
    )


def read_moment(value: object) -> datetime | None:
    """A time with offset, or None."""
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_place(value: object) -> tuple[float, float, int] | None:
    """Latitude, longitude and the accuracy in metres, or None."""
    if not isinstance(value, list) or len(value) != 3:
        return None
    latitude, longitude, accuracy = _degree(value[0], 90), _degree(value[1], 180), _whole(value[2], 10**6)
    return None if latitude is None or longitude is None else (latitude, longitude, abs(accuracy or 0))


def _text(value: object, longest: int) -> str:
    return value.replace("\0", "")[:longest] if isinstance(value, str) else ""


def _number(value: object, most: int) -> float | None:
    """A finite number of at most this magnitude, or None; `true` is none."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= most:
        return None
    return float(value)


def _whole(value: object, most: int) -> int | None:
    found = _number(value, most)
    return None if found is None else round(found)


def _degree(value: object, most: int) -> float | None:
    return _number(value, most)
