"""What stands against a request for a check: items not in force, a team too small, avoidance, the yearly cap.

Asked when it is submitted and again when it is approved: in between an item may be repealed, a certificate expire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.models import ItemVersion
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject, Inspector
from sunlot.registry.qualifying import qualified_inspectors
from sunlot.registry.queries import avoidance_pairs, objects_seen, rotations_of
from sunlot.visits.bearers import entities_of
from sunlot.visits.caps.queries import Standing, standings
from sunlot.visits.models import Visit

from ..models import FormPart
from ..policy import LEAST_INSPECTORS
from ..queries import parts_seen
from .content import RequestContent

MOST_OBJECTS = 100
"""Objects of one request; a check of more is a plan."""

_NAMED = 5


def items_for(organisation: Organisation, day: date) -> "QuerySet[ItemVersion]":
    """The items in force on `day` of the department to which a unit belongs."""
    found = catalogue.in_force(day).filter(item__organisation__path__startswith=f"{organisation.department_code}/")
    return found.select_related("item__organisation").order_by("item__code")


def inspectors_for(organisation: Organisation, day: date) -> "QuerySet[Inspector]":
    """The unit's certified inspectors who may inspect on `day`."""
    return qualified_inspectors(organisation.path, day).order_by("number")


@dataclass(frozen=True)
class Counted:
    """An object with how its entity stands to the yearly cap; None where no entity bears its visits."""

    object: InspectionObject
    standing: Standing | None

    @property
    def is_reached(self) -> bool:
        return self.standing is not None and self.standing.is_reached


def counted(objects: Sequence[InspectionObject], organisation: Organisation, day: date) -> list[Counted]:
    """How the objects stand to their caps in the year of `day`, for a visit of this unit. A fixed number of queries."""
    bearers = entities_of(one.pk for one in objects)
    known = Entity.objects.filter(pk__in=set(bearers.values()))
    found = standings(known, day, [organisation.path], drawn=True)
    return [Counted(one, found.get(bearers.get(one.pk, 0))) for one in objects]


def faults(viewer: Viewer, organisation: Organisation, content: RequestContent) -> list[str]:
    """What stands against the request, in the user's words; none where it may be submitted or approved."""
    day = max(content.starts_on, clock.today())
    objects = list(objects_seen(viewer).filter(pk__in=content.objects).order_by("number"))
    items = list(items_for(organisation, day).filter(pk__in=content.items).prefetch_related("kinds"))
    people = list(inspectors_for(organisation, day).filter(pk__in=content.inspectors))
    found = [*_of_words(content), *_of_objects(content, objects), *_of_items(content, objects, items)]
    found += _of_team(content, people, day)
    found += _of_avoidance(content, objects, people, day)
    return [*found, *_of_caps(content, objects, organisation, day), *_of_recheck(viewer, content, objects)]


def _of_words(content: RequestContent) -> list[str]:
    found = [
        f"填写{label}。"
        for label, words in (("检查任务", content.title), ("任务依据", content.basis), ("检查理由", content.reason))
        if not words.strip()
    ]
    if content.source == Visit.Source.DRAW:
        found.append("双随机抽查由计划抽取产生，不在这里申请。")
    if content.ends_on < content.starts_on:
        found.append("检查截止不能早于开始。")
    elif content.ends_on < clock.today():
        found.append("检查截止已经过去，改为今天或以后。")
    return found


def _of_objects(content: RequestContent, objects: Sequence[InspectionObject]) -> list[str]:
    if not content.objects:
        return ["至少选一户检查对象。"]
    if len(content.objects) > MOST_OBJECTS:
        return [f"一次最多 {MOST_OBJECTS} 户；更多的编制抽查计划。"]
    if len(objects) != len(set(content.objects)):
        return ["所选对象中有的不在您的辖区内。"]
    idle = [one.name for one in objects if one.state != InspectionObject.State.ACTIVE]
    return [f"{'、'.join(idle[:_NAMED])}不是正常状态，不能检查。"] if idle else []


