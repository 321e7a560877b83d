"""Which objects a plan is about and why those: what 定向 is by, and what the law lets an untargeted plan leave out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sunlot.norms.regions import is_within
from sunlot.registry.kinds import attributes_of
from sunlot.registry.lists import kept

from .content import PlanContent
from .feasibility import Fault
from .models import Plan
from .narrowing import Narrowing

if TYPE_CHECKING:
    from .gathering import Known

Target = Plan.Target
RISKS = 4
_BY_CONDITION = {"trade": Target.TRADE, "mark": Target.RISK}


def implied(narrowing: Narrowing) -> tuple[str, ...]:
    """By what a plan is targeted that has these conditions."""
    found = {_BY_CONDITION.get(name, Target.OTHER) for name, _ in narrowing.conditions}
    if narrowing.listed:
        found.add(Target.OTHER)
    return tuple(one.value for one in Target if one in found)


def check(content: PlanContent, known: "Known") -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of what narrows the objects, and of what the plan says about it."""
    faults = [*_check_conditions(content, known)]
    warnings = [*_partial_conditions(content, known)]
    if not content.targeted and content.narrowing.picks:
        message = (
            "不定向抽查的范围只由对象类别、区、信用风险分层和检查次数确定，不能再按其他条件或名单选取。"
            "去掉这些条件，或改为定向，写明按什么定向。"
        )
        faults.append(Fault("targeted", message))
    if content.targeted and not content.targeted_by:
        warnings.append(Fault("targeted", "没有写明按什么定向：区域、行业或信用风险。"))
    faults += [Fault("targeted_by", message) for message in _empty_claims(content, known)]
    return faults, warnings


def _check_conditions(content: PlanContent, known: "Known") -> Iterable[Fault]:
    conditions = content.narrowing.conditions
    for name in kept.unreadable(conditions) if conditions else ():
        yield Fault("narrowing", f"条件“{name}”不能再用，一户也选不出。去掉它，重新选定。")
    for asked in kept.own_of(conditions):
        if not any(asked in attributes_of(kind) for kind in known.kinds.values()):
            yield Fault("narrowing", f"所选的类别都没有“{asked.label}”这一项，这个条件不起作用。去掉条件，或增选类别。")


def _partial_conditions(content: PlanContent, known: "Known") -> Iterable[Fault]:
    """What a condition narrows only some of the kinds by."""
    for asked in kept.own_of(content.narrowing.conditions):
        own = [kind.name for kind in known.kinds.values() if asked in attributes_of(kind)]
        others = [kind.name for kind in known.kinds.values() if asked not in attributes_of(kind)]
        if own and others:
            message = f"“{asked.label}”的条件只用于{'、'.join(own)}；{'、'.join(others)}没有这一项，全部列入。"
            yield Fault("narrowing", message)


def _empty_claims(content: PlanContent, known: "Known") -> Iterable[str]:
    """What the plan says it is targeted by and isn't."""
    by = content.targeted_by
    if Target.REGION in by and _is_everywhere(content, known):
        yield "写明按区域定向，但选了全部辖区。去掉几个区，或不选“区域”。"
    marked = any(_BY_CONDITION.get(name) is Target.RISK for name, _ in content.narrowing.conditions)
    shares = {(one.number, one.permille) for one in content.strata}
    if Target.RISK in by and not marked and len(content.strata) >= RISKS and len(shares) == 1:
        yield "写明按信用风险定向，但各类抽取一样多。改变几类的比例，或不选“信用风险”。"
    if Target.OTHER in by and not content.narrowing:
        yield "写明按其他条件定向，但没有设条件。在“对象范围”里设条件，或不选“其他条件”。"


def _is_everywhere(content: PlanContent, known: "Known") -> bool:
    lead = known.organisations.get(content.lead)
    if lead is None:
        return False
    inside = {code for code in known.regions if is_within(code, lead.region_id)}
    return lead.region_id in content.regions or inside - {lead.region_id} <= set(content.regions)
