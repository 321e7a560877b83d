"""What comes from a contributor's slip, typed or scanned: hex digits, perhaps in groups, behind the word of its code.

The codes of a slip say what they hold (`NONCE:…`, `COMMITMENT:…`), so that a scanner can't put one in the other's place.
"""

import unicodedata

from sunlot.organisations.viewer import Refused

_NONCE, _COMMITMENT = "nonce:", "commitment:"


def commitment_of(text: str) -> str:
    """The commitment that was typed or scanned. Raises Refused for the code of a secret number: it is one no longer."""
    digits = _joined(text)
    if digits.startswith(_NONCE):
        raise Refused("这是密数，不是承诺，已经离开您的手，不能再用。重新生成一个密数，提交它的承诺。")
    return digits.removeprefix(_COMMITMENT)


def nonce_of(text: str) -> str:
    """The secret number that was typed or scanned. Raises Refused for the code of a commitment."""
    digits = _joined(text)
    if digits.startswith(_COMMITMENT):
        raise Refused("这是承诺，不是密数。扫密数条上的另一个码。")
    return digits.removeprefix(_NONCE)


def _joined(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
