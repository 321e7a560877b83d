"""What happened between dispatch and record: receipts, parts handed on, extensions; for the file's own sheet and its proofs."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sunlot.documents.case_sheet import SheetRow, SheetTable
from sunlot.inspecting.models import Dispatch, Extension, Form, FormPart, Reassignment
from sunlot.organisations.models import Signature

TITLE = "派发签收、指派和延期"


def things_of(form: Form) -> list[str]:
    """Under what names the trail and the signatures know of it; a part that was handed on has a story too."""
    handed = FormPart.objects.filter(form=form, state=FormPart.State.HANDED)
    return [
        *(part.thing for part in handed),
        *(one.thing for one in _dispatches(form)),
        *(one.thing for one in _reassignments(form)),
        *(one.thing for one in _extensions(form)),
    ]


def signatures_of(form: Form) -> list[tuple[str, Signature]]:
    """Who approved it, with what was signed."""
    titles = {one.thing: f"指派 {one.number}" for one in _reassignments(form)}
    titles |= {one.thing: f"延期 {one.number}" for one in _extensions(form)}
    found = (
        Signature.objects.filter(thing__in=titles)
        .select_related("user", "confirmed_by", "on_behalf_of", "file")
        .order_by("signed_at", "pk")
    )
    return [(titles[one.thing], one) for one in found]


def tables_of(form: Form, moment: Callable[[datetime | None], str]) -> Sequence[SheetTable]:
    """The tables of the sheet; none where there is nothing to tell."""
    return [table for table in (_receipts(form, moment), _handed(form, moment), _extended(form, moment)) if table.rows]


def extended_parts(form: Form) -> Iterator[FormPart]:
    """The standing parts that were extended, once each: their approval forms lie in the file."""
    approved = Extension.objects.filter(state=Extension.State.APPROVED).values("part")
    standing = FormPart.objects.filter(form=form, pk__in=approved).exclude(state__in=FormPart.ENDED)
    yield from standing.order_by("organisation__path")


def _dispatches(form: Form) -> Sequence[Dispatch]:
    found = Dispatch.objects.filter(parts__form=form).distinct().order_by("organisation__path", "sent_at")
    return list(found.select_related("organisation__parent", "received_by"))


def _reassignments(form: Form) -> Sequence[Reassignment]:
    found = Reassignment.objects.filter(part__form=form).order_by("asked_at", "pk")
    return list(found.select_related("part__organisation__parent", "to__parent", "decided_by", "answered_by"))


def _extensions(form: Form) -> Sequence[Extension]:
    found = Extension.objects.filter(part__form=form).order_by("asked_at", "pk")
    return list(found.select_related("part__organisation__parent", "asked_by", "decided_by"))


def _receipts(form: Form, moment: Callable[[datetime | None], str]) -> SheetTable:
    rows = (
        (
            one.organisation.full_name,
            moment(one.sent_at),
            moment(one.received_at) if one.received_by else "",
            "，".join(filter(None, [one.received_by.name if one.received_by else "", one.get_how_display()]))
            or "未签收",
        )
        for one in _dispatches(form)
    )
    return SheetTable(
        title="派发和签收", heads=("单位", "派发", "签收", "签收人和方式"), shares=(4, 3, 3, 4),
        rows=tuple(map(SheetRow, rows)),
    )  # fmt: skip


def _handed(form: Form, moment: Callable[[datetime | None], str]) -> SheetTable:
    rows = (
        (
            f"{one.part.organisation.full_name} → {one.to.full_name}",
            one.reason,
            "；".join(
                filter(
                    None,
                    [one.get_by_display(), one.naming_reason, one.answer if one.state == "declined" else one.comment],
                )
            ),
            f"{one.get_state_display()} {moment(one.answered_at or one.decided_at)}".strip(),
        )
        for one in _reassignments(form)
    )
    return SheetTable(
        title="指派", heads=("移交和接收单位", "理由", "检查人员、意见", "结果"), shares=(4, 4, 4, 3),
        rows=tuple(map(SheetRow, rows)),
    )  # fmt: skip


def _extended(form: Form, moment: Callable[[datetime | None], str]) -> SheetTable:
    rows = (
        (
            one.part.organisation.full_name,
            f"{one.due.isoformat()} → {one.until.isoformat()}",
            one.reason,
            "，".join(
                filter(
                    None,
                    [
                        one.get_state_display(), one.decided_by.name if one.decided_by else "",
                        moment(one.decided_at), one.comment,
                    ],
                )
            ),
        )
        for one in _extensions(form)
    )  # fmt: skip
    return SheetTable(
        title="检查延期", heads=("单位", "原期限和新期限", "理由", "审批"), shares=(3, 3, 4, 4),
        rows=tuple(map(SheetRow, rows)),
    )  # fmt: skip
