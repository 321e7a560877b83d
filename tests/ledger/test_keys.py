"""Keys: their texts, their ids, what each kind signs, and SM2 against the standard and against another program."""

import base64
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger import Kind, LedgerError, SigningKey, VerifierKey, parse_signing_key, parse_verifier_key, sm2
from sunlot.ledger.keys import MAX_TIME, cosignature_time
from tests.ledger.making import LOG_KEY, ORIGIN, SM2_KEY, TIME, WITNESS_KEY, every_flip, flipped, published

GO = published("go-note")
COSIGNED = published("cosigned-checkpoint")
SM2 = published("sm2")
KEYS = (LOG_KEY, WITNESS_KEY, SM2_KEY)
TEXT = f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def signed(key: SigningKey, text: str = TEXT) -> bytes:
    return key.sign(text, TIME if key.kind is Kind.COSIGNATURE else None)


def key_text(name: str, kind: bytes, key: bytes, key_id: str = "") -> str:
    """A verifier key text made by hand, whatever is in it."""
    right = sha256(name.encode() + b"\n" + kind + key).hexdigest()[:8]
    return f"{name}+{key_id or right}+{base64.b64encode(kind + key).decode()}"


# --- Published keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [GO["peter"], GO["enoch"], COSIGNED["log_key"], *COSIGNED["witness_keys"]])
def test_published_verifier_keys_are_read_and_written_the_same(text: str) -> None:
    assert str(parse_verifier_key(text)) == text


def test_the_published_signing_key_makes_the_published_signature() -> None:
    key = parse_signing_key(GO["signing_key"])
    assert key.export() == GO["signing_key"]
    assert str(key.verifier) == GO["peter"]
    line = base64.b64encode(key.verifier.id + key.sign(GO["text"])).decode()
    assert f"— PeterNeumann {line}\n" == GO["peter_line"]


def test_every_part_and_every_neighbour_of_a_published_key_is_refused() -> None:
    """The manglings of note_test.go: every substring, and every byte raised by one."""
    for text, parse in ((GO["peter"], parse_verifier_key), (GO["signing_key"], parse_signing_key)):
        for start in range(len(text)):
            for end in range(start, len(text) + 1):
                if (start, end) != (0, len(text)):
                    with pytest.raises(LedgerError):
                        parse(text[start:end])
        for place, sign in enumerate(text):
            with pytest.raises(LedgerError):
                parse(text[:place] + chr(ord(sign) + 1) + text[place + 1 :])


# --- Round trips -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind.name)
def test_keys_survive_their_texts(key: SigningKey) -> None:
    assert parse_signing_key(key.export()) == key
    assert parse_verifier_key(str(key.verifier)) == key.verifier
    assert key.verifier.id == sha256(key.name.encode() + b"\n" + key.kind.value + key.verifier.public).digest()[:4]


@given(
    st.text(min_size=1, max_size=30),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([Kind.ED25519, Kind.COSIGNATURE]),
)
def test_any_name_that_is_allowed_survives(name: str, secret: bytes, kind: Kind) -> None:
    try:
        key = SigningKey(name, kind, secret)
    except LedgerError:
        assert any(sign.isspace() or sign < " " or sign == "+" or "\ud800" <= sign <= "\udfff" for sign in name)
        return
    assert parse_signing_key(key.export()) == key
    assert parse_verifier_key(str(key.verifier)) == key.verifier


def test_the_same_bytes_under_another_name_or_kind_are_another_key() -> None:
    ids = {
        replace(LOG_KEY, name=name, kind=kind).verifier.id
        for name in ("a", "b")
        for kind in (Kind.ED25519, Kind.COSIGNATURE)
    }
    assert len(ids) == 4


def test_neither_repr_nor_any_message_shows_a_secret() -> None:
    assert LOG_KEY.secret.hex() not in repr(LOG_KEY)
    assert repr(LOG_KEY.secret) not in repr(LOG_KEY)
    text = LOG_KEY.export()
    for spoilt in (
        text[:-1],
        text + "=",
        text.replace("+", " "),
        text[:-6] + "%" + text[-5:],
        text[:30] + "A" + text[31:],
    ):
        with pytest.raises(LedgerError) as caught:
            parse_signing_key(spoilt)
        assert text[-20:-8] not in str(caught.value)


