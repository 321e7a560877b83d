"""Before anything is fixed: the number of the draw, its settings, its contributors, and their commitments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from sunlot.lottery import read_notice
from sunlot.lottery.text import is_digest
from sunlot.norms import clock
from sunlot.norms.canonical import Json
from sunlot.organisations.models import Membership, Organisation, Region
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.planning.models import Plan
from sunlot.planning.outdated import outdated
from sunlot.registry.models import Inspector
from sunlot.trail.actions import record

from .. import events, freeze, policy
from ..models import Attempt, Contributor, Draw, Round
from ..rounds import is_drawn, round_to_prepare
from ..standing import FINISHED, standing_of
from ..supplement import next_step
from .locking import contributor, family_locked, locked, require_state, thing

HOST_WORDS = "抽取由牵头科室（单位）的经办人或统筹科室主持。"


@dataclass(frozen=True)
class LotteryNumbers:
    """A public lottery whose numbers are the beacon: of each pool (how many, of how many), existing from `not_before`.

    双色球 is `((6, 33), (1, 16))`.
    """

    name: str
    issue: str
    pools: tuple[tuple[int, int], ...]
    not_before: datetime

    def form(self) -> dict[str, Json]:
        """The notice's member `beacon`."""
        return {
            "kind": "lottery",
            "name": self.name.strip(),
            "issue": self.issue.strip(),
            "pools": [list(pool) for pool in self.pools],
            "not_before": freeze.moment(self.not_before.replace(microsecond=0)),
        }


