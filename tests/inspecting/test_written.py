"""Records beside the form: written on a page without script, frozen, signed by everybody, corrected, given out, reviewed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sunlot.documents.paper import images_in
from sunlot.documents.questioning_record import QuestioningRecord
from sunlot.documents.site_record import SiteRecord
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.actions.documents import frame_of
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.models import FormPart, IssuedDocument, WrittenRecord
from sunlot.inspecting.records import digest_of
from sunlot.inspecting.written import actions, content, papers, queries
from sunlot.inspecting.written.content import Written
from sunlot.inspecting.written.kinds import KINDS, MAX_ROWS
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail import files
from sunlot.trail.queries import history

from ..cast import PASSWORD
from .fieldwork import NAME, STROKES, Fieldwork
from .test_evidence import photo
from .test_record import PNG

TEXTS = {
    "asked_name": "王守信", "asked_capacity": "项目负责人", "began_at": "2026-09-01T09:00:00+08:00",
    "ended_at": "2026-09-01T09:40:00+08:00", "place": "项目部", "writer": "李记", "told": "told",
    "rights_answer": "听清楚了，不申请回避", "read": "aloud", "statement": "属实",
    "given_by": "滨河物业", "taken_at": "2026-09-01T09:10:00+08:00", "basis": "GB 50204", "method": "随机抽取",
    "weather": "晴", "course": "自东向西勘验 <b>",
}  # fmt: skip
ROW = {
    "question": "为何未公布？", "answer": "经办人离职", "title": "收费台账", "copies": "1", "pages": "12", "batch": "B-1",
    "base": "60 吨", "quantity": "2 根", "seal": "封条 17", "name": "净宽", "value": "2.3", "unit": "m",
}  # fmt: skip


def filled(work: Fieldwork, part: FormPart, kind: str, **texts: str) -> Written:
    """A complete record of a kind."""
    known = KINDS[kind]
    return Written(
        {one.name: {**TEXTS, **texts}[one.name] for one in known.places if one.name in {**TEXTS, **texts}},
        (tuple(ROW.get(one.name, "") for one in known.columns),),
        tuple(member.inspector.number for member in part.members.all()),
        tuple(one.original_id for one in part.evidence.all()),
    )


def completed(work: Fieldwork, part: FormPart, kind: str = "questioning") -> WrittenRecord:
    viewer = work.inspector(part)
    begun = actions.begin(viewer, part, kind)
    saved = actions.save(viewer, begun, filled(work, part, kind), version=begun.version)
    return actions.complete(viewer, saved, version=saved.version)


def signed(work: Fieldwork, found: WrittenRecord) -> WrittenRecord:
    part = work.again(found.part)
    for position in range(len(part.members.all())):
        viewer = work.inspector(part, position)
        actions.sign(viewer, found, found.digest, work.proof(viewer))
    actions.sign_person(work.inspector(part), found, found.digest, NAME, STROKES)
    return found


def typed(page: Client, address: str, written: WrittenRecord, **more: object) -> object:
    return page.post(address, {"version": written.version, "rows": 2, **more})


def test_a_questioning_is_written_question_by_question_completed_and_signed_on_the_phones_pages(
    sent: Fieldwork,
) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    listing = reverse("field:written-list", args=[part.pk])
    assert listing in client.get(reverse("field:part", args=[part.pk])).content.decode()
    address = client.post(listing, {"kind": "questioning"}).url
    found = WrittenRecord.objects.get(part=part)
    texts = {"officers": found.officers, "asked_name": "王守信", "began_at": "2026-09-01T09:00", "place": "项目部"}
    first = {"row-0-0": "为何未公布？", "row-0-1": "经办人离职\r\n没有交接"}
    assert typed(client, address, found, **texts, **first, then="more").url == f"{address}#row-1"
    found.refresh_from_db()
    assert (found.rows, found.texts["began_at"]) == (
        [["为何未公布？", "经办人离职\n没有交接"]],
        "2026-09-01T09:00:00+08:00",
    )
    answer = typed(client, address, found, **texts, **first, then="complete")
    shown = client.get(answer.url).content.decode()
    assert "没有填“身份”" in shown and "没有选“核对”" in shown and 'id="row-1"' in shown
    whole = {
        **texts,
        **first,
        **{name: TEXTS[name] for name in ("asked_capacity", "writer", "told", "rights_answer", "read")},
    }
    found.refresh_from_db()
    assert typed(client, address, found, **whole, ended_at="2026-09-01T08:00", then="complete").url.endswith(
        "missing=1"
    )
    found.refresh_from_db()
    assert typed(client, address, found, **whole, ended_at="2026-09-01T09:40", then="complete").url == address
    found.refresh_from_db()
    assert found.state == "complete" and digest_of(files.read(found.digest)) == found.digest
    page = client.get(address).content.decode()
    assert "等待签字" in page and "经办人离职" in page
    given = {"way": "hand", "digest": found.digest, "hand-name": NAME, "hand-strokes": STROKES}
    assert client.post(address, given).url == address
    own = {"way": "own", "digest": found.digest, "password": PASSWORD}
    for position in range(2):
        colleague = sent.client(sent.inspector(part, position))
        assert address in colleague.get("/desk/").content.decode()
        assert colleague.post(address, own).url == address
        assert address not in colleague.get("/desk/").content.decode()
    assert queries.standing(sent.again(part))[0].left == ""
    assert sorted(Signature.objects.filter(thing=found.thing).values_list("capacity", flat=True)) == [
        "检查人员1", "检查人员2", "被询问人",
    ]  # fmt: skip
    story = [one.words for one in history(part.thing)]
    assert "完成询问笔录" in story


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_asks_for_what_it_must_say_prints_with_its_data_and_is_given_out(sent: Fieldwork, kind: str) -> None:
    part = sent.part()
    viewer = sent.inspector(part)
    inspecting.add_file(viewer, part, photo(), Facts(kind="photo", name="现场.jpg", caption="示意图"))
    part = sent.again(part)
    begun = actions.begin(viewer, part, kind)
    empty = content.gaps(KINDS[kind], part, Written())
    asked = [one.label for one in (*KINDS[kind].blanks, *KINDS[kind].closing) if one.required]
    assert len(empty) == len(asked) + 1 + KINDS[kind].least_rows  # and the two inspectors
    with pytest.raises(Refused, match="还不能完成"):
        actions.complete(viewer, begun, version=begun.version)
    with pytest.raises(Refused, match="完成以后才能出具"):
        actions.issue(viewer, begun)
    saved = actions.save(viewer, begun, filled(sent, part, kind), version=begun.version)
    found = signed(sent, actions.complete(viewer, saved, version=saved.version))
    assert found.shown == ([] if kind == "questioning" else [part.evidence.all()[0].original_id])
    given = queries.signatures_of([found])[found.pk]
    paper = papers.paper_of(found, given, frame_of(part, KINDS[kind].paper))
    assert [one.name for one in paper.signatures] == [NAME, *(line.inspector.name for line in part.members.all())]
    assert paper.signatures[0].drawing.startswith("<svg")
    if isinstance(paper, QuestioningRecord):
        assert (paper.exchanges[0].answer, paper.read, paper.blank_lines) == ("经办人离职", "已向被询问人宣读", 0)
    if isinstance(paper, SiteRecord):
        assert paper.measurements[0].reading == "2.3 m" and len(images_in(paper)) == 1
    clerk = sent.city.client("chen")
    answer = clerk.post(reverse("inspecting:written-issue", args=[found.pk]))
    assert answer.url == reverse("inspecting:documents", args=[part.pk])
    made = IssuedDocument.objects.get(part=part)
    assert made.kind == KINDS[kind].paper and files.read(made.file_id).startswith(b"%PDF")
    assert made.number in clerk.get(answer.url).content.decode()


def test_what_is_complete_never_changes_and_a_correction_is_a_new_edition_with_its_reason(sent: Fieldwork) -> None:
    part = sent.part()
    viewer, found = sent.inspector(part), signed(sent, completed(sent, part))
    with pytest.raises(Refused, match="已经完成，不能再改"):
        actions.save(viewer, found, filled(sent, part, "questioning", place="别处"), version=found.version)
    client, address = sent.client(viewer), reverse("field:written", args=[part.pk, found.pk])
    assert "填写原因" in client.post(address, {"way": "why", "why-reason": " "}).content.decode()
    next_one = client.post(address, {"way": "why", "why-reason": "地点写错"}).url
    again = client.post(address, {"way": "why", "why-reason": "又按了一次"}).url
    assert next_one == again
    second = WrittenRecord.objects.get(corrects=found)
    assert (second.edition, second.reason, second.texts) == (2, "地点写错", found.texts)
    saved = actions.save(viewer, second, filled(sent, part, "questioning", place="二楼"), version=1)
    actions.complete(viewer, saved, version=saved.version)
    found.refresh_from_db()
    second.refresh_from_db()
    assert (found.state, digest_of(files.read(found.digest))) == ("corrected", found.digest)
    assert found.digest.encode() in files.read(second.digest) and "地点写错".encode() in files.read(second.digest)
    with pytest.raises(Refused, match="不再签字"):
        actions.sign_person(viewer, found, found.digest, NAME, STROKES)
    with pytest.raises(Refused, match="再核对一次"):
        actions.sign_person(viewer, second, found.digest, NAME, STROKES)
    rows = queries.standing(sent.again(part))
    assert [one.place for one in rows] == ["第 1 份", "第 1 份，第 2 版"]
    assert (
        "更正：地点写错"
        in sent.city.client("chen").get(reverse("inspecting:written", args=[second.pk])).content.decode()
    )


def test_a_review_waits_for_drafts_signatures_and_papers_and_the_scan_is_compared_by_another(sent: Fieldwork) -> None:
    part = sent.countersigned(sent.part())
    viewer, head = sent.inspector(part), sent.reviewer(part)
    draft = actions.begin(viewer, part, "copies")
    review = reverse("inspecting:review", args=[part.pk])
    client = sent.city.client(head.username)
    assert "复制（提取）材料清单（第 1 份）还没有完成" in client.post(review, {"decision": "accept"}).content.decode()
    actions.void(viewer, draft, "写错了种类")
    found = completed(sent, part)
    assert "还没有签字" in client.post(review, {"decision": "accept"}).content.decode()
    for position in range(2):
        colleague = sent.inspector(part, position)
        actions.sign(colleague, found, found.digest, sent.proof(colleague))
    address = reverse("field:written", args=[part.pk, found.pk])
    scan = {"way": "paper", "digest": found.digest, "paper-name": NAME}
    html = {**scan, "paper-scan": SimpleUploadedFile("签.png", b"<html>")}
    assert sent.client(viewer).post(address, html).status_code == 422
    assert sent.client(viewer).post(address, {**scan, "paper-scan": SimpleUploadedFile("签.png", PNG)}).url == address
    assert "纸质签署件还没有核对" in client.post(review, {"decision": "accept"}).content.decode()
    page = reverse("inspecting:written", args=[found.pk])
    assert page in client.get(review).content.decode()
    uploaded = Signature.objects.get(thing=found.thing, way=Signature.Way.PAPER)
    with pytest.raises(NotAllowed):
        actions.compare(viewer, found, uploaded, True)
    assert client.post(page, {"matches": "no", "words": ""}).status_code == 422
    assert client.post(page, {"matches": "yes"}).url == page
    assert client.post(review, {"decision": "accept"}).url == reverse("inspecting:form", args=[part.form_id])
    assert sent.again(part).state == FormPart.State.DECIDED
    with pytest.raises(Refused, match="复核已经通过"):
        actions.begin(viewer, part, "copies")
    assert (
        "复核已经通过，不能再写"
        in sent.client(viewer).get(reverse("field:written-list", args=[part.pk])).content.decode()
    )


def test_who_will_not_sign_is_noted_with_a_witness_until_he_signs_after_all(sent: Fieldwork) -> None:
    part = sent.part()
    found, viewer = completed(sent, part), sent.inspector(part)
    address = reverse("field:written", args=[part.pk, found.pk])
    noted = {"way": "absence", "digest": found.digest, "absence-reason": "拒绝签字", "absence-witness": "李见证"}
    assert sent.client(viewer).post(address, {**noted, "absence-witness": ""}).status_code == 422
    assert sent.client(viewer).post(address, {**noted, "absence-witness_is": "居委会"}).url == address
    assert "拒绝签字。见证人：李见证（居委会）" in sent.client(viewer).get(address).content.decode()
    actions.sign_person(viewer, found, found.digest, NAME, STROKES)
    found.refresh_from_db()
    assert (found.absence_reason, found.absence_noted_at) == ("", None)


def test_two_who_write_at_once_lose_nothing_and_what_no_control_holds_is_refused(sent: Fieldwork) -> None:
    part = sent.part()
    viewer, other = sent.inspector(part), sent.inspector(part, 1)
    begun = actions.begin(viewer, part, "scene")
    actions.save(other, begun, filled(sent, part, "scene", place="东侧"), version=1)
    client, address = sent.client(viewer), reverse("field:written", args=[part.pk, begun.pk])
    typed_here = {"rows": 1, "place": "西侧", "officers": begun.officers}
    answer = client.post(address, {**typed_here, "version": 1})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"{other.person}刚才也保存过" in page and 'value="西侧"' in page and 'name="version" value="2"' in page
    assert client.post(address, {**typed_here, "version": 2}).url == address
    begun.refresh_from_db()
    assert begun.texts == {"place": "西侧"}
    hostile = (
        Written({"told": "perhaps"}), Written({"began_at": "yesterday"}), Written({"place": "a\nb"}),
        Written(rows=(("x",),)), Written(rows=(("a", "b", "c", "d"),) * (MAX_ROWS + 1)),
    )  # fmt: skip
    for wrong in hostile:
        with pytest.raises(Refused):
            actions.save(viewer, begun, wrong, version=begun.version)
    stranger = Written(officers=("X-999", *begun.officers), shown=("0" * 64,))
    kept = actions.save(viewer, begun, stranger, version=begun.version)
    assert kept.shown == [] and kept.officers == [one.inspector.number for one in part.members.all()]


def test_only_the_team_writes_who_reads_the_part_reads_and_others_find_nothing(sent: Fieldwork) -> None:
    part, other = sent.part("zjj-wuye"), sent.part("scjg")
    found = completed(sent, part)
    with pytest.raises(NotAllowed):
        actions.begin(sent["chen"], part, "copies")
    with pytest.raises(NotAllowed):
        actions.sign_person(sent.inspector(other), found, found.digest, NAME, STROKES)
    names = ("written", "written-pdf")
    for name in names:
        address = reverse(f"inspecting:{name}", args=[found.pk])
        assert sent.city.client("chen").get(address).status_code == 200
        assert sent.client(sent.inspector(other)).get(address).status_code == 404
        assert sent.city.client("scjg-clerk").get(address).status_code == 404
    assert sent.client(sent.inspector(other)).get(reverse("field:written", args=[part.pk, found.pk])).status_code == 404
    assert sent.client(sent.inspector(other)).get(reverse("field:written-list", args=[part.pk])).status_code == 404
    form = reverse("inspecting:form", args=[part.form_id])
    assert reverse("inspecting:written", args=[found.pk]) in sent.city.client("chen").get(form).content.decode()
    assert (
        reverse("inspecting:written", args=[found.pk]) not in sent.city.client("scjg-clerk").get(form).content.decode()
    )
