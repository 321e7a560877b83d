"""What the pages show of a part, gathered once: its rows, signatures, deadline and place on the way."""

from dataclasses import dataclass

from sunlot.norms import clock
from sunlot.organisations.models import Signature

from . import deadlines, queries, records
from .models import Finding, Form, FormPart, PartMember


@dataclass(frozen=True)
class Step:
    """One step of the way (清单 … 归档)."""

    name: str
    state: str  # done, now, todo
    words: str = ""


def way(form: Form, words: str = "") -> list[Step]:
    """Where a form stands; `words` stand under the present step."""
    before = ["清单", "名录库", *(["审批"] if form.task.request_id else ["计划", "抽取"])]
    names = [*before, "检查", "公示", "归档"]
    here = len(before)
    if form.state == Form.State.REPLACED:
        return [
            Step(name, "done" if at < here else "todo", "已替补" if at == here else "") for at, name in enumerate(names)
        ]
    now = here + {Form.State.RECORDED: 1, Form.State.CLOSED: 2, Form.State.FILED: 3}.get(Form.State(form.state), 0)
    return [
        Step(name, "done" if at < now else "now" if at == now else "todo", words if at == now else "")
        for at, name in enumerate(names)
    ]


@dataclass(frozen=True)
class SignatureLine:
    """One place to sign: who in which capacity, and the signature if it stands."""

    capacity: str
    number: str
    name: str
    user_id: int | None
    signature: Signature | None


@dataclass(frozen=True)
class PartView:
    """A part with what its page shows. `is_full` is False where the viewer sees the state alone."""

    part: FormPart
    is_full: bool
    due: deadlines.Due | None
    digest: str
    signatures: list[Signature]
    inspected: Signature | None
    witness: Signature | None
    members: list[SignatureLine]

    @property
    def answered(self) -> int:
        return sum(bool(finding.answer) for finding in self.part.findings.all())

    @property
    def problems(self) -> int:
        return sum(finding.answer == Finding.Answer.PROBLEM for finding in self.part.findings.all())

    @property
    def unsigned(self) -> list[SignatureLine]:
        return [line for line in self.members if line.signature is None]

    @property
    def scan_to_compare(self) -> Signature | None:
        """The uploaded scan that nobody has compared with the paper yet."""
        found = self.inspected
        return found if found is not None and found.state == Signature.State.UNCONFIRMED else None

    @property
    def mark(self) -> str:
        """The class of the state's mark: done, late, now, run."""
        if self.due is not None and self.due.is_late:
            return "late"
        if self.part.is_published:
            return "done"
        if self.part.state in FormPart.ENDED:
            return "off"
        if self.part.state == FormPart.State.OPEN:
            return "run" if self.part.began_at else ""
        return "now"

    @property
    def is_early(self) -> bool:
        """Whether the visit begins, or would begin today, before the time that the published plan gave."""
        began = self.part.began_at
        day = began.astimezone(clock.SHANGHAI).date() if began else clock.today()
        return day < self.part.form.task.starts_on

    @property
    def state_words(self) -> str:
        return self.due.words if self.due is not None and self.due.is_late else self.part.get_state_display()


def part_view(part: FormPart, signatures: list[Signature], *, is_full: bool = True) -> PartView:
    """Gather one part. Needs what `queries.whole` loads."""
    digest = part.digest
    if part.is_editable or not digest:  # what ended before it was submitted has a draft and no digest of its own
        digest = records.digest_of(records.content(part, records.data_of(part), records.absence_of(part)))
    stand = queries.standing(signatures, digest)

    def newest(capacity: str) -> Signature | None:
        return next((one for one in reversed(stand) if one.capacity == capacity), None)

    def line(member: PartMember) -> SignatureLine:
        capacity = queries.capacity_of(member)
        return SignatureLine(
            capacity, member.inspector.number, member.inspector.name, member.inspector.user_id, newest(capacity)
        )

    return PartView(
        part=part,
        is_full=is_full,
        due=deadlines.due_of(part),
        digest=digest,
        signatures=signatures,
        inspected=newest(queries.INSPECTED),
        witness=newest(queries.WITNESS),
        members=[line(member) for member in part.members.all()],
    )