@transaction.atomic
def prepare(
    viewer: Viewer,
    plan: Plan,
    beacon_kind: str,
    reveal_by: datetime,
    *,
    rolls: int = 20,
    lottery: LotteryNumbers | None = None,
    hash_name: str = Attempt.Hash.SHA256,
) -> Attempt:
    """Give the draw of the next round of a published plan its number and list its contributors.

    A number once given is used: the attempt can't be deleted. `reveal_by` is when the last number must be in.
    Raises Refused for a plan that is not published, before the round before is drawn, and where all rounds have their draw.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("lead__parent", "lead__region").get(pk=plan.pk)
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    if plan.state != Plan.State.PUBLISHED:
        raise Refused(f"计划现在是“{plan.get_state_display()}”。只有已公布、尚未抽取的计划才能抽取。")
    number = _next_round(plan)
    ended = [one for one in outdated(plan, clock.today()) if one.stops_draw]
    if ended:
        raise Refused(f"{'；'.join(one.words for one in ended)}。办理计划调整，换用在用的版本，公布后再抽取。")
    form = _beacon_form(beacon_kind, rolls, lottery, reveal_by)
    draw = number_draw(plan, Round.objects.create(plan=plan, number=number))
    attempt = _make(viewer, draw, 1, hash_name, beacon_kind, form, reveal_by)
    record(
        viewer,
        events.PREPARED,
        thing(attempt),
        f"准备{draw.round.label}抽取，编号 {draw.number}",
        after={
            "draw": draw.number,
            "plan": plan.number,
            "round": number,
            "beacon": form,
            "reveal_by": freeze.moment(attempt.reveal_by),
        },
    )
    return attempt


def _next_round(plan: Plan) -> int:
    """The number of the round that is prepared next. Raises Refused while the one before it has no result."""
    number = round_to_prepare(plan)
    last = Draw.objects.filter(round__plan=plan, supplements__isnull=True).order_by("round__number").last()
    if last is not None and (number > plan.round_count or not is_drawn(last)):
        words = f"这份计划已在办理{last.round.label}抽取，编号 {last.number}"
        raise Refused(f"{words}，不能另行准备。" if plan.round_count == 1 else f"{words}；有结果后才能准备下一批。")
    return number


def number_draw(plan: Plan, of: Round, **supplement: Any) -> Draw:
    """A draw with the next number of the lead's region and this year, without gaps: the region's row is locked until it
    is taken. `supplement` says of a supplementary one what it supplements.
    """
    region = Region.objects.select_for_update(of=("self",)).get(pk=plan.lead.region_id)
    now = clock.now()
    last = Draw.objects.filter(region_code=region.code, year=now.year).aggregate(last=Max("serial"))["last"] or 0
    serial = last + 1
    return Draw.objects.create(
        round=of,
        number=f"{region.code}-{now.year}-{serial:04d}",
        region_code=region.code,
        year=now.year,
        serial=serial,
        created_at=now,
        **supplement,
    )


@transaction.atomic
def prepare_supplement(
    viewer: Viewer,
    attempt: Attempt,
    beacon_kind: str,
    reveal_by: datetime,
    *,
    rolls: int = 20,
    lottery: LotteryNumbers | None = None,
    hash_name: str = Attempt.Hash.SHA256,
) -> Attempt:
    """Prepare the supplementary draw that comes next for a drawn attempt: for which objects follows from the rules.

    It has its own number and goes the way of every draw. Raises Refused where nothing waits, where one is under way, and
    where no team can be formed.
    """
    found = family_locked(attempt)
    plan = Plan.objects.select_related("lead__parent", "lead__region").get(pk=found.draw.round.plan_id)
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    require_state(found, *FINISHED, act="补充抽取")
    standing = standing_of(found)
    if standing.under_way is not None:
        raise Refused(f"补充抽取 {standing.under_way.draw.number} 还没有结果，有结果后再准备下一次。")
    step = next_step(standing, clock.today())
    if step.waiting is None:
        why = "；".join(f"{number}：{lacks}" for number, lacks in step.impossible)
        raise Refused(f"补充抽取不能进行：{why}。" if why else "没有等待补充抽取的对象。")
    form = _beacon_form(beacon_kind, rolls, lottery, reveal_by)
    covers = list(step.waiting.objects)
    draw = number_draw(plan, found.draw.round, supplements=standing.root, basis=step.waiting.basis, covers=covers)
    made = _make(viewer, draw, 1, hash_name, beacon_kind, form, reveal_by)
    record(
        viewer,
        events.PREPARED,
        thing(made),
        f"准备补充抽取，编号 {draw.number}，为 {standing.root.draw.number} 的 {len(covers)} 户另组检查组",
        after={"draw": draw.number, "supplements": standing.root.notice_digest, "beacon": form, "objects": len(covers)},
    )
    return made


@transaction.atomic
def prepare_again(
    viewer: Viewer,
    attempt: Attempt,
    reveal_by: datetime,
    lottery: LotteryNumbers,
    *,
    hash_name: str | None = None,
) -> Attempt:
    """The next attempt after an abort: by lottery numbers, without those who failed; their organisations send others."""
    before = locked(attempt)
    plan = before.draw.round.plan
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    if before.state != Attempt.State.ABORTED:
        raise Refused("上一次抽取没有中止，不能重新抽取。")
    if Attempt.objects.filter(draw=before.draw, number__gt=before.number).exists():
        raise Refused("已经有下一次抽取，不能再准备一次。刷新页面看最新进展。")
    form = _beacon_form(Attempt.Beacon.LOTTERY, 0, lottery, reveal_by)
    number = before.number + 1
    again = _make(viewer, before.draw, number, hash_name or before.hash_name, Attempt.Beacon.LOTTERY, form, reveal_by)
    record(
        viewer,
        events.PREPARED,
        thing(again),
        f"准备第 {number} 次抽取，改用彩票开奖号码",
        after={"draw": before.draw.number, "beacon": form, "reveal_by": freeze.moment(again.reveal_by)},
    )
    return again


def _make(
    viewer: Viewer, draw: Draw, number: int, hash_name: str, kind: str, form: dict[str, Json], reveal_by: datetime
) -> Attempt:
    plan = draw.round.plan
    release = None
    if draw.supplements is not None:
        release = draw.supplements.release_at if draw.supplements.released_at is None else None
    elif plan.release_on is not None:
        release = datetime.combine(plan.release_on, datetime.min.time(), clock.SHANGHAI)
    attempt = Attempt.objects.create(
        draw=draw,
        number=number,
        hash_name=Attempt.Hash(hash_name),
        beacon_kind=kind,
        beacon_form=form,
        reveal_by=reveal_by.replace(microsecond=0),
        release_at=release,
        prepared_by_id=viewer.user_id,
        prepared_at=clock.now(),
    )
    failed = {code.lower() for one in draw.attempts.filter(number__lt=number) for code in one.abort_failed}
    Contributor.objects.bulk_create(
        Contributor(
            attempt=attempt, position=at, part=part, code=_free(code, failed), title=title, organisation=organisation
        )
        for at, (part, code, title, organisation) in enumerate(_contributors(plan))
    )
    return attempt


def _contributors(plan: Plan) -> Iterator[tuple[Contributor.Part, str, str, Organisation]]:
    """Lead, every participant, 纪检: the part, id, title and organisation of each."""
    seated = [one.organisation for one in plan.participants.select_related("organisation__parent")]
    others = [organisation for organisation in seated if organisation.pk != plan.lead_id]
    yield Contributor.Part.LEAD, plan.lead.code, "承办科室" if plan.lead.is_section else "牵头部门", plan.lead
    for organisation in others:
        yield (
            Contributor.Part.PARTICIPANT,
            organisation.code,
            "参与科室" if organisation.is_section else "联合部门",
            organisation,
        )
    watch = _supervisor(plan.lead, others)
    taken = {plan.lead.code, *(organisation.code for organisation in others)}
    code = watch.code if watch.code not in taken else f"{watch.code}-jijian"
    yield Contributor.Part.SUPERVISOR, code, "纪检监督", watch


def _supervisor(lead: Organisation, others: list[Organisation]) -> Organisation:
    """The organisation in which 纪检 of the lead's level is held: the nearest above the lead, else above a participant."""
    held = Membership.objects.held().filter(role=Role.SUPERVISOR, user__is_active=True, organisation__is_active=True)
    found = {one.organisation.pk: one.organisation for one in held.select_related("organisation__parent")}
    for organisation in (lead, *others):
        above: Organisation | None = organisation
        while above is not None:
            for one in sorted(found.values(), key=lambda one: one.path):
                if one.pk == above.pk or (one.is_section and one.parent_id == above.pk):
                    return one
            above = above.parent
    raise Refused("没有纪检监督人员，抽取不能进行。由安全管理员先授予“纪检监督”角色。")


