"""Where an attempt stands, in words: the way, who is next, until when, and what this person must do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Viewer

from . import policy
from .actions.record import DECIDED, SIGNABLE, capacity_of
from .models import Attempt, BeaconReading, Contributor

State = Attempt.State
OPEN = (State.PREPARING, State.SEALED, State.REVEALING, State.READING)
DRAWING = 4  # the place of 抽取 on the way
MOST_PLACES = 6  # at which two readings differ, named one by one


class Step(StrEnum):
    """What one person can do at an attempt."""

    COMMIT = "commit"
    SEAL = "seal"
    BEACON = "beacon"
    REVEAL = "reveal"
    SIGN = "sign"
    FILE = "file"
    AGAIN = "again"


@dataclass(frozen=True)
class Duty:
    """What this viewer must do now, and for which contributor where it is for one."""

    step: Step
    contributor: Contributor | None = None


@dataclass(frozen=True)
class Stop:
    """One stop of the way: `state` is done, now or todo."""

    name: str
    note: str
    state: str


@dataclass(frozen=True)
class Next:
    """Whom everybody waits for, in one sentence, until when, and what happens after."""

    words: str
    until: datetime | None = None
    after: str = ""
    at_that_time: str = "截止"
    """What happens at `until`, in a word."""


def not_before(attempt: Attempt) -> datetime | None:
    """When a lottery's numbers first exist."""
    form = attempt.beacon_form
    return clock.parse(str(form["not_before"])) if form.get("kind") == "lottery" else None


def open_reading(attempt: Attempt) -> BeaconReading | None:
    """The first of two readings while the second is awaited."""
    readings = list(attempt.readings.all())
    return readings[-1] if readings and readings[-1].place == 1 else None


def unequal_readings(attempt: Attempt) -> tuple[BeaconReading, BeaconReading] | None:
    """The last two readings where they differed and no new one has been typed."""
    readings = list(attempt.readings.all())
    if attempt.beacon_value is not None or len(readings) < 2 or readings[-1].place == 1:
        return None
    return readings[-2], readings[-1]


def unequal_words(attempt: Attempt) -> str:
    """Where the last two readings differed, while a new turn is awaited; empty otherwise.

    The values stay hidden: shown, they could be copied instead of typed independently. The trail keeps both.
    """
    readings = unequal_readings(attempt)
    if readings is None:
        return ""
    dice = attempt.beacon_kind == Attempt.Beacon.DICE
    first, second = (one.value if dice else one.value.split("-") for one in readings)
    places = [str(at) for at, (a, b) in enumerate(zip(first, second, strict=True), start=1) if a != b]
    unit = "次" if dice else "个号码"
    if len(places) > MOST_PLACES:
        return f"{len(first)} {unit}中有 {len(places)} {unit}不同"
    return f"第 {'、'.join(places)} {unit}不同"


def mine(viewer: Viewer, attempt: Attempt) -> list[Contributor]:
    """The contributors for which this viewer may act."""
    return [one for one in attempt.contributors.all() if policy.acts_for(viewer, one)]


def waiting_with(viewer: Viewer, attempt: Attempt, duty: "Duty | None") -> Contributor | None:
    """The contributor whose number the viewer holds until it may be revealed; None when it may, or must be made."""
    if attempt.state not in (State.PREPARING, State.SEALED) or (duty and duty.step == Step.COMMIT):
        return None
    committed = [one for one in mine(viewer, attempt) if one.commitment]
    return next((one for one in committed if one.committed_by_id == viewer.user_id), next(iter(committed), None))


def duty_of(
    viewer: Viewer, attempt: Attempt, signatures: Sequence[Signature] = (), *, has_next: bool = False
) -> Duty | None:
    """What the viewer must do now; None while it is somebody else's turn. No query but what was prefetched."""
    host = policy.may_host(viewer, attempt.draw.round.plan)
    own = mine(viewer, attempt)
    if attempt.state == State.PREPARING:
        return _before_sealing(viewer, attempt, own, host)
    if attempt.state in (State.SEALED, State.READING):
        return Duty(Step.BEACON) if _may_type_now(viewer, attempt) else None
    if attempt.state == State.REVEALING:
        open_ones = [one for one in own if one.nonce is None and _is_free(viewer, attempt, one)]
        return Duty(Step.REVEAL, open_ones[0]) if open_ones else None
    if attempt.state in SIGNABLE:
        return _after_drawing(attempt, signatures, own, host)
    if attempt.state == State.ABORTED and host and not has_next:
        return Duty(Step.AGAIN)
    return None


