"""The ceremony itself: seal, dice, reveal. Each step once, by the right person, in the protocol's order."""

import re
import unicodedata
from datetime import date, datetime

from django.db import transaction

from sunlot import lottery
from sunlot.desk import reminders
from sunlot.lottery.seeding import hex_digest
from sunlot.norms import canonical, clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.planning.models import Plan
from sunlot.registry.actions import lapse_marks
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, faults, freeze, policy, stored
from ..models import Attempt, BeaconReading, Contributor, RosterPart
from ..rounds import window_of
from ..standing import standing_of
from ..supplement import freeze_supplement
from .ending import settle
from .locking import contributor, family_locked, locked, move, require_state, subject, thing
from .preparing import HOST_WORDS, is_inspector, require_plan
from .reminding import key_of


@transaction.atomic
def seal(viewer: Viewer, attempt: Attempt) -> Attempt:
    """Freeze the registries of this moment into files, build the notice over them and seal it.

    Raises NoticeRefused with every fault of the notice; then nothing is written.
    """
    found = family_locked(attempt)
    policy.require(viewer, policy.may_host(viewer, found.draw.round.plan), HOST_WORDS)
    require_state(found, Attempt.State.PREPARING, act="封存公告")
    missing = [one.organisation.name for one in found.contributors.all() if not one.commitment]
    if missing:
        raise Refused(f"还有 {len(missing)} 方没有提交承诺：{'、'.join(missing)}。全部提交后才能封存。")
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=found.draw.round.plan_id)
    require_plan(found, plan)
    _require_its_day(found)
    lapse_marks()  # a credit mark whose last day is over counts for no roster, whether the worker ran or not
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as exact as the notice writes it
    if found.release_at is not None and found.release_at <= now:
        found.release_at = None  # the day has come: nothing is held back any more
    frozen = _freeze(found, plan, now.date())
    value = _notice(found, frozen, now)
    _store(found, frozen, value)
    found.notice = canonical.dumps(value).decode()
    found.notice_digest = lottery.notice_digest(value)
    found.rules = frozen.rules.decode()
    found.sealed_at = now
    move(found, Attempt.State.SEALED if found.beacon_kind == Attempt.Beacon.DICE else Attempt.State.REVEALING)
    found.save(update_fields=["notice", "notice_digest", "rules", "sealed_at", "release_at", "state"])
    record(
        viewer,
        events.NOTICE_SEALED,
        thing(found),
        f"封存{found.draw.round.label}公告：{sum(frozen.rows['objects'])} 个对象、{sum(frozen.rows['inspectors'])} 名检查人员"
        f"、{sum(frozen.rows['avoid'])} 对回避",
        after={"notice": found.notice_digest},
        subject=subject(found),
        public={"notice": found.notice_digest},
    )
    return found


def _freeze(attempt: Attempt, plan: Plan, day: date) -> freeze.Frozen:
    if attempt.draw.supplements_id is None:
        return freeze.freeze(plan, day, attempt.draw.round.number)
    return freeze_supplement(attempt.draw, standing_of(attempt), day)


def _require_its_day(attempt: Attempt) -> None:
    """A later round waits for its day: what an earlier one drew is inspected first."""
    of, day = attempt.draw.round, window_of(attempt.draw).draw_day
    if attempt.draw.supplements_id is None and of.number > 1 and clock.today() < day:
        raise Refused(f"{of.label}定于 {day.isoformat()} 抽取，当天起才能封存公告。要提前的，办理计划调整。")


def _notice(attempt: Attempt, frozen: freeze.Frozen, now: datetime) -> dict[str, canonical.Json]:
    """The notice with digests and counts. Raises NoticeRefused with everything that stands against it."""
    against = [faults.NoticeFault(place, words) for place, words in frozen.faults]
    for one in attempt.contributors.all():
        if one.part == Contributor.Part.SUPERVISOR and one.committed_by_id and is_inspector(one.committed_by_id):
            against.append(
                faults.NoticeFault("纪检监督", f"{one.committed_by}在执法检查人员名录库中，可能被抽中。另换一人监督。")
            )
    template = freeze.template(attempt, frozen, hex_digest(attempt.hash_name, frozen.rules), now)
    try:
        built = lottery.build_notice(template, frozen.rosters)
    except lottery.Refused as refusal:
        against += faults.in_words(list(refusal.faults), frozen)
        built = {}
    if against:
        raise faults.NoticeRefused(against)
    value = canonical.loads(canonical.dumps(built))  # type: ignore[arg-type]  # the core returns JSON values
    return value if isinstance(value, dict) else {}


