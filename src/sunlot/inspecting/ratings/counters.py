"""The counters of a department's quarter, sealed under a key that the database does not hold. Pure but for that key.

Sealed because small numbers speak: who sees that a department with one visit has one rating knows whose it is. The
plaintext has a fixed length (a count of ratings, then for each question how often each answer was given).
"""

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.crypto import salted_hmac

QUESTIONS = (
    "检查人员出示了执法证件和检查码",
    "只检查了告知的事项，没有要求多余的材料",
    "检查人员态度文明，解释清楚",
    "没有影响正常的生产经营",
    "没有吃拿卡要、指定服务等行为",
)
ANSWERS = ("是", "部分做到", "否")
LEAST = 5
"""Fewer ratings than these are not shown to anybody."""

_FORMAT = struct.Struct(f">{1 + len(QUESTIONS) * len(ANSWERS)}I")
_NONCE = 12


@dataclass(frozen=True)
class Counters:
    """How many ratings, and `answers[question][answer]`."""

    ratings: int = 0
    answers: tuple[tuple[int, ...], ...] = ((0,) * len(ANSWERS),) * len(QUESTIONS)

    def plus(self, given: Sequence[int]) -> "Counters":
        """With one rating more: for each question which answer was given. Raises ValueError for what is none."""
        if len(given) != len(QUESTIONS) or any(not 0 <= one < len(ANSWERS) for one in given):
            raise ValueError("a rating answers every question with one of the answers")
        rows = zip(self.answers, given, strict=True)
        return Counters(
            self.ratings + 1,
            tuple(tuple(count + (at == one) for at, count in enumerate(row)) for row, one in rows),
        )


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarters_before(day: date, count: int) -> list[str]:
    """The finished quarters, the newest first."""
    year, number = day.year, (day.month + 2) // 3
    found = []
    for _ in range(count):
        year, number = (year, number - 1) if number > 1 else (year - 1, 4)
        found.append(f"{year}Q{number}")
    return found


def bucket_key(quarter: str, department: str) -> str:
    return salted_hmac("sunlot.rating.bucket/1", f"{quarter}|{department}", algorithm="sha256").hexdigest()


def spent_token(form: int) -> str:
    """What stands for the right to rate one visit, once it is spent."""
    return salted_hmac("sunlot.rating.spent/1", str(form), algorithm="sha256").hexdigest()


def seal(key: str, counters: Counters) -> bytes:
    """The counters of a bucket as ciphertext; the same ones never look the same."""
    plain = _FORMAT.pack(counters.ratings, *(count for row in counters.answers for count in row))
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher().encrypt(nonce, plain, key.encode())


def unseal(key: str, sealed: bytes) -> Counters:
    """Raises ValueError for what this installation did not seal for this bucket."""
    try:
        plain = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], key.encode())
    except InvalidTag as fault:
        raise ValueError("a bucket of ratings was changed, or sealed under another secret") from fault
    ratings, *counts = _FORMAT.unpack(plain)
    width = len(ANSWERS)
    return Counters(ratings, tuple(tuple(counts[at : at + width]) for at in range(0, len(counts), width)))


def _cipher() -> AESGCM:
    return AESGCM(salted_hmac("sunlot.rating.seal/1", "counters", algorithm="sha256").digest())
