"""SM3 against the two examples of GB/T 32905-2016, annex A, and against OpenSSL."""

import hashlib

import pytest

from sunlot.norms import sm3

A1 = (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
A2 = (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")


@pytest.mark.parametrize(("data", "expected"), [A1, A2])
def test_both_examples_of_the_standard_hold(data: bytes, expected: str) -> None:
    assert sm3.PureSM3(data).hexdigest() == expected
    assert sm3.new(data).hexdigest() == expected
    assert sm3.digest(data).hex() == expected


@pytest.mark.skipif(not sm3.openssl_has_sm3(), reason="this OpenSSL has no SM3 to compare with")
@pytest.mark.parametrize("length", [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])
def test_pure_sm3_equals_openssl_at_every_padding_boundary(length: int) -> None:
    data = bytes(n % 251 for n in range(length))
    assert sm3.PureSM3(data).hexdigest() == hashlib.new("sm3", data).hexdigest()


def test_feeding_in_pieces_and_reading_in_between_change_nothing() -> None:
    whole = bytes(range(200))
    running = sm3.PureSM3()
    for at in range(0, len(whole), 7):
        running.digest()
        running.update(whole[at : at + 7])
    assert running.digest() == sm3.PureSM3(whole).digest()


def test_without_openssl_the_pure_one_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, data: bytes = b"") -> None:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", refuse)
    assert isinstance(sm3.new(b"abc"), sm3.PureSM3)
    assert sm3.digest(A1[0]).hex() == A1[1]
