"""Which objects may be one: the keys that alike ones share, and in what two of them are alike. Pure.

Two objects are compared only where they share a key: the core of the name and that core with any one character left
out (two names that differ by one character share one of these), the address, and the number with look-alike characters
folded. The keys are 64 bits of a digest, so that the table of a large registry stays small.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Likeness(Enum):
    """In what two objects are alike."""

    NAME = "名称相同"
    NEARLY = "名称差一个字"
    CODE = "编号写法不同"
    ADDRESS = "地址相同"


@dataclass(frozen=True)
class Facts:
    """What is compared of an object."""

    name: str
    number: str
    address: str
    kind: str
    region: str


_PLACES = re.compile(r"^(?:内蒙古自治区|内蒙古)?(?:乌海市|乌海)?(?:海勃湾区|海南区|乌达区|海勃湾|乌达)?")
_FORMS = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|责任公司|公司|分公司|个体工商户|\(个体工商户\)|\(有限合伙\)|集团)+$"
)
_SIGNS = re.compile(r"[^0-9A-Z\u3400-\u9fff]")
_FOLDED = str.maketrans(
    {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "G": "6", "U": "V"}
)
_SHORTEST = 3
_HOUSE = re.compile(r"\d")


def core_of(name: str) -> str:
    """A name without what does not tell enterprises apart: width, case, signs, the place before it, the legal form."""
    plain = unicodedata.normalize("NFKC", name).upper().replace(" ", "")
    bare = _PLACES.sub("", _FORMS.sub("", plain.replace("（", "(").replace("）", ")")))
    return _SIGNS.sub("", bare) or _SIGNS.sub("", plain)


def folded(number: str) -> str:
    """A number with the characters folded that people confuse (O and 0, I, L and 1 …), and without signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", number).upper()).translate(_FOLDED)


def place_of(address: str) -> str:
    """An address for comparing; empty where it is too vague to say anything: no number in it, or very short."""
    plain = _SIGNS.sub("", _PLACES.sub("", unicodedata.normalize("NFKC", address).upper().replace(" ", "")))
    return plain if len(plain) >= 5 and _HOUSE.search(plain) else ""


def keys_of(facts: Facts) -> set[int]:
    """The keys of an object. Objects with no key in common are never compared."""
    core = core_of(facts.name)
    texts = {f"n:{core}"} | ({f"c:{folded(facts.number)}"} if facts.number else set())
    if len(core) >= _SHORTEST:
        texts |= {f"n:{core[:at]}{core[at + 1 :]}" for at in range(len(core))}
    place = place_of(facts.address)
    if place:
        texts.add(f"a:{facts.kind}:{facts.region}:{place}")
    return {_key(text) for text in texts}


def name_key(name: str) -> int:
    """The key of a name's core alone: who has it is called the same."""
    return _key(f"n:{core_of(name)}")


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def alike(one: Facts, other: Facts) -> list[Likeness]:
    """In what two objects are alike; empty where they only share a key by chance.

    One name in two regions, or of two kinds, is no likeness by itself: every district has its 中心加气站.
    """
    return list(_alike(one, other))


def _alike(one: Facts, other: Facts) -> Iterator[Likeness]:
    near = one.kind == other.kind or one.region == other.region
    cores = core_of(one.name), core_of(other.name)
    if near and cores[0] == cores[1]:
        yield Likeness.NAME
    elif one.kind == other.kind and min(len(core) for core in cores) >= _SHORTEST and one_apart(*cores):
        yield Likeness.NEARLY
    if one.number and one.number != other.number and folded(one.number) == folded(other.number):
        yield Likeness.CODE
    place = place_of(one.address)
    if place and one.kind == other.kind and one.region == other.region and place == place_of(other.address):
        yield Likeness.ADDRESS


def one_apart(one: str, other: str) -> bool:
    """Whether one character put in, left out or replaced makes one text of the other.

    A digit that differs does not count: 一期 and 二期, 3 号 and 4 号 are two things.
    """
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1:
        return False
    at = next((place for place, sign in enumerate(one) if sign != other[place]), len(one))
    skip = 1 if len(one) == len(other) else 0
    if one[at + skip :] != other[at + 1 :]:
        return False
    changed = one[at : at + skip] + other[at : at + 1]
    return not any(sign in _NUMERALS for sign in changed)


_NUMERALS = frozenset("0123456789一二三四五六七八九十百零东南西北甲乙丙丁上下中ABCDEFGH")
