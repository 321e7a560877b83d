"""Passwords that are made here: one-time ones, read from paper or told by voice, and one that many accounts begin with."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.hashers import make_password

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


def one_time_password() -> str:
    """A new password such as `k7mq-2xvd-p9rt-hw4c`; it must be changed at the first sign-in, within ONE_TIME_LASTS."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
