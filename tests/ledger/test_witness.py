"""Witnesses: the request and its answers on both sides, and what a witness never signs."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger import (
    EMPTY_ROOT,
    Accepted,
    AddCheckpoint,
    Answer,
    Behind,
    Checkpoint,
    Cosigned,
    Declined,
    LedgerError,
    Note,
    NotSigned,
    Refused,
    SigningKey,
    VerifierKey,
    consistency_proof,
    cosign,
    judge,
    open_checkpoint,
    parse_request,
    read_answer,
    sign_checkpoint,
    sign_note,
    tree_root,
)
from sunlot.ledger.notes import sign_line
from sunlot.ledger.witness import MAX_BODY
from tests.ledger.making import (
    LOG_KEY,
    ORIGIN,
    OTHER_WITNESS_KEY,
    SM2_KEY,
    TIME,
    WITNESS_KEY,
    every_flip,
    published,
    reader,
)

MOST = 600
EXAMPLE = published("tlog-witness-request")
HASH = b"\x5a" * 32


def at(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree_root(size, reader(MOST)))


def request(old: int, size: int, key: SigningKey = LOG_KEY) -> AddCheckpoint:
    proof = tuple(consistency_proof(old, size, reader(MOST)))
    return AddCheckpoint(old, proof, sign_note(at(size).text, [key]))


class Witness:
    """A witness service without its service: one log, and what it signed last."""

    def __init__(self, latest: Checkpoint | None = None) -> None:
        self.latest = latest

    def keys(self, origin: str) -> Sequence[VerifierKey]:
        return [LOG_KEY.verifier] if origin == ORIGIN else []

    def judge(self, body: bytes) -> Accepted | Refused:
        return judge(body, self.keys, lambda _: self.latest)

    def answer(self, body: bytes, time: int = TIME) -> Answer:
        judgement = self.judge(body)
        if isinstance(judgement, Refused):
            return judgement.answer
        self.latest = judgement.checkpoint
        return cosign(judgement, [WITNESS_KEY], time)


def refused(witness: Witness, body: bytes) -> tuple[int, str, bool]:
    judgement = witness.judge(body)
    assert isinstance(judgement, Refused)
    return judgement.answer.status, judgement.reason, judgement.evidence


# --- The request -----------------------------------------------------------------------------------------------------


def test_the_published_request_is_read_and_written_the_same() -> None:
    found = parse_request(EXAMPLE["body"].encode())
    assert (found.old_size, len(found.proof), found.note.text.split("\n")[:2]) == (
        20_852_014, 4, ["example.com/behind-the-sofa", "20852163"],
    )  # fmt: skip
    assert len(found.note.signatures) == 2
    assert found.encode() == EXAMPLE["body"].encode()


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_survives_its_body(old_size: int, proof: list[bytes]) -> None:
    one = AddCheckpoint(old_size, tuple(proof), sign_checkpoint(at(5), [LOG_KEY]))
    assert parse_request(one.encode()) == one


def test_the_largest_request_that_is_allowed_is_read() -> None:
    largest = AddCheckpoint(2**63 - 1, (HASH,) * 63, sign_checkpoint(Checkpoint(ORIGIN, 2**63 - 1, HASH), [LOG_KEY]))
    assert parse_request(largest.encode()) == largest
    spare = MAX_BODY - len(AddCheckpoint(0, (), sign_note("a\n", [LOG_KEY])).encode())
    assert len(full := AddCheckpoint(0, (), sign_note("a" * (spare + 1) + "\n", [LOG_KEY])).encode()) == MAX_BODY
    assert parse_request(full).encode() == full


NOTE = sign_checkpoint(at(5), [LOG_KEY]).encode().decode()
LINE = "A" * 43 + "="


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"old 0\n{NOTE[: NOTE.index(chr(10))]}", r"^见证请求：应为证明、空行和检查点，实为没有空行$"),
        (f"new 0\n\n{NOTE}", r"^见证请求 第 1 行：应为 old 和旧大小，实为“new 0”$"),
        (f"old\n\n{NOTE}", r"^见证请求 第 1 行：应为 old 和旧大小，实为“old”$"),
        (f"\n\n{NOTE}", r"^见证请求 第 1 行：应为 old 和旧大小，实为空$"),
        (f"old  5\n\n{NOTE}", r"^见证请求 第 1 行：应为小于 2\^63、没有正负号和前导零的十进制整数，实为“ 5”$"),
        (f"old +5\n\n{NOTE}", r"^见证请求 第 1 行：应为小于 2\^63"),
        (f"old 05\n\n{NOTE}", r"^见证请求 第 1 行：应为小于 2\^63"),
        (f"old 5\r\n\n{NOTE}", r"^见证请求 第 1 行：应为小于 2\^63"),
        (f"old 9223372036854775808\n\n{NOTE}", r"^见证请求 第 1 行：应为小于 2\^63"),
        (f"old 0\n{LINE[:-1]}\n\n{NOTE}", r"^见证请求 第 2 行：应为规范的 base64"),
        (f"old 0\n{LINE}\nAAAA\n\n{NOTE}", r"^见证请求 第 3 行：应为 32 字节的哈希，实为 3 字节$"),
        (f"old 0\n{LINE}\n" * 1 + f"{LINE}\n" * 63 + f"\n{NOTE}", r"^见证请求：应为至多 63 行证明，实为 64 行$"),
        (f"old 0\n\n{NOTE}x", r"^签名文本 末行：应为以换行结束，实为没有换行$"),
        (f"old 0\n\n{at(5).text}", r"^签名文本：应为正文、空行和签名行，实为没有空行$"),
        ("x" * (MAX_BODY + 1), r"^见证请求：应为至多 262144 字节，实为 262145 字节$"),
    ],
)
def test_a_request_that_is_none_is_refused_in_its_words_and_answered_with_400(body: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_request(body.encode())
    assert refused(Witness(), body.encode())[0] == 400


def test_a_body_that_is_not_text_is_answered_with_400() -> None:
    for body in (b"", b"\xff\n\n\xff", b"old 0\n\xff\n\n" + NOTE.encode(), b"old 0\n\n\xff"):
        assert refused(Witness(), body)[0] == 400


@pytest.mark.parametrize(
    ("old_size", "proof", "message"),
    [
        (-1, (), r"^见证请求 第 1 行：应为 0 至 2\^63 - 1 的旧大小，实为 -1$"),
        (2**63, (), r"^见证请求 第 1 行：应为 0 至 2\^63 - 1 的旧大小，实为"),
        (0, (HASH,) * 64, r"^见证请求：应为至多 63 行证明，实为 64 行$"),
        (0, (HASH, b"x"), r"^见证请求 第 3 行：应为 32 字节的哈希，实为 1 字节$"),
    ],
)
def test_a_request_that_no_witness_could_read_is_not_made(
    old_size: int, proof: tuple[bytes, ...], message: str
) -> None:
    with pytest.raises(LedgerError, match=message):
        AddCheckpoint(old_size, proof, sign_checkpoint(at(5), [LOG_KEY]))


# --- The witness -----------------------------------------------------------------------------------------------------


def test_a_witness_follows_a_log_and_its_cosignatures_open() -> None:
    witness, old = Witness(), 0
    for size in (1, 1, 2, 255, 256, 257, 600):
        one = request(old, size)
        answer = witness.answer(one.encode())
        assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
        outcome = read_answer(answer, one.note, [WITNESS_KEY.verifier])
        assert isinstance(outcome, Cosigned)
        note = one.note.with_lines(signed.line for signed in outcome.signed)
        opened = open_checkpoint(note.encode(), LOG_KEY.verifier, [WITNESS_KEY.verifier])
        assert [(signed.key.name, signed.time) for signed in opened.cosigned] == [("jijian.example/witness", TIME)]
        old = size
    assert witness.latest == at(600)


def test_a_witness_without_a_past_says_so_and_one_with_a_past_says_which() -> None:
    one = request(3, 7)
    assert Witness().answer(one.encode()) == Answer(409, "text/x.tlog.size", b"0\n")
    assert Witness(at(5)).answer(one.encode()) == Answer(409, "text/x.tlog.size", b"5\n")
    assert read_answer(Witness(at(5)).answer(one.encode()), one.note, [WITNESS_KEY.verifier]) == Behind(5)
    assert isinstance(Witness(at(3)).judge(one.encode()), Accepted)


def test_an_older_checkpoint_never_takes_the_place_of_a_newer_one() -> None:
    witness = Witness(at(9))
    assert refused(witness, request(0, 5).encode())[0] == 409
    too_old = AddCheckpoint(9, (), sign_checkpoint(at(5), [LOG_KEY]))
    assert refused(witness, too_old.encode()) == (400, "旧大小 9 大于检查点的大小 5", False)
    assert witness.latest == at(9)


def test_an_unknown_log_is_answered_with_404() -> None:
    stranger = Checkpoint("stranger.example", 1, HASH)
    body = AddCheckpoint(0, (), sign_note(stranger.text, [LOG_KEY])).encode()
    assert refused(Witness(), body) == (404, "不认识的日志：“stranger.example”", False)


def test_a_checkpoint_that_the_log_has_not_signed_is_answered_with_403() -> None:
    other = replace(LOG_KEY, secret=b"\x0d" * 32)
    assert refused(Witness(), request(0, 5, other).encode())[0] == 403
    signed_by_both = request(0, 5).note.with_lines(sign_note(at(5).text, [other, SM2_KEY]).signatures)
    assert isinstance(Witness().judge(AddCheckpoint(0, (), signed_by_both).encode()), Accepted)
    false_line = Note(at(5).text, sign_note(at(6).text, [LOG_KEY]).signatures)
    assert refused(Witness(), AddCheckpoint(0, (), false_line).encode())[0] == 403


def test_a_signed_note_that_is_no_checkpoint_is_answered_with_400() -> None:
    body = AddCheckpoint(0, (), sign_note(f"{ORIGIN}\n05\n", [LOG_KEY])).encode()
    assert refused(Witness(), body)[0] == 400


def test_two_roots_for_one_size_are_evidence_and_answered_with_409_without_a_size() -> None:
    forked = Checkpoint(ORIGIN, 9, HASH)
    judgement = Witness(at(9)).judge(AddCheckpoint(9, (), sign_checkpoint(forked, [LOG_KEY])).encode())
    assert isinstance(judgement, Refused)
    assert (judgement.answer.status, judgement.answer.content_type) == (409, "text/plain; charset=utf-8")
    assert judgement.evidence


def test_a_proof_that_does_not_hold_is_answered_with_422() -> None:
    forked = AddCheckpoint(5, request(5, 9).proof, sign_checkpoint(Checkpoint(ORIGIN, 9, HASH), [LOG_KEY]))
    status, reason, evidence = refused(Witness(at(5)), forked.encode())
    assert (status, evidence) == (422, True)
    assert reason.startswith("一致性证明 大小 9：应为根 5a5a")
    short = replace(request(5, 9), proof=request(5, 9).proof[:-1])
    assert refused(Witness(at(5)), short.encode()) == (422, "一致性证明：应为直到根为止的哈希，实为哈希不足", False)
    for old in (0, 9):
        one = AddCheckpoint(old, (HASH,), sign_checkpoint(at(9), [LOG_KEY]))
        assert refused(Witness(at(old)), one.encode())[0] == 422


def test_any_flipped_bit_of_a_proof_is_answered_with_422() -> None:
    one, witness = request(5, 9), Witness(at(5))
    for place, value in enumerate(one.proof):
        for wrong in every_flip(value)[::16]:
            changed = replace(one, proof=(*one.proof[:place], wrong, *one.proof[place + 1 :]))
            assert refused(witness, changed.encode())[0] == 422


def test_a_tree_of_no_leaves_has_one_root() -> None:
    assert isinstance(Witness().judge(request(0, 0).encode()), Accepted)
    wrong = AddCheckpoint(0, (), sign_checkpoint(Checkpoint(ORIGIN, 0, HASH), [LOG_KEY]))
    assert refused(Witness(), wrong.encode()) == (422, "大小为 0 的检查点，根不是空树的根", True)
    assert Checkpoint(ORIGIN, 0, EMPTY_ROOT) == at(0)


def test_a_witness_signs_with_cosigning_keys_of_its_own_alone() -> None:
    accepted = Witness().judge(request(0, 5).encode())
    assert isinstance(accepted, Accepted)
    for key in (LOG_KEY, SM2_KEY, replace(WITNESS_KEY, name=ORIGIN)):
        with pytest.raises(LedgerError, match=r"^见证签名 sunlot\.example/wuhai：应为见证方自己的见证密钥，实为"):
            cosign(accepted, [key], TIME)
    assert cosign(accepted, [WITNESS_KEY, OTHER_WITNESS_KEY], TIME).body.count(b"\n") == 2


# --- The answer ------------------------------------------------------------------------------------------------------

LINES = "".join(f"{sign_line(at(5).text, key, TIME)}\n" for key in (WITNESS_KEY, OTHER_WITNESS_KEY)).encode()


def answered(status: int, body: bytes, content_type: str = "text/plain") -> Cosigned | Behind | Declined:
    return read_answer(Answer(status, content_type, body), sign_checkpoint(at(5), [LOG_KEY]), [WITNESS_KEY.verifier])


def test_lines_of_keys_that_the_log_does_not_know_are_ignored() -> None:
    outcome = answered(200, LINES)
    assert isinstance(outcome, Cosigned)
    assert [signed.key for signed in outcome.signed] == [WITNESS_KEY.verifier]


def test_the_published_answer_is_read_though_nobody_in_it_is_known() -> None:
    with pytest.raises(
        NotSigned, match=r"^签名文本：应为由 jijian\.example/witness [0-9a-f]{8} 签名，实为没有这样的签名$"
    ):
        answered(200, EXAMPLE["answer"].encode())


@pytest.mark.parametrize(
    ("body", "fault", "message"),
    [
        (b"", LedgerError, r"^签名文本 末行：应为以换行结束，实为没有换行$"),
        (b"\n", LedgerError, r"^签名文本 第 1 行签名：应为以破折号（U\+2014）和空格开头，实为空$"),
        (b"\xff\n", LedgerError, r"^见证应答：应为 UTF-8 编码，实为不是$"),
        (LINES[:-1], LedgerError, r"^签名文本 末行：应为以换行结束"),
        (LINES + b"thanks\n", LedgerError, r"^签名文本 第 3 行签名：应为以破折号"),
        (f"{sign_line(at(6).text, WITNESS_KEY, TIME)}\n".encode(), NotSigned, r"的有效签名，实为无效的签名$"),
    ],
)
def test_a_200_without_a_true_cosignature_is_refused(body: bytes, fault: type[LedgerError], message: str) -> None:
    with pytest.raises(fault, match=message):
        answered(200, body)


def test_a_logs_own_signature_is_no_cosignature() -> None:
    line = f"{sign_line(at(5).text, LOG_KEY)}\n".encode()
    note = sign_checkpoint(at(5), [LOG_KEY])
    with pytest.raises(NotSigned):
        read_answer(Answer(200, "text/plain", line), note, [LOG_KEY.verifier, WITNESS_KEY.verifier])


@pytest.mark.parametrize("body", [b"", b"5", b"15", b"05\n", b"+5\n", b"5\n\n", b" 5\n", b"5 \n", b"five\n", b"\xff\n"])
def test_a_conflict_names_its_size_in_one_way(body: bytes) -> None:
    assert answered(409, b"5\n", "text/x.tlog.size") == Behind(5)
    with pytest.raises(LedgerError, match=r"^见证应答"):
        answered(409, body, "text/x.tlog.size")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_every_other_answer_is_a_no_with_its_reason(status: int) -> None:
    assert answered(status, b"so \x1b[31mnot\n") == Declined(status, "so \\u001b[31mnot")
    assert answered(status, b"x" * 10_000) == Declined(status, "x" * 200 + "…")
