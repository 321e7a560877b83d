"""The record of a draw as plain data for the printed form (documents.draw_record) and for its page."""

import json
from collections.abc import Sequence

from django.conf import settings
from django.utils.timezone import localtime

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
from sunlot.documents.parts import Evidence, Field, Name, Signature
from sunlot.norms import masking
from sunlot.organisations.models import Signature as Given
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.trail import files
from sunlot.trail.log import reading

from . import events
from . import outcome as outcomes
from .actions.record import capacity_of
from .freeze import authority_of
from .logged import public_events
from .models import Attempt
from .naming import Names, names_of
from .outcome import Outcome, outcome
from .rounds import window_of


def record_of(attempt: Attempt, signatures: Sequence[Given]) -> DrawRecord:
    """All that the record says, from the frozen files, the result and the signatures under it."""
    found, names = outcome(attempt), names_of()
    drawn = [one.id for stratum in found.strata for one in (*stratum.drawn, *stratum.reserve)]
    objects = names.objects(drawn)
    numbers = [number for team in found.teams for _, number in team.members]
    people = names.people([*numbers, *(number for standby in found.standby for number in standby.order)])
    plan = attempt.draw.round.plan
    return DrawRecord(
        authority=authority_of(plan),
        file_number=f"{attempt.draw.number}（第 {attempt.number} 次）",
        day=localtime(attempt.drawn_at).date(),
        title=attempt.draw.title,
        facts=_facts(attempt, found, names),
        contributors=tuple(
            DrawContributor(one.organisation.name, f"{one.title}（{one.code}）", str(one.commitment), str(one.nonce))
            for one in attempt.contributors.all()
        ),
        randomness=_randomness(attempt),
        strata=tuple(_stratum(stratum, objects, names) for stratum in found.strata),
        teams=tuple(
            DrawnTeam(
                names.team(team.id),
                names.region(team.zone),
                len(team.objects),
                tuple(_inspector(number, names.short(code), people) for code, number in team.members),
            )
            for team in found.teams
        ),
        inspector_reserves=tuple(
            InspectorReserve(
                names.region(one.zone),
                names.short(one.department),
                tuple(_inspector(number, names.short(one.department), people) for number in one.order),
            )
            for one in found.standby
            if one.order
        ),
        remarks=_remarks(attempt, found),
        signatures=tuple(_places(attempt, signatures)),
        evidence=Evidence(
            attempt.result_digest,
            f"{settings.SUNLOT_PUBLIC_URL}/draws/{attempt.draw.number}/",
            attempt.get_hash_name_display(),
        ),
    )


def _facts(attempt: Attempt, found: Outcome, names: Names) -> tuple[Field, ...]:
    plan = attempt.draw.round.plan
    items = [
        f"{item.version.item.code} {item.version.name}（{item.version.get_category_display()}）"
        for item in plan.items.select_related("version__item")
    ]
    rows = {part.roster: 0 for part in attempt.parts.all()}
    for part in attempt.parts.all():
        rows[part.roster] += part.rows
    quotas = "，".join(f"{one.label} {one.candidates} 抽 {one.quota}、候补 {len(one.reserve)}" for one in found.strata)
    teams = "，".join(f"{zone} {count} 组" for zone, count in _teams_by_zone(found, names).items())
    root = attempt.draw.supplements
    words = f"为抽取 {root.draw.number} 的 {len(attempt.draw.covers)} 户另组检查组" if root else ""
    supplement = (Field("补充抽取", words),) if words else ()
    return (
        *supplement,
        Field("抽查计划", f"{plan.title}（{plan.number}，第 {json.loads(attempt.rules)['version']} 版）"),
        *_round(attempt),
        Field("抽查事项", "；".join(items)),
        Field("发起科室", plan.lead.name),
        Field("抽查对象库", f"封存于 {_moment(attempt.sealed_at)}，对象 {rows['objects']} 户"),
        Field("执法检查人员库", f"{rows['inspectors']} 人；应回避 {rows['avoid']} 对"),
        Field(
            "筛选条件",
            f"{'、'.join(str(kind) for kind in plan.kinds.all())}；"
            f"{'、'.join(str(region) for region in plan.regions.all())}",
        ),
        Field("抽取数量", quotas),
        Field("检查组", teams),
        Field(
            "抽取方式", "各方密数与公共随机数合成种子，每个对象的签号由种子和编号算出，签号小的抽中（sunlot-draw/1）"
        ),
        Field("抽取时间", _moment(attempt.drawn_at)),
    )


