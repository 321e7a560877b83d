"""Follow-ups that wait, in order of their deadlines: to sign, to serve, to be corrected, received and answered."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse

from sunlot.desk import things
from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock, working_days
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import CorrectionOrder, HandOver
from . import policy, queries
from .papers import name_of

SERVE_WITHIN, RECEIVE_WITHIN = 7, 5
"""Days and working days: 行政处罚法第六十一条 gives seven days for serving; for receiving the house gives five."""

_HEADS = (Role.HEAD, Role.LEADER, Role.UNIT_HEAD)


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """For heads what is to be signed; for clerks what is to be served, looked after, received, answered."""
    if not viewer.has(Role.CLERK, *_HEADS):
        return
    for order in queries.orders_seen(viewer).exclude(state__in=["closed", "void"]):
        yield from _of_order(viewer, order)
    for letter in queries.handovers_seen(viewer).exclude(state__in=["closed", "void"]):
        yield from _of_handover(viewer, letter)


def address_of(letter: CorrectionOrder | HandOver) -> str:
    """The letter's page."""
    kind = "order" if isinstance(letter, CorrectionOrder) else "handover"
    return reverse(f"inspecting:{kind}", args=[letter.pk])


def _of_order(viewer: Viewer, order: CorrectionOrder) -> Iterator[Todo]:
    name, url = order.part.form.object.name, address_of(order)
    if order.state == CorrectionOrder.State.WRITTEN:
        if policy.may_sign(viewer, order):
            yield Todo(
                f"签发责令改正：{name}",
                f"{name_of(order)}，改正期限 {order.due_on.isoformat()}",
                url,
                "查看并签发",
                order.due_on,
            )
    elif policy.may_write(viewer, order.part):
        if order.state == CorrectionOrder.State.SIGNED:
            due = _signed(order) + timedelta(days=SERVE_WITHIN)
            yield Todo(f"送达责令改正通知书：{name}", f"{name_of(order)}已签发", url, "登记送达", due)
        else:
            yield Todo(
                f"整改复查：{name}", f"{name_of(order)}的改正期限，到期复查并办结。", url, "查看并办结", order.due_on
            )


def _of_handover(viewer: Viewer, letter: HandOver) -> Iterator[Todo]:
    name, url = letter.part.form.object.name, address_of(letter)
    if letter.state == HandOver.State.WRITTEN:
        if policy.may_sign(viewer, letter):
            yield Todo(f"签发移送函：{name}", f"移送{letter.to}", url, "查看并签发", letter.due_on)
        return
    giver, taker = policy.may_write(viewer, letter.part), policy.may_receive(viewer, letter)
    if not giver and not taker:
        return
    if letter.state == HandOver.State.SENT:
        due = working_days.due(_signed(letter), RECEIVE_WITHIN).day
        title, words = f"接收移送：{name}", f"{letter.part.organisation.full_name}移送{letter.to}，{name_of(letter)}"
    else:
        due, title, words = letter.due_on, f"答复移送：{name}", f"{letter.to}接收，处理结果应函告移送单位。"
    if taker:
        yield Todo(title, words, url, "登记接收" if letter.state == HandOver.State.SENT else "登记结果", due)
    elif due < clock.today():
        yield Todo(f"催办{title}", words, url, "查看", due)


def _signed(letter: CorrectionOrder | HandOver) -> date:
    """The day on which a letter that goes out was signed; one of that state always is (the constraint says so)."""
    assert letter.signed_on is not None  # noqa: S101 -- it goes out signed
    return letter.signed_on


def _named(letter: CorrectionOrder | HandOver) -> things.Named:
    return things.Named(name_of(letter), address_of(letter))


things.register("correction-order", queries.orders_seen, _named)
things.register("hand-over", queries.handovers_seen, _named)
