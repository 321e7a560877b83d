"""Taking hold of an attempt: its row is locked before anything is checked, so that of two at once one comes second."""

from django.db.models import Q

from sunlot.organisations.viewer import Refused

from ..models import Attempt, Contributor


def locked(attempt: Attempt) -> Attempt:
    """The attempt as it stands now, locked until the transaction ends, with draw, plan, lead and contributors."""
    Attempt.objects.select_for_update().get(pk=attempt.pk)
    return whole(attempt.pk)


def family_locked(attempt: Attempt) -> Attempt:
    """The same, with the draw that it supplements and all that supplement the same one locked too, always in one order."""
    root = attempt.draw.supplements_id or attempt.pk
    family = Attempt.objects.filter(Q(pk=root) | Q(draw__supplements=root) | Q(pk=attempt.pk)).values("pk")
    list(Attempt.objects.select_for_update().filter(pk__in=family).order_by("pk"))
    return whole(attempt.pk)


def whole(pk: int) -> Attempt:
    """The attempt with what policy and notice ask of it."""
    return (
        Attempt.objects.select_related("draw__round__plan__lead__parent", "draw__supplements", "result")
        .prefetch_related("contributors__organisation", "contributors__committed_by", "readings__typed_by")
        .get(pk=pk)
    )


def move(attempt: Attempt, state: Attempt.State) -> None:
    """Put the attempt into `state`, which must be an allowed move."""
    if state not in Attempt.MOVES[attempt.state]:
        raise Refused(f"抽取现在是“{attempt.get_state_display()}”，不能转为“{state.label}”。刷新页面看最新进展。")
    attempt.state = state


def require_state(attempt: Attempt, *states: Attempt.State, act: str) -> None:
    """Refuse an act that comes too early or too late."""
    if attempt.state not in states:
        raise Refused(f"现在不能{act}：抽取{attempt.get_state_display()}。刷新页面看最新进展。")


def contributor(attempt: Attempt, code: str) -> Contributor:
    """The contributor of this id. Raises Refused where there is none."""
    for one in attempt.contributors.all():
        if one.code == code:
            return one
    raise Refused(f"这次抽取没有参与方“{code}”。")


def subject(attempt: Attempt) -> str:
    """What the public log calls the attempt."""
    return f"draw:{attempt.draw.number}:{attempt.number}"


def thing(attempt: Attempt) -> str:
    """What the trail calls the attempt."""
    return f"attempt:{attempt.pk}"
