"""The record: who must sign, who may refuse, and what moves the draw on."""

import hashlib

import pytest

from sunlot.documents.draw_record import draw_record
from sunlot.drawing import actions
from sunlot.drawing.actions.record import capacity_of, page_of
from sunlot.drawing.models import Attempt
from sunlot.drawing.queries import record_signatures
from sunlot.drawing.record_document import record_of
from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Organisation, Signature
from sunlot.organisations.signatures import find_thing
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.trail import files
from sunlot.trail.log import reading
from sunlot.trail.models import EventDetail, LogLeaf

from .stage import SPEAKERS, Stage, fresh

State = Attempt.State


def test_lead_and_supervisor_together_settle_the_record_and_others_may_still_sign(stage: Stage) -> None:
    attempt = stage.drawn()
    actions.sign_record(stage["scjg-clerk"], attempt, "scjg", stage.town.proof("scjg-clerk"))
    actions.sign_record(stage["chen"], attempt, "zjj-wuye", stage.town.proof("chen"))
    assert fresh(attempt).state == State.DRAWN
    actions.sign_record(stage["supervisor"], attempt, "zjj-jijian", stage.town.proof("supervisor"))
    signed = fresh(attempt)
    assert (signed.state, signed.signed_at is not None) == (State.SIGNED, True)
    actions.sign_record(stage["yjj-clerk"], attempt, "yjj", stage.town.proof("yjj-clerk"))
    actions.sign_record(stage["yjj-clerk"], attempt, "yjj", stage.town.proof("yjj-clerk"))
    assert len(record_signatures([attempt])[attempt.pk]) == 4


def test_a_refusal_is_recorded_with_its_reason_and_holds_nothing_up(stage: Stage) -> None:
    attempt = stage.drawn()
    with pytest.raises(Refused, match="理由"):
        actions.refuse_record(stage["supervisor"], attempt, "zjj-jijian", "  ")
    actions.refuse_record(stage["supervisor"], attempt, "zjj-jijian", "对名单有异议")
    with pytest.raises(Refused, match="已签署或已拒签"):
        actions.refuse_record(stage["supervisor"], attempt, "zjj-jijian", "再拒一次")
    actions.sign_record(stage["chen"], attempt, "zjj-wuye", stage.town.proof("chen"))
    signed = fresh(attempt)
    assert signed.state == State.SIGNED
    record = record_of(signed, record_signatures([signed])[signed.pk])
    notes = {signature.role: signature.note for signature in record.signatures}
    assert notes["纪检监督 机关纪委（纪检监督）"] == "拒签，理由：对名单有异议"
    assert draw_record(record).startswith(b"%PDF")


def test_nobody_signs_for_another_or_before_the_draw(stage: Stage) -> None:
    thrown = stage.thrown()
    with pytest.raises(Refused, match="现在不能签署"):
        actions.sign_record(stage["chen"], thrown, "zjj-wuye", stage.town.proof("chen"))
    attempt = stage.reveal(thrown)
    for username in ("outsider", "supervisor", "scjg-clerk"):
        with pytest.raises(NotAllowed, match="由其本单位人员签署"):
            actions.sign_record(stage[username], attempt, "zjj-wuye", stage.town.proof(username))
    with pytest.raises(Refused, match="没有参与方"):
        actions.sign_record(stage["chen"], attempt, "nobody", stage.town.proof("chen"))


def test_what_was_signed_on_paper_counts_once_a_second_person_confirmed_it(stage: Stage) -> None:
    attempt = stage.drawn()
    actions.sign_record(stage["chen"], attempt, "zjj-wuye", stage.town.proof("chen"))
    watch = attempt.contributors.get(code="zjj-jijian")
    page = page_of(attempt, watch)
    thing = find_thing(stage["chen"], page.thing)
    assert thing is not None
    assert page in thing.pages
    assert find_thing(stage["outsider"], page.thing) is None
    scan = files.store(b"%PDF-1.7 signed by hand")
    paper = signatures.upload_paper(stage["chen"], page, "纪监督", scan, "记录.pdf")
    assert fresh(attempt).state == State.DRAWN
    signatures.confirm_paper(stage["coordinator"], paper)
    assert fresh(attempt).state == State.SIGNED


def test_the_record_says_everything_in_its_order(stage: Stage) -> None:
    attempt = stage.drawn()
    record = record_of(attempt, [])
    assert record.authority == "乌海市住房和城乡建设局"
    assert record.day == clock.today()
    assert [field.value for field in record.randomness if field.mono][:4] == [
        attempt.beacon_value,
        attempt.notice_digest,
        attempt.seed,
        attempt.result_digest,
    ]
    assert [one.nonce for one in record.contributors] == [one.nonce for one in attempt.contributors.all()]
    assert [signature.role for signature in record.signatures] == [
        capacity_of(one) for one in attempt.contributors.all()
    ]
    assert all(signature.name == "" for signature in record.signatures)
    assert sum(team.objects for team in record.teams) + len(record.remarks) == sum(
        len(stratum.drawn) for stratum in record.strata
    )
    assert record.evidence.digest == attempt.result_digest


