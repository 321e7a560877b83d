"""What followed inspections of the demonstration: an order whose deadline has passed, a case handed over and answered."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sunlot.drawing.models import Attempt
from sunlot.inspecting.followups import actions
from sunlot.inspecting.followups.actions import HandOverText, OrderText
from sunlot.inspecting.models import Finding, FormPart
from sunlot.norms import clock, working_days

from .people import Cast


def two(cast: Cast, attempt: Attempt, head_of: Callable[[FormPart], str]) -> Iterator[datetime]:
    """About the first two problems that the housing departments found: both signed on one day, served and received on the next, the case answered
    ten working days later. The order's deadline passes with nobody closing it.
    """
    bad = Finding.objects.filter(answer=Finding.Answer.PROBLEM).values("part")
    found = FormPart.objects.filter(
        form__task__attempt=attempt, organisation__path__startswith="zjj/", state__in=actions.DECIDED, pk__in=bad
    ).order_by("form__number")[:2]
    parts = list(found.select_related("form__task__plan__created_by", "organisation"))
    if len(parts) < 2:
        return
    today = clock.today()
    heads = [head_of(part) for part in parts]
    clerks = [head.removesuffix("-head") for head in heads]
    order = actions.write_order(
        cast[clerks[0]], parts[0],
        OrderText(
            fact="检查时，维修保养记录和公示内容不完整（演示）", breached="《房地产经纪管理办法》第十五条",
            demand="补齐记录，在经营场所公示", basis="《中华人民共和国行政处罚法》第二十八条第一款",
            due_on=today + timedelta(days=15),
        ),
    )  # fmt: skip
    letter = actions.write_handover(
        cast[clerks[1]], parts[1],
        HandOverText(
            to="", receiver="scjg", grounds="other", facts="检查中发现涉嫌价格违法的线索（演示）",
            basis="《中华人民共和国行政处罚法》第二十五条", attachments="执法检查表 1 份", due_on=today + timedelta(days=30),
        ),
    )  # fmt: skip
    actions.sign(cast[heads[0]], order, cast.proof(heads[0]))
    actions.sign(cast[heads[1]], letter, cast.proof(heads[1]))
    yield _on(1)
    actions.serve(cast[clerks[0]], order, on=clock.today(), way="直接送达", to="李○强")
    actions.receive(cast["scjg"], letter, on=clock.today(), by="施○之")
    yield _on(10)
    actions.close(cast["scjg"], letter, on=clock.today(), result="已核查，责令限期改正，不予立案（演示）")


def _on(days: int) -> datetime:
    """That many working days on, in the morning."""
    day = working_days.due(clock.today(), days).day
    return datetime(day.year, day.month, day.day, 10, 20, tzinfo=clock.SHANGHAI)
