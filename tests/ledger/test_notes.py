"""Signed notes and checkpoints: published ones, one spelling for each, and nothing believed that no known key has signed."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger import (
    EMPTY_ROOT,
    MAX_SIZE,
    Checkpoint,
    Kind,
    LedgerError,
    Note,
    NotSigned,
    SignatureLine,
    SigningKey,
    check_inclusion,
    leaf_hash,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    sign_checkpoint,
    sign_note,
)
from sunlot.ledger.notes import MAX_NOTE, MAX_SIGNATURES, sign_line
from tests.ledger.making import (
    LOG_KEY,
    ORIGIN,
    OTHER_WITNESS_KEY,
    SM2_KEY,
    TIME,
    WITNESS_KEY,
    every_flip,
    log_of,
    published,
)
from tests.lottery.making import VECTORS

GO = published("go-note")
COSIGNED = published("cosigned-checkpoint")
PETER, ENOCH = parse_verifier_key(GO["peter"]), parse_verifier_key(GO["enoch"])
PETER_LINE, ENOCH_LINE, GO_TEXT = GO["peter_line"], GO["enoch_line"], GO["text"]
ROOT = base64.b64encode(EMPTY_ROOT).decode()
CHECKPOINT = log_of(300).checkpoint
STRANGER = SigningKey("stranger.example", Kind.ED25519, b"\x09" * 32)
LINE = str(SignatureLine("a", b"1234", b"x"))


def cosigned(note: Note, *keys: SigningKey) -> Note:
    return note.with_lines(sign_line(note.text, key, TIME) for key in keys)


# --- Published notes -------------------------------------------------------------------------------------------------


def test_the_published_note_is_signed_by_whom_it_says() -> None:
    note = parse_note(f"{GO_TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode())
    one = open_note(note, [PETER])
    assert note.text == GO_TEXT
    assert ([signed.key for signed in one.signed], [line.name for line in one.unknown]) == ([PETER], ["EnochRoot"])
    assert [signed.key for signed in open_note(note, [PETER, ENOCH]).signed] == [PETER, ENOCH]
    with pytest.raises(NotSigned, match=r"^签名文本：应为已知密钥的签名，实为没有这样的签名$"):
        open_note(note, [])


def test_an_example_of_the_specification_is_read_and_written_the_same() -> None:
    """C2SP signed-note: a text with an empty line in it. Its key is not published."""
    data = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
        "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    ).encode()
    note = parse_note(data)
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [line.name for line in note.signatures] == ["quasimodo.example/salvatore"]
    assert note.encode() == data


def test_a_real_checkpoint_with_four_real_witnesses_opens() -> None:
    data = COSIGNED["note"].encode()
    witnesses = [parse_verifier_key(text) for text in COSIGNED["witness_keys"]]
    opened = open_checkpoint(data, parse_verifier_key(COSIGNED["log_key"]), witnesses)
    assert (opened.checkpoint.origin, opened.checkpoint.size) == (
        "arche2025h1.staging.ct.transparency.dev",
        1_432_088_532,
    )
    assert [one.key for one in opened.cosigned] == witnesses
    assert [one.time for one in opened.cosigned] == COSIGNED["times"]
    assert [line.key_id.hex() for line in opened.unknown] == ["cd333cb1"]  # the RFC 6962 tree head, another kind
    assert opened.note.encode() == data
    for witness in witnesses:
        with pytest.raises(NotSigned, match=r"的有效签名，实为无效的签名$"):
            open_checkpoint(data.replace(b"1432088532", b"1432088533"), witness_as_log(witness.name), [witness])


def witness_as_log(name: str) -> Any:
    return SigningKey(name, Kind.ED25519, b"\x0b" * 32).verifier


@pytest.mark.parametrize("name", sorted(path.name for path in (VECTORS / "logged").iterdir()))
def test_the_checkpoints_and_proofs_of_the_draw_protocols_vectors_hold(name: str) -> None:
    """They come from a second implementation of the whole protocol (docs/spec/README.md); two of them lie on purpose."""
    folder = VECTORS / "logged" / name
    log = json.loads((folder / "log.json").read_text("utf-8"))
    key = parse_verifier_key((folder / "vkey.txt").read_text("utf-8").strip())
    if name == "signed-by-another-key":
        with pytest.raises(NotSigned):
            open_checkpoint(log["checkpoint"].encode(), key)
        return
    checkpoint = open_checkpoint(log["checkpoint"].encode(), key).checkpoint
    entries = [one for one in (log["notice"], log["beacon"], log["result"], *log["reveals"], *log["aborted"]) if one]
    assert len(entries) >= 3
    false = 0
    for one in entries:
        proof = [base64.b64decode(value) for value in one["proof"]]
        try:
            check_inclusion(proof, one["index"], checkpoint.size, leaf_hash(one["entry"].encode()), checkpoint.root)
        except LedgerError:
            false += 1
    assert false == (1 if name == "proof-of-another-entry" else 0)


# --- Round trips -----------------------------------------------------------------------------------------------------

lines = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)]), max_size=20
)
names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20).filter(
    lambda name: not any(sign.isspace() or sign == "+" for sign in name)
)
signature_lines = st.builds(SignatureLine, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))


@given(st.lists(lines, min_size=1, max_size=6), st.lists(signature_lines, min_size=1, max_size=5))
def test_a_note_survives_its_bytes(text: list[str], signatures: list[SignatureLine]) -> None:
    note = Note("\n".join(text) + "\n", tuple(signatures))
    assert parse_note(note.encode()) == note


@given(st.binary(max_size=60) | lines.map(lambda text: f"{text}\n\n{LINE}\n".encode()), st.data())
def test_whatever_is_read_as_a_note_is_written_the_same(data: bytes, more: st.DataObject) -> None:
    cut = more.draw(st.integers(0, len(data)))
    for candidate in (data, data[:cut], data[cut:]):
        try:
            note = parse_note(candidate)
        except LedgerError:
            continue
        assert note.encode() == candidate


@given(
    lines.filter(bool),
    st.integers(0, MAX_SIZE),
    st.binary(min_size=32, max_size=32),
    st.lists(lines.filter(bool), max_size=3),
)
def test_a_checkpoint_survives_its_text(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.text) == checkpoint


# --- Opening ---------------------------------------------------------------------------------------------------------


def test_a_checkpoint_signed_by_the_log_opens_with_all_who_signed() -> None:
    note = cosigned(sign_checkpoint(CHECKPOINT, [LOG_KEY, SM2_KEY]), WITNESS_KEY, OTHER_WITNESS_KEY)
    opened = open_checkpoint(note.encode(), LOG_KEY.verifier, [SM2_KEY.verifier, WITNESS_KEY.verifier])
    assert opened.checkpoint == CHECKPOINT
    assert [(one.key, one.time) for one in opened.signed] == [
        (LOG_KEY.verifier, None), (SM2_KEY.verifier, None), (WITNESS_KEY.verifier, TIME),
    ]  # fmt: skip
    assert [one.key.name for one in opened.cosigned] == ["jijian.example/witness"]
    assert [line.name for line in opened.unknown] == ["region.example/witness"]
    assert open_checkpoint(note, SM2_KEY.verifier).checkpoint == CHECKPOINT


def test_any_flipped_bit_of_a_checkpoint_is_refused() -> None:
    for changed in every_flip(sign_checkpoint(CHECKPOINT, [LOG_KEY]).encode()):
        with pytest.raises(LedgerError):
            open_checkpoint(changed, LOG_KEY.verifier)


def test_a_missing_signature_of_another_key_is_allowed_and_a_false_one_is_not() -> None:
    note = sign_checkpoint(CHECKPOINT, [LOG_KEY])
    others = [SM2_KEY.verifier, WITNESS_KEY.verifier]
    assert open_checkpoint(note, LOG_KEY.verifier, others).cosigned == ()
    for key in (SM2_KEY, WITNESS_KEY):
        false = replace(key, secret=b"\x0c" * 32).sign(note.text, TIME if key is WITNESS_KEY else None)
        spoilt = note.with_lines([SignatureLine(key.name, key.verifier.id, false)])
        with pytest.raises(
            NotSigned, match=rf"^签名文本 {key.name}：应为密钥 {key.verifier.id.hex()} 的有效签名，实为无效的签名$"
        ):
            open_checkpoint(spoilt, LOG_KEY.verifier, others)
        assert open_checkpoint(spoilt, LOG_KEY.verifier).unknown[0].name == key.name


def test_lines_that_share_only_name_or_only_key_id_with_a_known_key_are_ignored() -> None:
    note = sign_checkpoint(CHECKPOINT, [LOG_KEY]).with_lines(
        [SignatureLine(ORIGIN, b"\x00" * 4, b"x"), SignatureLine("else", LOG_KEY.verifier.id, b"x")]
    )
    assert len(open_checkpoint(note, LOG_KEY.verifier).unknown) == 2


@pytest.mark.parametrize(
    ("make", "key", "fault", "message"),
    [
        (lambda: sign_note(CHECKPOINT.text, [STRANGER]), LOG_KEY, NotSigned, r"^签名文本：应为由 sunlot\.example/wuhai [0-9a-f]{8} 签名"),
        (lambda: sign_note(replace(CHECKPOINT, origin="else").text, [LOG_KEY]), LOG_KEY, LedgerError,
         r"^检查点 第 1 行：应为日志名 sunlot\.example/wuhai，实为“else”$"),
        (lambda: sign_note("sunlot.example/wuhai\n", [LOG_KEY]), LOG_KEY, LedgerError, r"^检查点：应为至少三行"),
        (lambda: sign_checkpoint(CHECKPOINT, [LOG_KEY]), WITNESS_KEY, LedgerError,
         r"^检查点 公钥：应为日志自己的签名公钥，实为见证公钥 jijian\.example/witness$"),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_of_the_log_does_not_open(make: Any, key: SigningKey, fault: type, message: str) -> None:
    with pytest.raises(fault, match=message):
        open_checkpoint(make(), key.verifier)


def test_a_checkpoint_that_only_witnesses_signed_does_not_open() -> None:
    note = Note(CHECKPOINT.text, (sign_line(CHECKPOINT.text, WITNESS_KEY, TIME),))
    with pytest.raises(
        NotSigned, match=r"^检查点 签名：应为由 sunlot\.example/wuhai [0-9a-f]{8} 签名，实为没有这样的签名$"
    ):
        open_checkpoint(note, LOG_KEY.verifier, [WITNESS_KEY.verifier])


def test_two_keys_that_cannot_be_told_apart_are_refused() -> None:
    class SameId(type(PETER)):  # type: ignore[misc]
        id = PETER.id

    twin = SameId(PETER.name, PETER.kind, ENOCH.public)
    note = parse_note(f"{GO_TEXT}\n{PETER_LINE}".encode())
    with pytest.raises(
        LedgerError, match=r"^签名文本 PeterNeumann：应为名称或编号不同的公钥，实为两个不同的公钥都是 c74f20a3$"
    ):
        open_note(note, [PETER, twin])
    assert open_note(note, [PETER, PETER]).signed[0].key == PETER


def test_a_newer_line_of_a_key_takes_the_place_of_its_older_one() -> None:
    note = cosigned(sign_checkpoint(CHECKPOINT, [LOG_KEY]), WITNESS_KEY, OTHER_WITNESS_KEY)
    newer = note.with_lines([sign_line(note.text, WITNESS_KEY, TIME + 60)])
    opened = open_checkpoint(newer, LOG_KEY.verifier, [WITNESS_KEY.verifier, OTHER_WITNESS_KEY.verifier])
    assert [(one.key.name, one.time) for one in opened.cosigned] == [
        ("region.example/witness", TIME), ("jijian.example/witness", TIME + 60),
    ]  # fmt: skip
    assert newer.signatures[0].name == ORIGIN


def test_a_log_signs_in_its_own_name_alone() -> None:
    with pytest.raises(
        LedgerError, match=r"^检查点 签名：应为名为 sunlot\.example/wuhai 的密钥，实为“stranger\.example”$"
    ):
        sign_checkpoint(CHECKPOINT, [LOG_KEY, STRANGER])
    with pytest.raises(LedgerError, match=r"^签名文本：应为 1 至 100 行签名，实为 0 行$"):
        sign_checkpoint(CHECKPOINT, [])


# --- Each rule's message ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x" * (MAX_NOTE + 1), r"^签名文本：应为至多 1000000 字节，实为 1000001 字节$"),
        (f"\u00e9\n\n{LINE}\n".encode("latin-1", "replace").replace(b"?", b"-"), r"^签名文本 第 1 字节：应为 UTF-8 编码，实为不是$"),
        (b"\xff" + f"{GO_TEXT}\n{PETER_LINE}".encode(), r"^签名文本 第 1 字节：应为 UTF-8 编码，实为不是$"),
        (b"\x01" + f"{GO_TEXT}\n{PETER_LINE}".encode(), r"^签名文本 第 1 个字符：应为换行以外没有控制字符，实为 U\+0001$"),
        (f"a\r\n\n{LINE}\n".encode(), r"^签名文本 第 2 个字符：应为换行以外没有控制字符，实为 U\+000D$"),
        (f"a\tb\n\n{LINE}\n".encode(), r"^签名文本 第 2 个字符：应为换行以外没有控制字符，实为 U\+0009$"),
        (GO_TEXT.encode(), r"^签名文本：应为正文、空行和签名行，实为没有空行$"),
        (b"", r"^签名文本：应为正文、空行和签名行，实为没有空行$"),
        (f"{GO_TEXT}\n".encode(), r"^签名文本：应为正文、空行和签名行，实为空行后没有签名行$"),
        (f"{GO_TEXT}\n{PETER_LINE}"[:-1].encode(), r"^签名文本 末行：应为以换行结束，实为没有换行$"),
        (f"{GO_TEXT}\n{PETER_LINE}Unexpected line.\n".encode(), r"^签名文本 第 2 行签名：应为以破折号（U\+2014）和空格开头，实为“Unexp"),
        (f"a\n\n- a {LINE[4:]}\n".encode(), r"^签名文本 第 1 行签名：应为以破折号（U\+2014）和空格开头"),
        (f"a\n\n\u2014a {LINE[4:]}\n".encode(), r"^签名文本 第 1 行签名：应为以破折号（U\+2014）和空格开头"),
        (f"a\n\n {LINE}\n".encode(), r"^签名文本 第 1 行签名：应为以破折号（U\+2014）和空格开头"),
        ("a\n\n\u2014 a\n".encode(), r"^签名文本 第 1 行签名：应为名称、空格和签名，实为“— a”$"),
        (f"{GO_TEXT}\n\u2014 Bad Name {LINE[4:]}\n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64（RFC 4648 第 4 节），实为“Name "),
        ("a\n\n\u2014  AAAAAAA=\n".encode(), r"^签名文本 第 1 行签名：应为不含空白、加号和控制字符的名称，实为空$"),
        ("a\n\n\u2014 a+b AAAAAAA=\n".encode(), r"^签名文本 第 1 行签名：应为不含空白、加号和控制字符的名称，实为“a\+b”$"),
        ("a\n\n\u2014 a\u00a0b AAAAAAA=\n".encode(), r"^签名文本 第 1 行签名：应为不含空白、加号"),
        ("a\n\n\u2014 a AAAAAAA\n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64（RFC 4648 第 4 节），实为“AAAAAAA”$"),
        ("a\n\n\u2014 a AAAAAAB=\n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64"),
        ("a\n\n\u2014 a AAAA_AA=\n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64"),
        ("a\n\n\u2014 a AAAAAAA= \n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64"),
        ("a\n\n\u2014 a AAAAAA\u00c1=\n".encode(), r"^签名文本 第 1 行签名：应为规范的 base64"),
        ("a\n\n\u2014 a AAAAAA==\n".encode(), r"^签名文本 第 1 行签名：应为 4 字节的密钥编号和其后的签名，实为 4 字节$"),
        ("a\n\n\u2014 a \n".encode(), r"^签名文本 第 1 行签名：应为 4 字节的密钥编号和其后的签名，实为 0 字节$"),
        (f"a\n\n{PETER_LINE * 101}".encode(), r"^签名文本：应为 1 至 100 行签名，实为 101 行$"),
    ],
)  # fmt: skip
def test_a_note_that_is_none_is_refused_in_its_words(data: bytes, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_note(data)


def test_the_largest_note_and_the_largest_tree_that_are_allowed_are_read() -> None:
    signature = f"\n{LINE}\n".encode()
    data = b"x" * (MAX_NOTE - len(signature) - 1) + b"\n" + signature
    assert len(data) == MAX_NOTE
    assert parse_note(data).encode() == data
    assert parse_checkpoint(f"a\n{MAX_SIZE}\n{ROOT}\n").size == MAX_SIZE


def test_as_many_signatures_as_allowed_are_read() -> None:
    data = f"{GO_TEXT}\n{PETER_LINE * MAX_SIGNATURES}".encode()
    assert len(open_note(parse_note(data), [PETER]).signed) == MAX_SIGNATURES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no line feed", r"^签名文本 正文：应为以换行结束，实为没有换行$"),
        ("a\x00\n", r"^签名文本 第 2 个字符：应为换行以外没有控制字符，实为 U\+0000$"),
        ("a\ud800\n", r"^签名文本 第 2 个字符：应为换行以外没有控制字符，实为 U\+D800$"),
    ],
)
def test_a_text_that_could_not_be_read_back_is_not_signed(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        sign_note(text, [LOG_KEY])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"a\n0\n{ROOT}", r"^检查点 末行：应为以换行结束，实为没有换行$"),
        ("a\n0\n", r"^检查点：应为至少三行：日志名、大小、根，实为 2 行$"),
        (f"\n0\n{ROOT}\n", r"^检查点 第 1 行：应为不空的一行，实为空$"),
        (f"a\n\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63、没有正负号和前导零的十进制整数，实为空$"),
        (f"a\n+5\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63、没有正负号和前导零的十进制整数，实为“\+5”$"),
        (f"a\n-5\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n05\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n00\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n4_2\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n 5\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n0x5\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n\uff15\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n9223372036854775808\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        (f"a\n{'9' * 5000}\n{ROOT}\n", r"^检查点 第 2 行：应为小于 2\^63"),
        ("a\n5\n\n", r"^检查点 第 3 行：应为 32 字节的哈希，实为 0 字节$"),
        (f"a\n5\n{ROOT[:-1]}\n", r"^检查点 第 3 行：应为规范的 base64（RFC 4648 第 4 节），实为“47DE"),
        (f"a\n5\n{ROOT} \n", r"^检查点 第 3 行：应为规范的 base64"),
        (f"a\n5\n{ROOT[:-2]}V=\n", r"^检查点 第 3 行：应为规范的 base64"),
        (f"a\n5\n{ROOT.replace('/', '_')}\n", r"^检查点 第 3 行：应为规范的 base64"),
        ("a\n5\nAAAA\n", r"^检查点 第 3 行：应为 32 字节的哈希，实为 3 字节$"),
        (f"a\n5\n{ROOT}\n\nx\n", r"^检查点 第 4 行：应为不空的一行，实为空$"),
        (f"a\n5\n{ROOT}\nx\n\n", r"^检查点 第 5 行：应为不空的一行，实为空$"),
    ],
)
def test_a_checkpoint_that_is_none_is_refused_in_its_words(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Checkpoint("a", -1, EMPTY_ROOT), r"^检查点 第 2 行：应为 0 至 2\^63 - 1 的大小，实为 -1$"),
        (lambda: Checkpoint("a", 2**63, EMPTY_ROOT), r"^检查点 第 2 行：应为 0 至 2\^63 - 1 的大小，实为"),
        (lambda: Checkpoint("a", 0, b"x"), r"^检查点 第 3 行：应为 32 字节的哈希，实为 1 字节$"),
        (lambda: Checkpoint("a\nb", 0, EMPTY_ROOT), r"^检查点 第 1 行：应为不空的一行，实为“a\\u000ab”$"),
        (lambda: Checkpoint("a", 0, EMPTY_ROOT, ("x\ny",)), r"^检查点 第 4 行：应为不空的一行"),
    ],
)
def test_a_checkpoint_that_could_not_be_read_back_is_not_made(make: Any, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        make()
