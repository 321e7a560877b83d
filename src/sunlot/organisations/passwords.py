"""Passwords that are made here: one-time ones, read from paper or told by voice, and one that many accounts begin with."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password

# 31 signs that nobody mistakes for another (no 0 o, 1 l i); 16 of them hold 79 bits.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 4, 4

ONE_TIME_LASTS = timedelta(days=7)
"""How long a one-time password opens an account that has not changed it."""


@dataclass(frozen=True)
class Hashed:
    """A password as the database keeps it. Hashing is slow on purpose; who makes many accounts with one password does it once."""

    encoded: str = field(repr=False)

    @classmethod
    def of(cls, password: str) -> "Hashed":
        return cls(make_password(password))

    @classmethod
    def one_time(cls, password: str) -> "Hashed":
        """Of a password that `one_time_password` made, for hundreds of accounts at once."""
        return cls(make_password(password, hasher=OneTimeHasher.algorithm))

    @classmethod
    def none(cls) -> "Hashed":
        """That opens nothing: of an account to which no password has been given out yet."""
        return cls(make_password(None))


class OneTimeHasher(PBKDF2PasswordHasher):
    """For passwords that chance made, and for no others.

    Slow hashing makes up for passwords that people think of. The 79 bits of a one-time password are more than anybody can
    try, so that a thousand rounds do, and three hundred slips are printed in a moment instead of minutes. Who signs in with
    one is rehashed slowly by Django, and has to choose another at once.
    """

    algorithm = "one_time_pbkdf2_sha256"
    iterations = 1000

    def verify(self, password: str, encoded: str) -> bool:
        """The slow hash is reckoned too: how long a sign-in takes must not tell which accounts are still unused."""
        slow = get_hasher()
        slow.encode(password, slow.salt())
        return super().verify(password, encoded)


def one_time_password() -> str:
    """A new password such as `k7mq-2xvd-p9rt-hw4c`; it must be changed at the first sign-in, within ONE_TIME_LASTS."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
