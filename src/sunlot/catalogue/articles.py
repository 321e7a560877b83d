"""How the articles of a law are written: 第三十一条第二款, whether it was typed in digits or in Chinese numerals."""

import re

from sunlot.norms.text import half_width, trim

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LIMIT = 10_000
_PLACE = re.compile(r"第\s*(\d{1,4})\s*(条|款|项|章|节)")
_BARE = re.compile(r"(\d{1,4}|[零一二三四五六七八九十百千]+)条?")


def numeral(number: int) -> str:
    """A number as articles are counted: 10 → 十, 31 → 三十一, 105 → 一百零五. Raises ValueError outside 1 to 9999."""
    if not 0 < number < _LIMIT:
        raise ValueError(f"expected an article's number from 1 to {_LIMIT - 1}, found {number}")
    written = ""
    digits = str(number)
    for place, digit in enumerate(map(int, digits)):
        if digit:
            written += _DIGITS[digit] + _UNITS[len(digits) - place - 1]
        elif not written.endswith("零"):
            written += "零"
    written = written.rstrip("零")
    return written.removeprefix("一") if written.startswith("一十") else written


def article_of(text: str) -> str:
    """`text` with its numbers in Chinese numerals and without spaces: 第 31 条第2款 → 第三十一条第二款."""
    plain = half_width(trim(text)).replace(" ", "")
    return _PLACE.sub(lambda found: f"第{numeral(int(found[1]))}{found[2]}" if int(found[1]) else found[0], plain)


def article_asked(text: str) -> str:
    """What somebody who searches means: also 31, 三十一 and 31条 are 第三十一条."""
    plain = half_width(trim(text)).replace(" ", "")
    bare = _BARE.fullmatch(plain)
    if bare is None:
        return article_of(plain)
    number = bare[1]
    if number.isdigit():
        return f"第{numeral(int(number))}条" if int(number) else plain
    return f"第{number}条"
