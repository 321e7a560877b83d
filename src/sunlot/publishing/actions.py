"""Making results public, and correcting them in public."""

from collections.abc import Sequence

from django.db import transaction

from sunlot.drawing import actions as drawing
from sunlot.drawing import queries as drawing_queries
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.models import Category, Form, FormPart, Task
from sunlot.inspecting.queries import whole
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.planning import actions as planning
from sunlot.planning.models import Plan
from sunlot.trail.actions import record

from . import content, events, policy, queries
from .models import Publication


class ListHeldBack(Refused):
    """Publishing this result would make a list public that is held back, and nobody said that it may."""


@transaction.atomic
def publish_part(viewer: Viewer, part: FormPart, statement: str = "", *, releases_list: bool = False) -> Publication:
    """Publish the reviewed result of a part; asked again, the first publication is returned.

    Public are object, items, day, department, categories and the statement. The last part closes its form, the last
    form of the plan completes the plan. A result names an enterprise that was drawn: while the draw's list is held
    back the first one makes the whole list public with it (docs/spec/draw-protocol.md, Embargo), and `releases_list`
    says that the viewer knows. Raises NotAllowed for others than the clerk of the department that inspected, Refused
    before the review, for a record that one inspector alone has signed, a statement that names a person or a penalty, and for a list held back without that word.
    """
    locked = _locked(viewer, part)
    earlier = locked.publications.order_by("number").first()
    if earlier is not None:
        return earlier
    if locked.state != FormPart.State.DECIDED:
        raise Refused(f"这一部分现在是“{locked.get_state_display()}”，复核通过后才能公示。")
    inspecting.require_signatures(locked, "公示")
    statement = content.checked_statement(locked, statement)
    _end_embargo(viewer, locked, releases_list)
    public = content.public_content(locked, locked.categories, statement)
    publication = _make(viewer, locked, 1, locked.categories, statement, public)
    form = inspecting.mark_published(viewer, locked)
    record(
        viewer,
        events.PUBLISHED,
        locked.thing,
        f"公示检查结果：{'、'.join(locked.category_labels)}",
        after={"digest": publication.digest, "record": locked.digest},
        subject=_subject(locked),
        public={"result": publication.digest},
    )
    if form.state == Form.State.CLOSED:
        _complete_plan(viewer, form.task)
    return publication


@transaction.atomic
def correct(viewer: Viewer, part: FormPart, categories: Sequence[str], statement: str, reason: str) -> Publication:
    """Correct a published result with a reason. A new row: what was published before stays visible beside it.

    The same correction asked twice is made once.
    """
    locked = _locked(viewer, part)
    last = locked.publications.order_by("-number").first()
    if last is None:
        raise Refused("这一部分还没有公示，没有可以更正的内容。")
    if not reason.strip():
        raise Refused("写明更正的理由，它和更正后的结果一起公示。")
    reason = content.checked_statement(locked, reason)
    statement = content.checked_statement(locked, statement)
    chosen = content.checked_categories(locked, categories)
    if (chosen, statement) == (sorted(last.categories), last.statement):
        if last.reason == reason:
            return last
        raise Refused("结果和说明与现在公示的相同，没有需要更正的。")
    public = content.public_content(locked, chosen, statement, {"replaces": last.digest, "reason": reason})
    publication = _make(viewer, locked, last.number + 1, chosen, statement, public, reason)
    inspecting.mark_corrected(locked)
    record(
        viewer,
        events.CORRECTED,
        locked.thing,
        f"更正公示的检查结果（第 {publication.number} 次公示）：{reason}",
        before={"categories": _labels(last.categories), "statement": last.statement, "digest": last.digest},
        after={"categories": _labels(chosen), "statement": statement, "digest": publication.digest},
        subject=_subject(locked),
        public={"result": publication.digest, "replaces": last.digest},
    )
    return publication


def _end_embargo(viewer: Viewer, part: FormPart, known: bool) -> None:
    """Release the list that the part was drawn in, if it is held back."""
    attempt = part.form.task.attempt
    if attempt is None or not drawing_queries.holds_back(attempt, clock.now()):
        return
    if not known:
        raise ListHeldBack("名单还没有公开，公示第一个结果，全部名单随之公开。确认后勾选，再公示。")
    drawing.release(viewer, attempt, f"首次公示检查结果（{part.form.number}）")


def _locked(viewer: Viewer, part: FormPart) -> FormPart:
    """The part, locked, for a viewer who may publish it."""
    FormPart.objects.select_for_update().get(pk=part.pk)
    locked = whole(FormPart.objects.filter(pk=part.pk)).get()
    if not policy.may_publish(viewer, locked):
        raise NotAllowed(f"谁检查、谁录入、谁公示：这一部分由{locked.organisation.name}的经办人公示。")
    return locked


def _make(
    viewer: Viewer,
    part: FormPart,
    number: int,
    categories: Sequence[str],
    statement: str,
    public: bytes,
    reason: str = "",
) -> Publication:
    return Publication.objects.create(
        part=part,
        number=number,
        categories=list(categories),
        statement=statement,
        content=public.decode(),
        digest=content.digest_of(public),
        reason=reason,
        published_by_id=viewer.user_id,
        published_at=clock.now(),
    )


def _labels(categories: Sequence[str]) -> list[str]:
    return [Category(value).label for value in categories]


def _subject(part: FormPart) -> str:
    return f"result:{part.form.number}:{part.organisation.code}"


def _complete_plan(viewer: Viewer, task: Task) -> None:
    """Complete the plan once nothing of it is left to inspect or publish; two last forms at once complete it once."""
    if task.plan_id is not None:
        _complete(viewer, Plan(pk=task.plan_id))


@planning.order_follower
def _complete(viewer: Viewer, plan: Plan) -> None:
    """The same where a change gave up the rounds that were still to come."""
    found = Plan.objects.select_for_update().get(pk=plan.pk)
    if found.state == Plan.State.DRAWN and not queries.is_anything_left(found):
        planning.mark_completed(viewer, found)