@pytest.mark.django_db(transaction=True)
def test_the_record_says_where_in_the_log_notice_and_result_stand_and_by_which_key(stage: Stage) -> None:
    said = {field.label: field.value for field in record_of(stage.drawn(), []).randomness}
    indexes = LogLeaf.objects.filter(event__detail__type__in=["drawing.notice_sealed", "drawing.drawn"])
    sealed, drawn = indexes.order_by("index").values_list("index", flat=True)
    assert said["透明日志"] == f"公告第 {sealed} 条，结果第 {drawn} 条"
    assert said["日志公钥"] == reading.verifier_key()


STROKES = "M84 38L96 36L140 32L240 90M112 34L108 86L200 200"


def test_a_witness_of_the_public_signs_by_hand_and_stands_in_the_printed_record(stage: Stage) -> None:
    attempt = stage.drawn()
    client = stage.city.client("chen")
    address = f"/desk/drawing/{attempt.draw.number}/record/by-hand/"
    said = {"name": "王公众", "present_as": "公众见证人", "strokes": STROKES}
    assert client.get(address).status_code == 200
    assert client.post(address, said).status_code == 302
    assert client.post(address, said).status_code == 302  # sent twice is signed once
    signature = Signature.objects.get(way="hand")
    assert (signature.digest, signature.capacity) == (attempt.result_digest, "公众见证人")
    places = record_of(attempt, [signature]).signatures
    assert [(one.role, one.name, "<path" in one.drawing) for one in places if one.name] == [
        ("公众见证人", "王公众", True)
    ]
    assert client.get(f"/desk/drawing/{attempt.draw.number}/record.pdf").content.startswith(b"%PDF")
    assert fresh(attempt).state == Attempt.State.DRAWN  # the record still waits for lead and 纪检


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"present_as": "纪检监督"}, "参与方由本单位人员登录签署"),
        ({"strokes": ""}, "还没有签字"),
        ({"strokes": "M1 1L2 2"}, "签字太短"),
        ({"name": ""}, "填写姓名"),
    ],
)
def test_nobody_signs_by_hand_for_a_contributor_and_nothing_empty_counts(
    stage: Stage, change: dict[str, str], words: str
) -> None:
    attempt = stage.drawn()
    said = {"name": "王公众", "present_as": "公众见证人", "strokes": STROKES} | change
    answer = stage.city.client("chen").post(f"/desk/drawing/{attempt.draw.number}/record/by-hand/", said)
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert not Signature.objects.filter(way="hand").exists()


def _signed(stage: Stage, *codes: str) -> Attempt:
    attempt = stage.drawn()
    for code in codes or tuple(SPEAKERS):
        username = SPEAKERS[code]
        actions.sign_record(stage[username], attempt, code, stage.town.proof(username))
    return fresh(attempt)


def test_the_signed_record_is_filed_as_a_pdf_that_never_changes_and_nobody_signs_any_more(stage: Stage) -> None:
    attempt = _signed(stage)
    address = f"/desk/drawing/{attempt.draw.number}/record/"
    client = stage.city.client("chen")
    assert "归档抽取记录" in client.get(address).content.decode()
    for _ in range(2):  # pressed twice is filed once
        assert client.post(f"{address}file/").status_code == 302
    filed = fresh(attempt)
    assert filed.state == Attempt.State.ARCHIVED
    kept = client.get(f"/desk/drawing/{attempt.draw.number}/record.pdf").content
    assert hashlib.sha256(kept).hexdigest() == filed.record_file_id
    assert EventDetail.objects.filter(type="drawing.record_filed").count() == 1
    Organisation.objects.filter(code="scjg").update(name="改了名的局")
    assert client.get(f"/desk/drawing/{attempt.draw.number}/record.pdf").content == kept
    said = {"name": "王公众", "present_as": "公众见证人", "strokes": STROKES}
    late = client.post(f"{address}by-hand/", said)
    assert late.status_code == 409
    assert "已归档" in late.content.decode()


def test_a_record_is_filed_by_the_host_alone_and_not_while_anything_of_it_is_open(stage: Stage) -> None:
    attempt = _signed(stage, "zjj-wuye")
    with pytest.raises(Refused, match="现在不能归档"):
        actions.file_record(stage["chen"], attempt)
    actions.sign_record(stage["supervisor"], attempt, "zjj-jijian", stage.town.proof("supervisor"))
    with pytest.raises(NotAllowed, match="主持"):
        actions.file_record(stage["scjg-clerk"], attempt)
    page = page_of(attempt, attempt.contributors.get(code="scjg"))
    scan = files.store(b"%PDF-1.7 signed by hand")
    paper = signatures.upload_paper(stage["chen"], page, "马局", scan, "记录.pdf")
    with pytest.raises(Refused, match="还没有由第二人核对确认"):
        actions.file_record(stage["chen"], attempt)
    signatures.confirm_paper(stage["coordinator"], paper)
    assert actions.file_record(stage["chen"], attempt).state == Attempt.State.ARCHIVED