def _store(attempt: Attempt, frozen: freeze.Frozen, notice: dict[str, canonical.Json]) -> None:
    """Keep the roster files for ever."""
    contents = {"objects": frozen.objects, "inspectors": frozen.inspectors, "avoid": frozen.avoid}
    for name, parts in contents.items():
        listed = notice[name]
        digests = listed["parts"] if isinstance(listed, dict) else []
        for number, (content, digest) in enumerate(zip(parts, digests, strict=True), start=1):  # type: ignore[arg-type]  # a list of digests
            RosterPart.objects.create(
                attempt=attempt,
                roster=name,
                number=number,
                file=files.store(content),
                digest=str(digest),
                rows=frozen.rows[name][number - 1],
            )


def read_beacon(viewer: Viewer, attempt: Attempt, value: str, source: str = "") -> Attempt:
    """Type what the dice, or the lottery, show. Two people do so, neither seeing the other's; equal values settle it.

    With a lottery the drawing follows at once. The value may be spaced freely; `source` says where the lottery's
    numbers were read.
    """
    with transaction.atomic():
        found = locked(attempt)
        words = "由参与方或主持人录入。"
        policy.require(viewer, policy.may_type_beacon(viewer, found), words)
        _require_beacon_time(found)
        typed = _written(found, value)
        wrong = lottery.check_beacon(stored.notice_of(found).beacon, typed)
        if wrong:
            raise Refused(
                "；".join(f"应为 {fault.expected}，现在是 {fault.found}" for fault in wrong) + "。核对后重新录入。"
            )
        if found.beacon_kind == Attempt.Beacon.LOTTERY and not source.strip():
            raise Refused("写明号码的出处，例如发行机构的开奖公告网址。")
        _type(viewer, found, typed, source.strip())
    return settle(found)


def _require_beacon_time(attempt: Attempt) -> None:
    now = clock.now()
    if attempt.beacon_kind == Attempt.Beacon.DICE:
        require_state(attempt, Attempt.State.SEALED, act="录入掷骰结果")
        if now >= attempt.reveal_by:
            raise Refused("已过期限，掷骰结果不再记入；这次抽取中止。")
        return
    require_state(attempt, Attempt.State.READING, act="录入开奖号码")
    not_before = clock.parse(str(attempt.beacon_form["not_before"]))
    if now < not_before:
        raise Refused(f"开奖时间是 {not_before:%Y-%m-%d %H:%M}，在此之前没有号码可录。")


def _written(attempt: Attempt, value: str) -> str:
    """The value in the protocol's form, however it was spaced and in digits of whatever width."""
    value = unicodedata.normalize("NFKC", value)
    if attempt.beacon_kind == Attempt.Beacon.DICE:
        return re.sub(r"[\s,，、]", "", value)
    return "-".join(number.zfill(2) for number in re.split(r"[\s,，、+|-]+", value.strip()) if number)


def _type(viewer: Viewer, attempt: Attempt, value: str, source: str) -> None:
    """File one of the two readings of this turn; with the second one the turn is decided."""
    readings = list(attempt.readings.all())
    open_one = readings[-1] if readings and readings[-1].place == 1 else None
    if open_one is not None and open_one.typed_by_id == viewer.user_id:
        if open_one.value == value:
            return
        raise Refused("您已录入，等另一人独立录入。两人不一致时会重新录入。")
    turn = open_one.turn if open_one else (readings[-1].turn + 1 if readings else 1)
    BeaconReading.objects.create(
        attempt=attempt,
        turn=turn,
        place=2 if open_one else 1,
        value=value,
        source=source,
        typed_by_id=viewer.user_id,
        typed_at=clock.now(),
    )
    if open_one is None:
        # Without the value: the history of the page must not show it to the second person.
        record(
            viewer, events.BEACON_TYPED, thing(attempt), "第一人录入公共随机数，等第二人独立录入", after={"turn": turn}
        )
    elif open_one.value != value:
        both = {"turn": turn, "first": open_one.value, "second": value}
        record(viewer, events.BEACON_UNEQUAL, thing(attempt), "两人录入不一致，重新录入", after=both)
    else:
        _confirm(viewer, attempt, value)


