"""What the public may have of draws. Everything that an embargo holds back passes through here and nowhere else."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sunlot.desk.lists import Column
from sunlot.drawing import events as drawing_events
from sunlot.drawing import queries as drawing
from sunlot.drawing.logged import PublicEvent, is_logged, public_events
from sunlot.drawing.models import Attempt, Contributor, Draw
from sunlot.inspecting.models import FormPart
from sunlot.norms import clock

State = Attempt.State
FINISHED = (State.DRAWN, State.SIGNED, State.ARCHIVED)
PUBLISHED = (FormPart.State.PUBLISHED, FormPart.State.CORRECTED)


@dataclass(frozen=True)
class Figures:
    """What a sealed notice says in numbers: these may be known although an embargo holds the names back."""

    candidates: int
    quota: int
    inspectors: int
    teams: int
    seats: int


def public_draws() -> "QuerySet[Draw]":
    """The draws with a sealed attempt, with their public attempts, newest first, in a fixed number of queries.

    Annotated: `sealed`, when the newest attempt was sealed; `parts` and `published`, how many departments' results
    there will be and how many are public.
    """
    attempts = drawing.public_attempts(clock.now()).order_by("number")
    parts = (
        FormPart.objects.filter(form__task__attempt__draw=OuterRef("pk")).exclude(state__in=FormPart.ENDED).order_by()
    )
    of_draw = parts.values("form__task__attempt__draw")
    return (
        Draw.objects.filter(attempts__in=attempts)
        .annotate(
            sealed=Max("attempts__sealed_at"),
            parts=_count(of_draw.annotate(n=Count("pk")).values("n")),
            published=_count(of_draw.annotate(n=Count("pk", filter=Q(state__in=PUBLISHED))).values("n")),
        )
        .select_related("round__plan__lead__parent", "supplements__draw", "basis")
        .prefetch_related(Prefetch("attempts", queryset=attempts, to_attr="public"))
        .order_by("-sealed", "-pk")
    )


def _count(found: "QuerySet[FormPart, Any]") -> Coalesce:
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class PublicDraw:
    """A draw as the public sees it now. `draw` comes from `public_draws`."""

    draw: Draw
    now: datetime

    @cached_property
    def attempts(self) -> list[Attempt]:
        found: list[Attempt] = self.draw.public  # type: ignore[attr-defined]  # prefetched by public_draws
        return found

    @cached_property
    def attempt(self) -> Attempt:
        """The attempt that counts: the newest."""
        return self.attempts[-1]

    @property
    def supplements(self) -> Attempt | None:
        """The attempt that this draw gives teams to, where it is a supplementary one."""
        return self.draw.supplements

    @property
    def aborted(self) -> list[Attempt]:
        """The attempts that ended without a result, the newest too if it did."""
        return [attempt for attempt in self.attempts if attempt.state == State.ABORTED]

    @property
    def is_released(self) -> bool:
        """Whether notice, rosters, numbers, seed and result may be shown."""
        return drawing.is_released(self.attempt, self.now)

    @property
    def is_drawn(self) -> bool:
        return self.attempt.state in FINISHED

    @property
    def is_open(self) -> bool:
        """Whether there is a result, and it may be shown."""
        return self.is_drawn and self.is_released

    @cached_property
    def figures(self) -> Figures:
        return figures(self.attempt)

    @property
    def opens_at(self) -> datetime | None:
        """When the list is or was made public: at its time, before it with the first published result, else at once."""
        attempt = self.attempt
        if attempt.release_at is None:
            return attempt.drawn_at
        return min(attempt.released_at or attempt.release_at, attempt.release_at)

    @property
    def is_early(self) -> bool:
        """Whether a published result made the list public before its time."""
        attempt = self.attempt
        return bool(attempt.released_at and attempt.release_at and attempt.released_at < attempt.release_at)

    @property
    def waits(self) -> str:
        """How long an embargo still lasts: 7 天, 5 小时."""
        return countdown(self.attempt.release_at, self.now) if self.attempt.release_at else ""

    @property
    def progress(self) -> tuple[str, str]:
        """Class and words of the mark that says how far this draw is."""
        state = self.attempt.state
        if state == State.ABORTED:
            return "late", "已中止，待重抽"
        if not self.is_drawn:
            return "now", self.attempt.get_state_display()
        parts, published = self.draw.parts, self.draw.published  # type: ignore[attr-defined]  # annotated by public_draws
        if not parts:
            return "run", "待派发"
        if published == parts:
            return "done", "结果全部公示"
        return "run", f"公示 {published} / {parts}" if published else "检查中"


def as_public(draws: Iterable[Draw], now: datetime) -> list[PublicDraw]:
    return [PublicDraw(draw, now) for draw in draws]


@lru_cache(maxsize=256)
def _figures(_digest: str, notice: str) -> Figures:
    said = json.loads(notice)
    return Figures(
        candidates=said["objects"]["count"],
        quota=sum(stratum["quota"] for stratum in said["objects"]["strata"]),
        inspectors=said["inspectors"]["count"],
        teams=sum(zone["count"] for zone in said["teams"]),
        seats=sum(zone["count"] * sum(seat["count"] for seat in zone["seats"]) for zone in said["teams"]),
    )


def figures(attempt: Attempt) -> Figures:
    """The numbers of a sealed attempt's notice."""
    return _figures(attempt.notice_digest or "", attempt.notice)


