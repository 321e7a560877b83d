"""账号条: user names and one-time passwords, one slip each, to be cut apart and handed out. It is printed and never kept."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class PasswordSlip:
    """What one person gets."""

    name: str
    unit: str
    username: str
    password: str
    """As it is typed, hyphens too."""


@dataclass(frozen=True)
class PasswordSlips(Paper):
    """Ten slips on a page."""

    template: ClassVar[str] = "password_slips"

    authority: str
    file_number: str
    day: date
    address: str
    """Where people sign in; each slip's QR code leads there."""
    until: str
    """Until when the passwords open anything, e.g. "2026年12月4日 16:02"."""
    slips: tuple[PasswordSlip, ...]

    @property
    def evidence(self) -> Evidence:  # type: ignore[override]  # frozen: nobody writes it
        """No digest of what is kept nowhere; the address is where people sign in."""
        return Evidence("0" * 64, self.address)

    def paper_title(self) -> str:
        return f"{self.authority}账号条"


def password_slips(slips: PasswordSlips) -> bytes:
    """The slips as PDF, A4 with cutting lines. Raises TypesettingError."""
    return typeset(slips)