def _after_drawing(
    attempt: Attempt, signatures: Sequence[Signature], own: list[Contributor], host: bool
) -> Duty | None:
    decided = {one.capacity for one in signatures if one.state in DECIDED}
    handed_in = {one.capacity for one in signatures if one.state == Signature.State.UNCONFIRMED} | decided
    open_ones = [one for one in own if capacity_of(one) not in handed_in]
    if open_ones:
        return Duty(Step.SIGN, open_ones[0])
    if (
        host
        and attempt.state == State.SIGNED
        and all(capacity_of(one) in decided for one in attempt.contributors.all())
    ):
        return Duty(Step.FILE)
    return None


def _before_sealing(viewer: Viewer, attempt: Attempt, own: list[Contributor], host: bool) -> Duty | None:
    spoken = any(one.committed_by_id == viewer.user_id for one in attempt.contributors.all())
    open_ones = [one for one in own if one.commitment is None]
    if open_ones and not spoken:
        return Duty(Step.COMMIT, open_ones[0])
    if host and all(one.commitment for one in attempt.contributors.all()):
        return Duty(Step.SEAL)
    return None


def _is_free(viewer: Viewer, attempt: Attempt, one: Contributor) -> bool:
    """Whether the viewer has not spoken for another contributor."""
    others = [other for other in attempt.contributors.all() if other.pk != one.pk]
    return not any(viewer.user_id in (other.committed_by_id, other.revealed_by_id) for other in others)


def _may_type_now(viewer: Viewer, attempt: Attempt) -> bool:
    first_at = not_before(attempt)
    if first_at is not None and clock.now() < first_at:
        return False
    reading = open_reading(attempt)
    return policy.may_type_beacon(viewer, attempt) and (reading is None or reading.typed_by_id != viewer.user_id)


def way(attempt: Attempt, *, showing: bool = False) -> list[Stop]:
    """承诺 → 封存 → 掷骰 → 公开 → 抽取 → 签署 → 派发; with a lottery 公开 comes before 开奖.

    While the wall is `showing` the tickets it stands at 抽取, though the result is there.
    """
    dice = attempt.beacon_kind == Attempt.Beacon.DICE
    names = ["承诺", "封存", *(("掷骰", "公开") if dice else ("公开", "开奖")), "抽取", "签署", "派发"]
    at = DRAWING if showing else _position(attempt, dice)
    notes = _notes(attempt, dice)
    state = ["done" if n < at else "now" if n == at else "todo" for n in range(len(names))]
    return [Stop(name, note, is_) for name, note, is_ in zip(names, notes, state, strict=True)]


def _position(attempt: Attempt, dice: bool) -> int:
    if attempt.state == State.ABORTED:
        if attempt.beacon_value is not None or not dice:
            return 3 if dice or all(one.nonce for one in attempt.contributors.all()) else 2
        return 2
    if attempt.state in (State.PREPARING, State.WITHDRAWN):
        return 1 if all(one.commitment for one in attempt.contributors.all()) else 0
    if attempt.dispatched_at is not None:
        return 7  # behind the last stop: all done
    if attempt.state == State.REVEALING and dice and all(one.nonce for one in attempt.contributors.all()):
        return DRAWING  # interrupted between the last number and the result
    return {State.SEALED: 2, State.REVEALING: 3 if dice else 2, State.READING: 3, State.DRAWN: 5}.get(
        State(attempt.state), 6
    )


def _notes(attempt: Attempt, dice: bool) -> list[str]:
    contributors = list(attempt.contributors.all())
    committed = sum(one.commitment is not None for one in contributors)
    revealed = sum(one.nonce is not None for one in contributors)
    sealed = _clock(attempt.sealed_at) if attempt.sealed_at else "等主持人"
    beacon = _clock(attempt.beacon_at) if attempt.beacon_at else ("两人录入" if dice else "等号码")
    opened = f"{revealed} / {len(contributors)} 方"
    return [
        f"{committed} / {len(contributors)} 方",
        sealed,
        *((beacon, opened) if dice else (opened, beacon)),
        _clock(attempt.drawn_at) if attempt.drawn_at else "自动进行",
        _clock(attempt.signed_at) if attempt.signed_at else "现场人员",
        _clock(attempt.dispatched_at) if attempt.dispatched_at else "签署之后",
    ]


