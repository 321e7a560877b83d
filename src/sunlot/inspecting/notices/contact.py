"""住所无法联系: what must be there before a record may say so, in words that lead on.

企业经营异常名录管理暂行办法 第九条: two letters that nobody took, 15 to 30 days apart. Beside that path stand two searches
of the registered place on different days, or one of them and one letter. Whichever it is: a photo of the place, and a
witness of the last visit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from ..models import ContactAttempt, Evidence, FormPart

BETWEEN_LETTERS = (timedelta(days=15), timedelta(days=30))
Way = ContactAttempt.Way


@dataclass(frozen=True)
class Step:
    """One thing that is asked for."""

    words: str
    is_done: bool


def is_enough(attempts: Iterable[ContactAttempt]) -> bool:
    """Whether the attempts together count."""
    known = list(attempts)
    visits = {one.on for one in known if one.way == Way.VISIT}
    letters = sorted(one.on for one in known if one.way == Way.LETTER)
    shortest, longest = BETWEEN_LETTERS
    apart = any(shortest <= later - earlier <= longest for earlier, later in combinations(letters, 2))
    return len(visits) > 1 or (bool(visits) and bool(letters)) or apart


def steps(part: FormPart) -> list[Step]:
    """The guided path of one part, which comes with its attempts and evidence."""
    return [
        Step(
            "两次联系：不同日期到登记住所查找两次；或查找一次，另寄专用信函一次无人签收；"
            "或寄专用信函两次（间隔 15 至 30 日）均无人签收",
            is_enough(part.contact_attempts.all()),
        ),
        Step("登记住所的照片（门牌、现状），作为整次检查的照片加入", has_photo(part)),
        Step("见证人：提交时写明无法取得签字的原因和见证人", bool(part.witness)),
    ]


def has_photo(part: FormPart) -> bool:
    photos = (one for one in part.evidence.all() if one.kind == Evidence.Kind.PHOTO)
    return any(one.counts and one.finding_id is None for one in photos)


def missing(part: FormPart) -> str:
    """What is missing of the attempts; empty when they count."""
    if is_enough(part.contact_attempts.all()):
        return ""
    return "“无法联系”要有两次联系的登记，按“住所无法联系”的步骤补齐"


NO_PHOTO = "“无法联系”要有登记住所的照片，加到整次检查的照片里"
NO_WITNESS = "“无法联系”由见证人见证：写明无法取得签字的原因和见证人，不由被检查人签字"
