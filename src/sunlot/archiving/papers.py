"""The papers of a case in the order of the way: plan, draw, form, evidence, signatures, decisions, log; then bound."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings

from sunlot.documents.case_file import CaseFile as Cover
from sunlot.documents.case_file import FiledPaper, bound_case
from sunlot.documents.case_sheet import CaseSheet, SheetRow, SheetTable
from sunlot.documents.evidence_sheet import EvidenceSheet
from sunlot.documents.paper import Paper, Record
from sunlot.documents.parts import Field, Name
from sunlot.documents.parts import Signature as SignatureField
from sunlot.documents.restoring import restored
from sunlot.drawing.record_document import record_of
from sunlot.inspecting import issuing
from sunlot.inspecting import papers as inspecting
from sunlot.inspecting.followups.papers import name_of, receipt_document
from sunlot.inspecting.models import Category, CorrectionOrder, HandOver
from sunlot.inspecting.records import evidence_of
from sunlot.inspecting.special.papers import approval_of
from sunlot.inspecting.written.papers import paper_of
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.planning.queries import feasibility
from sunlot.planning.sheet import sheet_of
from sunlot.trail import files
from sunlot.trail.queries import label_of

from . import course
from .case import Case
from .models import CaseFile, Years


def bound(file: CaseFile, case: Case, filed_at: datetime, years: int) -> tuple[bytes, list[Record]]:
    """The case as one PDF, and those of its papers that are digested themselves. The originals that no PDF can hold are
    named in its contents and lie in the zip.
    """
    papers = list(_papers(file, case, day_of(filed_at)))
    listed = [_listed(paper, place) for place, paper in enumerate(papers, 1)]
    cover = _cover(file, case, filed_at, years, [*listed, *_originals(case)])
    return bound_case(cover, papers), [cover, *(one for one in papers if isinstance(one, Record))]


def _cover(file: CaseFile, case: Case, filed_at: datetime, years: int, papers: list[FiledPaper]) -> Cover:
    began = [view.part.began_at for view in case.parts if view.part.began_at]
    opened = min([case.form.task.created_at, *began])
    return Cover(
        authority=settings.SUNLOT_CITY,
        file_number=file.number,
        day=day_of(filed_at),
        address=issuing.verification_address(),
        title=f"{case.form.object.name}“{case.form.task.title}”",
        party=Name(case.form.object.name, demo=case.form.object.is_demo),
        task=case.form.task.title,
        opened=_day(opened),
        closed=_day(filed_at),
        papers=tuple(papers),
        retention=Years(years).label,
        filed_by=file.asked_by.name,
        note="\n".join(_notes(file, case)),
    )


def _notes(file: CaseFile, case: Case) -> Iterator[str]:
    yield "电子原件（照片、文件、扫描件、抽取材料包、检查记录）随归档包保存，清单列有每个文件的摘要。"
    if file.edition > 1:
        yield f"本卷为第 {file.edition} 版：前一版归档以后又有更正、后续处理或文书，前一版照原样保存。"
    for view in case.parts:
        left_out = [one for one in view.part.evidence.all() if not one.counts]
        if left_out:
            yield f"{view.part.organisation.name}：{len(left_out)} 个文件未列入记录，原件仍在归档包。"
    for letter in case.followed.letters:
        if letter.closed_on is None:
            yield f"归档时{name_of(letter)}还没有办结，办结以后再归档一次。"
    if case.form.replaced_at is not None:
        yield f"检查表部分终止：{case.form.replaced_why}。"


def _listed(paper: Paper, place: int) -> FiledPaper:
    return FiledPaper(
        title=paper.paper_title(),
        number=paper.file_number,
        issuer=paper.authority,
        day=paper.day.isoformat(),
        place=place,
    )


def _originals(case: Case) -> Iterator[FiledPaper]:
    """Files of the evidence that are no pictures: the PDF can't show them."""
    for view in case.parts:
        for one in evidence_of(view.part):
            if issuing.printable(one) is None:
                yield FiledPaper(
                    title=one.caption or one.name, issuer=view.part.organisation.name,
                    day=day_of(one.received_at).isoformat(), pages="电子", remark=one.get_kind_display(),
                )  # fmt: skip


