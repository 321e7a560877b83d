"""The report of a reconciliation: a PDF to be signed, and the whole table as xlsx, whose digest the PDF holds."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count

from sunlot.catalogue.models import ObjectKind
from sunlot.documents import spreadsheets
from sunlot.documents.parts import Evidence, Field
from sunlot.documents.reconciliation import ReconciledLine, ReconciliationReport, reconciliation_report
from sunlot.norms import clock, regions

from ..models import Reconciliation, ReconciliationLine

Outcome = ReconciliationLine.Outcome
LISTED = 500
"""So many lines of each kind stand in the PDF; all of them in the table."""

_COLUMNS = (
    ("结果", 14), ("名单行号", 10), ("编号", 22), ("名称", 36), ("不同之处", 16), ("名录库", 30), ("名单", 30), ("处理", 14),
    ("新状态", 10), ("理由", 30), ("说明", 30),
)  # fmt: skip


def table_of(reconciliation: Reconciliation) -> Iterator[bytes]:
    """The xlsx in pieces: a row for each line, and for each field that differs."""
    columns = [spreadsheets.Column(head, width=width, number=head == "名单行号") for head, width in _COLUMNS]
    return spreadsheets.xlsx_stream(columns, _rows(reconciliation), sheet="名录核对")


def _rows(reconciliation: Reconciliation) -> Iterator[list[spreadsheets.Value]]:
    for line in reconciliation.lines.order_by("pk").iterator(chunk_size=2000):
        begin: list[spreadsheets.Value] = [line.get_outcome_display(), line.row, line.number, line.name]
        end: list[spreadsheets.Value] = [
            line.get_decision_display(), line.get_state_display() if line.state else "", line.reason, line.note,
        ]  # fmt: skip
        for one in line.differences or [{"label": "", "here": "", "there": ""}]:
            yield [*begin, one["label"], one["here"], one["there"], *end]


def facts_of(reconciliation: Reconciliation) -> tuple[tuple[str, str], ...]:
    """What was compared, for the page, the report and the sheet that is signed on paper."""
    kinds = ObjectKind.objects.filter(code__in=reconciliation.kinds).order_by("pk").values_list("name", flat=True)
    return (
        ("名单来源", reconciliation.source),
        ("名单日期", reconciliation.as_of.isoformat()),
        ("名单文件", reconciliation.file_name),
        ("核对单位", reconciliation.organisation.name),
        ("类别", "、".join(kinds)),
        ("辖区", "、".join(regions.NAMES.get(code, code) for code in reconciliation.regions)),
    )


def pdf_of(reconciliation: Reconciliation, table_digest: str) -> bytes:
    """The report: what was compared, how many agree, and the lines that do not with what was decided."""
    counts = dict(reconciliation.lines.values_list("outcome").annotate(Count("pk")))
    decided = reconciliation.lines.values_list("outcome", "decision").annotate(Count("pk"))
    by_decision = {(outcome, decision): count for outcome, decision, count in decided}
    sums = tuple(
        (
            Outcome(outcome).label,
            str(counts.get(outcome, 0)),
            str(by_decision.get((outcome, "take"), 0)),
            str(by_decision.get((outcome, "keep"), 0)),
        )
        for outcome in (Outcome.SAME, Outcome.DIFFERS, Outcome.MISSING, Outcome.GONE, Outcome.UNCLEAR)
    )
    lists = tuple(
        (Outcome(outcome).label, counts[outcome], tuple(_listed(reconciliation, outcome)))
        for outcome in (Outcome.MISSING, Outcome.GONE, Outcome.DIFFERS, Outcome.UNCLEAR)
        if counts.get(outcome)
    )
    report = ReconciliationReport(
        authority=reconciliation.organisation.name,
        file_number=f"名录核对〔{reconciliation.as_of.year}〕{reconciliation.pk}号",
        day=clock.today(),
        facts=tuple(Field(label, value) for label, value in facts_of(reconciliation)),
        sums=sums,
        outside=int(reconciliation.counts.get("outside", 0)),
        lists=lists,
        listed=LISTED,
        evidence=Evidence(
            table_digest, f"{settings.SUNLOT_PUBLIC_URL}/desk/registry/reconciliations/{reconciliation.pk}/"
        ),
    )
    return reconciliation_report(report)


def _listed(reconciliation: Reconciliation, outcome: str) -> Iterable[ReconciledLine]:
    for line in reconciliation.lines.filter(outcome=outcome).order_by("pk")[:LISTED]:
        differences = "；".join(f"{one['label']}：{one['here']} → {one['there']}" for one in line.differences)
        state = f"，{line.get_state_display()}" if line.decision == "take" and line.state else ""
        yield ReconciledLine(
            line.name, line.number, differences or line.note, f"{line.get_decision_display()}{state}", line.reason
        )
