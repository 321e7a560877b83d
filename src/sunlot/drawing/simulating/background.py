"""The long job of a simulation: a draw with each seed in turn, counted and saved, so that a killed one goes on."""

import hashlib
import time

from django.db import transaction

from sunlot.desk.models import Job
from sunlot.desk.work import JobKind, Outcome, Work
from sunlot.lottery import Rehearsal, rehearsal_seed
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.planning import content
from sunlot.planning.models import Plan
from sunlot.planning.queries import rules_of, with_parts
from sunlot.planning.rounds import next_round

from ..freeze import Frozen, freeze
from ..models import Simulation
from .chances import year_of
from .figures import figures_of
from .rolls import read_roll, rehearsal_of
from .tally import Roll, Tally

SAVED_EVERY = 2.0
"""Seconds between two writes of the position: so much is done again after a kill, at most."""

State = Simulation.State


def address_of(plan: Plan) -> str:
    """The page of a plan's simulations."""
    return f"/desk/drawing/simulations/{plan.number}/"


def digest_of(plan: Plan) -> str:
    """The digest of what the plan says now: a simulation is of this content."""
    return plan.digest or content.digest_of(content.canonical_text(rules_of(plan)))


def _simulate(work: Work) -> Outcome:
    """Read the registries, draw with every seed, reckon the year, keep the figures."""
    found = Simulation.objects.get(pk=work.arguments["simulation"])
    if found.state != State.RUNNING:
        return Outcome()
    plan = with_parts(Plan.objects.select_related("lead__parent", "revises", "annual_line__annual")).get(
        pk=found.plan_id
    )
    if digest_of(plan) != found.content_digest:
        raise Refused("计划在模拟开始以后有改动，这次模拟作废。按现在的内容重新模拟。")
    work.progress(0, found.seeds, words="读取名录库")
    turn = next_round(plan)
    frozen = freeze(plan, found.day, turn)
    rehearsal = rehearsal_of(frozen)
    if not rehearsal.blocks:
        raise Refused("没有一户候选对象，无从模拟。核对对象类别、所在区和信用风险分层。")
    roll = read_roll(plan, found.day, rehearsal, turn)
    tally = _draw_all(work, found, rehearsal, roll, _roster_digest(frozen))
    work.progress(words="本年度抽中机会")
    year = year_of(plan, roll, rehearsal, found.day, lambda words: work.progress(words=words))
    figures = figures_of(plan, frozen, rehearsal, roll, tally, year, turn)
    with transaction.atomic():
        work.save(found.seeds, {})
        found.state, found.figures, found.ended_at = State.DONE, figures, clock.now()
        found.save(update_fields=["state", "figures", "ended_at"])
    return Outcome(_in_words(tally, figures), address_of(plan))


def _draw_all(work: Work, found: Simulation, rehearsal: Rehearsal, roll: Roll, roster: str) -> Tally:
    """The tally of all seeds, going on where an earlier attempt stood if the roster is still the same."""
    before = work.position
    tally = Tally.of_json(before["tally"]) if before.get("roster") == roster else Tally()
    saved = time.monotonic()
    work.progress(tally.seeds, words="逐个种子抽取")
    while tally.seeds < found.seeds:
        seed = rehearsal_seed(found.content_digest, tally.seeds + 1)
        if rehearsal.faults:  # without enough people the objects can still be drawn
            tally.add(roll, rehearsal.draw_objects(seed), None)
        else:
            outcome = rehearsal.draw(seed)
            tally.add(roll, outcome.strata, outcome)
        if time.monotonic() - saved >= SAVED_EVERY:
            saved = time.monotonic()
            with transaction.atomic():
                work.save(tally.seeds, {"roster": roster, "tally": tally.to_json()})
        work.progress(tally.seeds)
    return tally


def _roster_digest(frozen: Frozen) -> str:
    whole = hashlib.sha256()
    for part in (*frozen.objects, *frozen.inspectors, *frozen.avoid):
        whole.update(part)
    return whole.hexdigest()


def _in_words(tally: Tally, figures: dict[str, object]) -> str:
    if not tally.seeds:
        return ""
    words = f"{tally.seeds} 个种子"
    infeasible = figures["infeasible"]
    assert isinstance(infeasible, dict)  # noqa: S101 -- as figures.py writes it
    if not infeasible["teams_drawn"]:
        return f"{words}，人员不足，只模拟了对象"
    if tally.with_unassigned:
        return f"{words}，其中 {tally.with_unassigned} 个有对象无组可派"
    return f"{words}，每次都能组队并派完"


def _ended(job: Job) -> None:
    """A simulation whose job ended in another way than with its figures is over, with the reason."""
    Simulation.objects.filter(pk=job.arguments["simulation"], state=State.RUNNING).update(
        state=State.ENDED, refusal=job.words or "没有完成。", ended_at=clock.now()
    )


SIMULATE = JobKind("drawing.simulate", "模拟抽取", _simulate, unit="次", ended=_ended)