def _papers(file: CaseFile, case: Case, day: date) -> Iterator[Paper]:
    if case.plan is not None:
        figures = feasibility(case.plan, number=1)
        yield sheet_of(case.plan, figures, list(case.plan.participants.all()), list(case.plan_signatures))
    if case.attempt is not None and case.attempt.result_id is not None:
        yield _notice(file, case, day)
        yield record_of(case.attempt, list(case.draw_signatures))
    if case.request is not None:
        yield approval_of(case.request)
    if not case.told.is_empty:
        yield from (_given_out(notice.content_id) for notice in case.told.notices)
        yield _told(file, case, day)
    yield from _on_the_way(file, case, day)
    yield inspecting.document(case.form, case.parts)
    issued = {(one.part_id, one.kind) for one in case.documents}
    for view in case.parts:
        if evidence_of(view.part) and (view.part.pk, EvidenceSheet.name) not in issued:
            yield issuing.evidence_sheet(issuing.Frame(view.part, case.form.number, day))
    for place, (row, given) in enumerate(case.written, 1):
        number = f"{case.form.number}-{issuing.KINDS[row.kind.paper].letters}-A{place}"
        yield paper_of(row.record, given, issuing.Frame(row.part, number, day))
    yield from (_given_out(one.digest) for one in case.documents)
    if case.opinions:
        yield _opinions(file, case, day)
    yield _signatures(file, case, day)
    yield _decisions(file, case, day)
    yield from (receipt_document(one) for one in case.followed.orders if one.served_on)
    if case.followed.letters:
        yield _followed(file, case, day)
    yield _proofs(file, case, day)


def _given_out(digest: str) -> Record:
    """A paper as it went out, from its content."""
    return restored(files.read(digest), files.read)


def _sheet(file: CaseFile, day: date, title: str, **members: object) -> CaseSheet:
    return CaseSheet(
        authority=settings.SUNLOT_CITY, file_number=file.number, day=day, address=issuing.verification_address(), title=title,
        **members,  # type: ignore[arg-type]  # as CaseSheet declares them
    )  # fmt: skip


