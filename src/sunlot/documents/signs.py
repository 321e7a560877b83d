"""Signs that show nothing, or turn the order of what stands beside them, are made visible before anything is set."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
VISIBLE = "□"


def visible_sign(sign: str) -> str:
    """The sign, or □ where nobody would see it; a line's end stays."""
    return VISIBLE if sign != "\n" and unicodedata.category(sign) in _HIDDEN else sign


def visible(text: str) -> str:
    """The text with everything hidden in it made visible, a tab as a space."""
    if text.isprintable():
        return text
    return "".join(map(visible_sign, text.replace("\t", " ")))
