"""What the portal shows of the transparency log: public entries in words, and what a search for one is after."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from sunlot.catalogue.models import GuideVersion, ItemVersion
from sunlot.desk.lists import Column
from sunlot.drawing.models import Attempt, Draw
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM
from sunlot.planning import queries as planning
from sunlot.planning.annual import queries as annual
from sunlot.planning.models import RatioTable
from sunlot.trail.events import RESTORED, kind_named
from sunlot.trail.log import reading
from sunlot.trail.models import LogCheckpoint, LogCosignature, PublicEntry, Sealer

from .results import public_parts, published

MOST_SUBJECTS = 500  # plans, draws and results that one search may stand for

_MEMBERS = {
    "notice": "公告摘要",
    "value": "公共随机数",
    "contributor": "参与方",
    "contributors": "未公开密数的参与方",
    "nonce": "密数",
    "result": "结果摘要",
    "out": "换出",
    "in": "换入",
    "team": "检查组",
    "object": "只就对象",
    "reason": "理由",
    "plan": "计划摘要",
    "annual": "年度计划摘要",
    "before": "调整前的摘要",
    "replaces": "更正前的摘要",
    "item": "事项",
    "guide": "指引",
    "ratio_table": "比例和频次表",
    "digest": "内容摘要",
    "document": "文书",
    "manifest": "归档清单的摘要",
    "version": "版本",
    "held": "数据库中的条数",
    "signed": "已签名的条数",
    "root": "已签名的根",
}


VERSIONED = {
    "item": ("事项", "portal:item"),
    "guide": ("指引", "portal:guide"),
    "ratio_table": ("比例和频次表", "portal:ratio-table"),
}
"""What has versions: how it is called, and its page."""

_SUBJECTS = {
    ("draw", 2): ("抽取 {} 第 {} 次", "portal:draw"),
    ("plan", 1): ("计划 {}", "portal:plan"),
    ("annual", 1): ("年度计划 {}", "portal:annual-plan"),
    ("result", 2): ("检查表 {} 的结果", "portal:result"),
    ("document", 1): ("文书 {:.16}…", "portal:verify-document"),
    ("file", 2): ("检查表 {} 的案卷第 {} 版", ""),
}
"""Other subjects by kind and count of names: in words, and the page; of a draw the page is that of its number."""


def public_entries() -> "QuerySet[PublicEntry]":
    """All public events, each with its `entry` and its `index` in the log, None while it waits."""
    return PublicEntry.objects.annotate(entry=F("event__entry"), index=F("event__leaf__index"))


def subjects_of(asked: str) -> list[str]:
    """The subjects that a search is after: draws, plans, items and published results by number, digest or name.

    An enterprise, by credit code or name, stands for its published results, and for the draws of its public checks.
    """
    attempts = Attempt.objects.filter(notice_digest__isnull=False)
    plans = planning.made_public().filter(Q(number__iexact=asked) | Q(title__icontains=asked) | Q(digest=asked.lower()))
    results = published().filter(
        _names_object("part__form__", asked) | Q(part__form__number__iexact=asked) | Q(digest=asked.lower())
    )
    checks = public_parts(clock.now()).filter(_names_object("form__", asked) | Q(form__number__iexact=asked))
    plan_rows = list(plans.values_list("pk", "number")[:MOST_SUBJECTS])
    draws = attempts.filter(
        Q(draw__number__iexact=asked)
        | Q(notice_digest=asked.lower())
        | Q(result_digest=asked.lower())
        | Q(draw__round__plan__in=[pk for pk, _ in plan_rows])
        | Q(pk__in=checks.values("form__task__attempt"))
        | Q(pk__in=results.values("part__form__task__attempt"))
    )
    found = [f"plan:{number}" for _, number in plan_rows]
    yearly = annual.made_public().filter(Q(number__iexact=asked) | Q(digest=asked.lower()))
    found += [f"annual:{number}" for number in yearly.values_list("number", flat=True)[:MOST_SUBJECTS]]
    found += [f"draw:{number}:{attempt}" for number, attempt in draws.values_list("draw__number", "number")]
    forms = results.order_by("-published_at").values_list("part__form__number", "part__organisation__code")
    found += [f"result:{form}:{organisation}" for form, organisation in forms[:MOST_SUBJECTS]]
    return list(dict.fromkeys(found))[:MOST_SUBJECTS]


def _names_object(form: str, asked: str) -> Q:
    """Whether the object of a form, by number or name, or an enterprise of it, by credit code or name, is what was asked."""
    place = f"{form}object__"
    return (
        Q(**{f"{place}name__icontains": asked})
        | Q(**{f"{place}number__iexact": asked})
        | Q(**{f"{place}entities__credit_code__iexact": asked})
        | Q(**{f"{place}entities__name__icontains": asked})
    )


@dataclass(frozen=True)
class ShownEntry:
    """An entry in words. `index` is its place in the published log, None while it waits; `name` that of its subject,
    `organisation` that of who acted."""

    text: str
    index: int | None
    name: str = ""
    organisation: str = ""

    @cached_property
    def said(self) -> dict[str, Any]:
        """The members of the entry."""
        members: dict[str, Any] = json.loads(self.text)
        return members

    @property
    def is_internal(self) -> bool:
        return bool(self.said["type"] == "internal")

    @property
    def label(self) -> str:
        """What was done, in words."""
        if self.is_internal:
            return "内部事项"
        kind = kind_named(self.said["type"])
        return kind.label if kind else self.said["type"]

    @property
    def at(self) -> Any:
        return clock.parse(self.said["time"])

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about, in words, and the page of that thing; the latter empty where there is none."""
        kind, *rest = self.said["subject"].split(":")
        if kind in VERSIONED and len(rest) == 2:
            called, page = VERSIONED[kind]
            return f"{called} {rest[0]} 第 {rest[1]} 版", f"{reverse(page, args=rest[:1])}?version={rest[1]}"
        if (kind, len(rest)) in _SUBJECTS:
            words, page = _SUBJECTS[kind, len(rest)]
            if self.said["type"] == "drawing.withdrawn":  # what was never sealed is not on the public pages
                page = ""
            of_page = rest[:1] if kind == "draw" else rest
            return words.format(*rest), reverse(page, args=of_page) if page else ""
        return ("留痕日志", "") if self.said["subject"] == "log" else (self.said["subject"], "")

    @property
    def role(self) -> str:
        """The role in which somebody acted, in words; empty where the log does not tell it."""
        role = self.said["actor"].partition("/")[2]
        return Role(role).label if role in Role.values else ""

    @property
    def members(self) -> list[tuple[str, str]]:
        """The public members with their names in words, in the order of `_MEMBERS`; what says the same twice, once."""
        said = {name: value for name, value in self.said["public"].items() if value not in (None, [])}
        if said.get("object") == said.get("out"):
            said.pop("object", None)
        order = list(_MEMBERS)
        return [
            (_MEMBERS.get(name, name), "、".join(map(str, value)) if isinstance(value, list) else str(value))
            for name, value in sorted(
                said.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)
            )
        ]

    @property
    def pretty(self) -> str:
        """The entry spread over lines, for reading; the bytes that were hashed are `text`."""
        return json.dumps(self.said, ensure_ascii=False, indent=2)