def _notice(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """抽取公告: what was sealed before the draw."""
    attempt = case.attempt
    assert attempt is not None  # noqa: S101 -- asked before
    parts = SheetTable(
        title="封存的名录", heads=("名录", "行数", "文件摘要"), shares=(2, 1, 5), mono=(2,),
        rows=tuple(
            SheetRow((f"{one.get_roster_display()}第 {one.number} 册", str(one.rows), one.file_id))
            for one in attempt.parts.order_by("roster", "number")
        ),
    )  # fmt: skip
    promised = SheetTable(
        title="各参与方的承诺", heads=("参与方", "身份", "承诺"), shares=(3, 2, 5), mono=(2,),
        rows=tuple(
            SheetRow((one.organisation.name, one.title, str(one.commitment))) for one in attempt.contributors.all()
        ),
    )  # fmt: skip
    return _sheet(
        file, day, "抽取公告",
        facts=(
            Field("抽取", f"{attempt.draw.title}（{attempt.draw.number}，第 {attempt.number} 次）"),
            Field("封存时间", _moment(attempt.sealed_at)),
            Field("公告摘要", attempt.notice_digest or "", mono=True),
        ),
        tables=(parts, promised),
        note="公告封存后，名录和规则不能再改；承诺在公告中，密数在公告之后公开。",
    )  # fmt: skip


def _told(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """检查告知情况: how the inspected was told, what it answered, where nobody could be reached."""
    sent = tuple(
        SheetRow(
            (
                f"{one.visit_on.isoformat()} {one.starts_at:%H:%M}",
                "；".join(str(message) for message in one.messages.all()) or "当面或打印送达",
                _moment(one.sent_at),
                _moment(one.opened_at),
                f"{one.confirmed_by}（{one.confirmed_as}）{_moment(one.confirmed_at)}" if one.confirmed_at else "",
                f"已撤销：{one.revoked_why}" if one.revoked_at else f"提前提交材料 {len(one.materials.all())} 件",
            )
        )
        for one in case.told.notices
    )
    asked = tuple(
        SheetRow(
            (
                one.inspector.name,
                one.reason,
                one.asked_by,
                one.get_state_display(),
                one.decision,
                _moment(one.decided_at),
            )
        )
        for one in case.told.avoidances
    )
    sought = tuple(
        SheetRow((one.part.organisation.name, str(one), one.letter_number, one.words, one.noted_by.name))
        for one in case.told.contacts
    )
    tables = (
        SheetTable(
            title="检查告知书", heads=("检查时间", "送达", "发出", "打开", "确认收到", "其他"), shares=(2, 3, 2, 2, 3, 3), rows=sent
        ),
        SheetTable(
            title="回避申请", heads=("检查人员", "理由", "申请人", "决定", "决定的理由", "时间"), shares=(2, 4, 2, 2, 3, 2), rows=asked
        ),
        SheetTable(
            title="无法联系的查找经过", heads=("部门", "方式和日期", "邮件编号", "经过", "记录人"), shares=(2, 3, 2, 5, 2), rows=sought
        ),
    )  # fmt: skip
    return _sheet(file, day, "检查告知情况", tables=tuple(one for one in tables if one.rows))


def _followed(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """后续处理情况: every order and every hand-over to its end, or how far it has come."""
    rows = tuple(
        SheetRow(
            (
                name_of(one),
                _moment(one.signed_at),
                one.due_on.isoformat(),
                _course(one),
                one.get_state_display(),
                f"{one.closed_on.isoformat()} {one.result}" if one.closed_on else "",
            )
        )
        for one in case.followed.letters
    )
    table = SheetTable(
        title="责令改正和移送", heads=("文书", "签发", "期限", "送达或接收", "状态", "结果"), shares=(4, 2, 2, 4, 2, 4), rows=rows
    )  # fmt: skip
    return _sheet(file, day, "后续处理情况", tables=(table,))


def _course(letter: CorrectionOrder | HandOver) -> str:
    """How a letter arrived."""
    if isinstance(letter, HandOver):
        return (
            f"{letter.to} {letter.received_by} {letter.received_on.isoformat()}接收"
            if letter.received_on
            else letter.to
        )
    if letter.served_on is None:
        return ""
    to = letter.served_to or f"拒收：{letter.refusal}，见证人 {letter.witness}"
    return f"{letter.served_on.isoformat()} {letter.served_way} {to}"


def _on_the_way(file: CaseFile, case: Case, day: date) -> Iterator[Paper]:
    """派发签收、指派和延期, and the approval form of each part that was extended."""
    tables = tuple(course.tables_of(case.form, _moment))
    if tables:
        yield _sheet(file, day, course.TITLE, tables=tables)
    views = {view.part.pk: view.part for view in case.parts}
    given_out = {one.part_id for one in case.documents if one.kind == "extension_form"}
    for part in course.extended_parts(case.form):
        if part.pk not in given_out:
            yield issuing.KINDS["extension_form"].build(issuing.Frame(views[part.pk], case.form.number, day))


def _signatures(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """签署情况: everybody who signed, what, in which way; those who wrote on a screen with what they wrote."""
    rows = tuple(
        SheetRow(
            (
                where,
                one.capacity,
                one.signed_as,
                f"{one.get_way_display()}，{one.get_state_display()}",
                _moment(one.signed_at),
                one.digest[:16],
            )
        )
        for where, one in case.signatures
    )
    table = SheetTable(
        title="签署", heads=("所签文件", "身份", "姓名", "方式", "时间", "所签摘要（前 16 位）"),
        shares=(3, 2, 2, 3, 3, 3), mono=(5,), rows=rows,
    )  # fmt: skip
    return _sheet(
        file, day, "签署情况", tables=(table,),
        signatures=tuple(_drawn(one) for _, one in case.signatures if _is_drawn(one)),
    )  # fmt: skip


def _opinions(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """专家意见和委托机构报告: apart from the inspectors' findings, which they never stand in for."""
    table = SheetTable(
        title="意见和报告", heads=("专家或机构", "部门", "意见", "时间", "报告原件摘要"), shares=(2, 2, 5, 2, 4), mono=(4,),
        rows=tuple(
            SheetRow(
                (
                    f"{one.invitation.name}（{one.invitation.get_kind_display()}）",
                    one.invitation.part.organisation.name,
                    one.text or "见报告",
                    _moment(one.filed_at),
                    one.file_id or "",
                )
            )
            for one in case.opinions
        ),
    )  # fmt: skip
    return _sheet(
        file, day, "专家意见和委托机构报告", tables=(table,),
        note="专家和委托机构只提供意见，检查结论由执法检查人员作出。报告原件在归档包。",
    )  # fmt: skip


def _is_drawn(one: Signature) -> bool:
    return one.way == Signature.Way.HAND and one.file_id is not None


def _drawn(one: Signature) -> SignatureField:
    return SignatureField(one.capacity, one.name, _moment(one.signed_at), drawing=files.read(str(one.file_id)).decode())


def _decisions(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """复核、公示和更正: what was decided of each part, by whom, when."""
    rows = []
    for view in case.parts:
        part = view.part
        for edition in part.editions.all():
            words = f"第 {edition.number} 版" + (f"，更正原因：{edition.reason}" if edition.reason else "")
            rows.append((part.organisation.name, "提交检查记录", words, _moment(edition.recorded_at), edition.digest))
        if part.reviewed_by is not None and part.reviewed_at is not None:
            words = f"{part.reviewed_by.name}" + (f"：{part.review_comment}" if part.review_comment else "")
            rows.append((part.organisation.name, "复核", words, _moment(part.reviewed_at), ""))
        for one in case.publications[part.pk]:
            said = [one.statement, f"更正理由：{one.reason}" if one.reason else ""]
            words = "；".join([*_labels(one.categories), *filter(None, said)])
            act = "公示结果" if one.number == 1 else "更正公示"
            rows.append((part.organisation.name, act, words, _moment(one.published_at), one.digest))
    table = SheetTable(
        title="记录、复核、公示", heads=("部门", "事项", "内容", "时间", "摘要"), shares=(2, 2, 5, 2, 4), mono=(4,),
        rows=tuple(map(SheetRow, rows)),
    )  # fmt: skip
    return _sheet(file, day, "处理决定", tables=(table,))


def _labels(categories: list[str]) -> list[str]:
    return [Category(value).label for value in categories]


def _proofs(file: CaseFile, case: Case, day: date) -> CaseSheet:
    """日志证明: every act of the case and where it stands in the transparency log; the proofs are in log.json."""
    rows = tuple(
        SheetRow(
            (
                _moment(one.at),
                label_of(one.type),
                str(one.contents["words"]),
                str(one.event.leaf.index) if hasattr(one.event, "leaf") else "等待",
                hashlib.sha256(one.event.entry.encode()).hexdigest(),
            )
        )
        for one in case.events
    )
    table = SheetTable(
        title="留痕", heads=("时间", "事项", "内容", "日志序号", "条目摘要（SHA-256）"), shares=(3, 2, 5, 1, 5), mono=(4,),
        rows=rows,
    )  # fmt: skip
    return _sheet(
        file, day, "日志证明", facts=(Field("透明日志", settings.SUNLOT_LOG_NAME, mono=True),), tables=(table,),
        note="归档包的 log.json 存有以上各条在日志中的证明。用 sunlot archive verify 核验归档包，不需要本系统。",
    )  # fmt: skip


def day_of(moment: datetime) -> date:
    """The day of a moment here."""
    return moment.astimezone(clock.SHANGHAI).date()


def _day(moment: datetime) -> str:
    day = day_of(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{_day(moment)} {moment.astimezone(clock.SHANGHAI):%H:%M}"
