"""Writing a table of ratios. Its further way (submitted, put in force …) is the catalogue's."""

from django.db import transaction
from django.db.models import Q

from sunlot.catalogue.actions import change_draft, draft_version
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused, Viewer

from ..models import RatioTable, RatioVersion
from .suggested import SUGGESTED
from .text import NewTable, RatioText, RowText

_TRIES = 5


def suggested() -> RatioText:
    """The first table of a department."""
    rows = [
        RowText(risk, permille=ratio, minimum=least, maximum=most) for risk, (ratio, least, most) in SUGGESTED.items()
    ]
    return RatioText(rows=rows)


def write(viewer: Viewer, newest: RatioVersion | None, text: RatioText) -> RatioVersion:
    """Keep what a draft says: that of a new table of the viewer's department, of the next version, or of the open one."""
    if newest is None:
        return draft_first(viewer, viewer.base, text)
    if newest.is_open:
        return change_draft(viewer, newest, text)
    version: RatioVersion = draft_version(viewer, newest.ratio_table, text)
    return version


@transaction.atomic
def draft_first(viewer: Viewer, department: Organisation, text: RatioText) -> RatioVersion:
    """Begin the table of a department under the next free code of its region. Refused where it has one already."""
    if RatioTable.objects.filter(organisation=department).exists():
        raise Refused(f"{department.name}已有抽查比例和频次表，在它的页面上起草新版本。")
    prefix = f"BL-{department.region_id}"
    codes = [prefix, *(f"{prefix}-{number}" for number in range(2, 2 + _TRIES))]
    taken = set(RatioTable.objects.filter(code__in=codes).values_list("code", flat=True))
    free = next((code for code in codes if code not in taken), codes[-1])
    try:
        with transaction.atomic():
            version: RatioVersion = draft_version(viewer, NewTable(free, department), text)
    except Refused:
        # The code was free a moment ago: where it is taken now, or the department has its table, somebody was quicker.
        if not RatioTable.objects.filter(Q(code=free) | Q(organisation=department)).exists():
            raise
        raise Refused("同时有人在起草，没有取到编号。再试一次。") from None
    return version