def _round(attempt: Attempt) -> tuple[Field, ...]:
    """Which of several rounds it is, and what became of those that earlier ones drew."""
    of, rules = attempt.draw.round, json.loads(attempt.rules)
    if not of.label:
        return ()
    window = window_of(attempt.draw)
    again = "前批已抽取的对象可再抽到" if rules.get("repeats") else "前批已抽取的对象不列入"
    days = f"检查 {window.starts_on.isoformat()} 至 {window.ends_on.isoformat()}"
    return (Field("抽取批次", f"{of.label}（共 {len(rules.get('rounds', ()))} 批），{days}；{again}"),)


def _teams_by_zone(found: Outcome, names: Names) -> dict[str, int]:
    counts: dict[str, int] = {}
    for team in found.teams:
        counts[names.region(team.zone)] = counts.get(names.region(team.zone), 0) + 1
    return counts


def _randomness(attempt: Attempt) -> tuple[Field, ...]:
    form = attempt.beacon_form
    if attempt.beacon_kind == Attempt.Beacon.DICE:
        source = f"掷骰 {form['rolls']} 次，两人分别录入一致"
    else:
        typed = attempt.readings.last()
        source = f"{form['name']}第 {form['issue']} 期，两人分别录入一致，出处：{typed.source if typed else ''}"
    return (
        Field("随机数来源", source),
        Field("公共随机数", attempt.beacon_value or "", mono=True),
        Field("公告摘要", attempt.notice_digest or "", mono=True),
        Field("种子", attempt.seed, mono=True),
        Field("结果摘要", attempt.result_digest, mono=True),
        Field("透明日志", _places_in_log(attempt)),
        Field("日志公钥", reading.verifier_key() or "", mono=True),
    )


def _places_in_log(attempt: Attempt) -> str:
    """Where notice and result stand in the log: whoever keeps the record can look there."""
    names = {events.NOTICE_SEALED.name: "公告", events.DRAWN.name: "结果"}
    return "，".join(
        f"{names[one.type]}{'等待入链' if one.index is None else f'第 {one.index} 条'}"
        for one in public_events([attempt])[attempt.pk]
        if one.type in names
    )


def _stratum(stratum: outcomes.StratumOutcome, objects: dict[str, InspectionObject], names: Names) -> DrawnStratum:
    def printed(one: outcomes.DrawnObject) -> DrawnObject:
        kept = objects.get(one.id)
        return DrawnObject(
            order=one.order,
            name=Name(one.name, demo=kept.is_demo if kept else False),
            number=one.id,
            address=(kept.address if kept else "") or names.region(one.zone),
            ticket=one.ticket,
            team=names.team(one.team) if one.team else "",
        )

    return DrawnStratum(
        stratum.label,
        stratum.candidates,
        tuple(map(printed, stratum.drawn)),
        tuple(map(printed, stratum.reserve)),
    )


def _inspector(number: str, department: str, people: dict[str, Inspector | Expert]) -> DrawnInspector:
    person = people.get(number)
    if isinstance(person, Expert):
        return DrawnInspector(Name(person.name, demo=person.is_demo), "专家，只提供意见", department)
    name = Name(person.name if person else number, demo=person.is_demo if person else False)
    return DrawnInspector(name, masking.certificate(person.certificate) if person else number, department)


def _remarks(attempt: Attempt, found: Outcome) -> tuple[DrawRemark, ...]:
    earlier = attempt.draw.attempts.filter(number__lt=attempt.number).order_by("number")
    remarks = [DrawRemark(f"第 {one.number} 次抽取", one.abort_reason, "依规则中止，另行抽取") for one in earlier]
    remarks += [
        DrawRemark(f"{found.objects[one].name}（{one}）", "本区各检查组都有须回避的人员", "待补充抽取检查组")
        for one in found.unassigned
    ]
    return tuple(remarks)


def _places(attempt: Attempt, signatures: Sequence[Given]) -> list[Signature]:
    """One place for each contributor, signed, refused or empty for the hand; then everybody else who was present."""
    places = []
    capacities = set()
    for one in attempt.contributors.all():
        capacity = capacity_of(one)
        capacities.add(capacity)
        given = [signature for signature in signatures if signature.capacity == capacity]
        decided = [signature for signature in given if signature.state in (Given.State.SIGNED, Given.State.REFUSED)]
        if not decided:
            places.append(Signature(capacity))
        for signature in decided:
            refused = signature.state == Given.State.REFUSED
            note = f"拒签，理由：{signature.comment}" if refused else signature.get_way_display()
            places.append(Signature(capacity, signature.name, _moment(signature.signed_at), note))
    places += [_by_hand(one) for one in signatures if one.capacity not in capacities and one.way == Given.Way.HAND]
    return places


def _by_hand(signature: Given) -> Signature:
    drawing = files.read(signature.file_id).decode() if signature.file_id else ""
    note = signature.get_way_display()
    return Signature(signature.capacity, signature.name, _moment(signature.signed_at), note, drawing)


def _moment(value: object) -> str:
    local = localtime(value)  # type: ignore[arg-type]  # set on every drawn attempt
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