def _of_items(content: RequestContent, objects: Sequence[InspectionObject], items: Sequence[ItemVersion]) -> list[str]:
    """凡是法律法规规章没有规定的，一律不得擅自开展检查: each item in force, each object covered by one."""
    if not content.items:
        return ["至少选一个检查事项。没有法定依据的，不得检查。"]
    if len(items) != len(set(content.items)):
        return ["所选事项中有的在检查开始那天不在施行，或不是本部门的。"]
    covered = {kind.pk for item in items for kind in item.kinds.all()}
    beyond = [one.name for one in objects if one.kind_id not in covered]
    found = [f"所选事项不适用于{'、'.join(beyond[:_NAMED])}。加选事项，或去掉这几户。"] if beyond else []
    kinds = {one.kind_id for one in objects}
    idle = [str(item) for item in items if not kinds & {kind.pk for kind in item.kinds.all()}]
    if objects and idle:
        found.append(f"“{'、'.join(idle[:_NAMED])}”不适用于所选的任何一户，去掉。")
    return found


def _of_team(content: RequestContent, people: Sequence[Inspector], day: date) -> list[str]:
    if len(set(content.inspectors)) < LEAST_INSPECTORS:
        return [f"执法检查不得少于 {LEAST_INSPECTORS} 人，选本单位的执法检查人员。"]
    if len(people) != len(set(content.inspectors)):
        return [f"所选人员中有的在 {day.isoformat()} 不能检查：不在岗、休假，或执法证、培训考核过期。"]
    return []


def _of_avoidance(
    content: RequestContent, objects: Sequence[InspectionObject], people: Sequence[Inspector], day: date
) -> list[str]:
    """Who must not meet, does not. The same people may look again at what they found; else they rotate."""
    keys = [one.pk for one in people]
    pairs = set(avoidance_pairs(keys, [one.pk for one in objects], day))
    if content.source == Visit.Source.RECHECK:
        pairs -= {(one.inspector, one.object) for one in rotations_of(keys, day)}
    names = {one.number: one.name for one in objects} | {one.number: one.name for one in people}
    told = "；".join(f"{names[person]}与“{names[number]}”" for person, number in sorted(pairs)[:_NAMED])
    return [f"须回避：{told}。换人，或去掉这一户。"] if told else []


def _of_caps(
    content: RequestContent, objects: Sequence[InspectionObject], organisation: Organisation, day: date
) -> list[str]:
    """Beyond the cap only for one of the causes that the published table names, with its reason."""
    reached = [one for one in counted(objects, organisation, day) if one.is_reached]
    if not reached:
        return ["没有对象达到年度频次上限，不用填超出的事由。"] if content.cap_cause else []
    names = "、".join(one.object.name for one in reached[:_NAMED])
    if not content.cap_cause:
        return [f"{names}已达年度频次上限。选定可以超出的事由并写明，或去掉这几户。"]
    allowed = [{one.cause for one in found.standing.exceptions} for found in reached if found.standing is not None]
    if any(content.cap_cause not in causes for causes in allowed):
        return [f"频次上限没有把这一事由列为{names}可以超出的情形。"]
    return [] if content.cap_reason.strip() else ["写明为什么须超出年度频次上限。"]


def _of_recheck(viewer: Viewer, content: RequestContent, objects: Sequence[InspectionObject]) -> list[str]:
    """A re-inspection is of what was inspected before, by those who see that record."""
    if content.source != Visit.Source.RECHECK:
        return []
    part = parts_seen(viewer).select_related("form").filter(pk=content.rechecks or 0).first()
    if part is None or part.state not in FormPart.SUBMITTED:
        return ["复查从原来那份检查表上提出。"]
    return [] if [one.pk for one in objects] == [part.form.object_id] else ["复查的对象就是原来检查的那一户。"]
