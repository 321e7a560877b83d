"""What several documents share, as plain data. Texts are shown as they are, never interpreted as markup."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """What ties the paper to the transparency log; stands at the end of a document beside its QR code."""

    digest: str
    """64 lowercase hex digits."""
    address: str
    """The page on which anybody can check it; the QR code leads there."""
    algorithm: str = "SHA-256"

    def __post_init__(self) -> None:
        if len(self.digest) != 64 or set(self.digest) - set("0123456789abcdef"):
            raise ValueError(f"a digest is 64 lowercase hex digits, found {self.digest!r}")


@dataclass(frozen=True)
class Signature:
    """One place to sign. Without name it is a line for the hand, with name it has been signed in the system."""

    role: str
    """e.g. "科室负责人"."""
    name: str = ""
    signed_at: str = ""
    """e.g. "2026年11月18日 16:02"."""
    note: str = ""
    """Under the line, e.g. "拒签，理由：对名单有异议"."""
    drawing: str = ""
    """The SVG of what was written by hand on the screen."""


@dataclass(frozen=True)
class Name:
    """A name with the mark 演示 after it when it is invented."""

    text: str
    demo: bool = False


@dataclass(frozen=True)
class Field:
    """A label and its value, e.g. "抽取时间" and "2026年11月23日 09:54"."""

    label: str
    value: str
    mono: bool = False
    """For codes, digests and other values of ASCII characters that are compared sign by sign."""
