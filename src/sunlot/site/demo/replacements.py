"""What came after a draw of the demonstration: an object that can't be inspected and an inspector who falls out."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from django.conf import settings

from sunlot.documents.parts import Evidence, Field
from sunlot.documents.signature_sheet import SignatureSheet, signature_sheet
from sunlot.drawing import actions as drawing
from sunlot.drawing import succession
from sunlot.drawing.models import Attempt, Replacement
from sunlot.drawing.standing import Standing, standing_of
from sunlot.norms import clock, working_days
from sunlot.organisations.viewer import Refused

from .people import Cast


def two(cast: Cast, attempt: Attempt, clerk: str, head: str) -> Iterator[datetime]:
    """On the next working day the clerk proposes one of each, two hours later the head approves."""
    day = working_days.due(clock.today(), 1).day
    yield datetime.combine(day, time(9, 20), clock.SHANGHAI)
    standing = standing_of(attempt)
    proposed = [*_object(cast, clerk, attempt, standing), *_inspector(cast, clerk, attempt, standing)]
    yield clock.now() + timedelta(hours=2)
    for one in proposed:
        drawing.approve_replacement(cast[head], one)


def _object(cast: Cast, clerk: str, attempt: Attempt, standing: Standing) -> Iterator[Replacement]:
    """The last one drawn of a stratum that has somebody in reserve whom a team may visit."""
    reserved = [stratum for stratum in standing.result.strata if stratum.reserve]
    for number in (one.id for stratum in reserved for one in reversed(stratum.drawn)):
        try:
            yield drawing.propose_object(
                cast[clerk],
                attempt,
                number,
                Replacement.Cause.CLOSED,
                "现场核实项目已停工，施工单位已撤场",
                [_scan("项目停工情况说明", number)],
            )
        except Refused:
            continue
        return


def _inspector(cast: Cast, clerk: str, attempt: Attempt, standing: Standing) -> Iterator[Replacement]:
    """One of a team for whom somebody of the reserve may come in."""
    for number in _seated(standing, attempt):
        draft = Replacement(attempt=attempt, kind=Replacement.Kind.INSPECTOR, outgoing=number)
        seat = standing.seat(attempt, number)
        assert seat is not None  # noqa: S101 -- it was read from the seats
        draft.team, draft.department = seat[0].id, seat[1]
        change = succession.change_of(standing, draft)
        if change is None or not change.incoming:
            continue
        cause, reason = Replacement.Cause.LEAVE, "抽调参加自治区专项督查，检查期间不在本市"
        scan = _scan("人员抽调通知", number)
        yield drawing.propose_inspector(cast[clerk], attempt, number, cause, reason, [scan])
        return


def _seated(standing: Standing, attempt: Attempt) -> Iterable[str]:
    return [number for team in standing.teams_of(attempt) for _, number in team.members]


def _scan(title: str, about: str) -> drawing.Upload:
    """A paper that says so, as a clerk would have scanned it."""
    sheet = SignatureSheet(
        authority="乌海市住房和城乡建设局",
        file_number="",
        day=clock.today(),
        title=title,
        facts=(Field("编号", about),),
        roles=("经办人", "负责人"),
        evidence=Evidence(hashlib.sha256(f"{title} {about}".encode()).hexdigest(), settings.SUNLOT_PUBLIC_URL),
        demo=True,
    )
    return drawing.Upload(f"{title}.pdf", signature_sheet(sheet))
