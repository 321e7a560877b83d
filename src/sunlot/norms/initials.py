"""Search keys for Chinese names, so that “shwy” and “sanhewuye” find 三和物业."""

from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.simpleseg import seg

from sunlot.norms.text import half_width

# Family names whose reading is not the character's common one; both readings are kept.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao",
    "乐": "yue", "覃": "qin", "翟": "zhai", "缪": "miao", "种": "chong", "尉": "yu", "冼": "xian", "员": "yun",
    "折": "she", "繁": "po", "秘": "bi", "召": "shao", "晟": "cheng", "么": "yao",
}  # fmt: skip


@dataclass(frozen=True)
class SearchKeys:
    """The keys of one name, each in lower case and only of ASCII letters, digits and characters without a reading."""

    initials: tuple[str, ...]
    """First letters, e.g. ("shwy",); a second entry where the first character is a family name read otherwise."""
    full: tuple[str, ...]
    """Whole syllables without tones (ü as v), e.g. ("sanhewuye",)."""

    @property
    def text(self) -> str:
        """All keys with a space between, for one indexed column."""
        return " ".join((*self.initials, *self.full))


@lru_cache(maxsize=8192)  # an enterprise and the object that it is have one name; an import asks for both
def search_keys(name: str) -> SearchKeys:
    """The search keys of `name`; digits and Latin letters are kept, punctuation and spaces are left out."""
    signs = [sign for sign in half_width(name).lower() if sign.isalnum()]
    # pypinyin reads the whole name at once and so finds 重庆 = chong qing; what has no reading comes back sign by sign.
    syllables = [syllable for word in seg("".join(signs)) for syllable in _syllables(word)]
    readings = [syllables]
    surname = _SURNAMES.get(signs[0]) if signs else None
    if surname and surname != syllables[0]:
        readings.append([surname, *syllables[1:]])
    initials = ["".join(syllable[:1] for syllable in reading) for reading in readings]
    return SearchKeys(
        initials=tuple(dict.fromkeys(initials)),
        full=tuple("".join(reading) for reading in readings),
    )


@lru_cache(maxsize=16_384)  # the words of a registry's names are few: 物业, 服务, 有限公司, a thousand places
def _syllables(word: str) -> tuple[str, ...]:
    """The readings of one word of a name, as pypinyin cuts it."""
    return tuple(" ".join(lazy_pinyin([word], style=Style.NORMAL, errors=" ".join)).split())


def grams(name: str, number: str = "") -> str:
    """The pieces by which an index finds any part of `name`, of its initials and pinyin, or of `number`, with spaces
    between: each two neighbouring characters of the name, each three letters of the others.
    """
    keys = search_keys(name)
    found = dict.fromkeys(_pieces(_bare(name), 2))
    for latin in (*keys.initials, *keys.full, _bare(number)):
        found |= dict.fromkeys(_pieces(latin, 3))
    return " ".join(found)


def asked_grams(words: str) -> list[str]:
    """The pieces that an entry must hold, all of them, to match `words`; none where they are too few for an index to
    tell: one Chinese character, two letters.
    """
    bare = _bare(words)
    return _pieces(bare, 3 if bare.isascii() else 2)


def _bare(text: str) -> str:
    """Letters, digits and characters, lower case, nothing between them."""
    return "".join(sign for sign in half_width(text).lower() if sign.isalnum())


def _pieces(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(len(text) - length + 1)]
