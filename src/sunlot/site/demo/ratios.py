"""The table of ratios of the demonstration's bureau, in force from the day on which it is looked at: the plans of the story
were signed before it.
"""

from dataclasses import replace

from sunlot.catalogue import actions as versions
from sunlot.norms import clock
from sunlot.planning.ratios import actions
from sunlot.planning.ratios.text import RowText
from sunlot.registry.models import CreditMark

from .people import Cast

Kind = CreditMark.Kind
TIMES = {"D": 2, "C": 1, "B": 1, "A": 1}
MARKED = (
    RowText("D", Kind.SERIOUS, permille=1000, minimum=1000, maximum=1000, times=2),
    RowText("C", Kind.COMPLAINT, permille=500, minimum=300, maximum=800, times=2, tickets=2),
    RowText("A", Kind.TRUSTED, permille=20, minimum=10, maximum=50, times=1),
)
"""More for complaints and serious violations, less burden for the good (notice, part 五（三）)."""


def put_in_force(cast: Cast) -> None:
    """Written by 法规科, approved by the leader."""
    suggested = actions.suggested()
    rows = [*MARKED, *(replace(row, times=TIMES[row.risk_class]) for row in suggested.rows)]
    reason = "按风险程度和信用分类确定抽查比例和频次，对投诉多、失信的加大力度，对守信的减少打扰"
    draft = actions.write(cast["fagui"], None, replace(suggested, rows=rows, reason=reason))
    versions.submit(cast["fagui"], draft)
    versions.put_in_force(cast["leader"], draft, clock.today())
