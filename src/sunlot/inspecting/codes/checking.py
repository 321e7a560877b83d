"""Whether a visit is lawful now, in words that need no explanation. Every check is the server's, by its own clock."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sunlot.norms import clock

from ..models import FieldDevice, Form, FormPart
from ..notices import queries as notices
from . import tokens


@dataclass(frozen=True)
class Verdict:
    """`mark` is good, now (look twice) or bad. Only what is good or now shows anything of the visit."""

    mark: str
    title: str
    words: str
    status: int = 200

    @property
    def is_valid(self) -> bool:
        return self.mark != "bad"


UNKNOWN = Verdict("bad", "查无此检查", "系统里没有这个检查码。请拒绝检查，并向纪检监督反映。", 404)
FORGED = Verdict(
    "bad",
    "检查码不是本系统签发的",
    "它不是检查人员的手机此刻显示的码。请检查人员当面打开检查应用，重新扫码；仍是这样，请拒绝检查。",
    403,
)
EXPIRED = Verdict(
    "bad",
    "检查码已过期，请检查人员刷新",
    "检查码每 30 秒更换，60 秒后失效。截屏、照片和打印的码都不能用，请扫检查人员手机上此刻显示的码。",
    410,
)
AHEAD = Verdict("bad", "检查人员的手机时间不准", "请检查人员联网同步一次检查应用，再出示检查码。", 403)
LOST = Verdict("bad", "出示检查码的手机已挂失", "这部手机不能再用来检查。请拒绝检查，并向纪检监督反映。", 403)
STRANGER = Verdict(
    "bad",
    "出示人不在本次检查的检查组",
    "只有抽取产生的检查人员能出示这个码。请检查组的人出示；没有的，请拒绝检查。",
    403,
)
CALLED_OFF = Verdict("bad", "这次检查已取消", "这次检查已由替补接替，不再进行。请拒绝检查。", 410)
OVER = Verdict("bad", "这次检查已经结束", "检查记录已经提交，这个码不能再用于上门检查。", 410)
VALID = Verdict("good", "本次检查合法有效", "请再核对：检查对象是本单位，来的人与下面的执法证号一致，不少于两人。")
OUTSIDE = Verdict("now", "检查码有效，但今天不在公布的检查时间内", "请检查人员说明原因；不能说明的，可以反映。")
CERTIFICATE = Verdict("now", "检查码有效，但有人的执法证已过期", "执法证过期的人员不能检查，见下面的名单。")


def verdict(
    form: Form, number: str, text: str, moment: datetime
) -> tuple[Verdict, FieldDevice | None, tokens.Shown | None]:
    """Check what was read of a form's code: genuine, then fresh, then by whom, then of which visit.

    The form comes with its parts and members. What is not genuine is told nothing else.
    """
    shown = tokens.parse(text)
    device = FieldDevice.objects.select_related("user").filter(pk=shown.device).first() if shown else None
    if shown is None or device is None or not _is_genuine(device, number, shown):
        return FORGED, None, None
    age = moment.timestamp() - shown.step * tokens.STEP
    if age > tokens.LIFE:
        return EXPIRED, device, shown
    if age < -tokens.EARLY:
        return AHEAD, device, shown
    if device.lost_at is not None:
        return LOST, device, shown
    return _of_visit(form, device), device, shown


def _is_genuine(device: FieldDevice, number: str, shown: tokens.Shown) -> bool:
    try:
        made = datetime.fromtimestamp(shown.step * tokens.STEP, UTC).astimezone(clock.SHANGHAI).date()
    except (OverflowError, OSError, ValueError):
        return False
    return tokens.is_by(tokens.key_of(device.number, made), number, shown)


def _of_visit(form: Form, device: FieldDevice) -> Verdict:
    parts = notices.standing_parts([form])
    if form.state == Form.State.REPLACED or not parts:
        return CALLED_OFF
    people = [member.inspector for part in parts for member in part.members.all()]
    if all(one.user_id != device.user_id for one in people):
        return STRANGER
    if all(part.state not in notices.EDITABLE for part in parts):
        return OVER
    today = clock.today()
    coming = [part for part in parts if part.state in _EDITABLE]
    if not form.task.starts_on <= today <= max(part.extended_to or form.task.ends_on for part in coming):
        return OUTSIDE
    to_come = [member.inspector for part in coming for member in part.members.all()]
    if any(one.certificate_expires < today for one in to_come):
        return CERTIFICATE
    return VALID


_EDITABLE = (FormPart.State.OPEN, FormPart.State.RETURNED)