def _clock(moment: datetime) -> str:
    local = moment.astimezone(clock.SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def next_of(attempt: Attempt, signatures: Sequence[Signature] = ()) -> Next:
    """Whom everybody waits for now."""
    contributors = list(attempt.contributors.all())
    host = attempt.draw.round.plan.lead.name
    if attempt.state in OPEN:
        return _next_in_ceremony(attempt, contributors, host)
    if attempt.state == State.DRAWN:
        decided = {one.capacity for one in signatures if one.state in DECIDED}
        missing = [one for one in contributors if capacity_of(one) not in decided]
        first = "没有检查组的对象先补充抽取。" if attempt.waiting else ""
        return Next(f"等{_names(missing)}签署抽取记录", None, f"牵头科室和纪检监督签署后即可派发任务。{first}")
    if attempt.state in (State.ABORTED, State.WITHDRAWN):
        return _without_result(attempt, host)
    if attempt.dispatched_at is None and attempt.waiting:
        after = f"{attempt.waiting} 户没有检查组，能补充抽取的先抽，再派发。"
        return Next(f"等{host}补充抽取、派发检查任务", None, after)
    if attempt.dispatched_at is None:
        return Next(f"等{host}派发检查任务", None, "派发后检查组才看到自己的检查表。")
    return Next("检查任务已派发", None, "各检查组和部门按期检查，逐户公示结果。")


def _without_result(attempt: Attempt, host: str) -> Next:
    if attempt.state == State.WITHDRAWN:
        return Next("没有封存，已撤回", None, f"{attempt.withdrawn_reason}。编号不再使用，撤回已写入透明日志。")
    return Next("这次抽取已中止", None, f"由主持人（{host}经办人或统筹科室）准备下一次，改用彩票开奖号码。")


def _next_in_ceremony(attempt: Attempt, contributors: list[Contributor], host: str) -> Next:
    if attempt.state == State.PREPARING:
        return _next_before_sealing(contributors, host)
    if attempt.state == State.REVEALING:
        return _next_reveal(attempt, contributors)
    return _next_beacon(attempt)


def _next_before_sealing(contributors: list[Contributor], host: str) -> Next:
    missing = [one for one in contributors if one.commitment is None]
    if missing:
        return Next(f"等{_names(missing)}提交承诺", None, "全部提交后由主持人封存公告。")
    return Next("等主持人封存公告", None, f"主持人是{host}经办人或统筹科室。封存时冻结名册，之后不能更改。")


def _next_reveal(attempt: Attempt, contributors: list[Contributor]) -> Next:
    missing = [one for one in contributors if one.nonce is None]
    if not missing:
        return Next("各方已齐，正在抽取", None, "数值都已保存，不会再变；中断了也会自动完成。")
    then = "最后一方公开后即自动抽取。" if attempt.beacon_kind == Attempt.Beacon.DICE else "之后等开奖号码。"
    return Next(f"等{_names(missing)}公开密数", attempt.reveal_by, f"{then}逾期未公开，抽取中止并写明是谁。")


def _next_beacon(attempt: Attempt) -> Next:
    first_at = not_before(attempt)
    who = "第二人独立" if open_reading(attempt) else "两人分别"
    if first_at is None:
        return Next(f"等{who}录入掷骰结果", attempt.reveal_by, "两人一致后各方公开密数；到期没有结果，抽取中止。")
    if clock.now() < first_at:
        name, issue = attempt.beacon_form["name"], attempt.beacon_form["issue"]
        return Next(f"等{name}第 {issue} 期开奖", first_at, "开奖后由两人分别录入号码，一致即自动抽取。", "开奖")
    return Next(f"等{who}录入开奖号码", None, "两人一致即自动抽取；开奖后七日内没有号码，抽取中止。")


def _names(contributors: list[Contributor]) -> str:
    return "、".join(one.organisation.name for one in contributors)
