"""What the demonstration knows of its objects besides the roster: rules, credit marks, licences, duplicates, a merge."""

import random
from datetime import timedelta

from sunlot.norms import clock
from sunlot.registry import actions
from sunlot.registry.models import CreditMark, DuplicatePair, Import, InspectionObject
from sunlot.registry.risk import Line

from .bringing import bring
from .people import Cast

Kind = CreditMark.Kind
SEED = 4754  # of what is invented here: every installation gets the same

RULES = (
    Line(Kind.SERIOUS, 1, "D"),
    Line(Kind.DISHONEST, 1, "D"),
    Line(Kind.ABNORMAL, 1, "C"),
    Line(Kind.PENALTY, 2, "C"),
    Line(Kind.COMPLAINT, 3, "C"),
    Line(Kind.TRUSTED, 1, "A"),
)
MARK_HEADS = "名称 统一社会信用代码 对象编号 标记 来源 列入日期 有效期至".split()
MARKED = ("labour", "supervision", "housing-rental")
"""The kinds that bear marks: none of them is drawn in the story, whose numbers stay as they are told."""

_SOURCES = {
    Kind.SERIOUS: ("国家企业信用信息公示系统", 1095),
    Kind.DISHONEST: ("中国执行信息公开网", 730),
    Kind.ABNORMAL: ("国家企业信用信息公示系统", 365),
    Kind.PENALTY: ("信用中国（内蒙古乌海）", 365),
    Kind.COMPLAINT: ("12345 政务服务便民热线", 180),
    Kind.TRUSTED: ("信用中国（内蒙古乌海）", 365),
}


def make(cast: Cast) -> None:
    """Everything, after the objects' roster is in and before the story begins."""
    proposed = actions.propose_rules(cast["fagui"], RULES, "按自治区企业信用风险分类管理要求制定")
    actions.decide_rules(cast["leader"], proposed, accept=True, comment="同意")
    dice = random.Random(SEED)  # noqa: S311 -- invented facts, nothing is drawn with it
    _mark(cast, dice)
    _license(cast, dice)
    _merge(cast)


def _mark(cast: Cast, dice: random.Random) -> None:
    """Each kind of mark a few times; some of them run out while the story goes on."""
    entries = list(InspectionObject.objects.filter(kind__code__in=MARKED).order_by("number"))
    rows: list[list[str]] = []
    for entry in dice.sample(entries, 16):
        kind = dice.choice(list(_SOURCES))
        source, days = _SOURCES[kind]
        since = clock.today() - timedelta(days=dice.randint(5, 120))
        for times in range(3 if kind == Kind.COMPLAINT else 1):
            day = since - timedelta(days=9 * times)
            until = day + timedelta(days=days)
            entity = entry.entities.first()
            code = "" if kind == Kind.COMPLAINT or entity is None else entity.credit_code or ""
            number = "" if code else entry.number
            if until > clock.today():
                rows.append([entry.name, code, number, kind.label, source, day.isoformat(), until.isoformat()])
    bring(cast, "zjj", Import.Target.MARKS, "信用标记（演示）.xlsx", MARK_HEADS, rows)


def _license(cast: Cast, dice: random.Random) -> None:
    """The gas companies' licences: most are good for years, two end soon, one has run out."""
    end = clock.today() + timedelta(days=175)  # about the day on which the demonstration is looked at
    for at, entry in enumerate(InspectionObject.objects.filter(kind__code="gas").order_by("number")):
        expires = end + timedelta(days={0: -12, 1: 21, 2: 48}.get(at, dice.randint(200, 1200)))
        actions.add_licence(
            cast["zjj"],
            entry,
            name="燃气经营许可证",
            number=f"蒙2023{dice.randint(1, 9999):04d}J",
            issuer="乌海市住房和城乡建设局",
            issued=expires - timedelta(days=3 * 365),
            expires=expires,
        )


def _merge(cast: Cast) -> None:
    """The scan finds what is alike; one pair is merged, one told apart, the others wait."""
    actions.find_duplicates()
    waiting = DuplicatePair.objects.filter(
        state=DuplicatePair.State.OPEN, first__kind__code__in=(*MARKED, "contractor"), likeness__contains="名称"
    )
    pairs = list(waiting.select_related("first", "second").order_by("pk")[:2])
    if pairs:
        merged = pairs[0]
        reason = "经核实为同一企业，另一条名称写错一字，系重复登记"
        actions.merge_objects(cast["zjj"], merged.first, merged.second, reason=reason)
    if len(pairs) > 1:
        actions.tell_apart(cast["zjj"], pairs[1], "两家公司，已核对营业执照")