def as_shown(rows: Iterable[Any], size: int) -> list[ShownEntry]:
    """The rows of `public_entries` as a log of `size` published entries shows them."""
    found = list(rows)
    names = names_of([one.subject for one in found])
    return [
        ShownEntry(
            one.entry, one.index if one.index is not None and one.index < size else None, names.get(one.subject, "")
        )
        for one in found
    ]


def restorations(size: int) -> list[ShownEntry]:
    """Where the log went on after a loss, newest first: every reader of the log should know."""
    return as_shown(public_entries().filter(type=RESTORED.name).order_by("-event_id"), size)


def names_of(subjects: Iterable[str]) -> dict[str, str]:
    """What plans, draws, items, guides, tables of ratios and published results are called, by subject, in a query for each kind."""
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject in subjects:
        kind, _, rest = subject.partition(":")
        parts[kind][rest.partition(":")[0]].append(subject)
    names: list[tuple[str, str, str]] = []
    called: dict[str, str] = {}
    if plans := parts["plan"]:
        names += [
            ("plan", *row) for row in planning.made_public().filter(number__in=plans).values_list("number", "title")
        ]
    if annuals := parts["annual"]:
        names += [("annual", one.number, str(one)) for one in annual.made_public().filter(number__in=annuals)]
    if draws := parts["draw"]:
        rows = Draw.objects.filter(number__in=draws, attempts__notice_digest__isnull=False).distinct()
        names += [("draw", *row) for row in rows.values_list("number", "round__plan__title")]
    if items := parts["item"]:
        versions = ItemVersion.objects.filter(item__code__in=items).order_by("number")
        names += [("item", *row) for row in versions.values_list("item__code", "name")]
    if guides := parts["guide"]:
        held = GuideVersion.objects.filter(guide__code__in=guides).order_by("number")
        names += [("guide", *row) for row in held.values_list("guide__code", "name")]
    if tables := parts["ratio_table"]:
        found_tables = RatioTable.objects.filter(code__in=tables).values_list("code", "organisation__name")
        names += [("ratio_table", code, f"{organisation}抽查比例和频次表") for code, organisation in found_tables]
    if forms := parts["result"]:
        found = published().filter(part__form__number__in=forms).order_by()
        place = (
            "part__form__number",
            "part__organisation__code",
            "part__form__object__name",
            "part__organisation__name",
        )
        called = {f"result:{form}:{code}": f"{name}，{by}" for form, code, name, by in found.values_list(*place)}
    return called | {subject: name for kind, key, name in names for subject in parts[kind][key]}