def _free(code: str, failed: set[str]) -> str:
    """The id, or with the first number behind it that nobody who failed had."""
    candidate, number = code, 1
    while candidate.lower() in failed:
        number += 1
        candidate = f"{code}-{number}"
    return candidate


@transaction.atomic
def change_settings(
    viewer: Viewer,
    attempt: Attempt,
    reveal_by: datetime,
    *,
    beacon_kind: str | None = None,
    rolls: int = 20,
    lottery: LotteryNumbers | None = None,
    hash_name: str | None = None,
) -> Attempt:
    """Change what is not sealed yet. Once somebody has committed only times and the lottery's issue can be changed."""
    found = locked(attempt)
    policy.require(viewer, policy.may_host(viewer, found.draw.round.plan), HOST_WORDS)
    require_state(found, Attempt.State.PREPARING, act="更改设置")
    kind, hash_name = beacon_kind or found.beacon_kind, hash_name or found.hash_name
    if found.number > 1 and kind != Attempt.Beacon.LOTTERY:
        raise Refused("第二次起公共随机数须用彩票开奖号码。")
    if any(one.commitment for one in found.contributors.all()) and (kind, hash_name) != (
        found.beacon_kind,
        found.hash_name,
    ):
        raise Refused("已有参与方提交承诺，只能改时间和彩票期号，不能换摘要算法或随机数的来源。")
    before = {"beacon": found.beacon_form, "reveal_by": freeze.moment(found.reveal_by), "hash": found.hash_name}
    found.beacon_form = _beacon_form(kind, rolls, lottery, reveal_by)
    found.beacon_kind, found.hash_name = Attempt.Beacon(kind), Attempt.Hash(hash_name)
    found.reveal_by = reveal_by.replace(microsecond=0)
    found.save(update_fields=["beacon_form", "beacon_kind", "hash_name", "reveal_by"])
    after = {"beacon": found.beacon_form, "reveal_by": freeze.moment(found.reveal_by), "hash": found.hash_name}
    if after != before:
        record(viewer, events.SETTINGS_CHANGED, thing(found), "变更抽取设置", before=before, after=after)
    return found


def _beacon_form(kind: str, rolls: int, lottery: LotteryNumbers | None, reveal_by: datetime) -> dict[str, Json]:
    """The notice's member `beacon`. Raises Refused with every fault of it, and for a deadline that is over."""
    if reveal_by <= clock.now():
        raise Refused("公开密数的期限已经过去，改为今后的时间。")
    if kind == Attempt.Beacon.LOTTERY and lottery is not None:
        form = lottery.form()
    elif kind == Attempt.Beacon.DICE:
        form = {"kind": "dice", "rolls": rolls}
    else:
        raise Refused("选择公共随机数的来源：掷骰，或一种公开彩票。")
    # The core checks a whole notice; of this one nothing but the beacon and its deadline is looked at.
    reading = read_notice({"beacon": form, "reveal_by": freeze.moment(reveal_by.replace(microsecond=0))})
    faults = [fault for fault in reading.faults if fault.place.startswith("beacon")]
    if faults:
        raise Refused("；".join(_beacon_words(fault.place, fault.expected, fault.found) for fault in faults) + "。")
    return form