# --- Signing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind.name)
def test_a_signature_holds_for_its_text_and_key_alone(key: SigningKey) -> None:
    signature = signed(key)
    assert signature == signed(key)  # no chance in it
    assert key.verifier.verifies(TEXT, signature)
    assert not key.verifier.verifies(TEXT + "x\n", signature)
    other = replace(key, secret=b"\x55" * 32)
    assert not other.verifier.verifies(TEXT, signature)
    assert not key.verifier.verifies(TEXT, b"")
    assert not key.verifier.verifies(TEXT, signature + b"\x00")
    assert not key.verifier.verifies(TEXT, signature[:-1])


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind.name)
def test_any_flipped_bit_of_a_signature_is_refused(key: SigningKey) -> None:
    signature = signed(key)
    bits = range(0, 8 * len(signature), 5 if key.kind is Kind.SM2 else 1)
    assert not any(key.verifier.verifies(TEXT, flipped(signature, bit)) for bit in bits)


def test_a_cosignature_holds_its_time_and_covers_it() -> None:
    """C2SP tlog-cosignature, “Format” and “Ed25519 signed message”, put together by hand."""
    signature = WITNESS_KEY.sign(TEXT, TIME)
    assert (signature[:8], cosignature_time(signature)) == (TIME.to_bytes(8), TIME)
    untimed = replace(WITNESS_KEY, kind=Kind.ED25519)
    assert signature[8:] == untimed.sign(f"cosignature/v1\ntime {TIME}\n{TEXT}")
    assert not WITNESS_KEY.verifier.verifies(TEXT, (TIME + 1).to_bytes(8) + signature[8:])
    latest = WITNESS_KEY.sign(TEXT, MAX_TIME)
    assert WITNESS_KEY.verifier.verifies(TEXT, latest)
    assert cosignature_time(latest) == MAX_TIME
    assert cosignature_time((MAX_TIME + 1).to_bytes(8) + bytes(64)) is None
    assert cosignature_time(bytes(71)) is None


def test_a_log_key_and_a_witness_key_of_the_same_bytes_do_not_sign_for_each_other() -> None:
    witness = replace(WITNESS_KEY, secret=LOG_KEY.secret)
    assert not LOG_KEY.verifier.verifies(TEXT, witness.sign(TEXT, TIME))
    assert not LOG_KEY.verifier.verifies(TEXT, witness.sign(TEXT, TIME)[8:])
    assert not witness.verifier.verifies(TEXT, LOG_KEY.sign(TEXT))


# --- Each rule's message ---------------------------------------------------------------------------------------------

