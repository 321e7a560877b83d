"""Remarks of ``verify``: no faults, but what a reader of the result should know."""

from sunlot.lottery.beacon import Lottery
from sunlot.lottery.drawing import Examination
from sunlot.lottery.errors import show_all, visible
from sunlot.lottery.result import Outcome
from sunlot.lottery.rules import blocked_by_seat

_ANY = "*"


def remarks_on(examination: Examination, outcome: Outcome | None) -> list[str]:
    """All remarks on a valid notice, and on the outcome when there is one."""
    remarks = [
        *_earlier_attempts(examination),
        *_supplement(examination),
        *_unknown_members(examination),
        *_strata(examination),
        *_pools(examination),
        *_avoidance(examination),
        *_beacon(examination),
    ]
    if outcome is not None and outcome.assignment.unassigned:
        ids = outcome.assignment.unassigned
        remarks.append(f"{len(ids)} 个抽中对象因回避没有可派的检查组，须补充抽取检查组：{show_all(ids)}。")
    return remarks


def _earlier_attempts(examination: Examination) -> list[str]:
    remarks = []
    for number, entry in enumerate(examination.notice.previous, start=1):
        who = f"，未揭示的参与方：{show_all(entry.contributors)}" if entry.contributors else ""
        remarks.append(f"第 {number} 次抽取已中止{who}，原因：{visible(entry.reason)}（公告摘要 {entry.notice}）。")
    return remarks


def _supplement(examination: Examination) -> list[str]:
    supplements = examination.notice.supplements
    if supplements is None:
        return []
    return [f"本次为补充抽取，为摘要为 {supplements} 的公告中未派出的对象另组检查组。"]


def _unknown_members(examination: Examination) -> list[str]:
    unknown = examination.notice.unknown
    return [f"公告中有协议未规定的成员，与抽取无关：{show_all(unknown)}。"] if unknown else []


def _strata(examination: Examination) -> list[str]:
    remarks = []
    for stratum in examination.notice.strata:
        candidates = examination.facts.candidates[stratum.id]
        if stratum.quota == candidates:
            remarks.append(f"{stratum.id} 层的 {candidates} 个候选对象全部抽中，没有随机可言。")
        elif stratum.quota == 0:
            remarks.append(f"{stratum.id} 层的 {candidates} 个候选对象一个也不抽，没有随机可言。")
        held = examination.facts.tickets.get(stratum.id, set())
        if len(held) > 1:
            remarks.append(f"{stratum.id} 层的签数不等：候选对象各持 {min(held)} 至 {max(held)} 签。")
    return remarks


def _pools(examination: Examination) -> list[str]:
    """Inspectors who are all drawn. Who comes from elsewhere is drawn too, so only zones without roaming ones count."""
    remarks, names = [], examination.notice.names
    roaming = {one.department for one in examination.facts.inspectors if one.zone == _ANY}
    for entry in examination.notice.teams:
        for seat in entry.seats:
            own = [
                one for one in examination.facts.inspectors
                if one.zone == entry.zone and one.department == seat.department
            ]  # fmt: skip
            if seat.department not in roaming and len(own) == entry.need(seat):
                remarks.append(
                    f"{names.zone(entry.zone)} 的 {names.department(seat.department)} {len(own)} 名检查人员全部选派，"
                    "人选没有随机可言。"
                )
    return remarks


def _avoidance(examination: Examination) -> list[str]:
    """Objects with pairs to half or more of a department's inspectors who may serve their zone."""
    seats, names = {entry.zone: entry.seats for entry in examination.notice.teams}, examination.notice.names
    serving: dict[tuple[str, str], int] = {}
    for one in examination.facts.inspectors:
        serving[one.department, one.zone] = serving.get((one.department, one.zone), 0) + 1
    found = []
    for identifier, blocked in blocked_by_seat(examination.facts):
        zone = examination.facts.avoided_zones[identifier]
        for seat in seats[zone]:
            able = serving.get((seat.department, zone), 0) + serving.get((seat.department, _ANY), 0)
            if 2 * blocked[seat.department] >= able:
                whose = names.department(seat.department)
                found.append(f"{identifier}（{whose} {able} 人中的 {blocked[seat.department]} 人）")
    return [f"{len(found)} 处回避涉及一个部门可派人员的半数以上：{show_all(found)}。"] if found else []


def _beacon(examination: Examination) -> list[str]:
    beacon = examination.notice.beacon
    if beacon is None:
        return ["本次没有信标：随机只来自各参与方的数，全体参与方串通时可以操纵。"]
    if not isinstance(beacon, Lottery):
        return []
    remarks = []
    value = f"，本材料所用为 {visible(examination.beacon)}" if examination.beacon else ""
    remarks.append(
        f"请与{visible(beacon.name)}第 {visible(beacon.issue)} 期公布的开奖日期、号码核对{value}"
        f"；号码应在 {beacon.not_before} 以后产生。"
    )
    for number, (taken, whole) in enumerate(beacon.pools, start=1):
        if taken == whole:
            remarks.append(f"信标第 {number} 池 {whole} 个号码全部取出，没有随机可言。")
    return remarks