def countdown(until: datetime, now: datetime) -> str:
    """还有 7 天; under two days in hours; nothing once it has come."""
    left = until - now
    if left <= timedelta():
        return ""
    if left >= timedelta(days=2):
        return f"还有 {-(-left // timedelta(days=1))} 天"
    return f"还有 {-(-left // timedelta(hours=1))} 小时"


def public_notice(number: str, attempt: int) -> bytes | None:
    """The notice of an attempt, aborted ones too; None for one that is not there or under an embargo."""
    found = public_draws().filter(number=number).first()
    asked = [one for one in PublicDraw(found, clock.now()).attempts if one.number == attempt] if found else []
    return drawing.notice_bytes(asked[0]) if asked and drawing.is_released(asked[0], clock.now()) else None


def bundle_size(attempt: Attempt) -> int:
    """Bytes of the bundle of a drawn attempt."""
    return _bundle_size(attempt.pk, is_logged(attempt))


@lru_cache(maxsize=256)
def _bundle_size(pk: int, _logged: bool) -> int:
    return len(drawing.bundle_bytes(Attempt.objects.get(pk=pk)))


@dataclass(frozen=True)
class Party:
    """A contributor as the page shows it; commitment and nonce are empty while they may not be shown."""

    contributor: Contributor
    commitment: str
    nonce: str
    failed: bool = False

    @property
    def mark(self) -> tuple[str, str]:
        if self.contributor.revealed_at:
            return "done", "已公开密数"
        if self.failed:
            return "late", "到期没有公开"
        return ("run", "已承诺") if self.contributor.committed_at else ("off", "未承诺")


def parties(shown: PublicDraw) -> list[Party]:
    """Who contributed to the attempt that counts.

    Commitments stand in the notice, and a number with all others gives the seed: both are held back by an embargo.
    """
    may = shown.is_released
    return [
        Party(
            one,
            one.commitment or "" if may else "",
            one.nonce or "" if may else "",
            one.code in shown.attempt.abort_failed,
        )
        for one in shown.attempt.contributors.all()
    ]


_IN_LOG = {
    drawing_events.NOTICE_SEALED.name: "公告",
    drawing_events.BEACON_READ.name: "公共随机数",
    drawing_events.NONCE_REVEALED.name: "密数",
    drawing_events.DRAWN.name: "结果",
    drawing_events.ABORTED.name: "中止",
}


def in_log(shown: PublicDraw) -> list[tuple[str, PublicEvent]]:
    """The log's entries of the attempt that counts, in words; of each reveal, who revealed."""
    names = {one.code: one.organisation.name for one in shown.attempt.contributors.all()}
    return [
        (f"{names.get(one.contributor, '')}{_IN_LOG[one.type]}", one)
        for one in public_events([shown.attempt])[shown.attempt.pk]
    ]


COLUMNS: list[Column[Draw]] = [
    Column("number", "抽取编号", lambda draw: draw.number),
    Column("title", "抽查任务", lambda draw: draw.round.plan.title),
    Column("supplements", "补充哪次抽取", lambda draw: draw.supplements.draw.number if draw.supplements else ""),
    Column("plan", "计划编号", lambda draw: draw.round.plan.number),
    Column("lead", "牵头", lambda draw: draw.round.plan.lead.full_name),
    Column("attempt", "第几次抽取", lambda draw: _now(draw).attempt.number, number=True),
    Column("sealed_at", "公告封存时间", lambda draw: clock.iso(_sealed(draw))),
    Column("drawn_at", "抽取时间", lambda draw: _iso(_now(draw).attempt.drawn_at)),
    Column("state", "状态", lambda draw: _now(draw).progress[1]),
    Column("candidates", "候选对象", lambda draw: _now(draw).figures.candidates, number=True),
    Column("quota", "抽取对象", lambda draw: _now(draw).figures.quota, number=True),
    Column("released_at", "名单公开时间", lambda draw: _iso(_now(draw).opens_at)),
    Column("notice", "公告摘要", lambda draw: _now(draw).attempt.notice_digest),
    Column("result", "结果摘要", lambda draw: _now(draw).attempt.result_digest),
]


def _now(draw: Draw) -> PublicDraw:
    return PublicDraw(draw, clock.now())


def _sealed(draw: Draw) -> datetime:
    moment = _now(draw).attempt.sealed_at
    assert moment is not None  # noqa: S101 -- public_draws holds sealed attempts alone
    return moment


def _iso(moment: datetime | None) -> str:
    return clock.iso(moment) if moment else ""
