"""What can be wrong with a log, its files and its proofs: one family of exceptions, told as the lottery tells its faults."""

import re

_SHOWN = 80  # characters; a digest and a key name fit
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


class LedgerError(ValueError):
    """Input that the log's standards do not allow: in `subject` at `place`, what was `expected` and what was `found`.

    Messages are for people and in Chinese; they never carry a character that could disturb a terminal.

    >>> str(LedgerError("检查点", "第 2 行", "十进制整数", "“07”"))
    '检查点 第 2 行：应为十进制整数，实为“07”'
    """

    def __init__(self, subject: str, place: str, expected: str, found: str) -> None:
        super().__init__(subject, place, expected, found)
        self.subject = subject
        self.place = place
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        place = f" {self.place}" if self.place else ""
        return f"{visible(self.subject)}{place}：应为{_spaced(self.expected)}，实为{_spaced(self.found)}"


class NotSigned(LedgerError):  # noqa: N818  # reads as what is wrong
    """A well-formed note without a valid signature of a key that must have signed it, or with a false one of a known key."""


class NotProven(LedgerError):  # noqa: N818  # reads as what is wrong
    """Well-formed hashes, proofs or entries that do not lead to the root they claim: evidence that something was changed."""


def visible(text: str, most: int = _SHOWN) -> str:
    """`text` with control, invisible and direction characters as escapes, cut after `most` characters."""
    if len(text) > most:
        text = text[:most] + "…"
    text = _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def quoted(text: str) -> str:
    """A piece of the input as a message shows it."""
    return f"“{visible(text)}”" if text else "空"


def _spaced(text: str) -> str:
    return f" {text}" if text[:1].isascii() else text
