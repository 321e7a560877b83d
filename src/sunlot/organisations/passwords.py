"""One-time passwords that are read from paper or told by voice."""

import secrets
from datetime import timedelta

# 31 signs that nobody mistakes for another (no 0 o, 1 l i); 16 of them hold 79 bits.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 4, 4

ONE_TIME_LASTS = timedelta(days=7)
"""How long a one-time password opens an account that has not changed it."""


def one_time_password() -> str:
    """A new password such as `k7mq-2xvd-p9rt-hw4c`; it must be changed at the first sign-in, within ONE_TIME_LASTS."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