def _confirm(viewer: Viewer, attempt: Attempt, value: str) -> None:
    attempt.beacon_value, attempt.beacon_at = value, clock.now()
    if attempt.beacon_kind == Attempt.Beacon.DICE:
        move(attempt, Attempt.State.REVEALING)
    attempt.save(update_fields=["beacon_value", "beacon_at", "state"])
    reminders.settle(key_of(attempt))
    record(
        viewer,
        events.BEACON_READ,
        thing(attempt),
        f"两人录入一致，公共随机数为 {value}",
        subject=subject(attempt),
        public={"notice": attempt.notice_digest, "value": value},
    )
    if attempt.beacon_kind == Attempt.Beacon.DICE and clock.now() >= attempt.reveal_by:
        raise Refused("已过期限，掷骰结果不再记入；这次抽取中止。")


def reveal(viewer: Viewer, attempt: Attempt, code: str, nonce: str) -> Attempt:
    """Make a contributor's number public. A wrong one is refused and may be tried again; a late one is none.

    With the last number in, the drawing follows at once: a process killed between the two loses nothing, for `settle`
    completes the draw at the next request or job.
    """
    with transaction.atomic():
        found = locked(attempt)
        one = contributor(found, code)
        policy.require(viewer, policy.acts_for(viewer, one), f"{one.organisation.name}的密数由其本单位人员公开。")
        if one.nonce is None or one.nonce != nonce:
            _refuse_reveal(viewer, found, one, nonce)
            _reveal(viewer, found, one, nonce)
    return settle(found, viewer)


def _refuse_reveal(viewer: Viewer, attempt: Attempt, one: Contributor, nonce: str) -> None:
    if attempt.state == Attempt.State.SEALED:
        raise Refused("掷骰结果两人录入一致之后，才能公开密数。")
    require_state(attempt, Attempt.State.REVEALING, act="公开密数")
    if one.nonce is not None:
        raise Refused(f"{one.organisation.name}已公开密数，不能再公开另一个。")
    if clock.now() >= attempt.reveal_by:
        raise Refused("已过公开密数的期限，这个数不再算数；这次抽取中止。")
    others = [other for other in attempt.contributors.all() if other.pk != one.pk]
    if any(viewer.user_id in (other.revealed_by_id, other.committed_by_id) for other in others):
        raise Refused("您已代表另一参与方。各参与方的密数须由不同的人公开。")
    committed = lottery.commitment(attempt.draw.number, attempt.number, one.code, nonce, attempt.hash_name)
    if committed != one.commitment:
        raise Refused("这个数与承诺不符，没有公开。核对后可以再试；承诺时生成的数在当时的浏览器或打印的密数条上。")


def _reveal(viewer: Viewer, attempt: Attempt, one: Contributor, nonce: str) -> None:
    one.nonce, one.revealed_by_id, one.revealed_at = nonce, viewer.user_id, clock.now()
    one.save(update_fields=["nonce", "revealed_by", "revealed_at"])
    reminders.settle(key_of(attempt), one.committed_by_id)
    public = {"notice": attempt.notice_digest, "contributor": one.code}
    if attempt.release_at is None:
        public["nonce"] = nonce
    record(
        viewer,
        events.NONCE_REVEALED,
        thing(attempt),
        f"{one.label}公开密数，与承诺相符",
        subject=subject(attempt),
        public=public,
    )
    if clock.now() >= attempt.reveal_by:  # the event's own time lies before this, so a kept one is never late
        raise Refused("已过公开密数的期限，这个数不再算数；这次抽取中止。")
    all_in = all(other.nonce is not None for other in attempt.contributors.all())
    if all_in and attempt.beacon_kind == Attempt.Beacon.LOTTERY:
        move(attempt, Attempt.State.READING)
        attempt.save(update_fields=["state"])
