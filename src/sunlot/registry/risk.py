"""How a risk class follows from the base class, the marks that count and the rules in force. Pure, and told in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .models import CreditMark, RiskClass


@dataclass(frozen=True)
class Line:
    """With at least so many marks of this kind the class is this one or a higher risk; 守信激励 lowers it instead."""

    mark: str
    at_least: int
    risk_class: str

    @property
    def words(self) -> str:
        """“投诉举报 3 次及以上：至少 C”."""
        times = f" {self.at_least} 次及以上" if self.at_least > 1 else ""
        bound = "至多" if self.mark == CreditMark.Kind.TRUSTED else "至少"
        return f"{CreditMark.Kind(self.mark).label}{times}：{bound} {self.risk_class}"


@dataclass(frozen=True)
class Classified:
    """A class, and the lines that made it: none where the base class stands."""

    risk_class: str
    lines: tuple[Line, ...] = ()


def classify(base: str, counts: Mapping[str, int], lines: Iterable[Line]) -> Classified:
    """The class of an object with this base class and so many counting marks of each kind.

    The highest risk of the base and of all lines met counts; where none but 守信激励 is met, the lowest.
    """
    met = [line for line in lines if counts.get(line.mark, 0) >= line.at_least]
    against = [line for line in met if line.mark != CreditMark.Kind.TRUSTED]
    if against:
        worst = max(line.risk_class for line in against)  # A to D, in the order of their letters
        if worst <= base:
            return Classified(base)
        return Classified(worst, tuple(line for line in against if line.risk_class == worst))
    best = min((line.risk_class for line in met), default=base)
    if best >= base:
        return Classified(base)
    return Classified(best, tuple(line for line in met if line.risk_class == best))


def explained(base: str, reason: str, found: Classified) -> str:
    """Why an object is in its class, in one sentence."""
    given = f"评定为 {base} {RiskClass(base).label}" + (f"（依据：{reason}）" if reason else "（没有其他依据）")
    if not found.lines:
        return given
    return f"{'；'.join(line.words for line in found.lines)}。{given}"


def numbered(lines: Sequence[Line]) -> list[dict[str, str | int]]:
    """Lines as plain values, for the trail."""
    return [{"mark": one.mark, "at_least": one.at_least, "class": one.risk_class} for one in lines]
