"""A reconciliation of the demonstration: the regulator's list of property managers of one district beside the registry."""

from datetime import timedelta

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.running import do_here
from sunlot.desk.work import job_of
from sunlot.documents import spreadsheets
from sunlot.norms import clock
from sunlot.registry import imports
from sunlot.registry.models import InspectionObject, Reconciliation, ReconciliationLine
from sunlot.registry.reconciling import acts
from sunlot.registry.reconciling.background import COMPARE, FILE, thing

from .people import Cast

_KIND, _DISTRICT = "物业服务企业", "150302"
_HEADS = ("企业名称", "统一社会信用代码", "住所", "登记状态", "所在区")
Decision = ReconciliationLine.Decision


def make(cast: Cast) -> None:
    """Compared, decided line by line, what was taken is in, the report filed and signed by two."""
    clerk, head = cast["wuye"], cast["wuye-head"]
    kind = ObjectKind.objects.get(name=_KIND)
    entries = list(
        InspectionObject.objects.filter(kind=kind, region=_DISTRICT).select_related("region").order_by("number")
    )
    rows = [[one.name, one.number, one.address, "存续", one.region.name] for one in entries]
    taken, kept = [one.number for one in entries[:2]], entries[2].number
    for number, row in enumerate(rows[:3], 201):
        row[2] = f"{row[4]}新华大街{number}号"
    found = acts.upload(
        clerk,
        source="乌海市市场监督管理局",
        as_of=clock.today() - timedelta(days=3),
        kinds=[kind],
        regions=[_DISTRICT],
        file_name="海勃湾区物业服务企业（演示）.xlsx",
        content=spreadsheets.xlsx([spreadsheets.Column(head) for head in _HEADS], rows[:-1]),  # the last one is gone
    )
    _work(found)
    lines = found.lines.all()
    acts.decide(clerk, found, lines.filter(number__in=taken), Decision.TAKE, fields=["address"])
    acts.decide(clerk, found, lines.filter(number=kept), Decision.KEEP, reason="已实地核实，仍在原址经营")
    acts.decide(
        clerk, found, lines.filter(decision=Decision.OPEN), Decision.KEEP, reason="已实地核实在营，函告登记机关"
    )
    roster = acts.take_in(clerk, found)
    if roster is not None:
        imports.apply(clerk, roster, accept_warnings=True)
    acts.file_report(clerk, found)
    _work(found)
    filed = Reconciliation.objects.get(pk=found.pk)
    acts.sign(clerk, filed, cast.proof("wuye"))
    acts.sign(head, filed, cast.proof("wuye-head"), "核对属实")


def _work(found: Reconciliation) -> None:
    """Do the reconciliation's job at once, as its worker would."""
    job = job_of(thing(found), COMPARE, FILE)
    assert job is not None  # noqa: S101 -- the act before started it
    do_here(job, lambda _job: None)
