"""The yearly caps of the demonstration city, in force before anything is drawn."""

from sunlot.norms import clock
from sunlot.visits.caps import actions
from sunlot.visits.caps.rules import Line
from sunlot.visits.models import CapException

from .people import Cast

Cause = CapException.Cause

CAPS = {"A": 1, "B": 2, "C": 3, "D": 6}
BROKERS = Line("B", 1, kind="broker", kind_name="房地产经纪机构")
"""Those that the story has drawn once are at their cap."""

_OPINION = "国务院办公厅关于严格规范涉企行政检查的意见（国办发〔2024〕54号）"
EXCEPTIONS: dict[str, str] = {
    Cause.COMPLAINT: f"{_OPINION}：根据投诉举报线索确需检查",
    Cause.ASSIGNED: f"{_OPINION}：根据转办交办线索确需检查",
    Cause.TRANSFERRED: f"{_OPINION}：根据转办交办线索确需检查",
    Cause.DATA: f"{_OPINION}：根据数据监测线索确需检查",
    Cause.RECHECK: "《中华人民共和国行政处罚法》第二十八条：责令改正后的复查",
    Cause.REQUEST: f"{_OPINION}：应企业申请实施检查",
}


def put_in_force(cast: Cast) -> None:
    """Written by 法规科, approved by the leader."""
    lines = [*(Line(risk, cap) for risk, cap in CAPS.items()), BROKERS]
    reason = "按自治区严格规范涉企行政检查的要求，制定本市年度频次上限"
    table = actions.propose_caps(cast["fagui"], lines, EXCEPTIONS, clock.today(), reason)
    actions.decide_caps(cast["leader"], table, accept=True, comment="同意")
