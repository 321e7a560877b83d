"""Masking of what names a person, where the viewer's task does not need it (个人信息保护法 第六条)."""

import re

HIDDEN = "○"

_JOINTS = frozenset("·•‧ ")
_MOBILE = re.compile(r"(?:\+?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}", re.ASCII)


def person(name: str) -> str:
    """A masked name: "陈静静" → "陈○静", "王伟" → "王○", "张" → "○", "乌兰·图雅" → "乌○·○雅", "Li Lei" → "L○ ○○○".

    The first character stays; the last one stays too where the name has three or more characters and is not Latin.
    Separators stay. Empty text stays empty.
    """
    letters = [place for place, sign in enumerate(name) if sign not in _JOINTS]
    shown = set(letters[:1]) if len(letters) > 1 else set()
    if len(letters) > 2 and not name[letters[-1]].isascii():
        shown.add(letters[-1])
    return "".join(sign if place in shown or sign in _JOINTS else HIDDEN for place, sign in enumerate(name))


def phone(number: str) -> str:
    """A masked telephone number: "13812341234" → "138****1234", "0473-3998765" → "*******8765"."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    if _MOBILE.fullmatch(number.strip()):
        return f"{digits[-11:-8]}****{digits[-4:]}"
    return _keep(digits, first=0, last=4)


def certificate(number: str) -> str:
    """A masked certificate or permit number: the first two and the last four characters stay; of a short one (under
    nine) only the last two: "15030200123" → "15*****0123", "A1234" → "***34".
    """
    return _keep(number, first=2, last=4) if len(number) > 8 else _keep(number, first=0, last=2)


def _keep(text: str, first: int, last: int) -> str:
    """`text` with stars between its first and last characters; at least half of it is hidden."""
    last = min(last, len(text) // 2)
    return text[:first] + "*" * (len(text) - first - last) + (text[-last:] if last else "")