def entry_in_words(text: str, index: int) -> ShownEntry:
    """An entry of the published log, with what its subject and the organisation that acted are called."""
    said = json.loads(text)
    code = said["actor"].partition("/")[0].removeprefix("org:")
    organisation = Organisation.objects.filter(code=code).values_list("name", flat=True).first()
    if organisation is None:  # the system itself, or a code that is no organisation's any more
        organisation = SYSTEM.person if code == SYSTEM.organisation_code else ""
    return ShownEntry(text, index, names_of([said["subject"]]).get(said["subject"], ""), organisation)


@dataclass(frozen=True)
class LogState:
    """How the log stands: its newest checkpoint, the newest that witnesses signed, what waits, why it stopped."""

    newest: LogCheckpoint | None
    cosigned: LogCheckpoint | None
    vkey: str | None
    waiting: int
    stopped: Sealer | None

    @property
    def size(self) -> int:
        return self.newest.size if self.newest else 0

    @property
    def key_name(self) -> str:
        return self.vkey.split("+")[0] if self.vkey else ""

    @property
    def key_id(self) -> str:
        return self.vkey.split("+")[1] if self.vkey else ""

    @property
    def note(self) -> str:
        """The newest checkpoint as a signed note, with its cosignatures."""
        return reading.note_of(self.newest).encode().decode() if self.newest else ""


def state() -> LogState:
    """How the log stands now."""
    newest = reading.newest_checkpoint()
    last = LogCosignature.objects.order_by("-checkpoint_id").values_list("checkpoint_id", flat=True).first()
    cosigned = LogCheckpoint.objects.prefetch_related("cosignatures").filter(size=last).first() if last else None
    sealer = reading.state()
    stopped = sealer if sealer and sealer.stopped_at else None
    return LogState(newest, cosigned, reading.verifier_key(), reading.waiting(), stopped)


COLUMNS: list[Column[Any]] = [
    Column("index", "序号", lambda one: "" if one.index is None else one.index, number=True),
    Column("time", "时间", lambda one: ShownEntry(one.entry, None).said["time"]),
    Column("label", "事项", lambda one: ShownEntry(one.entry, None).label),
    Column("type", "类型", lambda one: one.type),
    Column("subject", "对象", lambda one: one.subject),
    Column("entry", "条目", lambda one: one.entry),
]