def _beacon_words(place: str, expected: str, found: str) -> str:
    names = {"name": "彩票名称", "issue": "期号", "pools": "号码规则", "not_before": "开奖时间", "rolls": "掷骰次数"}
    member = place.partition(".")[2].partition("[")[0]
    expected = expected.replace(" reveal_by ", "公开密数的期限")
    return f"{names.get(member, '公共随机数')}应为{expected}，实为{found}"


@transaction.atomic
def commit(viewer: Viewer, attempt: Attempt, code: str, commitment: str) -> Contributor:
    """Put in a contributor's commitment: the digest of a number that stays on its device.

    The same one again changes nothing; another one may replace it until the notice is sealed, by the same person alone.
    """
    found = locked(attempt)
    one = contributor(found, code)
    policy.require(viewer, policy.acts_for(viewer, one), f"{one.organisation.name}的承诺由其本单位人员提交。")
    if one.commitment == commitment and one.committed_by_id == viewer.user_id:
        return one
    require_state(found, Attempt.State.PREPARING, act="提交承诺")
    require_plan(found, found.draw.round.plan)
    if not is_digest(commitment):
        raise Refused("承诺应为 64 位小写十六进制数，由本页面或 sunlot nonce 命令算出。核对后再提交。")
    _refuse_person(viewer, found, one)
    replaced = one.commitment
    one.commitment, one.committed_by_id, one.committed_at = commitment, viewer.user_id, clock.now()
    try:
        with transaction.atomic():
            one.save(update_fields=["commitment", "committed_by", "committed_at"])
    except IntegrityError:
        raise Refused("这个承诺与另一参与方的相同。各方的数须各自生成，重新生成一个。") from None
    kind = events.COMMITMENT_CHANGED if replaced else events.COMMITTED
    words = f"{one.label}{'更换' if replaced else '提交'}承诺"
    before = {"commitment": replaced} if replaced else None
    record(viewer, kind, thing(found), words, before=before, after={"contributor": code, "commitment": commitment})
    return one


def require_plan(attempt: Attempt, plan: Plan) -> None:
    """A draw needs a published plan; one that supplements a draw, a plan that is drawn or has rounds to come."""
    if attempt.draw.supplements_id is None and plan.state != Plan.State.PUBLISHED:
        raise Refused("计划已不在公布状态，抽取不再进行：只有已公布、尚未抽取的计划才能抽取。")
    if attempt.draw.supplements_id is not None and plan.state not in (Plan.State.PUBLISHED, Plan.State.DRAWN):
        raise Refused("计划的检查已经完成，不再补充抽取。")


def _refuse_person(viewer: Viewer, attempt: Attempt, one: Contributor) -> None:
    """Contributors are distinct persons; who failed before does not come again; 纪检 is nobody who may be drawn."""
    if one.committed_by_id is not None and one.committed_by_id != viewer.user_id:
        raise Refused(f"{one.organisation.name}已由{one.committed_by}提交承诺，只有本人可以更换。")
    if any(other.committed_by_id == viewer.user_id for other in attempt.contributors.all() if other.pk != one.pk):
        raise Refused("您已代表另一参与方提交承诺。各参与方须由不同的人提交。")
    failed = Contributor.objects.filter(attempt__draw=attempt.draw, attempt__number__lt=attempt.number)
    for earlier in failed.filter(committed_by_id=viewer.user_id).select_related("attempt"):
        if earlier.code in earlier.attempt.abort_failed:
            raise Refused(f"第 {earlier.attempt.number} 次抽取中您未按时公开密数，由本单位另一人提交承诺。")
    if one.part == Contributor.Part.SUPERVISOR and is_inspector(viewer.user_id):
        raise Refused("您在执法检查人员名录库中，可能被抽中，不能作纪检监督。由另一名纪检监督人员提交承诺。")


def is_inspector(user_id: int) -> bool:
    """Whether the person is an inspector on duty, who might be drawn."""
    return Inspector.objects.filter(user_id=user_id, state=Inspector.State.ACTIVE).exists()