PUBLIC = LOG_KEY.verifier.public


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"^公钥：应为名称、编号和密钥三段，以加号相连，实为 1 段$"),
        ("name+00000000", r"^公钥：应为名称、编号和密钥三段，以加号相连，实为 2 段$"),
        (key_text("", b"\x01", PUBLIC), r"^公钥 名称：应为不含空白、加号和控制字符的名称，实为空$"),
        (key_text("a b", b"\x01", PUBLIC), r"^公钥 名称：应为不含空白、加号和控制字符的名称，实为“a b”$"),
        (key_text("a\u3000b", b"\x01", PUBLIC), r"^公钥 名称：应为不含空白"),
        (key_text("a\u0085b", b"\x01", PUBLIC), r"^公钥 名称：应为不含空白、加号和控制字符的名称，实为“a\\u0085b”$"),
        (key_text("a\x01b", b"\x01", PUBLIC), r"^公钥 名称：应为不含空白"),
        (key_text("a", b"\x01", PUBLIC, "0000000"), r"^公钥 a：应为 8 位小写十六进制的编号，实为“0000000”$"),
        (key_text("a", b"\x01", PUBLIC, "0000000A"), r"^公钥 a：应为 8 位小写十六进制的编号，实为“0000000A”$"),
        (key_text("a", b"\x01", PUBLIC, "00000000"), r"^公钥 a：应为编号 [0-9a-f]{8}，实为 00000000$"),
        (key_text("a", b"\x01", PUBLIC) + "\n", r"^公钥 a：应为规范的 base64（RFC 4648 第 4 节），实为“.*\\u000a”$"),
        (str(SM2_KEY.verifier).rstrip("="), r"^公钥 sunlot\.example/wuhai：应为规范的 base64"),
        (key_text("a", b"", b""), r"^公钥 a：应为算法 0x01（ED25519）、0x04（COSIGNATURE）、0xff（SM2）之一，实为没有$"),
        (key_text("a", b"\x05", PUBLIC), r"^公钥 a：应为算法 .*之一，实为 0x05$"),
        (key_text("a", b"\xff", PUBLIC), r"^公钥 a：应为算法 .*之一，实为 0xff$"),
        (key_text("a", b"\x01", PUBLIC[:-1]), r"^公钥 a：应为 32 字节的 Ed25519 公钥，实为 31 字节的别的内容$"),
        (key_text("a", b"\x04", PUBLIC + b"x"), r"^公钥 a：应为 32 字节的 Ed25519 公钥，实为 33 字节的别的内容$"),
        (key_text("a", Kind.SM2.value, PUBLIC), r"^公钥 a：应为 SM2 曲线上的点（04 ‖ x ‖ y，65 字节），实为 32 字节的别的内容$"),
        (key_text("a", Kind.SM2.value, b"\x04" + bytes(64)), r"^公钥 a：应为 SM2 曲线上的点"),
        (GO["wrong_length_key"], r"^公钥 PeterNeumann：应为"),
        (GO["unknown_algorithm_key"], r"^公钥 PeterNeumann：应为算法 .*之一，实为 0x65$"),
    ],
)  # fmt: skip
def test_a_verifier_key_that_is_none_is_refused_in_its_words(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_verifier_key(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (str(LOG_KEY.verifier), r"^私钥：应为以 PRIVATE\+KEY\+ 开头的一行，实为别的开头$"),
        ("PRIVATE+KEY+a+00000000", r"^私钥：应为名称、编号和密钥三段，以加号相连，实为 2 段$"),
        ("PRIVATE+KEY+" + key_text("a", b"\x01", PUBLIC), r"^私钥 a：应为编号 [0-9a-f]{8}，实为 [0-9a-f]{8}$"),
        (
            "PRIVATE+KEY+" + key_text("a", b"\x01", b"x"),
            r"^私钥 a：应为 32 字节的 Ed25519 私钥，实为 1 字节的别的内容$",
        ),
        (
            "PRIVATE+KEY+" + key_text("a", Kind.SM2.value, bytes(32)),
            r"^私钥 a：应为 SM2 私钥（32 字节，1 至 n-2），实为 32",
        ),
        ("PRIVATE+KEY+" + key_text("a", b"\x09", b"x"), r"^私钥 a：应为算法 .*之一，实为 0x09$"),
    ],
)
def test_a_signing_key_that_is_none_is_refused_in_its_words(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_signing_key(text)


@pytest.mark.parametrize(
    ("key", "time", "message"),
    [
        (LOG_KEY, TIME, r"^签名 sunlot\.example/wuhai：应为见证签名带时间，其他签名不带，实为带$"),
        (SM2_KEY, TIME, r"实为带$"),
        (WITNESS_KEY, None, r"^签名 jijian\.example/witness：应为见证签名带时间，其他签名不带，实为不带$"),
        (WITNESS_KEY, 0, r"^签名 jijian\.example/witness：应为 1 至 2\^63 - 1 的时间，实为 0$"),
        (WITNESS_KEY, MAX_TIME + 1, r"应为 1 至 2\^63 - 1 的时间，实为 9223372036854775808$"),
    ],
)
def test_a_time_belongs_to_cosignatures_and_to_those_always(key: SigningKey, time: int | None, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        key.sign(TEXT, time)


# --- SM2 -------------------------------------------------------------------------------------------------------------


def test_sm2_is_the_standards_example_step_by_step() -> None:
    case = SM2["standard"]
    secret, message = bytes.fromhex(case["secret"]), case["message"].encode()
    assert sm2.public_key(secret).hex() == case["public"]
    signature = sm2.sign_digest(secret, bytes.fromhex(case["digest"]), int(case["nonce"], 16))
    assert signature is not None
    assert signature.hex() == case["signature"]
    assert sm2.verify(bytes.fromhex(case["public"]), message, signature)


def test_sm2_accepts_what_openssl_signed() -> None:
    case = SM2["openssl"]
    public, message = bytes.fromhex(case["public"]), case["message"].encode()
    assert sm2.public_key(bytes.fromhex(case["secret"])) == public
    assert sm2.verify(public, message, bytes.fromhex(case["signature"]))
    assert not sm2.verify(public, message + b"\n", bytes.fromhex(case["signature"]))


@given(st.binary(min_size=32, max_size=32).filter(sm2.is_secret), st.binary(max_size=100))
def test_sm2_verifies_what_it_signs_and_nothing_near_it(secret: bytes, message: bytes) -> None:
    public, signature = sm2.public_key(secret), sm2.sign(secret, message)
    assert sm2.is_public(public)
    assert sm2.verify(public, message, signature)
    assert not sm2.verify(public, message + b"x", signature)
    assert not sm2.verify(public, message, signature[32:] + signature[:32])


N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
D = int.from_bytes(b"\x02" * 32)


def x_of(scalar: int) -> int:
    """The x of [scalar]G: with a digest of zero it is a signature's r."""
    signature = sm2.sign_digest(D.to_bytes(32), bytes(32), scalar % N)
    assert signature is not None
    return int.from_bytes(signature[:32])


def accepts(r: int, s: int, x: int) -> bool:
    """Whether r ‖ s is D's signature over the digest that it is made for, where [s]G + [r + s]P has the given x."""
    digest = ((r - x) % N).to_bytes(32)
    return sm2.verify_digest(sm2.public_key(D.to_bytes(32)), digest, r.to_bytes(32) + s.to_bytes(32))


def test_sm2_numbers_outside_their_ranges_are_no_signature() -> None:
    """Without the ranges each signature would have a second spelling where r + n or s + n still fits in 32 bytes."""
    x = x_of(12345)
    r_for_small_s = (12345 - (1 + D)) * pow(D, -1, N) % N
    s_for_small_r = (12345 - D) * pow(1 + D, -1, N) % N
    assert accepts(r_for_small_s, 1, x)
    assert not accepts(r_for_small_s, 1 + N, x)
    assert accepts(1, s_for_small_r, x)
    assert not accepts(1 + N, s_for_small_r, x)
    for zero in (0, N):  # the arithmetic alone would accept them
        assert not accepts(777, zero, x_of(777 * D))
        assert not accepts(zero, 777, x_of(777 * (1 + D)))


def test_sm2_adds_equal_and_opposite_points_as_the_curve_does() -> None:
    s = 4711
    t = s * pow(D, -1, N) % N  # [s]G and [t]P are one point
    assert accepts((t - s) % N, s, x_of(2 * s))
    opposite = -t % N  # their sum is the point at infinity
    assert not accepts((opposite - s) % N, s, 0)


def test_sm2_signatures_of_zeros_or_a_wrong_length_are_none() -> None:
    case = SM2["standard"]
    n = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    public, message = bytes.fromhex(case["public"]), case["message"].encode()
    r, s = bytes.fromhex(case["signature"])[:32], bytes.fromhex(case["signature"])[32:]
    opposite = (n - int.from_bytes(r)).to_bytes(32)  # r + s = n
    for wrong in (bytes(32) + s, r + bytes(32), bytes(64), r + opposite, r, r + s + b"\x00", b""):
        assert not sm2.verify(public, message, wrong)


def test_sm2_asks_for_another_nonce_where_the_standard_does() -> None:
    secret, nonce = b"\x02" * 32, 12345
    n = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    point = sm2.sign_digest(secret, bytes(32), nonce)
    assert point is not None
    x = int.from_bytes(point[:32])  # with a digest of zero, r is the point's x
    assert sm2.sign_digest(secret, (n - x).to_bytes(32), nonce) is None  # r = 0
    assert sm2.sign_digest(secret, ((n - nonce - x) % n).to_bytes(32), nonce) is None  # r + k = n


@pytest.mark.parametrize("flip", every_flip(bytes.fromhex(SM2["standard"]["public"]))[::8])
def test_a_point_off_the_curve_is_no_sm2_key(flip: bytes) -> None:
    assert not sm2.is_public(flip)
    with pytest.raises(LedgerError, match=r"应为 SM2 曲线上的点"):
        VerifierKey(ORIGIN, Kind.SM2, flip)


def test_numbers_outside_their_range_are_no_sm2_secret() -> None:
    n = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    allowed = {1: True, n - 2: True, 0: False, n - 1: False, n: False}
    assert {number: sm2.is_secret(number.to_bytes(32)) for number in allowed} == allowed
    assert not sm2.is_secret(b"\x01" * 31)
    public = sm2.public_key((n - 2).to_bytes(32))
    assert sm2.verify(public, b"x", sm2.sign((n - 2).to_bytes(32), b"x"))


def test_a_coordinate_written_above_the_prime_is_no_sm2_key() -> None:
    """A point with a small x has a second spelling, x + p, in 32 bytes: one key, one spelling."""
    p = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    b = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
    squares = ((x, (x * x * x - 3 * x + b) % p) for x in range(100))
    x, y = next((x, y) for x, square in squares if (y := pow(square, (p + 1) // 4, p)) * y % p == square)
    assert sm2.is_public(b"\x04" + x.to_bytes(32) + y.to_bytes(32))
    assert not sm2.is_public(b"\x04" + (x + p).to_bytes(32) + y.to_bytes(32))
