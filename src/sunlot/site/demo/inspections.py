"""How the inspections of a demonstration draw went: who visited when, what was found, how far it has come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, When

from sunlot.drawing.models import Attempt
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.models import Category, Finding, Form, FormPart
from sunlot.inspecting.records import Absence, Answered, PartData, absence_of, content, data_of, digest_of
from sunlot.norms import clock, working_days
from sunlot.publishing import actions as publishing

from . import beside, followups, handing, notices, replacements
from .people import Cast

TROUBLED = 3
"""Every so many visits find something."""

Course = Callable[[Cast, Attempt, datetime], Iterator[datetime]]

PROBLEMS = [
    "维修保养记录不完整，缺 8 月、9 月记录",
    "公示栏内容未及时更新",
    "安全管理人员到岗记录缺 3 天签字",
    "合同档案未按规定保存",
    "应急预案演练记录缺失",
]
STROKES = "M84 38L96 36L142 32M112 34L110 60L108 86M88 60L132 55M76 88L148 81M188 40L166 64M178 54L222 46L200 80"


@dataclass(frozen=True)
class Step:
    """Something done to a part at a moment."""

    at: datetime
    part: int
    do: Callable[[Cast, FormPart], None]


def all_published(cast: Cast, attempt: Attempt, end: datetime) -> Iterator[datetime]:
    """Everything inspected, reviewed and published in time; two problems are followed up."""
    yield from handing.receive(cast, attempt)
    yield from _run(cast, _steps(attempt, lambda at, count: ("publish", 6 + at % 8)))
    yield from followups.two(cast, attempt, _head)


def some_overdue(cast: Cast, attempt: Attempt, end: datetime) -> Iterator[datetime]:
    """All inspected; the last third decided but never published, and overdue by now."""
    yield from _run(
        cast, _steps(attempt, lambda at, count: ("publish" if at < count * 2 // 3 else "review", 5 + at % 5))
    )


def at_every_stage(cast: Cast, attempt: Attempt, end: datetime) -> Iterator[datetime]:
    """Published, decided, in review, returned, and some not yet visited."""
    yield from handing.receive(cast, attempt)
    stages = ["publish", "publish", "publish", "review", "record", "return", "save", "nothing"]
    yield from _run(cast, _steps(attempt, lambda at, count: (stages[at % len(stages)], 8 + at)))


def under_way(cast: Cast, attempt: Attempt, end: datetime) -> Iterator[datetime]:
    """One site and one inspector replaced; half of the sites visited, a few records in review, the rest to come. Nobody has
    confirmed receipt: who began has the task; the form that came with the replacement still waits for the other section.
    """
    yield from replacements.two(cast, attempt, "zhianjian", "zhianjian-head")
    stages = ["publish", "review", "record", "record", "save", "nothing", "nothing", "nothing"]
    yield from _run(
        cast, _steps(attempt, lambda at, count: (stages[at % len(stages)] if at < count - 1 else "nothing", 3 + at % 6))
    )


def _steps(attempt: Attempt, course: Callable[[int, int], tuple[str, int]]) -> list[Step]:
    """The acts of all forms in order of time. `course` says for the n-th form how far it comes and on which working
    day after the draw its visit is.
    """
    standing = attempt.task.forms.exclude(state=Form.State.REPLACED)
    forms = list(standing.order_by("number").prefetch_related("parts"))
    drawn_on = clock.today()
    steps = []
    for at, form in enumerate(forms):
        reaches, after = course(at, len(forms))
        day = working_days.due(drawn_on, after).day
        visit = datetime(day.year, day.month, day.day, 9 + at % 5, 10, tzinfo=clock.SHANGHAI)
        for minutes, part in enumerate(form.parts.all()):
            steps += _acts(part.pk, at, reaches, visit + timedelta(minutes=3 * minutes))
    return sorted(steps, key=lambda step: step.at)


def _acts(part: int, at: int, reaches: str, visit: datetime) -> list[Step]:
    """What is done to one part of the `at`-th form, up to the stage that it reaches."""
    acts = [Step(visit, part, _begin)]
    if reaches in ("save", "record", "return", "review", "publish"):
        acts.append(Step(visit + timedelta(minutes=55), part, lambda cast, found: _fill(cast, found, at)))
    if reaches == "save":
        acts.append(Step(visit + timedelta(minutes=57), part, beside.begin_list))
    if reaches in ("record", "return", "review", "publish"):
        acts.append(Step(visit + timedelta(minutes=75), part, lambda cast, found: _record(cast, found, at)))
    if reaches == "return":
        acts.append(Step(_later(visit, 1), part, lambda cast, found: _review(cast, found, accept=False)))
    if reaches in ("review", "publish"):
        acts.append(
            Step(_later(visit, 1) + timedelta(hours=1), part, lambda cast, found: _review(cast, found, accept=True))
        )
    if reaches == "publish":
        acts.append(Step(_later(visit, 2 + at % 4), part, _publish))
    return [] if reaches == "nothing" else acts


def _later(moment: datetime, days: int) -> datetime:
    """The same hour so many working days later: offices neither review nor publish on a Sunday."""
    day = working_days.due(moment.date(), days).day
    return datetime.combine(day, moment.timetz())


def _run(cast: Cast, steps: list[Step]) -> Iterator[datetime]:
    for step in steps:
        yield step.at
        step.do(cast, _part(step.part))


def _part(pk: int) -> FormPart:
    parts = FormPart.objects.select_related("form__task", "form__object", "organisation__parent")
    return parts.prefetch_related("members__inspector", "findings__version__item").get(pk=pk)


def with_a_form_to_fill(unit: str) -> str:
    """The staff number of an inspector of the unit whose form is still to fill, a started one before the others."""
    open_parts = FormPart.objects.filter(organisation__code=unit, state=FormPart.State.OPEN)
    started = Case(When(form__state=Form.State.INSPECTING, then=0), default=1)
    numbers = open_parts.order_by(started, "form__number", "members__position")
    return str(numbers.values_list("members__inspector__number", flat=True)[0])


def _inspectors(part: FormPart) -> list[str]:
    return [member.inspector.number for member in part.members.all()]


def _begin(cast: Cast, part: FormPart) -> None:
    inspecting.start_part(cast[_inspectors(part)[0]], part)
    notices.scan(cast[_inspectors(part)[0]], part)


def _fill(cast: Cast, part: FormPart, at: int) -> None:
    """Every third visit finds something; the others are in order."""
    findings = list(part.findings.all())
    trouble = at % TROUBLED == 1
    answers = {finding.version.item.code: Answered(Finding.Answer.FINE) for finding in findings}
    if trouble:
        answers[findings[0].version.item.code] = Answered(Finding.Answer.PROBLEM, PROBLEMS[at % len(PROBLEMS)])
    data = PartData(
        mode="on-site",
        began_at=clock.now() - timedelta(minutes=55),
        ended_at=clock.now().replace(second=0, microsecond=0),
        categories=(Category.ORDERED if trouble else Category.NO_PROBLEM,),
        remark="已当场责令改正，限 10 日内书面报告整改情况。" if trouble else "",
        findings=answers,
    )
    inspecting.save_part(cast[_inspectors(part)[0]], part, data)


def _record(cast: Cast, part: FormPart, at: int) -> None:
    """The inspected signs on the screen, or, now and then, does not and a witness stands for it."""
    first, *others = _inspectors(part)
    if at % TROUBLED == 1:
        beside.question(cast, part, first, others)
    if at % 7 == 6:
        absence = Absence("负责人外出，在场人员无权签字", "王○", "所在社区工作人员")
        inspecting.note_absence(cast[first], part, absence, version=part.version)
    else:
        inspecting.sign_inspected(cast[first], part, "李○强", STROKES, version=part.version)
    part = _part(part.pk)
    digest = digest_of(content(part, data_of(part), absence_of(part)))
    inspecting.record_part(cast[first], part, digest, cast.proof(first))
    for other in others:
        inspecting.sign_part(cast[other], _part(part.pk), digest, cast.proof(other))


def _review(cast: Cast, part: FormPart, *, accept: bool) -> None:
    comment = "" if accept else "请补充说明检查的楼栋和时间段后再提交。"
    inspecting.review_part(cast[_head(part)], part, accept, comment)


def _publish(cast: Cast, part: FormPart) -> None:
    publishing.publish_part(cast[_head(part).removesuffix("-head")], part)


def _head(part: FormPart) -> str:
    """The head of the unit that inspected; for the bureau as a whole the head of its lead section."""
    lead_clerk = part.form.task.plan.created_by.username if part.form.task.plan else ""
    code = part.organisation.code
    return f"{lead_clerk}-head" if code == "zjj" else f"{code.removeprefix('zjj-')}-head"
